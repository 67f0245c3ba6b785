import {
  type Cell,
  type Finding,
  type LeftOver,
  type Report,
  type ReportAction,
  type TaintedCredential,
  isDone,
  resourceKey,
  idInKey,
} from '../../model/index.js';
import {
  groupBy,
  instanceTypeOf,
  notExamined,
  onPersonsWord,
  regionsOff,
  servicesOff,
  tally,
} from '../index.js';

/*
 * What the letter to AWS Support may say, taken from the records and from nothing else. The languages only put it
 * into words. All times are epoch milliseconds.
 */

/** What came of one thing, as far as the journal holds. */
export type Fate =
  /** leakguard acted on it, AWS accepted, and no later sweep named it as left. */
  | { kind: 'acted'; at: number; operation: string; requestId: string | null }
  /** CloudTrail shows that somebody undid it before. */
  | { kind: 'undone' }
  | { kind: 'not-live'; state: string }
  | { kind: 'expired'; at: number }
  | { kind: 'other-account'; account: string }
  | { kind: 'left'; cause: LeftOver['cause']; detail: string | null }
  /** Nothing is on record against it, and the last sweep found nothing of the incident alive. */
  | { kind: 'swept'; at: number }
  | { kind: 'unknown' };

interface FoundThing {
  type: string;
  id: string;
  region: string;
  class: 'rogue' | 'tampered';
  fate: Fate;
}

interface RegionLine {
  region: string;
  /** Of the incident, by type, EC2 instance types apart. */
  types: [type: string, count: number][];
  acted: number;
  lastActedAt: number | null;
  /** Gone, undone, or not found alive any more, without an action of ours. */
  gone: number;
  left: number;
  unknown: number;
}

/** Was a thing that AWS asks about looked at, everywhere? */
export interface Examined {
  subject: string;
  cells: number;
  complete: number;
  /** What was not readable: region and reason. */
  gaps: { region: string; status: Cell['status']; detail: string | null }[];
}

export interface CaseFacts {
  account: string;
  key: string | null;
  userName: string | null;
  simulated: boolean;
  keyOff: ReportAction | null;
  keyOffAt: number | null;
  /** The key's state as the last scan saw it; null where it did not. */
  keyState: string | null;
  /** The key was turned on again by an undo. */
  reactivated: boolean;
  /** The other actions of the cut. */
  sessionCuts: ReportAction[];
  minted: { credential: TaintedCredential; fate: Fate }[];
  /** What was found under IAM and the like, where regions mean nothing. */
  global: FoundThing[];
  regions: RegionLine[];
  /** By the last sweep, else by the scan. */
  /** In doubt, and left: without what the person decided on. */
  held: number;
  spared: string[];
  included: string[];
  settling: number;
  triedInVain: number;
  trail: { from: number | null; to: number | null; regions: number; complete: number };
  globalChecks: Examined[];
  regionalChecks: Examined[];
  notExamined: string[];
  regionsOff: string[];
  servicesOff: [subject: string, regions: string[]][];
  left: LeftOver[];
}

/** The facts of a report. Pure; what the records do not hold is null, unknown or absent. */
export function caseFacts(report: Report): CaseFacts {
  const { incident } = report;
  const fateOf = fates(report);
  const things: (FoundThing & { finding: Finding })[] = (incident?.findings ?? []).flatMap((finding) => {
    if (finding.class !== 'rogue' && finding.class !== 'tampered') return [];
    const { type, id, region } = finding.resource;
    // The misused key itself has a section of its own.
    if (id === report.key) return [];
    return [{ type, id, region, class: finding.class, fate: fateOf(finding), finding }];
  });
  const keyOff = keyOffAction(report);
  const { spared, included } = onPersonsWord(report);
  const isSpared = ({ id, region }: { id: string; region: string }): boolean =>
    spared.some(({ resource }) => resource.id === id && resource.region === region);
  const open = (cause: 'held' | 'settling'): number =>
    report.sweeps.length > 0
      ? report.left.filter((one) => one.cause === cause && !isSpared(one)).length
      : (incident?.findings ?? []).filter((found) => found.class === cause && !isSpared(found.resource))
          .length;
  const cells = groupBy(
    report.coverage.filter(({ status }) => status !== 'not-examined' && status !== 'not-enabled'),
    ({ subject }) => subject,
  );
  const checks = [...cells]
    .filter(([subject]) => subject !== 'trail')
    .map(([subject, list]) => examined(subject, list));
  const isGlobal = ({ subject }: Examined): boolean =>
    (cells.get(subject) ?? []).every(({ region }) => region === 'global');
  const trail = cells.get('trail') ?? [];
  return {
    account: report.identity.account,
    key: report.key,
    userName: incident?.userName ?? null,
    simulated: report.simulated,
    keyOff,
    keyOffAt: keyOff === null ? null : Date.parse(keyOff.endedAt ?? keyOff.at),
    keyState:
      incident?.findings.find(({ resource }) => resource.play === 'access-keys' && resource.id === report.key)
        ?.resource.state ?? null,
    reactivated:
      keyOff !== null && report.actions.some((action) => action.undoes === keyOff.id && isDone(action)),
    sessionCuts: report.actions.filter(
      (action) =>
        action.phase === 'cut' && action !== keyOff && action.undoes === null && !isKeyAction(action),
    ),
    minted: (incident?.credentials ?? [])
      .filter(({ id }) => id !== report.key)
      .map((credential) => ({ credential, fate: credentialFate(report, credential) })),
    global: things.filter(({ region }) => region === 'global'),
    regions: [
      ...groupBy(
        things.filter(({ region }) => region !== 'global'),
        ({ region }) => region,
      ),
    ]
      .map(([region, list]) => regionLine(region, list))
      .sort((a, b) => (a.region < b.region ? -1 : 1)),
    held: open('held'),
    spared: spared.map(({ resource }) => resource.id),
    included: included.map(({ resource }) => resource.id),
    settling: open('settling'),
    triedInVain: (incident?.launches ?? []).filter(
      (launch) => launch.class === 'rogue' && launch.result !== 'worked',
    ).length,
    trail: {
      from: extreme(
        trail.map(({ from }) => from),
        Math.max,
      ),
      to: extreme(
        trail.map(({ to }) => to),
        Math.min,
      ),
      regions: trail.length,
      complete: trail.filter(({ status }) => status === 'complete').length,
    },
    globalChecks: [...(trail.length > 0 ? [examined('trail', trail)] : []), ...checks.filter(isGlobal)],
    regionalChecks: checks.filter((check) => !isGlobal(check)),
    notExamined: notExamined(report.coverage),
    regionsOff: regionsOff(report.coverage),
    servicesOff: servicesOff(report.coverage),
    left: report.left,
  };
}

/** The period that every region's trail covers: the latest beginning, the earliest end; null where one is unknown. */
function extreme(times: (number | undefined)[], of: (...times: number[]) => number): number | null {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 || known.length < times.length ? null : of(...known);
}

function examined(subject: string, cells: readonly Cell[]): Examined {
  const gaps = cells.filter(({ status }) => status !== 'complete');
  return {
    subject,
    cells: cells.length,
    complete: cells.length - gaps.length,
    gaps: gaps.map(({ region, status, detail }) => ({ region, status, detail })),
  };
}

function isKeyAction({ call }: ReportAction): boolean {
  return call.operation === 'UpdateAccessKey';
}

/** The action that switched the misused key off. */
function keyOffAction(report: Report): ReportAction | null {
  return (
    report.actions.find(
      (action) =>
        isKeyAction(action) &&
        isDone(action) &&
        action.undoes === null &&
        action.call.input['AccessKeyId'] === report.key &&
        action.call.input['Status'] === 'Inactive',
    ) ?? null
  );
}

/** Looks up what came of a finding: left over by the last sweep beats acted on. */
function fates(report: Report): (finding: Finding) => Fate {
  const acted = new Map<string, ReportAction>();
  const takenBack = new Set<string>();
  for (const action of report.actions) {
    if (!isDone(action)) continue;
    if (action.undoes !== null) takenBack.add(action.undoes);
    else if (action.phase !== 'record') for (const target of action.targets) acted.set(target, action);
  }
  const left = new Map(report.left.map((one) => [resourceKey(one), one]));
  return (finding) => {
    const key = resourceKey(finding.resource);
    const over = left.get(key);
    if (over !== undefined) return { kind: 'left', cause: over.cause, detail: over.detail };
    const action = acted.get(key);
    if (action !== undefined && !takenBack.has(action.id)) return actedFate(action);
    if (finding.undone) return { kind: 'undone' };
    if (!finding.resource.live) return { kind: 'not-live', state: finding.resource.state };
    const sweep = report.sweeps.at(-1);
    return sweep?.clean === true ? { kind: 'swept', at: Date.parse(sweep.at) } : { kind: 'unknown' };
  };
}

function actedFate(action: ReportAction): Fate {
  const { operation } = action.call;
  return {
    kind: 'acted',
    at: Date.parse(action.endedAt ?? action.at),
    operation,
    requestId: action.requestId,
  };
}

/** An access key by the action on it; a session by the action on its role or user, else by its end. */
function credentialFate(report: Report, credential: TaintedCredential): Fate {
  if (credential.otherAccount !== null) return { kind: 'other-account', account: credential.otherAccount };
  const names = [
    credential.id,
    credential.kind === 'access-key' ? null : (credential.roleName ?? credential.userName),
  ];
  const action = report.actions.findLast(
    (one) =>
      isDone(one) &&
      one.undoes === null &&
      one.phase !== 'record' &&
      !report.actions.some((other) => other.undoes === one.id && isDone(other)) &&
      one.targets.some((target) => names.includes(idInKey(target))),
  );
  if (action !== undefined) return actedFate(action);
  const end = report.closed?.at ?? null;
  if (credential.expiresAt !== null && end !== null && credential.expiresAt < Date.parse(end)) {
    return { kind: 'expired', at: credential.expiresAt };
  }
  return { kind: 'unknown' };
}

function regionLine(region: string, list: readonly (FoundThing & { finding: Finding })[]): RegionLine {
  const of = (...kinds: Fate['kind'][]): number =>
    list.filter(({ fate }) => kinds.includes(fate.kind)).length;
  return {
    region,
    types: tally(list.map(({ finding, type }) => instanceTypeOf(finding) ?? type)),
    acted: of('acted'),
    lastActedAt: list.reduce<number | null>(
      (last, { fate }) => (fate.kind === 'acted' ? Math.max(last ?? fate.at, fate.at) : last),
      null,
    ),
    gone: of('undone', 'not-live', 'expired', 'swept'),
    left: of('left'),
    unknown: of('unknown', 'other-account'),
  };
}
