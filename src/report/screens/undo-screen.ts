import type { Action, Identity } from '../../model/index.js';
import { groupBy } from '../index.js';
import { Screen, type ScreenOptions } from '../terminal/index.js';
import { count, some } from '../messages/index.js';

interface Told {
  action: Action;
  why: string;
}

/** How many lines of one kind are told one by one. */
const shown = 8;

/** What an undo gives back, what that does, what it leaves and why: shown before it is agreed to. */
export function undoScreen(
  plan: {
    actions: readonly Action[];
    consequences: readonly Told[];
    left: readonly Told[];
    impossible: readonly Told[];
    flagged: readonly { action: Action; flag: string }[];
  },
  journal: string,
  options: ScreenOptions,
  identity: Identity,
): string {
  const screen = new Screen(options);
  screen.simulated(identity);
  screen.row('undo', [count(plan.actions.length, 'action'), 'bold'], ' will be taken back');
  const rest = (of: number): number => (options.verbose ? of : Math.min(of, shown));
  for (const { title, region } of plan.actions.slice(0, rest(plan.actions.length)))
    screen.row('', `${title} (${region})`);
  const more = plan.actions.length - rest(plan.actions.length);
  if (more > 0) screen.row('', `and ${more} more: --verbose shows them`);
  const dangers = [...new Set(plan.consequences.map(({ why }) => why))];
  // All of them: what is not seen cannot be agreed to.
  for (const [i, why] of dangers.entries()) screen.text(i === 0 ? 'danger' : '', why, 'red');
  if (plan.left.length > 0) {
    screen.gap();
    screen.row('left', [count(plan.left.length, 'action'), 'bold'], ' left as they are:');
    for (const [why, of] of groupBy(plan.left, (told) => told.why))
      screen.text('', `${why}: ${some([...new Set(of.map(({ action }) => action.title))], 3)}`);
    screen.whole('', `leakguard undo ${journal} --include-rogue`);
  }
  for (const [flag, of] of groupBy(plan.flagged, (one) => one.flag))
    screen.text('left', `${some([...new Set(of.map(({ action }) => action.title))], 3)}: only with ${flag}`);
  if (plan.impossible.length > 0) {
    const why = [...new Set(plan.impossible.map((told) => told.why))];
    screen.gap();
    screen.text('no undo', `${count(plan.impossible.length, 'action')}: ${some(why, 3)}`, 'dim');
  }
  return screen.toString();
}
