import {
  type CloudFrontFacts,
  type CutFacts,
  type Emit,
  type ExitCode,
  type Incident,
  type PersonsWords,
  type Reason,
} from '../model/index.js';
import type { Play } from '../plays/index.js';
import type { ConfirmLimits } from './confirm/sweeping.js';
import type { PlanFile } from './plan/plan-file.js';
import type { Plan } from './plan/plan.js';
import type { Effects } from './run/run.js';
import type { Named, StepRequest } from './steps.js';

/** What a containment is asked to do, and with what. */
export interface ContainRequest extends StepRequest {
  /** The name of the lead: see model/lead.ts. */
  key: string;
  /** What it names, where that is no key. */
  named: Named | null;
  /** Those of them that come before all others where nobody has to read a plan: what they contain costs money now. */
  urgent: readonly Play[];
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
    rest(incident: Incident, planned: Plan): Promise<RestWord>;
    /** Words that they gave just now name nothing: in a sentence. */
    unheard(message: string): void;
  };
  cloudfront: () => Promise<CloudFrontFacts>;
}

/** What the person says to exactly the plan that they saw: all of it, none of it, or a plan with more taken out or in. */
export type RestWord = 'all' | 'none' | PersonsWords;

export interface ContainResult {
  exitCode: ExitCode;
  /** Why; empty for 0. */
  reasons: Reason[];
}
