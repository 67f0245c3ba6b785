import { type Report, allSeen, isDone } from '../../model/index.js';
import { deedText, gaps, groupBy, tally } from '../index.js';
import { visible } from '../terminal/index.js';
import { worthKnowing } from '../screens/index.js';
import { settledFrom } from '../../outcome/index.js';
import { spent, usd, utcSeconds } from '../messages/index.js';
import { english } from './english.js';
import { caseFacts, type CaseFacts, type Examined } from './facts.js';
import { billedInstances, instancesCsv, type PriceOf } from './instances.js';
import { japanese } from './japanese.js';
import { splitLines } from './split.js';
import type { CaseWords } from './words.js';

export interface CaseOptions {
  lang: 'en' | 'ja';
  /** Ask for a billing adjustment too. */
  credit: boolean;
  /** On-demand prices; without them each instance's estimate is unknown. */
  price?: PriceOf;
}

export interface CaseText {
  /** In order, each short enough for a reply in the support case. Lines end in a newline character. */
  parts: string[];
  /** Launch and termination of every instance of the misuse, to be attached. */
  csv: string;
}

/** How long one line may be, and how much of a foreign name it shows. */
const longestLine = 700;
const longestName = 120;
/** How many of one list are told; the rest is counted. */
const mostDeeds = 12;
const mostThings = 40;
const mostSweeps = 4;

/**
 * The reply for AWS's support case: what happened, the confirmations that AWS asks for, what was done by region, what
 * was verified when, what remains. Every sentence comes from the journal; what it does not hold is written as unknown,
 * and no secret stands in it. Plain text without markup.
 */
export function caseText(report: Report, options: CaseOptions): CaseText {
  const words = options.lang === 'ja' ? japanese : english;
  const facts = caseFacts(report);
  const instances = billedInstances(report, options.price ?? (() => null));
  const sections = [
    opening(report, facts, words),
    happened(report, facts, words, instances.length),
    theKey(report, facts, words),
    theTrail(facts, words),
    theRegions(facts, words),
    confirmation(report, words),
    remains(report, words),
    cloudfront(report, words),
    options.credit ? credit(report, words, instances) : [],
  ];
  const lines = sections
    .filter((section) => section.length > 0)
    .flatMap((section) => [...section.map((line) => visible(line, longestLine)), '']);
  lines.pop();
  return {
    parts: splitLines(lines, (n, of) => words.part(n, of)),
    csv: instancesCsv(instances, report.simulated),
  };
}

const name = (text: string): string => visible(text, longestName);
const time = (iso: string): string => utcSeconds(Date.parse(iso));

function opening(report: Report, facts: CaseFacts, words: CaseWords): string[] {
  const where = [...new Set(Object.values(report.endpoints))].map(name);
  return [
    ...(facts.simulated ? [words.simulated(where.join(', '))] : []),
    words.opening(facts.key ?? '?', facts.userName === null ? null : name(facts.userName), facts.account),
    words.source(report.tool.version, report.journal.records, report.journal.head),
  ];
}

function happened(report: Report, facts: CaseFacts, words: CaseWords, instances: number): string[] {
  const { incident } = report;
  if (incident === null) return [words.happened, words.misuse(null, 'none', 'uncertain'), words.route];
  const { misuse } = incident;
  const deeds = worthKnowing(incident.deeds).filter(
    ({ result, tactic }) => result === 'worked' && !/discovery|reconnaissance/i.test(tactic),
  );
  const regions = new Set(billedRegions(report)).size;
  return [
    words.happened,
    words.misuse(misuse.at === null ? null : utcSeconds(misuse.at), misuse.source, misuse.confidence),
    ...misuse.reasons.slice(0, 3).map((reason) => words.reason(visible(reason, 300))),
    words.route,
    words.launched(instances, regions, facts.triedInVain),
    ...deeds
      .slice(0, mostDeeds)
      .map((deed) =>
        words.deed(
          utcSeconds(deed.evidence.time),
          name(deedText(deed)),
          deed.target === null ? null : name(deed.target),
          deed.count,
          name(deed.evidence.name),
        ),
      ),
    ...(deeds.length > mostDeeds ? [words.more(deeds.length - mostDeeds)] : []),
  ];
}

function billedRegions(report: Report): string[] {
  return billedInstances(report, () => null).map(({ region }) => region);
}

function theKey(report: Report, facts: CaseFacts, words: CaseWords): string[] {
  const key = facts.key ?? '?';
  const { keyOff, keyOffAt } = facts;
  const deleted = report.actions.some(
    (action) =>
      isDone(action) &&
      action.call.operation === 'DeleteAccessKey' &&
      action.call.input['AccessKeyId'] === facts.key,
  );
  return [
    words.key,
    keyOff === null
      ? words.keyNotOff(key)
      : words.keyOff(key, utcSeconds(keyOffAt), keyOff.requestId, keyOff.result === 'already-so'),
    ...(facts.keyState === null ? [] : [words.keySeen(name(facts.keyState))]),
    ...(facts.reactivated ? [words.keyReactivated] : []),
    words.keyDeleted(deleted),
    ...facts.sessionCuts
      .slice(0, mostThings)
      .map(({ title, result, endedAt, at, requestId }) =>
        words.cut(visible(title, 200), result, time(endedAt ?? at), requestId),
      ),
    ...(facts.sessionCuts.length > mostThings ? [words.more(facts.sessionCuts.length - mostThings)] : []),
    words.replacement,
  ];
}

function theTrail(facts: CaseFacts, words: CaseWords): string[] {
  const { trail, minted, global, globalChecks } = facts;
  const at = (when: number): string => utcSeconds(when);
  const complete = globalChecks.length > 0 && globalChecks.every((check) => check.gaps.length === 0);
  const checked = globalChecks.filter((check) => check.gaps.length === 0).map(({ subject }) => name(subject));
  return [
    words.trail,
    trail.regions === 0
      ? words.trailNotRead
      : words.trailRead(
          trail.regions,
          trail.complete,
          trail.from === null ? null : utcSeconds(trail.from),
          trail.to === null ? null : utcSeconds(trail.to),
        ),
    ...(checked.length > 0 ? [words.checkedCompletely(words.and(checked, 0))] : []),
    ...gapLines(globalChecks, words),
    ...minted.slice(0, mostThings).map(({ credential, fate }) => {
      const owner = credential.roleName ?? credential.userName ?? credential.principal ?? '?';
      return words.minted(
        name(credential.id),
        credential.kind,
        name(owner),
        utcSeconds(credential.mintedBy?.time ?? credential.since),
        words.fate(fate, at),
      );
    }),
    ...(minted.length > mostThings ? [words.more(minted.length - mostThings)] : []),
    ...global
      .slice(0, mostThings)
      .map(({ type, id, class: cls, fate }) => words.thing(type, name(id), cls, words.fate(fate, at))),
    ...(global.length > mostThings ? [words.more(global.length - mostThings)] : []),
    words.nothingElse(complete),
  ];
}

function gapLines(checks: readonly Examined[], words: CaseWords): string[] {
  return checks.flatMap(({ subject, gaps: open }) =>
    [...groupBy(open, ({ status }) => status)].map(([status, cells]) => {
      const regions = cells.map(({ region }) => name(region));
      const why = cells.find(({ detail }) => detail !== null)?.detail ?? null;
      return words.gap(
        name(subject),
        words.and(regions.slice(0, 12), Math.max(0, regions.length - 12)),
        status,
        why === null ? null : visible(why, 160),
      );
    }),
  );
}

function theRegions(facts: CaseFacts, words: CaseWords): string[] {
  const { regionalChecks, regions, held, settling, spared, included } = facts;
  const complete = regionalChecks.length > 0 && regionalChecks.every((check) => check.gaps.length === 0);
  const listed = (names: readonly string[]): string =>
    words.and(names.slice(0, 30).map(name), Math.max(0, names.length - 30));
  return [
    words.regions,
    ...regionalChecks.map((check) => words.check(name(check.subject), check.complete, check.cells)),
    ...gapLines(regionalChecks, words),
    ...(regions.length === 0 ? [words.nothingInRegions(complete)] : []),
    ...regions.map((line) =>
      words.region(
        name(line.region),
        words.and(
          line.types.slice(0, 6).map(([type, n]) => `${n} ${name(type)}`),
          line.types.slice(6).reduce((sum, [, n]) => sum + n, 0),
        ),
        line.acted,
        line.lastActedAt === null ? null : utcSeconds(line.lastActedAt),
        line.gone,
        line.left,
        line.unknown,
      ),
    ),
    ...(held > 0 ? [words.held(held)] : []),
    ...(spared.length > 0 ? [words.spared(spared.length, listed(spared))] : []),
    ...(included.length > 0 ? [words.included(included.length, listed(included))] : []),
    ...(settling > 0 ? [words.settling(settling)] : []),
    ...facts.servicesOff.map(([subject, where]) => words.notThere(name(subject), listed(where))),
    ...(facts.regionsOff.length > 0 ? [words.notEnabled(listed(facts.regionsOff))] : []),
    ...(facts.notExamined.length > 0 ? [words.notExamined(listed(facts.notExamined))] : []),
  ];
}

function confirmation(report: Report, words: CaseWords): string[] {
  const { verdict, sweeps } = report;
  const from = settledFrom(report);
  return [
    words.confirmation,
    words.confirm,
    words.verdict(verdict.state),
    ...verdict.reasons.map((reason, i) => words.verdictReason(verdict.rules[i], visible(reason, 300))),
    ...(sweeps.length === 0 ? [words.noSweep] : []),
    ...sweeps
      .slice(-mostSweeps)
      .map(({ round, at, clean, left }) => words.sweep(round, time(at), clean, left)),
    ...(from === null ? [] : [words.settles(utcSeconds(from))]),
  ];
}

function remains(report: Report, words: CaseWords): string[] {
  const { left, sweeps, verdict } = report;
  const lines = [
    ...groupBy(left, ({ cause, type, region, detail }) => [cause, type, region, detail].join('\n')).values(),
  ];
  const told = lines.slice(0, mostThings).flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const ids = words.and(
      group.slice(0, 5).map(({ id }) => name(id)),
      Math.max(0, group.length - 5),
    );
    const what = `${words.counted(group.length, first.type)}, ${name(first.region)}: ${ids}`;
    return [words.left(first.cause, what, first.detail === null ? null : visible(first.detail, 160))];
  });
  const lastClean = sweeps.at(-1)?.clean === true ? (sweeps.at(-1)?.at ?? null) : null;
  const open = gaps(report.coverage);
  return [
    words.remains,
    ...told,
    ...(lines.length > mostThings ? [words.more(lines.length - mostThings)] : []),
    ...(left.length === 0 && verdict.state !== 'not-contained'
      ? [words.nothingLeft(lastClean === null ? null : time(lastClean))]
      : []),
    ...(left.length === 0 && !allSeen(report.coverage)
      ? [
          words.nothingElse(false),
          ...tally(open.map(({ status }) => status)).map(([status, n]) => `- ${status}: ${n}`),
        ]
      : []),
  ];
}

function cloudfront(report: Report, words: CaseWords): string[] {
  const last = report.cloudfront.at(-1);
  if (last === undefined) return [];
  const { api, hosts } = last.facts;
  const troubled = hosts.filter(({ serving }) => serving !== true);
  const detail = (text: string | null): string | null => (text === null ? null : visible(text, 160));
  return [
    words.cloudfront,
    words.api(api.state, detail(api.detail), time(last.at)),
    ...hosts
      .slice(0, mostThings)
      .map(({ host, state, detail: why }) => words.host(name(host), name(state), detail(why))),
    ...(hosts.length > mostThings ? [words.more(hosts.length - mostThings)] : []),
    ...(api.state !== 'answers' || troubled.length > 0 ? [words.liftRequest] : []),
  ];
}

function credit(report: Report, words: CaseWords, instances: ReturnType<typeof billedInstances>): string[] {
  const { incident } = report;
  const known = instances.flatMap(({ usd: amount }) => (amount === null ? [] : [amount]));
  return [
    words.credit,
    words.creditRequest(report.identity.account),
    ...(known.length > 0
      ? [
          words.estimate(
            usd(known.reduce((sum, amount) => sum + amount, 0)),
            known.length,
            instances.length - known.length,
          ),
        ]
      : []),
    ...(incident === null
      ? []
      : [
          words.estimateByScan(spent(incident.cost), usd(incident.cost.usdPerHour)),
          words.estimateSource(visible(incident.cost.source, 300)),
        ]),
    words.csv(instances.length),
  ];
}
