import {
  type Identity,
  type Incident,
  type Reason,
  type SkippedRecords,
  allSeen,
  version,
} from '../model/index.js';
import { byClass, classes, gaps, notExamined, regionsOff, type Gap } from './facts.js';

/** The version of the document that `scan --json` prints. */
export const scanVersion = 2;

/** What a scan saw, for programs. Times inside `incident` are epoch milliseconds, UTC. */
export interface ScanDocument {
  schemaVersion: typeof scanVersion;
  command: 'scan';
  tool: { name: 'leakguard'; version: string };
  exitCode: number;
  /** Why the exit code is what it is; empty for 0. */
  reasons: Reason[];
  /** Made on an endpoint that is not AWS: nothing in it is real. */
  simulated: boolean;
  endpoints: Record<string, string>;
  identity: Identity;
  /** Something was looked at, and nothing that should have been is unknown. Only then does "none" mean none. */
  complete: boolean;
  counts: Record<Incident['findings'][number]['class'], number>;
  /** What could not be looked at: unknown, not clean. */
  gaps: Gap[];
  notExamined: string[];
  regionsOff: string[];
  /** Records that could not be read, by place: a gap in the coverage. */
  skipped: SkippedRecords[];
  incident: Incident;
}

/** The one document of `scan --json`: pure, fields always in this order. */
export function scanDocument(
  incident: Incident,
  identity: Identity,
  {
    exitCode,
    reasons,
    skipped,
  }: {
    exitCode: number;
    reasons: readonly Reason[];
    skipped: readonly SkippedRecords[];
  },
): ScanDocument {
  const groups = byClass(incident.findings);
  return {
    schemaVersion: scanVersion,
    command: 'scan',
    tool: { name: 'leakguard', version },
    exitCode,
    reasons: [...reasons],
    simulated: identity.simulated,
    endpoints: identity.endpoints,
    identity,
    complete: allSeen(incident.coverage) && skipped.length === 0,
    counts: Object.fromEntries(
      classes.map((cls) => [cls, groups.get(cls)?.length ?? 0]),
    ) as ScanDocument['counts'],
    gaps: gaps(incident.coverage),
    notExamined: notExamined(incident.coverage),
    regionsOff: regionsOff(incident.coverage),
    skipped: [...skipped],
    incident,
  };
}
