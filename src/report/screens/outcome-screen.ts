import {
  type Report,
  type Verdict,
  allSeen,
  leadFlag,
  leadInWords,
  isDone,
  shellArgument,
} from '../../model/index.js';
import { type Bill, groupBy, onPersonsWord, stillBilling, tally } from '../index.js';
import { showGaps } from './not-seen.js';
import { padEnd, padStart, Screen, type ScreenOptions, type Style } from '../terminal/index.js';
import { showLeft } from './plan-screen.js';
import { settledFrom, unfinishedActions } from '../../outcome/index.js';
import { clock, count, duration, some, usd, utc, utcSeconds } from '../messages/index.js';

const verdictWords: Record<Verdict['state'], [string, Style]> = {
  contained: ['CONTAINED', 'green'],
  held: ['CONTAINED, EXCEPT WHAT IS HELD', 'yellow'],
  unknown: ['NOT KNOWN TO BE CONTAINED', 'yellow'],
  'not-contained': ['NOT CONTAINED', 'red'],
};

/** The verdict in words, as every screen, page and letter says it. */
export function verdictText(verdict: Verdict): string {
  return verdictWords[verdict.state][0].toLowerCase();
}

/**
 * How a containment ended, in one screen: the verdict and what keeps it from being better, what was done, what is
 * left by cause, what is unknown, from when on `verify` can say clean, and how to go on or back.
 * `path`: the journal's, for the commands that take it.
 */
export function outcomeScreen(report: Report, options: ScreenOptions, path = 'REPORT'): string {
  const screen = new Screen(options).simulated(report.identity);
  const { verdict, milestones: when } = report;
  screen.row(
    'outcome',
    verdictWords[verdict.state],
    `  ${report.key === null ? 'key unknown' : leadInWords(report.key)}, account ${report.identity.account}`,
  );
  for (const reason of verdict.reasons) screen.text('', reason, 'yellow');
  screen.row(
    'key off',
    when.keyOff === null
      ? ['no record that leakguard switched it off', 'yellow']
      : `${utcSeconds(Date.parse(when.keyOff))}${since(when.cutAgreed, when.keyOff, ' after it was agreed')}`,
  );
  if (when.contained !== null) {
    screen.row(
      'contained',
      `${utcSeconds(Date.parse(when.contained))}${since(when.opened, when.contained, ' after the start')}`,
    );
  }
  done(screen, report);
  failed(screen, report);
  byYourWord(screen, report);
  showLeft(screen, report.left);
  byTrailAlone(screen, report);
  billing(screen, stillBilling(report));
  showGaps(screen, report.coverage);
  cloudfront(screen, report);
  screen.gap();
  screen.text('verify', verifyText(report));
  screen.whole('journal', path);
  screen.whole('', `its head ${report.journal.head}`, 'dim');
  screen.next(nextSteps(report, path));
  return screen.toString();
}

/** What you took out of the plan, and what you took in. */
function byYourWord(screen: Screen, report: Report): void {
  const { spared, included } = onPersonsWord(report);
  const max = screen.options.verbose ? Infinity : 8;
  const told = { spared: 'left alone on your word', included: 'taken in on your word' };
  for (const [name, findings] of Object.entries({ spared, included })) {
    if (findings.length === 0) continue;
    screen.gap();
    const ids = findings.map(({ resource }) => resource.id);
    screen.row(name, [`${ids.length} ${told[name as keyof typeof told]}: `, 'yellow'], some(ids, max));
  }
}

/** What the trail says was made and no list shows: nothing was done to it. */
function byTrailAlone(screen: Screen, { incident }: Report): void {
  const unseen = (incident?.fromTrail ?? []).filter(({ trail }) => trail?.now === 'not-known');
  if (unseen.length === 0) return;
  const kinds = tally(unseen.map(({ resource }) => resource.type)).map(([type, n]) => count(n, type));
  screen.row('by trail', [some(kinds, screen.options.verbose ? Infinity : 5), 'yellow']);
  screen.text(
    '',
    'made or changed, as the trail tells, and not contained: the inventory does not show them',
    'dim',
  );
}

function since(from: string | null, to: string, words: string): string {
  return from === null ? '' : `, ${duration(Date.parse(to) - Date.parse(from))}${words}`;
}

function done(screen: Screen, report: Report): void {
  const worked = report.actions.filter(isDone);
  screen.gap();
  if (worked.length === 0) {
    screen.row('done', 'nothing was changed');
    return;
  }
  for (const [i, [phase, actions]] of [...groupBy(worked, (action) => action.phase)].entries()) {
    const targets = new Set(actions.flatMap((action) => action.targets)).size;
    const regions = new Set(actions.map((action) => action.call.region)).size;
    const already = actions.filter(({ result }) => result === 'already-so').length;
    screen.row(
      i === 0 ? 'done' : '',
      padEnd(phase, 10),
      padStart(String(actions.length), 4),
      ` ${actions.length === 1 ? 'action' : 'actions'} on ${count(targets, 'resource')} in ${count(regions, 'region')}`,
      already > 0 ? [`, ${already} already so`, 'dim'] : '',
    );
  }
}

function failed(screen: Screen, report: Report): void {
  const bad = unfinishedActions(report);
  if (bad.length === 0) return;
  screen.gap();
  const max = screen.options.verbose ? Infinity : 5;
  const lines = tally(
    bad.map(
      ({ result, title, error }) =>
        `${padEnd(result, 10)}${title}${error === null ? '' : `: ${error.code}: ${error.message}`}`,
    ),
  );
  for (const [i, [line, n]] of lines.slice(0, max).entries()) {
    screen.row(i === 0 ? 'not done' : '', [`${line}${n > 1 ? ` (${n})` : ''}`, 'yellow']);
  }
  if (lines.length > max) screen.row('', [`and ${lines.length - max} more: --verbose`, 'dim']);
}

/** What is billed on, until when, and what ends it: AWS's bill goes on where the containment has ended. */
function billing(screen: Screen, bills: readonly Bill[]): void {
  if (bills.length === 0) return;
  screen.gap();
  const { verbose } = screen.options;
  const groups = [...groupBy(bills, ({ what, region, until }) => `${what}|${region}|${until}`).values()];
  const max = verbose ? Infinity : 6;
  for (const [i, group] of groups.slice(0, max).entries()) {
    const [{ what, region, until }] = group as [Bill, ...Bill[]];
    const prices = group.flatMap(({ usdPerHour }) => usdPerHour ?? []);
    const sum = prices.reduce((all, one) => all + one, 0);
    const price =
      prices.length < group.length
        ? 'price not known'
        : sum < 0.01
          ? 'less than $0.01 an hour'
          : `about ${usd(sum)} an hour`;
    screen.row(i === 0 ? 'billed on' : '', [`${count(group.length, what)} in ${region}: ${price}`, 'yellow']);
    screen.row(
      '',
      some(
        group.map(({ id }) => id),
        verbose ? Infinity : 4,
      ),
    );
    screen.row('', [until, 'dim']);
  }
  if (groups.length > max) screen.row('', [`and ${groups.length - max} more: --verbose`, 'dim']);
}

function cloudfront(screen: Screen, report: Report): void {
  const last = report.cloudfront.at(-1);
  if (last === undefined) return;
  const { api, hosts } = last.facts;
  screen.gap();
  screen.row(
    'CloudFront',
    api.state === 'answers' ? 'the API answers' : [`the API: ${api.state.replace('-', ' ')}`, 'yellow'],
    api.detail === null ? '' : [`: ${api.detail}`, 'dim'],
  );
  const max = screen.options.verbose ? Infinity : 4;
  const troubled = hosts.filter(({ serving }) => serving !== true);
  for (const host of troubled.slice(0, max)) {
    screen.row(
      '',
      [`${host.host}: ${host.state}`, 'yellow'],
      host.detail === null ? '' : [`: ${host.detail}`, 'dim'],
    );
  }
  if (troubled.length > max)
    screen.row('', [`and ${troubled.length - max} more that do not serve: --verbose`, 'dim']);
  if (hosts.length > 0 && troubled.length === 0)
    screen.row('', `${count(hosts.length, 'host')}, all serving`);
  else if (hosts.length > troubled.length) screen.row('', ['the others serve', 'dim']);
}

/** From when on `verify` can say clean, and why not before. */
export function verifyText(report: Report): string {
  const from = settledFrom(report);
  const { state } = report.verdict;
  if (state === 'contained' && from !== null) {
    return `not before ${utc(from)} can leakguard verify say clean: CloudTrail may be late until then`;
  }
  const late = from === null ? '' : `, nor before ${utc(from)}, since CloudTrail may be late`;
  return allSeen(report.coverage)
    ? `leakguard verify cannot say clean while what stands above is open${late}`
    : `leakguard verify cannot say clean while something cannot be looked at${late}`;
}

/** The next commands, the most urgent first. `path`: the journal's. */
export function nextSteps(report: Report, path: string): string[] {
  const flag = report.simulated ? ' --simulated' : '';
  const journal = shellArgument(path, 'JOURNAL');
  const key = report.key ?? 'KEY';
  const steps: string[] = [];
  const state = report.verdict.state;
  const lacking = lackingPermissions(report);
  if (lacking.length > 0) {
    const more = lacking.length > 3 ? ` and ${lacking.length - 3} more` : '';
    steps.push(`get ${lacking.slice(0, 3).join(', ')}${more}: leakguard policy prints all that it takes`);
  }
  if (report.closed === null || state === 'not-contained') steps.push(`leakguard resume ${journal}${flag}`);
  if (report.left.some(({ cause }) => cause === 'held')) {
    steps.push(`to contain a held one too: leakguard contain ${leadFlag(key)} --include ID${flag}`);
  }
  if (state === 'contained' || state === 'held') {
    const from = settledFrom(report);
    const when = from === null ? '' : `   # from ${clock(from)} UTC on`;
    steps.push(`leakguard verify ${leadFlag(key)}${flag}${when}`);
    steps.push(`leakguard case ${journal} --credit`);
  }
  if (state === 'unknown' && report.closed !== null)
    steps.push('mend what stands above, then run the same command again: it is safe');
  if (report.actions.some(isDone)) steps.push(`to take it back: leakguard undo ${journal}${flag}`);
  return steps;
}

/** The rights whose want AWS named in its refusals. */
function lackingPermissions({ actions }: Report): string[] {
  const named = actions
    .filter(({ result }) => result === 'denied')
    .flatMap(({ permissions, error }) => permissions.filter((one) => error?.message.includes(one) === true));
  return [...new Set(named)].sort();
}
