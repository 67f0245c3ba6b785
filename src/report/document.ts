import type { AwsCall } from '../aws/call.js';
import type { Action, Outcome, OutcomeStatus, Phase } from '../playbook/action.js';
import type { CloudFrontFacts, JournalRecord, LeftOver } from '../contain/journal-record.js';
import type { Cell } from '../coverage.js';
import { asFound } from '../detect/as-found.js';
import type { Incident } from '../detect/incident.js';
import type { Identity } from '../events.js';
import { asObject, type Json, type JsonObject } from '../json.js';
import { isoOf, milestonesOf, type Milestones } from './milestones.js';
import { verdictOf, type Verdict } from './verdict.js';

/** The version of the report document. A reader refuses versions that it does not know. */
export const reportVersion = 1;

/** One change, with everything that proves it. Times are ISO 8601, UTC. */
export interface ReportAction {
  /** The journal's line that announced it. */
  seq: number;
  /** When it was written ahead of the call, and when its outcome was written; null where the journal has none. */
  at: string;
  endedAt: string | null;
  phase: Phase;
  play: string;
  id: string;
  title: string;
  reason: string;
  /** ARN of who did it. */
  actor: string;
  call: AwsCall;
  targets: string[];
  permissions: string[];
  before: Json;
  /** `unknown`: the journal has no outcome, so it may or may not have happened. */
  result: OutcomeStatus | 'unknown';
  requestId: string | null;
  /** What AWS answered. */
  after: Json;
  error: Outcome['error'];
  undo: Action['undo'];
  /** The id of the action that this one takes back. */
  undoes: string | null;
}

/** Everything that the journal says, in one document. */
export interface Report {
  schemaVersion: typeof reportVersion;
  tool: { name: 'leakguard'; version: string };
  /** Made on an endpoint that is not AWS: nothing in it is real. */
  simulated: boolean;
  /** Where, by service; empty on AWS. */
  endpoints: Record<string, string>;
  identity: Identity;
  key: string | null;
  options: JsonObject;
  verdict: Verdict;
  milestones: Milestones;
  agreed: { at: string; what: string; by: string }[];
  incident: Incident | null;
  actions: ReportAction[];
  evidence: { at: string; file: string; sha256: string; of: string[]; what: string }[];
  /** The rounds of confirm. */
  sweeps: {
    at: string;
    round: number;
    clean: boolean;
    left: number;
    settlesAt: string | null;
    message: string;
  }[];
  /** What is not contained, by the last sweep. */
  left: LeftOver[];
  /** What the last look rests on. */
  coverage: Cell[];
  /** From then on `verify` can say more about what is too young now; null: nothing settles. */
  settlesAt: string | null;
  cloudfront: { at: string; facts: CloudFrontFacts }[];
  notes: { at: string; message: string }[];
  resumed: { at: string; actor: string }[];
  closed: { at: string; exitCode: number; summary: string } | null;
  /** The proof: the number of lines, and the hash of the last one, which covers all before it. */
  journal: { records: number; head: string };
}

/**
 * The report of a journal: a fold over its records, and of nothing else.
 * @throws Error where the first record does not open a journal
 */
export function foldReport(records: readonly JournalRecord[]): Report {
  const first = records[0];
  if (first?.kind !== 'opened')
    throw new Error('Not a journal of leakguard: its first record does not open one.');
  const report: Report = {
    schemaVersion: reportVersion,
    tool: { name: 'leakguard', version: first.toolVersion },
    simulated: first.identity.simulated,
    endpoints: first.identity.endpoints,
    identity: first.identity,
    key: first.key,
    options: first.options,
    verdict: { state: 'unknown', reasons: [] },
    milestones: {
      misuseBegan: null,
      opened: first.at,
      cutAgreed: null,
      keyOff: null,
      lastLaunch: null,
      lastTermination: null,
      contained: null,
    },
    agreed: [],
    incident: null,
    actions: [],
    evidence: [],
    sweeps: [],
    left: [],
    coverage: [],
    settlesAt: null,
    cloudfront: [],
    notes: [],
    resumed: [],
    closed: null,
    journal: { records: records.length, head: records.at(-1)?.hash ?? first.hash },
  };
  let actor = first.identity.arn;
  const open = new Map<string, ReportAction>();
  for (const record of records) {
    const { at: time } = record;
    switch (record.kind) {
      case 'opened':
      case 'phase':
        break;
      case 'resumed':
        actor = record.identity.arn;
        report.resumed.push({ at: time, actor });
        // What closed before was not the end.
        report.closed = null;
        break;
      case 'agreed':
        report.agreed.push({ at: time, what: record.what, by: record.by });
        break;
      case 'incident':
        report.incident = asFound(report.incident, record.incident, Date.parse(time));
        report.coverage = record.incident.coverage;
        break;
      case 'intent': {
        const action = announced(record.action, record.seq, time, actor, record.undoes ?? null);
        open.set(action.id, action);
        report.actions.push(action);
        break;
      }
      case 'outcome': {
        const action = open.get(record.outcome.action);
        if (action === undefined) {
          // Skipped actions are never announced: nothing was about to be called.
          report.notes.push({
            at: time,
            message: `${record.outcome.status}: action ${record.outcome.action}`,
          });
          break;
        }
        open.delete(record.outcome.action);
        action.endedAt = time;
        action.result = record.outcome.status;
        action.requestId = record.outcome.requestId;
        action.after = redacted(record.outcome.answer);
        action.error = record.outcome.error;
        break;
      }
      case 'evidence': {
        const { file, sha256, of, what } = record;
        report.evidence.push({ at: time, file, sha256, of, what });
        break;
      }
      case 'sweep':
        report.sweeps.push({
          at: time,
          round: record.round,
          clean: record.clean,
          left: record.left.length,
          settlesAt: isoOf(record.settlesAt),
          message: record.message,
        });
        report.left = record.left;
        report.coverage = record.coverage;
        report.settlesAt = isoOf(record.settlesAt);
        break;
      case 'cloudfront':
        report.cloudfront.push({ at: time, facts: record.facts });
        break;
      case 'note':
        report.notes.push({ at: time, message: record.message });
        break;
      case 'closed':
        report.closed = { at: time, exitCode: record.exitCode, summary: record.summary };
        break;
    }
  }
  report.verdict = verdictOf(report);
  report.milestones = milestonesOf(report);
  return report;
}

function announced(
  action: Action,
  seq: number,
  time: string,
  actor: string,
  undoes: string | null,
): ReportAction {
  const { service, operation, region, input } = action;
  return {
    seq,
    at: time,
    endedAt: null,
    phase: action.phase,
    play: action.play,
    id: action.id,
    title: action.title,
    reason: action.reason,
    actor,
    call: { service, operation, region, input: asObject(redacted(input)) ?? {} },
    targets: action.targets,
    permissions: action.permissions,
    before: redacted(action.before),
    result: 'unknown',
    requestId: null,
    after: null,
    error: null,
    undo:
      'none' in action.undo
        ? action.undo
        : (redacted(action.undo as unknown as Json) as unknown as Action['undo']),
    undoes,
  };
}

const secretNames =
  /^(secretaccesskey|secretkey|sessiontoken|securitytoken|password|newpassword|userdata|privatekey|keymaterial|servicepassword|signintoken)$/i;

/** A second fence: secrets are taken out where they come in; should one get this far, it goes no further. */
function redacted(value: Json): Json {
  if (Array.isArray(value)) return value.map(redacted);
  const object = asObject(value);
  if (object === null) return value;
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => [
      name,
      secretNames.test(name) ? '[redacted]' : redacted(inner),
    ]),
  );
}

/** The action is done: it worked, or there was nothing left to do. */
export function isDone({ result }: ReportAction): boolean {
  return result === 'done' || result === 'already-so';
}
