import type { Rank, RemovalStep } from '../../model/index.js';
import { groupBy, type Ranked, type RankedLine } from '../index.js';
import { count, some } from '../messages/index.js';
import type { Screen, Style } from '../terminal/index.js';

/** How many lines of each rank one screen shows; `--verbose` shows all. */
const shown: Record<Rank, number> = { access: 6, spend: 3, blind: 3, read: 4, other: 1 };
const kindsShown = 4;
const triedShown = 2;
const alsoShown = 2;

const labels: Record<Rank, string> = {
  access: 'access',
  spend: 'spends',
  blind: 'blinds',
  read: 'read',
  other: 'also left',
};
const colours: Record<Rank, Style | null> = {
  access: 'red',
  spend: 'red',
  blind: 'yellow',
  read: 'yellow',
  other: null,
};

/** What still stands, the most dangerous first: what lets somebody in, what spends, what blinds, what was read. */
export function stands(screen: Screen, ranked: Ranked): void {
  const { stands: lines, kinds, byTrail, unseen, total } = ranked;
  const { verbose } = screen.options;
  if (total > 0) {
    const which = byTrail === total ? '' : `${byTrail} of them `;
    const doubt = `${which}as far as the trail shows; ${unseen ? 'the inventory does not show them' : 'the account was not looked at'}`;
    screen.row(
      'stands',
      [some(kinds, verbose ? Infinity : kindsShown), 'bold'],
      byTrail > 0 ? [` (${doubt})`, 'yellow'] : '',
    );
  }
  // What is not in the trail any more may be more than all that is: said first.
  for (const rank of ['blind', 'access', 'spend', 'read', 'other'] as const) {
    if (rank === 'blind' && !verbose) blinds(screen, lines.blind);
    else if (rank === 'other' && lines.other.length > 0) numbers(screen, labels.other, lines.other);
    else rows(screen, rank, lines[rank]);
  }
  removals(screen, ranked.removals);
  if (ranked.gone.length > 0)
    screen.row('gone', [
      `${some(ranked.gone, 4)}: made, as the trail tells, and not there: AWS says so`,
      'dim',
    ]);
}

/** How what stands is taken away: a step for each, and its command where that is safe to paste. */
function removals(screen: Screen, steps: readonly RemovalStep[]): void {
  if (steps.length === 0) return;
  if (!screen.options.verbose) {
    screen.row('remove', [
      `${count(steps.length, 'step')}, each with its command or where to click: --verbose`,
      'dim',
    ]);
    return;
  }
  for (const [i, { step, command }] of steps.entries()) {
    screen.row(i === 0 ? 'remove' : '', step);
    if (command !== null) screen.whole('', `  ${command}`);
  }
}

function rows(screen: Screen, rank: Rank, lines: readonly RankedLine[]): void {
  const max = screen.options.verbose || lines.length <= shown[rank] ? lines.length : shown[rank] - 1;
  for (const [i, line] of lines.slice(0, max).entries()) {
    screen.row(
      i === 0 ? labels[rank] : '',
      [line.what, colours[rank]],
      line.inDoubt ? [' (in doubt)', 'dim'] : '',
      line.detail === ''
        ? ''
        : `${/×|^rotate/.test(line.what) || line.detail.startsWith('on ') ? ' ' : ': '}${line.detail}`,
    );
  }
  const rest = lines.slice(max);
  if (rest.length > 0) screen.row('', [`and ${inNumbers(rest)}: --verbose`, 'dim']);
}

/** `3 roles, 2 security group rules`: the rest in numbers. */
function inNumbers(lines: readonly RankedLine[]): string {
  const kinds = [...groupBy(lines, ({ kind }) => kind)].map(([kind, all]) => {
    const n = all.reduce((sum, line) => sum + line.n, 0);
    return all.some(({ what }) => what.includes(kind) && /×|^rotate/.test(what))
      ? `${n} × ${kind}`
      : count(n, kind);
  });
  return some(kinds, 6);
}

/** One line, so that what lets somebody in stands right below. */
function blinds(screen: Screen, lines: readonly RankedLine[]): void {
  const told = lines
    .slice(0, 2)
    .map(({ what, detail, kind }) => (/^[A-Z]/.test(kind) ? what : `${what}: ${detail}`));
  if (told.length === 0) return;
  const rest = lines.length - told.length;
  screen.row(
    labels.blind,
    [told.join(', '), colours.blind],
    rest === 0 ? '' : [` and ${count(rest, 'more kind')}`, 'dim'],
  );
}

/** Many of little weight in one line. */
function numbers(screen: Screen, label: string, lines: readonly RankedLine[], max = alsoShown): void {
  if (lines.length === 0) return;
  const { verbose } = screen.options;
  const told = verbose ? lines : lines.slice(0, max);
  const rest = lines.slice(told.length);
  const calls = rest.reduce((sum, { n }) => sum + n, 0);
  // Of many calls the targets say little.
  const whole = verbose || label === labels.other || lines.length === 1;
  const words = told.map(({ what, detail }) =>
    whole && detail !== '' ? `${what} ${detail}` : plainCall(what),
  );
  screen.row(
    label,
    words.join(', '),
    rest.length === 0 ? '' : [` and ${count(rest.length, 'more kind')}, ${calls} in all: --verbose`, 'dim'],
  );
}

/** Lambda's API dates are no part of what it was. */
function plainCall(what: string): string {
  return what.replace(/\d{8}(v\d)?$/, '');
}

/** What was tried in vain, and what was done besides. */
export function besides(screen: Screen, { tried, also }: Ranked): void {
  numbers(screen, 'refused', tried, triedShown);
  numbers(screen, 'also did', also, alsoShown);
}
