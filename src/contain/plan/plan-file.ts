import { createHash } from 'node:crypto';
import { type Action, asObject, asText, type JsonObject, stableStringify } from '../../model/index.js';
import { readDeny } from '../../plays/index.js';
import { wrongInAction } from '../journal/shape.js';
import type { Plan } from './plan.js';
import { Refused } from '../refused.js';

/** The version of plan files. A reader refuses versions that it does not know. */
const planFileVersion = 1;
/** A plan older than this speaks of another world. Milliseconds. */
const planMaxAge = 60 * 60_000;

/** A plan as a file: reviewed by one person, applied by another. */
export interface PlanFile {
  planVersion: typeof planFileVersion;
  toolVersion: string;
  account: string;
  key: string;
  /** ISO 8601, UTC: when the world was looked at. */
  at: string;
  simulated: boolean;
  cut: Action[];
  rest: Plan;
  /** SHA-256 over everything above: a plan that was edited is not the one that was made. */
  digest: string;
}

/** A plan file that cannot be applied, and why: none of it was. */
class PlanRefused extends Refused {
  constructor(
    why: string,
    next = 'Make a new plan: leakguard contain --key AKIA… --plan FILE',
    cause?: unknown,
  ) {
    super(`${why} Nothing was done.`, next, { cause });
  }
}

/** Seals a plan. */
export function sealPlan(plan: Omit<PlanFile, 'digest'>): PlanFile {
  return { ...plan, digest: digestOf(plan) };
}

/**
 * Reads a plan file for this account, as of `now` (epoch milliseconds).
 * @throws PlanRefused where it is no plan, of another version, edited, of another account, or too old
 */
export function readPlan(text: string, account: string, simulated: boolean, now: number): PlanFile {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new PlanRefused('The plan file is not JSON.', undefined, error);
  }
  if (asObject(parsed)?.['planVersion'] !== planFileVersion) {
    throw new PlanRefused(`The file is not a plan of version ${planFileVersion}.`);
  }
  const plan = parsed as PlanFile;
  const { digest, ...rest } = plan;
  if (digestOf(rest) !== digest) throw new PlanRefused('The plan was edited after it was made.');
  const actions = [asObject(rest)?.['cut'], asObject(asObject(rest)?.['rest'])?.['actions']];
  if (!actions.every(Array.isArray)) throw new PlanRefused('The plan has no list of actions.');
  const wrong = (actions.flat() as unknown[]).map(wrongInAction).find((one) => one !== null);
  if (wrong !== undefined) throw new PlanRefused(`The file is no plan of leakguard: ${wrong}.`);
  if (plan.account !== account)
    throw new PlanRefused(
      `The plan is for account ${plan.account}; you are in ${account}.`,
      `Use credentials of account ${plan.account}: --profile NAME`,
    );
  if (plan.simulated !== simulated)
    throw new PlanRefused('The plan was made on another kind of endpoint (simulated or AWS).');
  const age = now - Date.parse(plan.at);
  if (!(age <= planMaxAge)) {
    throw new PlanRefused(`The plan is of ${plan.at}: older than an hour.`);
  }
  return plan;
}

/**
 * How the world has moved since the plan was made: actions that would be planned now and are not in it, and actions
 * in it that would not be planned now. Both empty: it has not moved, and what is done are the actions of now. Pure.
 */
export function moved(file: PlanFile, restNow: Plan): { added: string[]; gone: string[] } {
  const then = new Map(file.rest.actions.map((action) => [fingerprint(action), action]));
  const now = new Map(restNow.actions.map((action) => [fingerprint(action), action]));
  const missing = (from: Map<string, Action>, to: Map<string, Action>): string[] =>
    [...from].filter(([print]) => !to.has(print)).map(([, action]) => inWords(action));
  return { added: missing(now, then), gone: missing(then, now) };
}

/** Actions of the plan's cut that no cut of this key would do, in words; `possible`: all that one could. Pure. */
export function strangeInCut(file: PlanFile, possible: readonly Action[]): string[] {
  const print = (action: Action): string => fingerprint({ ...action, undo: { none: '' } });
  const known = new Set(possible.map(print));
  return file.cut.filter((action) => !known.has(print(action))).map(inWords);
}

/** What is done, to what, how it is called and how it is taken back. Only the dates of our own Denies may differ. */
function fingerprint(action: Action): string {
  const { play, phase, service, operation, region, targets, input, title, undo } = action;
  const back = 'calls' in undo ? undo.calls.map((call) => ({ ...call, input: undated(call.input) })) : undo;
  return stableStringify({
    ...{ play, phase, service, operation, region, targets, title },
    ...{ input: undated(input), back },
  });
}

function undated(input: JsonObject): JsonObject {
  const deny = readDeny(asText(input['PolicyDocument']));
  if (deny === null || deny.kind === 'all' || deny.issuedBefore === null) return input;
  return { ...input, PolicyDocument: { ...deny, issuedBefore: 0 } };
}

/** By its call, not by its title alone: a title may have been written by somebody else. */
function inWords({ title, operation, region }: Action): string {
  return `${title} (${operation}, ${region})`;
}

function digestOf(plan: Omit<PlanFile, 'digest'>): string {
  return createHash('sha256').update(stableStringify(plan)).digest('hex');
}
