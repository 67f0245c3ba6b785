import { type Action, type Identity, shellArgument } from '../../model/index.js';
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
    unconfirmed: readonly Told[];
    consequences: readonly Told[];
    left: readonly Told[];
    impossible: readonly Told[];
    flagged: readonly { action: Action; flag: string }[];
  },
  proof: { by: string | null; provenTo: number; unread: string | null },
  journal: string,
  options: ScreenOptions,
  identity: Identity,
): string {
  const screen = new Screen(options);
  screen.simulated(identity);
  screen.row('undo', [count(plan.actions.length, 'action'), 'bold'], ' will be taken back');
  const rest = (of: number): number => (options.verbose ? of : Math.min(of, shown));
  if (proof.by !== null)
    screen.text(
      '',
      `CloudTrail confirms the first ${proof.provenTo + 1} lines of the journal, as ${proof.by} left it.`,
    );
  const unconfirmed = new Set(plan.unconfirmed.map(({ action }) => action.id));
  const confirmed = plan.actions.filter(({ id }) => !unconfirmed.has(id));
  for (const { title, region } of confirmed.slice(0, rest(confirmed.length)))
    screen.row('', `${title} (${region})`);
  const more = confirmed.length - rest(confirmed.length);
  if (more > 0) screen.row('', `and ${more} more: --verbose shows them`);
  for (const [why, of] of groupBy(plan.unconfirmed, (told) => told.why)) {
    screen.text(
      'unsure',
      `${why}${proof.unread === null ? '' : ` (not read: ${proof.unread})`}: it would do`,
      'yellow',
    );
    for (const { action } of of) screen.whole('', `${action.title} (${action.region})`);
  }
  const dangers = [...new Set(plan.consequences.map(({ why }) => why))];
  // All of them: what is not seen cannot be agreed to.
  for (const [i, why] of dangers.entries()) screen.text(i === 0 ? 'danger' : '', why, 'red');
  if (plan.left.length > 0) {
    screen.gap();
    screen.row('left', [count(plan.left.length, 'action'), 'bold'], ' left as they are:');
    for (const [why, of] of groupBy(plan.left, (told) => told.why))
      screen.text('', `${why}: ${some([...new Set(of.map(({ action }) => action.title))], 3)}`);
    screen.whole('', `leakguard undo ${shellArgument(journal, 'JOURNAL')} --include-rogue`);
  }
  for (const [flag, of] of groupBy(plan.flagged, (one) => one.flag))
    screen.text('left', `${some([...new Set(of.map(({ action }) => action.title))], 3)}: only with ${flag}`);
  if (plan.impossible.length > 0) {
    const why = [...new Set(plan.impossible.map((told) => told.why))];
    screen.gap();
    screen.text('no undo', `${count(plan.impossible.length, 'action')}: ${why.slice(0, 3).join(' ')}`, 'dim');
    if (why.length > 3) screen.text('', `and ${count(why.length - 3, 'reason')} more`, 'dim');
  }
  return screen.toString();
}
