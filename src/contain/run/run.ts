import pLimit from 'p-limit';
import { AwsFailure, type AwsFailure as Failure } from '../../aws/index.js';
import {
  type Action,
  type AwsCall,
  callIn,
  type Emit,
  type Executed,
  type Json,
  type Outcome,
  type OutcomeStatus,
  asObject,
} from '../../model/index.js';
import type { JournalWriter } from '../journal/journal.js';
import { isolate, undone } from './isolate.js';

/** The only way to change the world: through the journal. */
export interface Effects {
  send: (call: AwsCall) => Promise<{ output: Record<string, unknown>; requestId: string | null }>;
  journal: JournalWriter;
  emit: Emit;
  /** Aborted: nothing new is started, what runs is finished and written down. */
  signal: AbortSignal;
  sleep(milliseconds: number): Promise<void>;
  /** Resolves when an action may be called, as far as others than its own forerunners are concerned. */
  ready?: (action: Action) => Promise<void>;
  /** For an undo: the id of the action that each of these takes back. */
  undoes?: ReadonlyMap<string, string>;
}

/** What answers a refusal: the play's `remedy`, with its context. */
export type Remedy = (action: Action, failure: Failure) => Action[] | null | Promise<Action[] | null>;

/** Calls under way at once. AWS's own limits are kept below this, by region and action, in aws/pacing. */
const concurrency = 96;
/** How often a call is tried again while something else is changing the resource. */
const busyTries = 6;
/** Remedies of remedies: an attacker who sets protection again and again must not keep us here for ever. */
const remedyDepth = 6;

/**
 * Runs actions, each when those it waits for have ended: intent flushed, call, outcome flushed.
 * One failure never holds back another action that does not wait for it.
 * @returns what was called, remedies among it, in the order in which it ended. @throws JournalBroken: then nothing more is called.
 */
export async function run(actions: readonly Action[], remedy: Remedy, effects: Effects): Promise<Executed[]> {
  const limit = pLimit(concurrency);
  const executed: Executed[] = [];
  const ended = new Map<string, Promise<boolean>>();

  const start = (action: Action, depth: number, isPart = false): Promise<boolean> => {
    const known = ended.get(action.id);
    if (known !== undefined) return known;
    const promise = runAfter(action, depth, isPart);
    ended.set(action.id, promise);
    return promise;
  };
  // What follows a call repeats it, or part of it, under a new id, so that the journal tells them apart.
  const follow = async (actions: Action[], depth: number, areParts: boolean): Promise<boolean> => {
    const fresh = renamed(actions, ended);
    return (await Promise.all(fresh.map((next) => start(next, depth, areParts)))).every(Boolean);
  };

  const runAfter = async (action: Action, depth: number, isPart: boolean): Promise<boolean> => {
    const before = await Promise.all(action.after.map(async (id) => (await ended.get(id)) ?? true));
    if (before.includes(false))
      return end(action, { status: 'skipped', error: null, requestId: null, answer: null });
    await effects.ready?.(action);
    const result = await limit(() => callOne(action, effects));
    const { failure } = result;
    if (effects.signal.aborted) return end(action, result);
    if (failure !== null) {
      const remedies = depth < remedyDepth ? await remedy(action, failure) : null;
      const parts = remedies === null ? isolate(action, failure, isPart) : null;
      const isEnded = await end(action, result);
      if (remedies !== null) return follow(remedies, depth + 1, false);
      return parts === null ? isEnded : follow(parts, depth, true);
    }
    const isEnded = await end(action, result);
    return result.open === undefined ? isEnded : follow([result.open], depth, true);
  };

  const end = async (action: Action, result: Omit<Outcome, 'action'>): Promise<boolean> => {
    const { status, requestId, error, answer } = result;
    const outcome: Outcome = { action: action.id, status, requestId, error, answer };
    await effects.journal.write({ kind: 'outcome', outcome });
    executed.push({ action, outcome });
    effects.emit({ type: 'outcome', action, outcome });
    return status === 'done' || status === 'already-so';
  };

  // Registered first, so that `after` finds actions that stand later in the list.
  const results = await Promise.allSettled(inOrder(actions).map((action) => start(action, 0)));
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return executed;
}

/** `open`: what the answer says was not done. */
type Result = Omit<Outcome, 'action'> & { failure: Failure | null; open?: Action };

async function callOne(action: Action, effects: Effects): Promise<Result> {
  if (effects.signal.aborted)
    return { status: 'skipped', error: null, requestId: null, answer: null, failure: null };
  const undoes = effects.undoes?.get(action.id);
  await effects.journal.write({ kind: 'intent', action, ...(undoes === undefined ? {} : { undoes }) });
  effects.emit({ type: 'intent', action });
  for (let tries = 1; ; tries += 1) {
    try {
      const { output, requestId } = await effects.send(callIn(action.region, action));
      const open = undone(action, output);
      if (open instanceof AwsFailure) throw open;
      const done = {
        status: 'done',
        error: null,
        requestId,
        answer: answerOf(output),
        failure: null,
      } as const;
      return open === null ? done : { ...done, open };
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      // A policy that was made a moment ago may not be known yet where it is to be attached.
      const settles = error.kind === 'busy' || (error.kind === 'gone' && action.denies !== undefined);
      if (settles && tries < busyTries && !effects.signal.aborted) {
        await effects.sleep(300 * 2 ** tries);
        continue;
      }
      const { code, message, kind, requestId } = error;
      return {
        status: statusOf(error, action),
        error: { code, message, kind },
        requestId,
        answer: null,
        failure: error,
      };
    }
  }
}

function statusOf(failure: Failure, { denies }: Action): OutcomeStatus {
  // What was to be denied is not denied because something is missing, or was there under that name.
  if (denies !== undefined && (failure.kind === 'gone' || failure.kind === 'already-so')) return 'failed';
  switch (failure.kind) {
    case 'gone':
    case 'already-so':
    case 'would-work':
      return 'already-so';
    case 'denied':
    case 'unmodifiable':
      return 'denied';
    case 'protected':
      return 'protected';
    default:
      return 'failed';
  }
}

/** Answers are kept for proof, bounded, and never with a secret: no action of ours asks AWS to make one. */
const maxAnswer = 4000;

function answerOf(output: Record<string, unknown>): Json {
  const { $metadata: _metadata, ...rest } = output;
  const text = JSON.stringify(rest);
  if (text === '{}') return null;
  return text.length <= maxAnswer ? asObject(JSON.parse(text)) : `${text.slice(0, maxAnswer)}…`;
}

/** The same actions, those that wait behind those that they wait for. */
function inOrder(actions: readonly Action[]): Action[] {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const placed = new Set<string>();
  const order: Action[] = [];
  const place = (action: Action): void => {
    if (placed.has(action.id)) return;
    placed.add(action.id);
    for (const id of action.after) {
      const earlier = byId.get(id);
      if (earlier !== undefined) place(earlier);
    }
    order.push(action);
  };
  actions.forEach(place);
  return order;
}

function renamed(actions: Action[], taken: ReadonlyMap<string, unknown>): Action[] {
  const names = new Map<string, string>();
  for (const { id } of actions) {
    let name = id;
    for (let again = 2; taken.has(name); again += 1) name = `${id}#${again}`;
    names.set(id, name);
  }
  const rename = (id: string): string => names.get(id) ?? id;
  return inOrder(
    actions.map((action) => ({ ...action, id: rename(action.id), after: action.after.map(rename) })),
  );
}
