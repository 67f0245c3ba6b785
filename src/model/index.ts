/** The door of this room: what other rooms may take from it. */
export type { Action, Outcome, OutcomeStatus } from './action.js';
export { type AwsCall, callIn, type Change } from './aws-call.js';
export { changes, isChange, type OperationOfChange, type ServiceOfChange } from './changes.js';
export { cleanSweeps, lanes, patience, type Phase, phases } from './course.js';
export type { CoreEvent, Emit, Identity } from './core-event.js';
export { type Cell, type CellStatus, isComplete } from './coverage.js';
export { ExitCode, exitCodeHelp } from './exit-code.js';
export type {
  Cost,
  Deed,
  Evidence,
  Finding,
  Incident,
  Launch,
  MisuseStart,
  OtherSession,
  Rank,
  RemovalStep,
  ResourceClass,
  Suspect,
  TaintedCredential,
  TrailWord,
} from './incident.js';
export {
  type CloudFrontFacts,
  type JournalEntry,
  type JournalRecord,
  journalVersion,
  type LeftOver,
  type PersonsWords,
} from './journal-record.js';
export {
  asObject,
  asText,
  at,
  type Json,
  type JsonObject,
  safeJson,
  stableStringify,
  textAt,
} from './json.js';
export {
  type ListDocument,
  type ListedIncident,
  listVersion,
} from './listed-incident.js';
export type { OriginRule } from './origin-rule.js';
export { stoppedBefore, wasStopped } from './incident.js';
export {
  type FindingRule,
  findingRuleIds,
  type OutcomeRule,
  outcomeRuleIds,
  outcomeRules,
  type Reason,
  neverDeleted,
  rules,
} from './rules.js';
export { type Link, type Resource, idInKey, isInstance, isVolume, resourceKey } from './resource.js';
export { type Actor, type SkippedRecords, type TrailEvent, wasDryRun, worked } from './trail-event.js';
export { hasMany, leadFlag, leadInTitle, leadInWords, leadName, leadOf } from './lead.js';
export { shellArgument, shellCommand, shellWord, withFlags } from './shell.js';
export { version } from './version.js';
export {
  type Milestones,
  isDone,
  type Report,
  type ReportAction,
  reportVersion,
  type Verdict,
} from './report.js';
export type { CutFacts, WholeRole, WholeUser } from './cut-facts.js';
export type { ClearanceRow } from './clearance.js';
export type { Executed } from './action.js';
export { allSeen } from './coverage.js';
