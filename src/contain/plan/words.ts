import type { Incident } from '../../model/index.js';

const shown = 40;

/** What is said of words of `--include` that name nothing: the list of what could have been meant. Pure. */
export function unknownIncludes(words: readonly string[], { findings }: Incident): string | null {
  if (words.length === 0) return null;
  const held = findings.filter(({ class: classed }) => classed === 'held').map(({ resource }) => resource.id);
  const list = held.length === 0 ? 'nothing is held' : `held: ${listed(held)}`;
  return `--include ${words.join(',')}: there is nothing of that name (${list}).`;
}

/** The same for `--exclude`. Pure. */
export function unknownExcludes(words: readonly string[], { findings }: Incident): string | null {
  if (words.length === 0) return null;
  const acted = findings
    .filter(
      ({ class: classed, resource }) => (classed === 'rogue' || classed === 'tampered') && resource.live,
    )
    .map(({ resource }) => resource.id);
  return `--exclude ${words.join(',')}: there is nothing of that name to spare (to be contained: ${listed(acted)}).`;
}

function listed(ids: readonly string[]): string {
  const more = ids.length > shown ? ` and ${ids.length - shown} more` : '';
  return ids.length === 0 ? 'nothing' : `${[...ids].sort().slice(0, shown).join(', ')}${more}`;
}
