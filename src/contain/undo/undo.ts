import { actionId } from '../../plays/index.js';
import { type Action, type JournalRecord, idInKey } from '../../model/index.js';
import type { JournalProof } from '../journal/proof.js';
import { callInWords } from './call-in-words.js';
import { consequenceOf, denyPutBy, sessionsLiveUntil } from './consequence.js';

/** What the person asks for. */
export interface UndoRequest {
  /** Flags that single actions ask for, such as `--reactivate-key`. */
  flags: ReadonlySet<string>;
  /** What was rogue too, and the Denies whose sessions can still live. */
  includeRogue: boolean;
  /** Only what was done to these ids, whatever their class; empty: everything. */
  only: readonly string[];
  /** Epoch milliseconds, AWS's clock. */
  now: number;
  proof: Pick<JournalProof, 'provenTo' | 'made'>;
}

/** An action that is not taken back, or only with a consequence: which, and why in words. */
interface Told {
  action: Action;
  why: string;
}

/** What taking a containment back would do. */
export interface UndoPlan {
  /** In reverse order. Titles of what is not confirmed are made from the call: the journal's may be a lie. */
  actions: Action[];
  /** Of those actions: whose before-values stand in the journal alone, and what CloudTrail says of them. */
  unconfirmed: Told[];
  /** By the new action's id: the id of the action that it takes back. */
  undoes: Map<string, string>;
  /** Of those actions: what they give back to whoever misused the key. */
  consequences: Told[];
  /** Left by design: it was the attacker's, or it holds his sessions off. */
  left: Told[];
  /** What cannot be taken back, and the sentence why. */
  impossible: Told[];
  /** Of `impossible` and `flagged`: what this undo was to bring back all the same, since the person named it, or it was
   *  an innocent's. */
  short: Told[];
  /** What needs a flag of its own, such as turning the key on again. */
  flagged: { action: Action; flag: string }[];
  /** Of `only`: ids that nothing was done to. */
  unknown: string[];
}

interface Done {
  action: Action;
  /** Epoch milliseconds of its intent. */
  at: number;
  /** Its intent's place in the chain. */
  seq: number;
  status: string;
}

/**
 * The way back, from the journal alone: the actions that were done, or whose outcome the journal does not know, in
 * reverse order, by the undo calls written down before each was made. Innocents get their things back. What was rogue,
 * and each Deny whose sessions can still live, is left unless the person says so. What was undone already is left out.
 * Pure.
 */
export function planUndo(records: readonly JournalRecord[], request: UndoRequest): UndoPlan {
  const { only, includeRogue, flags, now, proof } = request;
  const done = standing(records);
  const key = records.find((record) => record.kind === 'opened')?.key ?? null;
  const plan: UndoPlan = {
    actions: [],
    unconfirmed: [],
    undoes: new Map(),
    consequences: [],
    left: [],
    impossible: [],
    short: [],
    flagged: [],
    unknown: only.filter((id) => !done.some(({ action }) => concerns(action, id))),
  };
  for (const { action, at, seq, status } of done) {
    if (only.length > 0 && !only.some((id) => concerns(action, id))) continue;
    if ('none' in action.undo) {
      const told = { action, why: action.undo.none };
      plan.impossible.push(told);
      if (only.length > 0 || !wasRogue(action)) plan.short.push(told);
      continue;
    }
    const { calls, needsFlag } = action.undo;
    const danger = dangerOf(action, at, now, key);
    if (danger !== null && !includeRogue && only.length === 0) {
      plan.left.push({ action, why: danger });
      continue;
    }
    if (needsFlag !== undefined && !flags.has(needsFlag)) {
      plan.flagged.push({ action, flag: needsFlag });
      if (only.length > 0) plan.short.push({ action, why: `only with ${needsFlag}` });
      continue;
    }
    // Of what the attacker had changed, the way back leads to his values: that must be seen.
    const why = consequenceOf(action, at);
    const isTold = danger !== null || only.length > 0 || needsFlag !== undefined;
    if (why !== null && (isTold || action.on?.class === 'tampered')) plan.consequences.push({ action, why });
    const isProven = seq <= proof.provenTo;
    for (const call of calls) {
      const back: Action = {
        ...call,
        id: `undo:${action.id}:${actionId(action.play, call)}`,
        play: action.play,
        phase: action.phase,
        targets: action.targets,
        after: [],
        ...(action.on === undefined ? {} : { on: action.on }),
        title: isProven ? `take back: ${action.title}` : callInWords(call),
        reason: `undoes ${action.id}${status === 'unknown' ? ', whose outcome is not known' : ''}`,
        permissions: [`${call.service}:${call.operation}`],
        before: null,
        undo: { none: 'it takes an action back; the containment itself can be run again' },
      };
      plan.actions.push(back);
      if (!isProven) plan.unconfirmed.push({ action: back, why: saidOf(action, proof.made) });
      plan.undoes.set(back.id, action.id);
    }
  }
  return plan;
}

function saidOf({ id, operation }: Action, made: ReadonlySet<string>): string {
  return made.has(id)
    ? `CloudTrail has the ${operation} that it takes back, and not what was before`
    : `CloudTrail does not show the ${operation} that it takes back`;
}

/** Every action that may stand, the newest first. */
function standing(records: readonly JournalRecord[]): Done[] {
  const intents = new Map<string, { action: Action; at: number; seq: number; undoes: string | null }>();
  const outcomes = new Map<string, string>();
  for (const record of records) {
    if (record.kind === 'intent')
      intents.set(record.action.id, {
        action: record.action,
        at: Date.parse(record.at),
        seq: record.seq,
        undoes: record.undoes ?? null,
      });
    if (record.kind === 'outcome') outcomes.set(record.outcome.action, record.outcome.status);
  }
  const undone = new Set<string>();
  for (const [id, { undoes }] of intents) {
    if (undoes !== null && outcomes.get(id) === 'done') undone.add(undoes);
  }
  return [...intents].reverse().flatMap(([id, { action, at, seq, undoes }]) => {
    const status = outcomes.get(id) ?? 'unknown';
    const stands = undoes === null && !undone.has(id) && (status === 'done' || status === 'unknown');
    return stands ? [{ action, at, seq, status }] : [];
  });
}

/** Why taking it back helps whoever misused the key; null where it does not. */
function dangerOf(action: Action, at: number, now: number, key: string | null): string | null {
  const deny = denyPutBy(action);
  if (deny !== null) {
    const until = sessionsLiveUntil(deny, action, at);
    if (until === null) return 'it holds off credentials that do not expire';
    return until > now ? `sessions that it holds off can live until ${new Date(until).toISOString()}` : null;
  }
  // The key that was named has a flag of its own; those that the attacker made are his.
  const hasFlag = 'calls' in action.undo && action.undo.needsFlag !== undefined;
  if (hasFlag && key !== null && concerns(action, key)) return null;
  return wasRogue(action) ? 'it was the incident’s own' : null;
}

function wasRogue({ on }: Action): boolean {
  const classed = on?.class ?? 'rogue';
  return classed === 'rogue' || classed === 'settling';
}

/** The person names a thing by its id, by its whole key, or by the action's id. */
function concerns(action: Action, id: string): boolean {
  return action.id === id || action.targets.some((target) => target === id || idInKey(target) === id);
}
