import type { LogEntry } from '../../range/index.js';
import { isTool } from '../scenario/lives.js';
import { changes, keyOf, touchOf, worked, type Item, type ScoreFacts, type Touch } from './score-facts.js';
import { innocentHarm } from './score-harm.js';
import { journalGaps } from './score-journal.js';

/** What the rehearsal came to. Times in simulated seconds from the responder's first call of `contain`. */
export interface Score {
  keyOff: number | null;
  lastAttackerCall: number | null;
  lastRogueStopped: number | null;
  rogue: number;
  rogueAlive: Touch[];
  /** Alive in regions that never answered: nobody could have stopped them from here. */
  rogueOutOfReach: Touch[];
  /** Key pairs, launch templates and the like: harmless by themselves, and there for the next time. */
  toolsLeft: Touch[];
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

const throttleCodes = /Throttl|RequestLimitExceeded|TooManyRequests|SlowDown/;

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

  const toolsLeft = rogue.filter(({ kind }) => isTool(kind)).map((item) => touchOf(item, 'still there'));

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
    toolsLeft,
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
