import {
  type Action,
  type Finding,
  type Identity,
  type Incident,
  type LeftOver,
  phases,
  resourceKey,
} from '../../model/index.js';
import { endsOther } from '../../plays/index.js';
import { groupBy, instanceTypeOf, priceOf, tally } from '../index.js';
import { showGaps } from './not-seen.js';
import { fit, padEnd, padStart, Screen, type ScreenOptions } from '../terminal/index.js';
import { clock, count, some, usd } from '../messages/index.js';

/** How many actions of one phase are told one by one; more are folded by operation. */
const actionsOfAPhase = 6;
const leftShown = 5;
const sessionsShown = 5;
const causesShown = 6;
const regionsShown = 6;

/**
 * What is about to be done, by phase and region; what has no way back; what is left alone and why; what could not be
 * looked at. Shown before the account id is asked for, and by a dry run.
 */
export function planScreen(
  incident: Incident,
  plan: { actions: readonly Action[]; left: readonly LeftOver[] },
  options: ScreenOptions,
  identity: Identity | null = null,
): string {
  const screen = new Screen(options);
  if (identity !== null) screen.simulated(identity);
  const { actions, left } = plan;
  screen.row(
    'plan',
    [count(actions.length, 'action'), 'bold'],
    ` on ${count(new Set(actions.flatMap(({ targets }) => targets)).size, 'resource')}`,
    incident.cost.usdPerHour > 0
      ? `, about ${usd(incident.cost.usdPerHour)} an hour at stake (an estimate)`
      : '',
  );
  for (const phase of phases) {
    const group = actions.filter((action) => action.phase === phase);
    if (group.length === 0) continue;
    const lines = options.verbose || group.length <= actionsOfAPhase ? group.map(one) : folded(group);
    for (const [i, line] of lines.entries()) screen.row(i === 0 ? phase : '', line);
  }
  showEnds(screen, incident, actions);
  showOtherSessions(screen, incident, actions);
  showCauses(screen, actions);
  const final = actions.filter((action) => 'none' in action.undo);
  if (final.length > 0) {
    screen.gap();
    screen.text(
      'no undo',
      `${count(final.length, 'action')} cannot be undone: ${some(reasons(final), 3)}`,
      'yellow',
    );
  }
  showLeft(screen, left);
  showGaps(screen, incident.coverage);
  return screen.toString();
}

/** What is about to be ended: in each region how many of which type, and their price, the dearest first. */
function showEnds(screen: Screen, { findings }: Incident, actions: readonly Action[]): void {
  const targets = new Set(
    actions.flatMap((action) => (action.operation === 'TerminateInstances' ? action.targets : [])),
  );
  const ended = findings.filter(({ resource }) => targets.has(resourceKey(resource)));
  if (ended.length === 0) return;
  screen.gap();
  const price = (of: readonly Finding[]): number => of.reduce((sum, one) => sum + (priceOf(one) ?? 0), 0);
  const priced = (of: readonly Finding[]): string => {
    const unknown = of.filter((one) => priceOf(one) === null).length;
    const known = unknown < of.length ? `about ${usd(price(of))} an hour` : '';
    return [known, unknown > 0 ? `price of ${unknown} not known` : ''].filter(Boolean).join(', ');
  };
  const regions = [...groupBy(ended, ({ resource }) => resource.region)].sort(
    ([a, of], [b, others]) => price(others) - price(of) || (a < b ? -1 : 1),
  );
  const max = screen.options.verbose || regions.length <= regionsShown + 1 ? Infinity : regionsShown;
  for (const [i, [region, of]] of regions.slice(0, max).entries()) {
    const types = tally(of.map((one) => instanceTypeOf(one) ?? 'type not known'));
    const what = some(
      types.map(([type, n]) => `${n} × ${type}`),
      3,
    );
    screen.row(i === 0 ? 'will end' : '', `${padEnd(region, 15)} ${what}: ${priced(of)}`);
  }
  const others = regions.slice(max).flatMap(([, of]) => of);
  if (others.length > 0)
    screen.row(
      '',
      `${regions.length - max} more regions: ${count(others.length, 'instance')}: ${priced(others)}`,
    );
}

/** What the actions make AWS do besides: it shows before it is agreed to. */
function showCauses(screen: Screen, actions: readonly Action[]): void {
  const causes = tally(actions.flatMap(({ causes = [] }) => causes));
  if (causes.length === 0) return;
  screen.gap();
  const shown = screen.options.verbose ? causes : causes.slice(0, causesShown);
  for (const [i, [cause, n]] of shown.entries())
    screen.text(i === 0 ? 'causes' : '', n > 1 ? `${cause} (${n} times)` : cause, 'yellow');
  if (shown.length < causes.length)
    screen.row('', `… and ${causes.length - shown.length} more: --verbose shows them`);
}

/** Who else uses the roles that are about to be cut: what that breaks shows before it is agreed to. */
function showOtherSessions(screen: Screen, { findings }: Incident, actions: readonly Action[]): void {
  for (const { resource, otherSessions = [] } of findings) {
    const cut = actions.find((action) => action.targets.includes(resourceKey(resource)));
    if (otherSessions.length === 0 || cut === undefined) continue;
    screen.gap();
    const shown = otherSessions.slice(0, screen.options.verbose ? undefined : sessionsShown);
    const ended = otherSessions.filter((other) => endsOther(cut, other)).length;
    screen.row(
      'in use',
      `${count(otherSessions.length, 'session')} of role ${resource.id} by others: `,
      ended === 0 ? 'they go on' : [`the cut ends ${ended} of them`, 'yellow'],
    );
    for (const other of shown) {
      const { id, name, lastSeen, source } = other;
      screen.row(
        '',
        padEnd(endsOther(cut, other) ? 'ends' : 'goes on', 8),
        `${padEnd(fit(name ?? id, 24), 24)} last seen ${clock(lastSeen)}`,
        source === null ? '' : ` from ${source}`,
      );
    }
    if (shown.length < otherSessions.length)
      screen.row('', `… and ${otherSessions.length - shown.length} more`);
  }
}

function one(action: Action): string {
  return `${padEnd(action.region, 15)} ${action.title}`;
}

function folded(group: readonly Action[]): string[] {
  return [...groupBy(group, ({ play, operation }) => `${play} ${operation}`).values()].map((same) => {
    const first = same[0]!;
    const targets = new Set(same.flatMap((action) => action.targets)).size;
    const regions = [...new Set(same.map(({ region }) => region))];
    const where = regions.length > 3 ? count(regions.length, 'region') : regions.join(', ');
    return `${padStart(String(same.length), 4)} × ${first.operation} on ${count(targets, 'resource')} in ${where}`;
  });
}

function reasons(actions: readonly Action[]): string[] {
  return tally(actions.flatMap(({ undo }) => ('none' in undo ? [undo.none.replace(/\.$/, '')] : []))).map(
    ([reason]) => reason,
  );
}

/** What is not contained, by cause, with the first few named. */
export function showLeft(screen: Screen, left: readonly LeftOver[]): void {
  if (left.length === 0) return;
  screen.gap();
  const { verbose } = screen.options;
  const byCause = groupBy(left, ({ cause }) => cause);
  let label = 'left';
  for (const [cause, group] of byCause) {
    const kinds = tally(group.map(({ type }) => type)).map(([type, n]) => count(n, type));
    const regions = [...new Set(group.map(({ region }) => region))];
    screen.row(label, [padEnd(cause, 10), 'yellow'], `${some(kinds, 3)} in ${some(regions, 3)}`);
    label = '';
    for (const [detail, n] of tally(group.flatMap(({ detail }) => (detail === null ? [] : [detail]))).slice(
      0,
      verbose ? Infinity : 1,
    )) {
      screen.row('', ['          ', null], [`${detail}${n > 1 ? ` (${n})` : ''}`, 'dim']);
    }
    const shown = verbose ? group : group.slice(0, cause === 'held' ? leftShown : 2);
    screen.row(
      '',
      ['          ', null],
      `${shown.map(({ id }) => id).join(' ')}${group.length > shown.length ? ' …' : ''}`,
    );
  }
}
