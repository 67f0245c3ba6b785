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
import { clock, type Lang, screenWords, utcSeconds } from '../messages/index.js';

const verdictStyles: Record<Verdict['state'], Style> = {
  contained: 'green',
  held: 'yellow',
  unknown: 'yellow',
  'not-contained': 'red',
};

/** The verdict in words, as every screen, page and letter says it. */
export function verdictText(verdict: Verdict): string {
  return screenWords('en').outcome.verdict[verdict.state].toLowerCase();
}

/**
 * How a containment ended, in one screen: the verdict and what keeps it from being better, what was done, what is
 * left by cause, what is unknown, from when on `verify` can say clean, and how to go on or back.
 * `path`: the journal's, for the commands that take it.
 */
export function outcomeScreen(report: Report, options: ScreenOptions, path = 'REPORT'): string {
  const screen = new Screen(options).simulated(report.identity);
  const { verdict, milestones: when } = report;
  const say = screen.say.outcome;
  screen.row(
    say.label,
    [say.verdict[verdict.state], verdictStyles[verdict.state]],
    `  ${say.of(report.key === null ? say.keyUnknown : leadInWords(report.key), report.identity.account)}`,
  );
  for (const [i, reason] of verdict.reasons.entries()) {
    const rule = verdict.rules[i];
    screen.text('', rule === undefined ? reason : say.reason(rule, reason), 'yellow');
  }
  screen.row(
    say.keyOff,
    when.keyOff === null
      ? [say.keyOffUnknown, 'yellow']
      : `${utcSeconds(Date.parse(when.keyOff))}${since(when.cutAgreed, when.keyOff, say.afterAgreed)}`,
  );
  if (when.contained !== null) {
    screen.row(
      say.contained,
      `${utcSeconds(Date.parse(when.contained))}${since(when.opened, when.contained, say.afterStart)}`,
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
  screen.text(say.verify, verifyText(report, options.lang));
  screen.whole(say.journal, path);
  screen.whole('', say.head(report.journal.head), 'dim');
  screen.next(nextSteps(report, path, options.lang));
  return screen.toString();
}

/** What you took out of the plan, and what you took in. */
function byYourWord(screen: Screen, report: Report): void {
  const { spared, included } = onPersonsWord(report);
  const max = screen.options.verbose ? Infinity : 8;
  const say = screen.say.outcome;
  const told = { spared: say.sparedWords, included: say.includedWords };
  for (const [name, findings] of Object.entries({ spared, included })) {
    if (findings.length === 0) continue;
    screen.gap();
    const ids = findings.map(({ resource }) => resource.id);
    const kind = name as keyof typeof told;
    screen.row(say[kind], [told[kind](ids.length), 'yellow'], screen.say.joined(ids, max));
  }
}

/** What the trail says was made and no list shows: nothing was done to it. */
function byTrailAlone(screen: Screen, { incident }: Report): void {
  const unseen = (incident?.fromTrail ?? []).filter(({ trail }) => trail?.now === 'not-known');
  if (unseen.length === 0) return;
  const kinds = tally(unseen.map(({ resource }) => resource.type)).map(([type, n]) =>
    screen.say.counted(n, type),
  );
  const say = screen.say.outcome;
  screen.row(say.byTrail, [screen.say.joined(kinds, screen.options.verbose ? Infinity : 5), 'yellow']);
  screen.text('', say.byTrailWords, 'dim');
}

function since(from: string | null, to: string, words: (milliseconds: number) => string): string {
  return from === null ? '' : words(Date.parse(to) - Date.parse(from));
}

function done(screen: Screen, report: Report): void {
  const worked = report.actions.filter(isDone);
  screen.gap();
  const say = screen.say.outcome;
  if (worked.length === 0) {
    screen.row(say.done, say.nothingDone);
    return;
  }
  for (const [i, [phase, actions]] of [...groupBy(worked, (action) => action.phase)].entries()) {
    const targets = new Set(actions.flatMap((action) => action.targets)).size;
    const regions = new Set(actions.map((action) => action.call.region)).size;
    const already = actions.filter(({ result }) => result === 'already-so').length;
    screen.row(
      i === 0 ? say.done : '',
      padEnd(screen.say.plan.phase[phase], 10),
      padStart(String(actions.length), 4),
      say.didIn(actions.length, targets, regions),
      already > 0 ? [say.alreadySo(already), 'dim'] : '',
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
        `${padEnd(result, 10)}${screen.say.said(title)}${error === null ? '' : `: ${error.code}: ${error.message}`}`,
    ),
  );
  for (const [i, [line, n]] of lines.slice(0, max).entries()) {
    screen.row(i === 0 ? screen.say.outcome.notDone : '', [`${line}${n > 1 ? ` (${n})` : ''}`, 'yellow']);
  }
  if (lines.length > max) screen.row('', [screen.say.seeVerbose(lines.length - max), 'dim']);
}

/** What is billed on, until when, and what ends it: AWS's bill goes on where the containment has ended. */
function billing(screen: Screen, bills: readonly Bill[]): void {
  if (bills.length === 0) return;
  screen.gap();
  const { verbose } = screen.options;
  const say = screen.say.outcome;
  const groups = [...groupBy(bills, ({ what, region, until }) => `${what}|${region}|${until}`).values()];
  const max = verbose ? Infinity : 6;
  for (const [i, group] of groups.slice(0, max).entries()) {
    const [{ what, region, until }] = group as [Bill, ...Bill[]];
    const prices = group.flatMap(({ usdPerHour }) => usdPerHour ?? []);
    const sum = prices.reduce((all, one) => all + one, 0);
    const price =
      prices.length < group.length
        ? say.priceUnknown
        : sum < 0.01
          ? say.lessThanACent
          : screen.say.plan.perHour(sum);
    screen.row(i === 0 ? say.billed : '', [
      say.bill(screen.say.counted(group.length, what), region, price),
      'yellow',
    ]);
    screen.row(
      '',
      screen.say.joined(
        group.map(({ id }) => id),
        verbose ? Infinity : 4,
      ),
    );
    screen.row('', [screen.say.said(until), 'dim']);
  }
  if (groups.length > max) screen.row('', [screen.say.seeVerbose(groups.length - max), 'dim']);
}

function cloudfront(screen: Screen, report: Report): void {
  const last = report.cloudfront.at(-1);
  if (last === undefined) return;
  const { api, hosts } = last.facts;
  const say = screen.say.outcome;
  screen.gap();
  screen.row(
    'CloudFront',
    api.state === 'answers' ? say.apiAnswers : [say.api(api.state.replace('-', ' ')), 'yellow'],
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
  if (troubled.length > max) screen.row('', [say.moreDown(troubled.length - max), 'dim']);
  if (hosts.length > 0 && troubled.length === 0) screen.row('', say.allServing(hosts.length));
  else if (hosts.length > troubled.length) screen.row('', [say.othersServe, 'dim']);
}

/** From when on `verify` can say clean, and why not before. */
export function verifyText(report: Report, lang?: Lang): string {
  const say = screenWords(lang).outcome;
  const from = settledFrom(report);
  const { state } = report.verdict;
  if (state === 'contained' && from !== null) return say.notBefore(from);
  return allSeen(report.coverage) ? say.notWhileOpen(from) : say.notWhileUnseen(from);
}

/** The next commands, the most urgent first. `path`: the journal's. */
export function nextSteps(report: Report, path: string, lang?: Lang): string[] {
  const say = screenWords(lang).outcome;
  const flag = report.simulated ? ' --simulated' : '';
  const journal = shellArgument(path, 'JOURNAL');
  const key = report.key ?? 'KEY';
  const steps: string[] = [];
  const state = report.verdict.state;
  const lacking = lackingPermissions(report);
  if (lacking.length > 0) {
    steps.push(say.getPermissions(lacking.slice(0, 3).join(', '), lacking.length - 3));
  }
  if (report.closed === null || state === 'not-contained') steps.push(`leakguard resume ${journal}${flag}`);
  if (report.left.some(({ cause }) => cause === 'held')) {
    steps.push(say.includeHeld(`leakguard contain ${leadFlag(key)} --include ID${flag}`));
  }
  if (state === 'contained' || state === 'held') {
    const from = settledFrom(report);
    const when = from === null ? '' : say.fromOn(clock(from));
    steps.push(`leakguard verify ${leadFlag(key)}${flag}${when}`);
    steps.push(`leakguard case ${journal} --credit`);
  }
  if (state === 'unknown' && report.closed !== null) steps.push(say.mend);
  if (report.actions.some(isDone)) steps.push(say.takeBack(`leakguard undo ${journal}${flag}`));
  return steps;
}

/** The rights whose want AWS named in its refusals. */
function lackingPermissions({ actions }: Report): string[] {
  const named = actions
    .filter(({ result }) => result === 'denied')
    .flatMap(({ permissions, error }) => permissions.filter((one) => error?.message.includes(one) === true));
  return [...new Set(named)].sort();
}
