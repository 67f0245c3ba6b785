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
import { clock } from '../messages/index.js';

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
  const say = screen.say.plan;
  screen.row(
    say.label,
    [say.actions(actions.length), 'bold'],
    say.onResources(new Set(actions.flatMap(({ targets }) => targets)).size),
    incident.cost.usdPerHour > 0 ? say.atStake(incident.cost.usdPerHour) : '',
  );
  for (const phase of phases) {
    const group = actions.filter((action) => action.phase === phase);
    if (group.length === 0) continue;
    const lines =
      options.verbose || group.length <= actionsOfAPhase
        ? group.map((action) => one(screen, action))
        : folded(screen, group);
    for (const [i, line] of lines.entries()) screen.row(i === 0 ? say.phase[phase] : '', line);
  }
  showEnds(screen, incident, actions);
  showOtherSessions(screen, incident, actions);
  showCauses(screen, actions);
  const final = actions.filter((action) => 'none' in action.undo);
  if (final.length > 0) {
    screen.gap();
    screen.text(
      say.noUndo,
      say.cannotUndo(final.length, screen.say.joined(reasons(final).map(screen.say.said), 3)),
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
  const say = screen.say.plan;
  const price = (of: readonly Finding[]): number => of.reduce((sum, one) => sum + (priceOf(one) ?? 0), 0);
  const priced = (of: readonly Finding[]): string => {
    const unknown = of.filter((one) => priceOf(one) === null).length;
    const known = unknown < of.length ? say.perHour(price(of)) : '';
    return [known, unknown > 0 ? say.priceUnknown(unknown) : ''].filter(Boolean).join(', ');
  };
  const regions = [...groupBy(ended, ({ resource }) => resource.region)].sort(
    ([a, of], [b, others]) => price(others) - price(of) || (a < b ? -1 : 1),
  );
  const max = screen.options.verbose || regions.length <= regionsShown + 1 ? Infinity : regionsShown;
  for (const [i, [region, of]] of regions.slice(0, max).entries()) {
    const types = tally(of.map((one) => instanceTypeOf(one) ?? say.typeUnknown));
    const what = screen.say.joined(
      types.map(([type, n]) => `${n} × ${type}`),
      3,
    );
    screen.row(i === 0 ? say.willEnd : '', `${padEnd(region, 15)} ${what}: ${priced(of)}`);
  }
  const others = regions.slice(max).flatMap(([, of]) => of);
  if (others.length > 0)
    screen.row('', `${say.moreRegions(regions.length - max, others.length)}: ${priced(others)}`);
}

/** What the actions make AWS do besides: it shows before it is agreed to. */
function showCauses(screen: Screen, actions: readonly Action[]): void {
  const causes = tally(actions.flatMap(({ causes = [] }) => causes));
  if (causes.length === 0) return;
  screen.gap();
  const shown = screen.options.verbose ? causes : causes.slice(0, causesShown);
  for (const [i, [cause, n]] of shown.entries())
    screen.text(
      i === 0 ? screen.say.plan.causes : '',
      n > 1 ? screen.say.plan.times(screen.say.said(cause), n) : screen.say.said(cause),
      'yellow',
    );
  if (shown.length < causes.length)
    screen.row('', `… ${screen.say.seeVerbose(causes.length - shown.length)}`);
}

/** Who else uses the roles that are about to be cut: what that breaks shows before it is agreed to. */
function showOtherSessions(screen: Screen, { findings }: Incident, actions: readonly Action[]): void {
  for (const { resource, otherSessions = [] } of findings) {
    const cut = actions.find((action) => action.targets.includes(resourceKey(resource)));
    if (otherSessions.length === 0 || cut === undefined) continue;
    screen.gap();
    const shown = otherSessions.slice(0, screen.options.verbose ? undefined : sessionsShown);
    const ended = otherSessions.filter((other) => endsOther(cut, other)).length;
    const say = screen.say.plan;
    screen.row(
      say.inUse,
      say.sessionsOf(otherSessions.length, resource.id),
      ended === 0 ? say.theyGoOn : [say.cutEnds(ended), 'yellow'],
    );
    for (const other of shown) {
      const { id, name, lastSeen, source } = other;
      screen.row(
        '',
        padEnd(endsOther(cut, other) ? say.ends : say.goesOn, 8),
        `${padEnd(fit(name ?? id, 24), 24)} ${say.lastSeen(clock(lastSeen))}`,
        source === null ? '' : say.from(source),
      );
    }
    if (shown.length < otherSessions.length)
      screen.row('', `… ${screen.say.andMore(otherSessions.length - shown.length)}`);
  }
}

function one({ say }: Screen, action: Action): string {
  return `${padEnd(action.region, 15)} ${say.said(action.title)}`;
}

function folded({ say }: Screen, group: readonly Action[]): string[] {
  return [...groupBy(group, ({ play, operation }) => `${play} ${operation}`).values()].map((same) => {
    const first = same[0]!;
    const targets = new Set(same.flatMap((action) => action.targets)).size;
    const regions = [...new Set(same.map(({ region }) => region))];
    return `${padStart(String(same.length), 4)} × ${say.plan.folded(first.operation, targets, regions)}`;
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
  const { say } = screen;
  let { label }: { label: string } = say.left;
  for (const [cause, group] of byCause) {
    const kinds = tally(group.map(({ type }) => type)).map(([type, n]) => say.counted(n, type));
    const regions = [...new Set(group.map(({ region }) => region))];
    screen.row(
      label,
      [padEnd(say.left.cause[cause], 10), 'yellow'],
      say.left.kinds(say.joined(kinds, 3), say.joined(regions, 3)),
    );
    label = '';
    for (const [detail, n] of tally(group.flatMap(({ detail }) => (detail === null ? [] : [detail]))).slice(
      0,
      verbose ? Infinity : 1,
    )) {
      screen.row('', ['          ', null], [`${say.said(detail)}${n > 1 ? ` (${n})` : ''}`, 'dim']);
    }
    const shown = verbose ? group : group.slice(0, cause === 'held' ? leftShown : 2);
    screen.row(
      '',
      ['          ', null],
      `${shown.map(({ id }) => id).join(' ')}${group.length > shown.length ? ' …' : ''}`,
    );
  }
}
