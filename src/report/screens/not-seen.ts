import type { Cell } from '../../model/index.js';
import { plays } from '../../plays/index.js';
import { type Gap, gaps, notExamined, regionsClosed, regionsOff, servicesOff } from '../index.js';
import { padEnd, type Screen } from '../terminal/index.js';
import { fitting, more, shown } from './incident-sections.js';

/** A check that AWS refuses for want of a permission. */
function lacksPermission({ status, subject }: Gap): boolean {
  return status === 'denied' && plays.some(({ id }) => id === subject);
}

/** So many checks are named in a command; where more lack something, the whole policy is shorter. */
const namedChecks = 12;

/** Many refusals are one line, with the command that prints the permissions that they need. */
function showLacking(screen: Screen, lacking: readonly Gap[]): void {
  const ids = lacking.map(({ subject }) => subject);
  const where = new Set(lacking.flatMap(({ regions }) => regions.filter((region) => region !== 'global')));
  const say = screen.say.gaps;
  const line = say.lacking(ids.length, where.size, screen.say.joined(ids, 3));
  screen.row('', [padEnd(say.denied, 10), 'yellow'], line);
  const named = ids.length > namedChecks ? '' : ` --plays ${ids.join(',')}`;
  screen.whole('', `leakguard policy --read-only${named}   # ${say.whatTheyNeed}`, 'bold');
}

/** The section that says what every "nothing found" above does not cover. */
export function showGaps(screen: Screen, coverage: readonly Cell[]): void {
  screen.gap();
  const say = screen.say.gaps;
  if (coverage.length === 0) {
    screen.row(say.label, [say.nothing, 'yellow']);
    return;
  }
  const all = gaps(coverage);
  const lacking = screen.options.verbose ? [] : all.filter(lacksPermission);
  const list = lacking.length < 2 ? all : all.filter((gap) => !lacking.includes(gap));
  if (all.length === 0) screen.row(say.label, [say.complete, 'green']);
  else screen.row(say.label, [say.unknown, 'yellow']);
  const { verbose } = screen.options;
  const names = (items: readonly string[], max: number): string =>
    screen.say.joined(items, verbose ? Infinity : max);
  if (list.length < all.length) showLacking(screen, lacking);
  const max = fitting(list.length, shown.gaps, verbose);
  for (const gap of list.slice(0, max)) {
    const where =
      gap.subject === 'region' && gap.status === 'denied'
        ? say.regions(gap.regions.length, names(gap.regions, 2))
        : say.where(gap.subject, names(gap.regions, 2));
    screen.row(
      '',
      [padEnd(say.status(gap.status), 10), 'yellow'],
      where,
      gap.detail === null ? '' : [`: ${gap.detail}`, 'dim'],
    );
  }
  if (list.length > max) more(screen, list.length - max, 'gap');
  const without = notExamined(coverage);
  const regions = regionsOff(coverage);
  if (without.length > 0) screen.row('', [say.notExamined(names(without, 3)), 'dim']);
  if (regions.length > 0) screen.row('', [say.notEnabled(names(regions, 3)), 'dim']);
  const closed = regionsClosed(coverage);
  if (closed.length > 0) screen.row('', [say.closed(closed.length, names(closed, 3)), 'dim']);
  if (!verbose) return;
  for (const [subject, where] of servicesOff(coverage)) {
    screen.row('', [say.notThere(subject, screen.say.joined(where, Infinity)), 'dim']);
  }
}
