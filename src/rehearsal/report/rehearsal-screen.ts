import type { Rehearsal } from '../rehearse.js';
import type { Score } from '../score/score.js';
import type { Touch } from '../score/score-facts.js';
import { padEnd, Screen, type ScreenOptions } from '../../report/terminal/index.js';

const mostNamed = 5;

/** The result of one rehearsal, for people. Pure. */
export function rehearsalScreen(rehearsal: Rehearsal, options: ScreenOptions): string {
  const { name, title, seed, score, judgements, reached, commands, took, unknownOperations } = rehearsal;
  const screen = new Screen(options);
  screen.line([padEnd(' SIMULATED: a rehearsal. Nothing here is real.', screen.width), 'banner']);
  screen.row('scenario', [name, 'bold'], `  ${title}`);
  const ran = commands.map(
    ({ command, exitCode, took: ms }) =>
      `${command} exit ${exitCode ?? 'killed'} in ${(ms / 1000).toFixed(1)} s`,
  );
  screen.row('ran', [...ran, `seed ${seed}`, `${(took / 1000).toFixed(1)} s in all`].join(' · '));
  screen.gap();
  for (const [label, value] of figures(score)) screen.row(label, value);
  screen.gap();
  screen.row('goals', reached ? ['all reached', 'green'] : ['not reached', 'red']);
  for (const { goal, wanted, got, reached: held } of judgements) {
    if (held && !options.verbose) continue;
    screen.row('', [held ? '✓ ' : '✗ ', held ? 'green' : 'red'], `${goal}: ${got}, wanted ${wanted}`);
  }
  for (const [label, touches] of offenders(score)) {
    for (const [index, touch] of touches.slice(0, mostNamed).entries())
      screen.row(index === 0 ? label : '', `${touch.kind} ${touch.id} in ${touch.region}: ${touch.why}`);
    if (touches.length > mostNamed) screen.row('', `and ${touches.length - mostNamed} more`);
  }
  for (const line of [
    ...score.actionsWithoutJournal,
    ...score.journalWithoutAction,
    ...score.falseAllClear,
  ].slice(0, mostNamed))
    screen.text('', line);
  const unknown = Object.entries(unknownOperations);
  if (unknown.length > 0)
    screen.text(
      'range',
      `does not have ${unknown.map(([operation, times]) => `${operation} (${times}×)`).join(', ')}`,
    );
  for (const { command, exitCode, stderr } of commands) {
    if (exitCode !== 1 && exitCode !== 2 && exitCode !== null) continue;
    for (const line of stderr.trim().split('\n').slice(-mostNamed)) screen.row(command, [line, 'red']);
  }
  return screen.toString();
}

/** What a score comes to, as label and words. Pure. */
export function figures(score: Score): [string, string][] {
  const seconds = (value: number | null) => (value === null ? 'never' : `${value} s`);
  const first =
    score.keyOffFirst === null ? '' : score.keyOffFirst ? ', before anything else' : ', not first';
  return [
    ['key off', `${seconds(score.keyOff)}${first}`],
    [
      'attacker',
      `${score.attackerSuccesses} of ${score.attackerCalls} calls worked; the last one ${score.lastAttackerCall === null ? 'before the responder came' : `at ${score.lastAttackerCall} s`}`,
    ],
    [
      'stopped',
      score.lastRogueStopped === null
        ? 'no rogue instance'
        : `the last rogue instance at ${score.lastRogueStopped} s`,
    ],
    [
      'rogue',
      `${score.rogue} made, ${score.rogueAlive.length} alive${score.rogueOutOfReach.length > 0 ? `, ${score.rogueOutOfReach.length} out of reach` : ''}`,
    ],
    [
      'innocents',
      `${score.innocents} there, ${score.innocentsTouched.length} touched, ${score.tamperedLeft.length} left tampered with`,
    ],
    ['principals', `${score.principalsOpen.length} still open`],
    ['money', `$${score.usdBurned.toFixed(2)} burned, $${score.usdPerHourLeft.toFixed(2)} an hour left`],
    ['calls', `${score.calls}, of them ${score.changes} changes; ${score.throttles} throttled`],
    [
      'journal',
      `${score.actionsWithoutJournal.length} actions without an entry, ${score.journalWithoutAction.length} entries without an action`,
    ],
  ];
}

/** Everything that spoils a score, by what is wrong with it. Pure. */
export function offenders(score: Score): [string, Touch[]][] {
  return [
    ['alive', score.rogueAlive],
    ['no reach', score.rogueOutOfReach],
    ['tools', score.toolsLeft],
    ['touched', score.innocentsTouched],
    ['tampered', score.tamperedLeft],
    ['open', score.principalsOpen],
  ];
}

/** One line a scenario, where there were several. Pure. */
export function summaryTable(
  done: readonly Rehearsal[],
  options: Pick<ScreenOptions, 'width' | 'color'>,
): string {
  const screen = new Screen({ ...options, verbose: false });
  const width = Math.max(...done.map(({ name }) => name.length));
  for (const { name, reached, score, judgements, took } of done) {
    const missed = judgements.filter((one) => !one.reached).map(({ goal, got }) => `${goal} ${got}`);
    screen.line(
      [reached ? '✓ ' : '✗ ', reached ? 'green' : 'red'],
      `${padEnd(name, width)}  key off ${score.keyOff ?? '–'} s · ${score.rogueAlive.length} alive · ${score.innocentsTouched.length} touched · ${(took / 1000).toFixed(0)} s`,
      missed.length === 0 ? '' : [`  ${missed.join(', ')}`, 'red'],
    );
  }
  screen.line(
    `${done.filter(({ reached }) => reached).length} of ${done.length} scenarios reached their goals`,
  );
  return screen.toString();
}
