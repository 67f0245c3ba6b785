import type { Finding } from '../../model/index.js';

/**
 * The ids of the findings that a word of `--include` or `--exclude` names: an id; a region or a class (`held`), for
 * those of `among`; a group's name, for the group and its members of `among`. Pure.
 */
export function namedBy(
  word: string,
  findings: readonly Finding[],
  among: (finding: Finding) => boolean,
): string[] {
  const named = findings.filter(
    (finding) =>
      finding.resource.id === word ||
      (among(finding) &&
        ((finding.judged ?? finding.class) === word ||
          finding.resource.region === word ||
          finding.resource.links.some(({ kind, id }) => kind === 'group' && id === word))),
  );
  return [...new Set(named.map(({ resource }) => resource.id))];
}
