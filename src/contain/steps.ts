import type { Session } from '../aws/index.js';
import type { Action, CutFacts, Finding, Incident, PersonsWords } from '../model/index.js';
import type { Play, PlanContext } from '../plays/index.js';
import { measured, type Survey } from '../survey/index.js';
import { type Guard, guardCut, lookUpKey, planCut, type UserOwner } from './cut/cut.js';
import { lookUpSession, type SessionOwner } from './cut/cut-session.js';
import { plan, type Plan } from './plan/plan.js';
import { unknownExcludes, unknownIncludes } from './plan/words.js';
import { refuseCaller, refuseRoot } from './refused.js';

/*
 * What contain, its dry run, resume and verify see and decide, in one place: they differ only in what they do about it.
 */

/** What a step looks at, and by which plays and options it plans. */
export interface StepRequest {
  session: Session;
  survey: Survey;
  plays: readonly Play[];
  options: PlanContext['options'];
  /** Ids that the person named, as far as they have been seen. */
  include: ReadonlySet<string>;
}

/** The key, and what cutting it takes. */
export interface KeyStep {
  facts: CutFacts;
  guard: Guard;
  /** Empty where it is cut already, or its user is not known. */
  cut: Action[];
}

/**
 * Step 1, the key: by name only, since no region is described and no trail page read before it is off. Tells the survey
 * whose key it is.
 * @throws AwsFailure of kind `credentials`
 */
export async function lookAtKey(
  { session, survey, options }: Pick<StepRequest, 'session' | 'survey' | 'options'>,
  key: string,
  named: Named | null,
): Promise<KeyStep> {
  const { reader, identity } = session;
  const facts = await lookUpSubject(session, key, named);
  const now = laterOf(reader.now(), Date.now());
  survey.setOwner(facts.owner.kind === 'user' ? facts.owner.name : null);
  // What stands from an earlier incident reaches no further than that.
  const since = facts.owner.kind === 'user' ? (facts.owner.whole?.since ?? null) : null;
  return {
    facts,
    guard: guardCut(facts, identity, options.denyAll),
    cut: planCut(facts, now, options.denyAll, facts.status === 'Inactive' ? since : now),
  };
}

/** A local clock that is a little ahead of AWS's may be the right one. Milliseconds. */
const clockDoubt = 15 * 60_000;

/** When the cut's Deny is dated from: where the two clocks are in doubt, the later one spares no session. */
function laterOf(aws: number, local: number): number {
  return local > aws && local - aws <= clockDoubt ? local : aws;
}

/** What the person named in place of a key, as the trail shows it: stolen sessions of a role, or a user as a whole. */
export type Named = SessionOwner | UserOwner;

/** What is known of what is to be cut. `named`: null for a key, whose owner IAM tells. @throws AwsFailure of kind `credentials` */
export async function lookUpSubject(
  { reader, identity }: Session,
  key: string,
  named: Named | null,
): Promise<CutFacts> {
  return named?.kind === 'session'
    ? lookUpSession(reader, identity, key, named)
    : lookUpKey(reader, identity, key, named);
}

/** What forbids this caller to cut this key, before anything is done. @throws Refused */
export function checkCaller({ facts, guard }: KeyStep, { identity }: Session): void {
  if (guard.refusals.length > 0) throw refuseCaller(guard.refusals);
  if (facts.owner.kind === 'root') throw refuseRoot(facts.key, identity);
}

/** Everything but the key: what was found, and what is to be done about it. */
export interface LookStep {
  incident: Incident;
  planned: Plan;
}

/**
 * Step 2, the rest: one look, one plan. `at`: everything, what the incident touched (survey/touched.ts), or first of all
 * only what these plays find (`of`: and of that, only such findings are planned for).
 * @throws AwsFailure where not even the list of regions can be read
 */
export async function lookAtRest(
  request: StepRequest,
  at:
    | 'everything'
    | 'touched'
    | { first: readonly Play[]; of?: (finding: Finding) => boolean } = 'everything',
): Promise<LookStep> {
  const { survey } = request;
  const incident =
    at === 'everything'
      ? await survey.look()
      : at === 'touched'
        ? await survey.lookAgain()
        : await survey.lookFirst(at.first);
  const of = typeof at === 'string' ? undefined : at.of;
  const part = of === undefined ? incident : { ...incident, findings: incident.findings.filter(of) };
  return { incident, planned: planFor(request, part) };
}

/**
 * The same after later words of the person: what the last look saw, planned anew. Where one of them names nothing, no
 * step, and the sentences that say so.
 */
export async function amendRest(
  request: StepRequest,
  more: PersonsWords,
  before: Incident,
): Promise<{ words: PersonsWords; step: LookStep | null; unheard: Unheard }> {
  const { words, nothing, incident } = await request.survey.amend(more);
  const step = incident === null ? null : { incident, planned: planFor(request, incident) };
  return { words, step, unheard: unheardOf(nothing, before) };
}

/** Words of the person that name nothing in what was found, each kind as a sentence; null where all do. */
export interface Unheard {
  include: string | null;
  exclude: string | null;
}

/** Of the words of --include and --exclude. */
export function unheardWords(survey: Survey, incident: Incident): Unheard {
  return unheardOf(survey.namesNothing(), incident);
}

function unheardOf({ include, exclude }: PersonsWords, incident: Incident): Unheard {
  return { include: unknownIncludes(include, incident), exclude: unknownExcludes(exclude, incident) };
}

/** What is pending now, without doing any of it: what the cut does is not planned a second time. Pure. */
export function pending(cut: readonly Action[], rest: Plan): Plan {
  const done = new Set(cut.flatMap(({ targets }) => targets));
  return {
    actions: rest.actions.filter(({ targets }) => !targets.every((target) => done.has(target))),
    left: rest.left,
  };
}

/** The plan for this incident. Pure but for AWS's clock. */
function planFor(request: StepRequest, incident: Incident): Plan {
  const { plays, include, session } = request;
  const context = contextOf(request, incident);
  return measured('plan', () => plan(incident, plays, context, include, session.identity));
}

/** What plays may look at besides the finding. */
export function contextOf(
  { options, session }: Pick<StepRequest, 'options' | 'session'>,
  incident: Incident,
): PlanContext {
  const { account, partition } = session.identity;
  return { incident, account, partition, now: session.reader.now(), options };
}
