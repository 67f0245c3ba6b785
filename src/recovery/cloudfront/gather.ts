import { trailDelay } from '../../facts/index.js';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../../aws/index.js';
import {
  asObject,
  at,
  type Emit,
  type TaintedCredential,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { utc } from '../../report/messages/index.js';
import { TrailLookup } from '../../trail/index.js';
import { changesSince, cloudFrontQuery, taintedBy } from './changes.js';
import { hostsFromDocument, hostsFromTrail, type KnownHost } from './known-hosts.js';
import type { ConfigurationChange } from './state.js';

/** Reports are as large as the incident; beyond this it is no report, in bytes. */
const maxReport = 256 * 1024 * 1024;

/** What a report knows of CloudFront and of the incident. */
export interface FromReport {
  hosts: KnownHost[];
  credentials: Pick<TaintedCredential, 'id' | 'since'>[];
  /** Epoch milliseconds; null where the report has no beginning of the misuse. */
  misuseAt: number | null;
}

/** @throws Error where the file cannot be read or is no JSON */
export async function readReport(path: string): Promise<FromReport> {
  if ((await stat(path)).size > maxReport) throw new Error(`${path} is too large for a report.`);
  let document: unknown;
  try {
    document = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} is not a report: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  const incident = at(document, 'incident');
  const credentials = at(incident, 'credentials');
  const misuseAt = at(incident, 'misuse', 'at');
  return {
    hosts: hostsFromDocument(document),
    credentials: (Array.isArray(credentials) ? credentials : []).flatMap((credential) => {
      const id = textAt(credential, 'id');
      const since = asObject(credential)?.['since'];
      return id === null ? [] : [{ id, since: typeof since === 'number' ? since : null }];
    }),
    misuseAt: typeof misuseAt === 'number' ? misuseAt : null,
  };
}

/** The newest report in the directory that is of this account; null where there is none. */
export async function lastReport(directory: string, account: string): Promise<string | null> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch {
    // No report was ever written there.
    return null;
  }
  // The name ends in the time, so that the last one in order of the alphabet after the key may be older.
  const reports = names.filter((name) => name.startsWith(`${account}-`) && name.endsWith('.report.json'));
  const timeOf = (name: string): string => /(\d{8}T\d+Z)\.report\.json$/.exec(name)?.[1] ?? '';
  const newest = reports.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1)).at(-1);
  return newest === undefined ? null : join(directory, newest);
}

/** What CloudTrail knows of CloudFront. */
export interface FromTrail {
  /** Somebody said what the incident is, so that changes were looked for. */
  asked: boolean;
  hosts: KnownHost[];
  /** By distribution id, since the incident began; null where nobody said what the incident is, or where the trail
   *  could not be read. */
  changes: Map<string, ConfigurationChange[]> | null;
  notes: string[];
}

/**
 * Reads CloudFront's events from the event history of the home region, where they all are (CloudFront developer guide,
 * "Logging Amazon CloudFront API calls using AWS CloudTrail"), and what a report says they mean.
 */
export async function readTrail(
  session: Session,
  request: {
    from: number;
    credentials: FromReport['credentials'];
    /** Epoch milliseconds. */
    incidentAt: number | null;
    emit: Emit;
  },
): Promise<FromTrail> {
  const { reader, identity } = session;
  const lookup = new TrailLookup({ reader, account: identity.account, emit: request.emit });
  await lookup.read([{ ...cloudFrontQuery, from: request.from, regions: [identity.homeRegion] }]);
  const unread = lookup.cells().filter(({ status }) => status !== 'complete');
  const notes = unread.map(
    ({ status, detail }) =>
      `CloudTrail: ${status}${detail === null ? '' : ` (${detail})`}: distributions and changes of them may be missing.`,
  );
  if (request.credentials.length > 0) {
    const known = utc(reader.now() - trailDelay);
    notes.push(`CloudTrail delivers up to 15 minutes late: changes after ${known} may not show yet.`);
  }
  const events: TrailEvent[] = lookup.all();
  return {
    asked: request.credentials.length > 0,
    hosts: hostsFromTrail(events),
    changes:
      request.credentials.length === 0 || unread.some(({ status }) => status !== 'truncated')
        ? null
        : changesSince(events, request.incidentAt ?? request.from, taintedBy(request.credentials)),
    notes,
  };
}
