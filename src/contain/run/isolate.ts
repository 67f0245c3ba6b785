import { type AwsFailure, type FailureKind, namedFailure } from '../../aws/index.js';
import { type Action, asObject, callIn, type Json, type JsonObject } from '../../model/index.js';
import { actionId } from '../../plays/index.js';

/** What these refuse, they refuse to every part of the call too. */
const ofTheWhole: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'would-work',
  'throttled',
  'token-refused',
  'not-subscribed',
  'no-subscription',
  'restricted',
  'credentials',
  'unreachable',
  'unsupported',
  'endless',
]);

/**
 * The parts of a call for many ids that was refused for the sake of one, by which the others go on: without the ids that
 * the refusal names, else by halves, so that each refused id costs about twice the logarithm of them all. `again`: the
 * call is such a part itself. Null where there is nothing to part, or the refusal is not one of a single id. Pure.
 */
export function isolate(action: Action, failure: AwsFailure, again: boolean): Action[] | null {
  const ids = idsOf(action.input);
  if (ids.length < 2 || ofTheWhole.has(failure.kind)) return null;
  const words = new Set(failure.message.match(/[\w-]+/g));
  const named = ids.filter((id) => words.has(id));
  const rest = ids.filter((id) => !words.has(id));
  if (named.length === 0 || rest.length === 0) return halves(ids).map((some) => partOf(action, some));
  return [named, ...(again ? halves(rest) : [rest])].map((some) => partOf(action, some));
}

/** The same action for `some` of its ids alone. */
function partOf(action: Action, some: readonly string[]): Action {
  const { play, region, targets, undo, before } = action;
  const call = callIn(region, { ...action, input: only(action.input, some) });
  const ofPart = targets.filter((target) => some.some((id) => target.endsWith(`|${id}`)));
  const title = action.title.replace(/ \(only [^)]*\)$/, '');
  return {
    ...action,
    ...call,
    id: actionId(play, call),
    // What an action changes may be none of its ids: the group whose instances it takes out.
    targets: ofPart.length === 0 ? targets : ofPart,
    after: [],
    title: `${title} (only ${some.length === 1 ? some[0] : `${some.length} of them`})`,
    before: onlyOf(before, idsOf(action.input), some),
    undo:
      'calls' in undo
        ? { ...undo, calls: undo.calls.map((one) => ({ ...one, input: only(one.input, some) })) }
        : undo,
  };
}

/** What an answer says was not done although the call as a whole went through: nothing, or an action for that alone,
 *  or the failure where nothing was done at all. */
export function undone(action: Action, output: Record<string, unknown>): AwsFailure | Action | null {
  const errors = [output['UnsuccessfulFleetDeletions'], output['UnsuccessfulFleetRequests']].flatMap(
    (list) => (Array.isArray(list) ? (list as Unsuccessful[]) : []),
  );
  const [first] = errors;
  if (first === undefined) return failedRequest(action, output);
  const ids = errors.map((error) => error.FleetId ?? error.SpotFleetRequestId ?? '');
  if (idsOf(action.input).every((id) => ids.includes(id))) {
    const { Code, Message } = first.Error ?? {};
    return namedFailure(Code ?? 'Unsuccessful', Message ?? 'AWS gave no reason', action);
  }
  return partOf(action, ids);
}

/** What TerminateWorkspaces answers beside those that it ended (WorkSpaces API reference): the next look plans what of
 *  the rest is still there. */
function failedRequest(action: Action, { FailedRequests: list }: Record<string, unknown>): AwsFailure | null {
  const failed = (Array.isArray(list) ? list : []) as FailedRequest[];
  const told = failed.find(({ ErrorCode }) => !/NotFound/.test(ErrorCode ?? '')) ?? failed[0];
  if (told === undefined) return null;
  const ids = failed.map(({ WorkspaceId }) => WorkspaceId ?? '?').join(', ');
  return namedFailure(
    told.ErrorCode ?? 'Failed',
    `${ids}: ${told.ErrorMessage ?? 'AWS gave no reason'}`,
    action,
  );
}

interface FailedRequest {
  WorkspaceId?: string;
  ErrorCode?: string;
  ErrorMessage?: string;
}

/** What DeleteFleets and CancelSpotFleetRequests answer beside those that they ended (EC2 API reference). */
interface Unsuccessful {
  FleetId?: string;
  SpotFleetRequestId?: string;
  Error?: { Code?: string; Message?: string };
}

/** Lists of what a call is for that are not called …Ids: WorkSpaces takes an object for each. */
const alsoIds: ReadonlySet<string> = new Set(['TerminateWorkspaceRequests', 'Accounts']);

function isIds([name, value]: [string, Json]): boolean {
  return (
    (name.endsWith('Ids') || alsoIds.has(name)) &&
    Array.isArray(value) &&
    value.every((one) => idIn(one) !== null)
  );
}

/** The id that an entry is, or that it holds and nothing else. */
function idIn(entry: Json): string | null {
  if (typeof entry === 'string') return entry;
  const [id, ...more] = Object.values(asObject(entry) ?? {});
  return typeof id === 'string' && more.length === 0 ? id : null;
}

function idsOf(input: JsonObject): string[] {
  return ((Object.entries(input).find(isIds)?.[1] ?? []) as Json[]).map((entry) => idIn(entry) ?? '');
}

function only(input: JsonObject, some: readonly string[]): JsonObject {
  const kept = (entry: [string, Json]): [string, Json] =>
    isIds(entry) ? [entry[0], (entry[1] as Json[]).filter((one) => some.includes(idIn(one) ?? ''))] : entry;
  return Object.fromEntries(Object.entries(input).map(kept));
}

/** A state before that is told by id, of these ids alone. */
function onlyOf(before: Json, all: readonly string[], some: readonly string[]): Json {
  if (before === null || typeof before !== 'object' || Array.isArray(before)) return before;
  const entries = Object.entries(before);
  return entries.every(([id]) => all.includes(id))
    ? Object.fromEntries(entries.filter(([id]) => some.includes(id)))
    : before;
}

function halves(ids: readonly string[]): string[][] {
  const middle = Math.ceil(ids.length / 2);
  return [ids.slice(0, middle), ids.slice(middle)].filter(({ length }) => length > 0);
}
