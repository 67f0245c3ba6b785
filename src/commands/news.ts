import {
  type ClearanceRow,
  ExitCode,
  type Identity,
  leadFlag,
  leadInWords,
  type Report,
} from '../model/index.js';
import { count } from '../report/messages/index.js';
import { stepsOfReport, verdictText } from '../report/screens/index.js';
import type { News } from '../webhook/index.js';

const of = ({ account, simulated }: Identity, key: string): Pick<News, 'key' | 'account' | 'simulated'> => ({
  ...{ key, account, simulated },
});

/** The cut is done: somebody is at work on it. */
export function newsOfCut(key: string, identity: Identity, at: number): News {
  return {
    ...of(identity, key),
    ...{ event: 'began', severity: 'critical', at },
    summary: `${capital(leadInWords(key))} in account ${identity.account} is misused: it is cut, and the rest is being contained.`,
    details: [`By ${identity.arn}.`],
    next: null,
  };
}

/** The responder's own credentials ended in the middle. */
export function newsOfCutOff(
  key: string,
  identity: Identity,
  message: string,
  next: string,
  at: number,
): News {
  return {
    ...of(identity, key),
    ...{ event: 'ended', severity: 'critical', at },
    ...{ summary: message, details: [], next },
  };
}

/** How a containment ended. `path`: the journal's. */
export function newsOfEnd(report: Report, path: string, at: number): News {
  const { verdict, left, identity } = report;
  const key = report.key ?? 'unknown';
  return {
    ...of(identity, key),
    ...{ event: 'ended', at },
    severity:
      verdict.state === 'contained' ? 'info' : verdict.state === 'not-contained' ? 'critical' : 'warning',
    summary: `${verdictText(verdict).toUpperCase()}: ${leadInWords(key)} in account ${identity.account}.`,
    details: [...verdict.reasons, ...(left.length > 0 ? [`${count(left.length, 'resource')} left.`] : [])],
    next: stepsOfReport(report, path)[0] ?? null,
  };
}

/** What `verify` found. */
export function newsOfClearance(
  key: string | null,
  identity: Identity,
  { exitCode, rows, next }: { exitCode: ExitCode; rows: readonly ClearanceRow[]; next: string | null },
  at: number,
): News {
  const isClean = exitCode === ExitCode.ok;
  const open = rows.filter(({ status }) => status !== 'clean' && status !== 'not-examined');
  const words = isClean ? 'CLEAN' : exitCode === ExitCode.findings ? 'NOT CLEAN' : 'NOT KNOWN TO BE CLEAN';
  return {
    ...of(identity, key ?? 'unknown'),
    ...{ event: 'verified', at },
    severity: isClean ? 'info' : exitCode === ExitCode.findings ? 'critical' : 'warning',
    summary: `${words}: account ${identity.account}${key === null ? '' : `, ${leadInWords(key)}`}.`,
    details: open.map(({ subject, title, status }) => `${status}: ${subject}, ${title}`),
    next: next ?? (isClean && key !== null ? `leakguard case ${leadFlag(key)}` : null),
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
