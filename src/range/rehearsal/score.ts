import type { LogEntry } from '../world/world.js';
import type { JournalLine } from './product.js';
import type { Json } from './scenario.js';

/** One thing in the simulated world, in the form that the score compares. */
export interface Item {
  kind: string;
  id: string;
  account: string;
  region: string;
  /** It runs, costs, relaunches, or lets somebody in. */
  alive: boolean;
  /** What must be as it was: without times of use and the like. */
  state: Json;
  /** The credential that made it; null for what was there before. */
  madeBy: string | null;
  /** Who made it: the scenario's own word. */
  label: string | null;
  /** Virtual epoch milliseconds; null where it does not matter. */
  createdAt: number | null;
  /** For instances. */
  type?: string;
  stoppedAt?: number | null;
}

/** What the score is made from: the range's own truth, and the journal to compare it with. */
export interface ScoreFacts {
  log: readonly LogEntry[];
  /** Before the attacker's first call. */
  innocents: readonly Item[];
  /** At the end, after ten more quiet minutes. */
  after: readonly Item[];
  key: string;
  user: string | null;
  /** Credentials that descend from the misused key, itself among them. */
  tainted: ReadonlySet<string>;
  /** The responder's credentials. */
  responder: ReadonlySet<string>;
  /** Sequence numbers in the log: the first call of each command, and the end of the last. */
  marks: { scan: number | null; contain: number | null; end: number };
  /** Virtual epoch milliseconds: when the misuse began, when the truth was taken. */
  misuseAt: number | null;
  endedAt: number;
  journal: readonly JournalLine[] | null;
  exits: { scan: number | null; contain: number | null };
  /** Regions that never answered the responder. */
  dark: readonly string[];
  /** US dollars an hour; null where not known. */
  price(type: string, region: string): number | null;
}

export interface Touch {
  id: string;
  kind: string;
  region: string;
  why: string;
}

/** What the rehearsal came to. Times in simulated seconds from the responder's first call of `contain`. */
export interface Score {
  keyOff: number | null;
  lastAttackerCall: number | null;
  lastRogueStopped: number | null;
  rogue: number;
  rogueAlive: Touch[];
  /** Alive in regions that never answered: nobody could have stopped them from here. */
  rogueOutOfReach: Touch[];
  innocents: number;
  innocentsTouched: Touch[];
  tamperedLeft: Touch[];
  principalsOpen: Touch[];
  keyOffFirst: boolean | null;
  usdBurned: number;
  usdPerHourLeft: number;
  calls: number;
  changes: number;
  throttles: number;
  attackerCalls: number;
  attackerSuccesses: number;
  actionsWithoutJournal: string[];
  journalWithoutAction: string[];
  falseAllClear: string[];
  exits: { scan: number | null; contain: number | null };
}

const worked = (entry: LogEntry) => entry.error === null && entry.allowed !== false;
const changes = (entry: LogEntry) => !entry.readOnly && !entry.dryRun && worked(entry);
const throttleCodes = /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown/;
const keyOf = (item: Item) => `${item.account}|${item.region}|${item.kind}|${item.id}`;
const touchOf = ({ id, kind, region }: Item, why: string): Touch => ({ id, kind, region, why });

/** Scores one rehearsal. Pure: the same facts give the same score. */
export function scoreOf(facts: ScoreFacts): Score {
  const { log, marks, tainted, key } = facts;
  const responderLog = log.filter(
    ({ sequence, accessKeyId }) =>
      sequence < marks.end && accessKeyId !== null && facts.responder.has(accessKeyId),
  );
  const firstMark = marks.contain ?? marks.scan;
  const ofContain =
    marks.contain === null ? [] : responderLog.filter(({ sequence }) => sequence >= marks.contain!);
  const start = (marks.contain === null ? responderLog : ofContain)[0]?.time ?? null;
  const since = (time: number | undefined) =>
    time === undefined || start === null ? null : Math.round((time - start) / 100) / 10;

  const off = ofContain.find(
    (entry) =>
      changes(entry) &&
      entry.operation === 'UpdateAccessKey' &&
      entry.input['AccessKeyId'] === key &&
      entry.input['Status'] === 'Inactive',
  );
  const attackerLog = log.filter(({ label }) => label === 'attacker');
  const attackerAfter = attackerLog.filter(
    (entry) =>
      firstMark !== null && entry.sequence >= firstMark && entry.sequence < marks.end && worked(entry),
  );

  const innocentKeys = new Set(facts.innocents.map(keyOf));
  const rogue = facts.after.filter(
    (item) =>
      !innocentKeys.has(keyOf(item)) &&
      (item.label === 'attacker' || (item.madeBy !== null && tainted.has(item.madeBy))),
  );
  const rogueIds = new Set(rogue.map(({ id }) => id));
  const alive = rogue.filter((item) => item.alive);
  const rogueAlive = alive
    .filter(({ region }) => !facts.dark.includes(region))
    .map((item) => touchOf(item, 'alive'));
  const rogueOutOfReach = alive
    .filter(({ region }) => facts.dark.includes(region))
    .map((item) => touchOf(item, 'its region never answered'));

  const { innocentsTouched, tamperedLeft } = innocentHarm(facts, responderLog, attackerLog);
  const principalsOpen = openPrincipals(facts);
  const stopping = ofContain.filter(
    (entry) => changes(entry) && entry.touched.some((id) => rogueIds.has(id) && /^i-/.test(id)),
  );

  const falseAllClear: string[] = [];
  const left = rogueAlive.length + rogueOutOfReach.length + principalsOpen.length + tamperedLeft.length;
  if (facts.exits.contain === 0 && left > 0)
    falseAllClear.push(`contain ended with 0, and ${left} things of the incident are left`);
  if (facts.exits.scan === 0 && rogue.length > 0)
    falseAllClear.push(`scan ended with 0, and there are ${rogue.length} things of an incident`);

  const { usdBurned, usdPerHourLeft } = money(rogue, facts);
  return {
    keyOff: since(off?.time),
    lastAttackerCall: attackerAfter.length === 0 ? null : since(attackerAfter.at(-1)?.time),
    lastRogueStopped: since(stopping.at(-1)?.time),
    rogue: rogue.length,
    rogueAlive,
    rogueOutOfReach,
    innocents: facts.innocents.length,
    innocentsTouched,
    tamperedLeft,
    principalsOpen,
    keyOffFirst: keyOffFirst(ofContain, off, facts.user),
    usdBurned,
    usdPerHourLeft,
    calls: responderLog.length,
    changes: responderLog.filter(changes).length,
    throttles: responderLog.filter(({ error }) => error !== null && throttleCodes.test(error)).length,
    attackerCalls: attackerLog.length,
    attackerSuccesses: attackerLog.filter(worked).length,
    ...journalGaps(facts.journal, ofContain),
    falseAllClear,
    exits: facts.exits,
  };
}

/** Named lookups only, before the key is off: no change but its user's Deny, no describe of a region, no page of the
 *  trail. Null where the key was never switched off by the responder. */
function keyOffFirst(
  ofContain: readonly LogEntry[],
  off: LogEntry | undefined,
  user: string | null,
): boolean | null {
  if (off === undefined) return null;
  return ofContain
    .filter(({ sequence }) => sequence < off.sequence)
    .every(
      ({ readOnly, service, operation, input }) =>
        (readOnly && ['iam', 'sts'].includes(service)) ||
        operation === 'UpdateAccessKey' ||
        (operation === 'PutUserPolicy' && input['UserName'] === user),
    );
}

/** Innocents that the responder changed, or that are not as they were; and those that the attacker changed and
 *  nobody restored. */
function innocentHarm(
  facts: ScoreFacts,
  responderLog: readonly LogEntry[],
  attackerLog: readonly LogEntry[],
): { innocentsTouched: Touch[]; tamperedLeft: Touch[] } {
  const { innocents, after, key, user } = facts;
  const byAttacker = [...new Set(attackerLog.filter(changes).flatMap(({ touched }) => touched))];
  // Roles whose sessions the attacker minted are cut: that is the containment, not harm. Their sessions are items
  // of their own.
  const assumed = new Set(
    attackerLog
      .filter((entry) => worked(entry) && entry.operation === 'AssumeRole')
      .map((entry) => JSON.stringify(entry.input['RoleArn']).slice(1, -1).split('/').at(-1)!),
  );
  const meant = (item: Item) =>
    (item.kind === 'access-key' && item.id === key) ||
    (item.kind === 'user' && item.id === user) ||
    (item.kind === 'role' && assumed.has(item.id));
  const now = new Map(after.map((item) => [keyOf(item), item]));
  const innocentsTouched: Touch[] = [];
  const tamperedLeft: Touch[] = [];
  for (const item of innocents) {
    if (meant(item)) continue;
    const tampered = byAttacker.some((id) => names(id, item));
    const touching = responderLog.filter(
      (entry) => changes(entry) && entry.touched.some((id) => names(id, item)),
    );
    const end = now.get(keyOf(item));
    const same = end !== undefined && JSON.stringify(end.state) === JSON.stringify(item.state);
    if (same) {
      if (!tampered && touching.length > 0)
        innocentsTouched.push(touchOf(item, `${touching[0]!.service}:${touching[0]!.operation}`));
      continue;
    }
    const why = end === undefined ? 'gone' : difference(item.state, end.state);
    (tampered ? tamperedLeft : innocentsTouched).push(touchOf(item, why));
  }
  return { innocentsTouched, tamperedLeft };
}

/** The log names some things by their id, others by their ARN. */
function names(touched: string, { id, kind }: Item): boolean {
  if (touched === id) return true;
  return (
    ['user', 'role', 'group', 'policy'].includes(kind) &&
    touched.endsWith(`/${id}`) &&
    touched.includes(`:${kind}/`)
  );
}

function difference(before: Json, after: Json): string {
  if (before === null || after === null || typeof before !== 'object' || typeof after !== 'object')
    return `${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  const [old, fresh] = [before, after] as Record<string, Json>[];
  if (old === undefined || fresh === undefined) return '';
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return fields
    .filter((field) => JSON.stringify(old[field]) !== JSON.stringify(fresh[field]))
    .map((field) => `${field}: ${short(old[field])} → ${short(fresh[field])}`)
    .join(', ');
}

const short = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

/** Credentials of the incident that still did something when they were tried. */
function openPrincipals({ log, tainted }: ScoreFacts): Touch[] {
  const open = new Map<string, Touch>();
  for (const entry of log) {
    const { label, accessKeyId, allowed, error, dryRun, service, operation } = entry;
    if (label !== 'probe' || accessKeyId === null || !tainted.has(accessKeyId)) continue;
    if (allowed !== true || (error !== null && !(dryRun && error === 'DryRunOperation'))) continue;
    if (!open.has(accessKeyId)) {
      const why = `${service}:${operation} still works as ${entry.principal ?? 'nobody'}`;
      open.set(accessKeyId, { id: accessKeyId, kind: 'credential', region: 'global', why });
    }
  }
  return [...open.values()];
}

/** The journal against the log, by request id; a repeated attempt whose answer was lost counts by its input. */
function journalGaps(
  journal: readonly JournalLine[] | null,
  ofContain: readonly LogEntry[],
): Pick<Score, 'actionsWithoutJournal' | 'journalWithoutAction'> {
  if (journal === null) return { actionsWithoutJournal: [], journalWithoutAction: [] };
  const known = new Set(journal.flatMap(({ outcome }) => outcome?.requestId ?? []));
  const intents = new Set(
    journal.flatMap(({ action }) =>
      action === undefined ? [] : [`${action.operation} ${JSON.stringify(sorted(action.input))}`],
    ),
  );
  const actionsWithoutJournal = ofContain
    .filter(changes)
    .filter(
      (entry) =>
        !known.has(entry.requestId) &&
        !intents.has(`${entry.operation} ${JSON.stringify(sorted(entry.input))}`),
    )
    .map((entry) => `${entry.service}:${entry.operation} in ${entry.region} (${entry.requestId})`);
  const received = new Set(ofContain.map(({ requestId }) => requestId));
  const journalWithoutAction = journal.flatMap(({ outcome }) =>
    outcome !== undefined &&
    outcome.status === 'done' &&
    (outcome.requestId === null || !received.has(outcome.requestId))
      ? [`${outcome.action} (${outcome.requestId ?? 'no request id'})`]
      : [],
  );
  return { actionsWithoutJournal, journalWithoutAction };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

/** On-demand dollars of rogue instances, from their launch to their end. Types without a known price count nothing. */
function money(rogue: readonly Item[], facts: ScoreFacts): { usdBurned: number; usdPerHourLeft: number } {
  let usdBurned = 0;
  let usdPerHourLeft = 0;
  for (const { type, region, createdAt, stoppedAt, alive } of rogue) {
    const price = type === undefined ? null : facts.price(type, region);
    if (price === null || createdAt === null) continue;
    usdBurned += (price * Math.max(0, (stoppedAt ?? facts.endedAt) - createdAt)) / 3_600_000;
    if (alive) usdPerHourLeft += price;
  }
  const cents = (value: number) => Math.round(value * 100) / 100;
  return { usdBurned: cents(usdBurned), usdPerHourLeft: cents(usdPerHourLeft) };
}
