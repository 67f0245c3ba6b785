/** The door of this room: what other rooms may take from it. */
export { clearance } from './confirm/clearance.js';
export { contain } from './contain.js';
export type { SessionOwner } from './cut/cut-session.js';
export { Journal, JournalRefused, readJournal } from './journal/journal.js';
export { type JournalProof, proofOf, writersOf } from './journal/proof.js';
export { strangeActions } from './journal/strange.js';
export { journalSigner, type Signer, signedTo } from './journal/signer.js';
export { lock, LockHeld, LockLost } from './journal/lock.js';
export { makeDirectory } from './journal/make-directory.js';
export { type PlanFile, readPlan, sealPlan } from './plan/plan-file.js';
export type { Plan } from './plan/plan.js';
export { refuseDescendant, Refused } from './refused.js';
export { defaultLimits } from './confirm/sweeping.js';
export type { ContainRequest, RestWord } from './request.js';
export { run } from './run/run.js';
export { checkCaller, lookAtKey, lookAtRest, type Named, pending, unheardWords } from './steps.js';
export { planUndo, type UndoPlan } from './undo/undo.js';
