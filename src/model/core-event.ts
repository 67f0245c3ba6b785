import type { Cell } from './coverage.js';
import type { Action, Outcome } from './action.js';
import type { Phase } from './course.js';
import type { Finding, Incident } from './incident.js';

/** The caller, resolved once and shown before anything happens. */
export interface Identity {
  account: string;
  arn: string;
  userId: string;
  partition: string;
  accessKeyId: string;
  profile: string | null;
  /** The region that global calls are signed for. */
  homeRegion: string;
  /** Not AWS: everything made of it says so. */
  simulated: boolean;
  /** Every endpoint that will be used and is not AWS's own, by service; empty on AWS. */
  endpoints: Record<string, string>;
}

/** Everything that the core has to say. The core prints nothing; renderers subscribe. */
export type CoreEvent =
  | { type: 'identity'; identity: Identity }
  | { type: 'warning'; message: string }
  | {
      type: 'progress';
      subject: string;
      region: string | null;
      done: number;
      total: number | null;
      /** What is being done, and where: whole, as it is shown. */
      message: string;
    }
  | { type: 'cell'; cell: Cell }
  | { type: 'finding'; finding: Finding }
  | { type: 'incident'; incident: Incident }
  | { type: 'phase'; phase: Phase; actions: number }
  | { type: 'intent'; action: Action }
  | { type: 'outcome'; action: Action; outcome: Outcome }
  | { type: 'sweep'; round: number; clean: boolean; live: number; settling: number; message: string }
  | { type: 'journal'; path: string; message: string };

/** How the core speaks. */
export type Emit = (event: CoreEvent) => void;
