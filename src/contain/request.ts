import type { Session } from '../aws/index.js';
import type {
  Action,
  CloudFrontFacts,
  CutFacts,
  Emit,
  ExitCode,
  Incident,
  LeftOver,
} from '../model/index.js';
import type { PlanContext, Play } from '../plays/index.js';
import type { Survey } from '../survey/index.js';
import type { PlanFile } from './plan/plan-file.js';
import { plan, type Plan } from './plan/plan.js';
import type { Effects } from './run/run.js';

/** Limits of confirm. Times in milliseconds. */
export interface ConfirmLimits {
  rounds: number;
  time: number;
  /** Keep sweeping this long after the last thing was found (AWS's own playbook asks for a quiet half hour). */
  quiet: number;
}

/** Until it is clean, but not for ever. */
export const defaultLimits: ConfirmLimits = { rounds: 40, time: 10 * 60_000, quiet: 0 };

/** What a containment is asked to do, and with what. */
export interface ContainRequest {
  key: string;
  session: Session;
  survey: Survey;
  plays: readonly Play[];
  /** Those of them that come before all others where nobody has to read a plan: what they contain costs money now. */
  urgent: readonly Play[];
  include: ReadonlySet<string>;
  options: PlanContext['options'];
  limits: ConfirmLimits;
  /** Exactly this is done, and nothing that comes up later; null: whatever the incident asks for. */
  fixed: PlanFile | null;
  /** Somebody else is at work on the rest: who, in words. Then only the cut is done. */
  heldBack: string | null;
  /** The only way to change the world. */
  effects: Effects;
  emit: Emit;
  /** The person's word. Each is asked once; on a resumed run, what was agreed stands. */
  agree: {
    /** Said before (by a flag, or before the interruption): `rest` asks nobody. */
    restBefore: boolean;
    cut(facts: CutFacts, doubts: string[], planned: number): Promise<boolean>;
    rest(incident: Incident, planned: Plan): Promise<boolean>;
  };
  cloudfront: () => Promise<CloudFrontFacts>;
}

export interface ContainResult {
  exitCode: ExitCode;
  summary: string;
  left: LeftOver[];
  changes: number;
}

/** The plan for this incident, with what the request says of it. Pure but for AWS's clock. */
export function planFor(
  request: Pick<ContainRequest, 'plays' | 'include' | 'options' | 'session'>,
  incident: Incident,
): Plan {
  return plan(
    incident,
    request.plays,
    contextOf(request, incident),
    request.include,
    request.session.identity,
  );
}

/** What is pending now, without doing any of it: what the cut does is not planned a second time. */
export function pending(cut: readonly Action[], rest: Plan): Plan {
  const done = new Set(cut.flatMap(({ targets }) => targets));
  return {
    actions: rest.actions.filter(({ targets }) => !targets.every((target) => done.has(target))),
    left: rest.left,
  };
}

/** What plays may look at besides the finding. */
export function contextOf(
  { options, session }: Pick<ContainRequest, 'options' | 'session'>,
  incident: Incident,
): PlanContext {
  const { account, partition } = session.identity;
  return { incident, account, partition, now: session.reader.now(), options };
}
