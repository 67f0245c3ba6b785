import {
  type Action,
  type JournalRecord,
  type PersonsWords,
  type Json,
  type Report,
  type ReportAction,
  asObject,
  reportVersion,
} from '../model/index.js';
import { mergeLooks } from '../detect/index.js';
import { isoOf, milestonesOf } from './milestones.js';
import { optionsOf } from './options-of.js';
import { verdictOf } from './decide.js';
import { reasonsOfEnd } from './end-reasons.js';

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
    options: optionsOf(records),
    verdict: { state: 'unknown', reasons: [], rules: [] },
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
      case 'words':
        report.agreed.push({ at: time, what: wordsText(record.words), by: record.by });
        break;
      case 'incident':
        report.incident = mergeLooks(report.incident, record.incident, Date.parse(time));
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
        report.notes.push({
          at: time,
          message: record.message,
          ...(record.rule === undefined ? {} : { rule: record.rule }),
        });
        break;
      case 'closed':
        report.closed = { at: time, exitCode: record.exitCode, summary: record.summary };
        break;
    }
  }
  report.verdict = verdictOf(reasonsOfEnd({ ...report, ending: report.closed }));
  report.milestones = milestonesOf(report);
  return report;
}

/** As flags would say it. */
function wordsText({ include, exclude }: PersonsWords): string {
  const said = [
    ...(exclude.length > 0 ? [`--exclude ${exclude.join(',')}`] : []),
    ...(include.length > 0 ? [`--include ${include.join(',')}`] : []),
  ];
  return said.length === 0 ? 'nothing taken out or in' : said.join(' ');
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
        : (redacted(action.undo as unknown as Json) as unknown as ReportAction['undo']),
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
