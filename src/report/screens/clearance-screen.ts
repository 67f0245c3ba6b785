import type { ClearanceRow, Identity } from '../../model/index.js';
import type { ClearanceLimits } from '../index.js';
import { padEnd, Screen, type ScreenOptions, type Style } from '../terminal/index.js';
import { count, some } from '../messages/index.js';

type Status = ClearanceRow['status'];

/** Worst first: what must be done, what is not known, what takes time, what is well. */
const order: readonly Status[] = ['dirty', 'unknown', 'settling', 'not-examined', 'clean'];
const styles: Record<Status, Style> = {
  dirty: 'red',
  unknown: 'yellow',
  settling: 'cyan',
  'not-examined': 'dim',
  clean: 'green',
};
const detailsShown = 2;
const namesShown = 8;

/** The clearance list of `verify`: how many checks are clean, then each that is not, worst first; `verbose` shows every
 *  one. It says clean only where every row is. */
export function clearanceScreen(
  rows: readonly ClearanceRow[],
  limits: ClearanceLimits,
  identity: Identity,
  options: ScreenOptions,
  next: readonly string[] = [],
): string {
  const screen = new Screen(options).simulated(identity);
  const of = (status: Status): ClearanceRow[] => rows.filter((row) => row.status === status);
  const counts = order.flatMap((status) => {
    const n = of(status).length;
    return n === 0 || status === 'clean' ? [] : [`${n} ${status}`];
  });
  screen.row('verify', headline(rows), `  account ${identity.account}`);
  screen.row(
    '',
    [`${count(of('clean').length, 'check')} clean`, 'green'],
    ...counts.map((text) => `, ${text}`),
  );
  const { services, regions } = limits;
  const byTrail = rows.flatMap(({ subject, looked }) => (looked === 'by-trail' ? [subject] : []));
  if (byTrail.length > 0)
    screen.text(
      '',
      `looked at as far as the trail names them, since nothing lists them: ${byTrail.join(', ')}`,
      'dim',
    );
  if (services.length > 0)
    screen.text('', `not examined, since no check is made for them: ${some(services, namesShown)}`, 'dim');
  if (regions.length > 0)
    screen.text('', `regions not enabled, where nothing can run: ${some(regions, namesShown)}`, 'dim');
  screen.gap();
  // That the others are clean is said in one line above; a clean one with details rests on the person's word.
  const shown = rows.filter(
    ({ status, details }) => options.verbose || status !== 'clean' || details.length > 0,
  );
  const widest = Math.max(...shown.map(({ subject }) => subject.length), 0) + 2;
  for (const status of order) {
    if (status === 'not-examined' && !options.verbose) {
      const names = of(status).map(({ subject }) => subject);
      if (names.length > 0) screen.text('', `not examined: ${some(names, namesShown)}`, 'dim');
      continue;
    }
    for (const { subject, title, details } of shown.filter((row) => row.status === status)) {
      const max = options.verbose ? Infinity : detailsShown;
      screen.row(status, [padEnd(subject, widest), styles[status]], title);
      for (const detail of details.slice(0, max)) screen.row('', [`  ${detail}`, 'dim']);
      if (details.length > max)
        screen.row('', [`  and ${count(details.length - max, 'more', 'more')}: --verbose`, 'dim']);
    }
  }
  if (next.length > 0) screen.next(next);
  return screen.toString();
}

function headline(rows: readonly ClearanceRow[]): [string, Style] {
  const has = (status: Status): boolean => rows.some((row) => row.status === status);
  if (has('dirty')) return ['NOT CLEAN', 'red'];
  if (has('unknown') || rows.length === 0) return ['NOT KNOWN TO BE CLEAN', 'yellow'];
  if (has('settling')) return ['NOT KNOWN YET', 'cyan'];
  if (has('not-examined')) return ['CLEAN WHERE EXAMINED', 'yellow'];
  return ['CLEAN', 'green'];
}
