import {
  type Finding,
  type Incident,
  type Report,
  idInKey,
  leadFlag,
  rules,
  shellArgument,
} from '../../model/index.js';
import { clock, utc } from '../messages/index.js';
import { classStyle, Screen, type ScreenOptions } from '../terminal/index.js';

/** The findings of a report that an id names. Pure. */
export function findingsNamed(report: Report, id: string): Finding[] {
  return (report.incident?.findings ?? []).filter(({ resource }) => resource.id === id);
}

/**
 * Why a thing has its class: the rule, the reasons, the events, what was done to it, and what would change it.
 * `path`: the journal's, for the commands that take it.
 */
export function explainScreen(report: Report, id: string, options: ScreenOptions, path: string): string {
  const screen = new Screen(options).simulated(report.identity);
  for (const found of findingsNamed(report, id)) {
    const done = doneTo(report, found);
    showReasons(screen, found, done.length > 0 ? ' before what was done to it' : '');
    for (const [i, line] of done.entries()) screen.text(i === 0 ? 'done' : '', line);
    screen.text('to change', toChange(report, found, path));
  }
  return screen.toString();
}

/** Why things of an incident have their class, before anything is done to them. Pure. */
export function reasonsScreen(
  { findings }: Incident,
  ids: readonly string[],
  options: ScreenOptions,
): string {
  const screen = new Screen(options);
  for (const id of ids) {
    const named = findings.filter(({ resource }) => resource.id === id);
    for (const found of named) showReasons(screen, found);
    if (named.length === 0) screen.row('nothing', `there is nothing of the name ${id}`);
  }
  return screen.toString();
}

/** The class, its rule, the reasons and the events. `when`: of what moment the state is, where it is not the last. */
function showReasons(
  screen: Screen,
  { resource, class: classed, rule, reasons, evidence }: Finding,
  when = '',
): void {
  screen.row(resource.type, [resource.id, 'bold'], ` in ${resource.region}: ${resource.state}${when}`);
  screen.row('class', [classed, classStyle[classed]], `  by rule ${rule}`);
  screen.text('', rules.get(rule) ?? 'a rule of another version', 'dim');
  for (const [i, reason] of reasons.entries()) screen.text(i === 0 ? 'because' : '', reason);
  for (const [i, { name, time, principal, eventId }] of evidence.entries())
    screen.row(
      i === 0 ? 'events' : '',
      `${utc(time)}  ${name}`,
      principal === null ? '' : ` by ${principal}`,
      eventId === null ? '' : [`  ${eventId}`, 'dim'],
    );
}

/** What was done to it, and what was left undone, by the journal. */
function doneTo({ actions, left }: Report, { resource }: Finding): string[] {
  return [
    ...actions
      .filter(({ targets }) => targets.some((target) => idInKey(target) === resource.id))
      .map(({ at, result, title }) => `${clock(Date.parse(at))} UTC  ${result}: ${title}`),
    ...left
      .filter(({ id, region }) => id === resource.id && region === resource.region)
      .map(({ cause, detail }) => `left, ${cause}${detail === null ? '' : `: ${detail}`}`),
  ];
}

function toChange(report: Report, { class: classed, resource, settlesAt }: Finding, path: string): string {
  const flag = report.simulated ? ' --simulated' : '';
  const contain = `leakguard contain ${leadFlag(report.key ?? '')}${flag}`;
  const id = shellArgument(resource.id, 'NAME');
  switch (classed) {
    case 'rogue':
    case 'tampered':
      return `spare it in the next run: ${contain} --exclude ${id}; take back what was done: leakguard undo ${shellArgument(path, 'JOURNAL')} --only ${id}${flag}`;
    case 'held':
      return `contain it too: ${contain} --include ${id}`;
    case 'settling':
      return `wait until ${utc(settlesAt)}, when CloudTrail must know, and run the same command again`;
    case 'own':
    case 'not-tied':
      return `nothing is done to it; where its owner says that it is the attacker's, end it by hand`;
  }
}
