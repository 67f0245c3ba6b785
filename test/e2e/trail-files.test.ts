import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk, quietAccount, type Desk } from './scene.js';

// A quiet account that one has credentials for: what the files do not say must not read as "nothing happened".

let desk: Desk;
let directory: string;

beforeAll(async () => {
  desk = await openDesk(quietAccount('A quiet account, and files that say nothing'));
  directory = await mkdtemp(join(tmpdir(), 'leakguard-files-'));
  await writeFile(join(directory, 'empty-list.json'), '{"Records":[]}');
  await writeFile(join(directory, 'empty-array.json'), '[]');
  await writeFile(join(directory, 'half.json'), '{"Records":[{"eventVersion":"1.08","eventNa');
});
afterAll(async () => {
  await desk.close();
  await rm(directory, { recursive: true, force: true });
});

interface Scanned {
  exitCode: number;
  complete: boolean;
  incident: {
    coverage: { subject: string; region: string; status: string; count: number; detail: string | null }[];
  };
}

const field = (name: string): string => join('fixtures/field', name);
const files: [string, () => string][] = [
  ['any JSON', () => field('no-record.json')],
  ['an S3 event message', () => field('s3-notification.json')],
  ['a GuardDuty finding', () => field('guardduty-finding.json')],
  ['an empty list of records', () => join(directory, 'empty-list.json')],
  ['an empty array', () => join(directory, 'empty-array.json')],
  ['the half of a record', () => join(directory, 'half.json')],
  ['a file that is not there', () => join(directory, 'nowhere.json')],
];

describe('scan --trail of files without one event', () => {
  it.each(files)('is incomplete, never clean, for %s', { timeout: 60_000 }, async (_, file) => {
    const { exitCode, stdout } = await desk.run(['scan', '--trail', file(), '--simulated', '--json']);
    const document = JSON.parse(stdout) as Scanned;
    expect(document.complete).toBe(false);
    const gap = document.incident.coverage.find(
      ({ subject, status }) => subject === 'trail' && status !== 'complete',
    );
    expect(gap?.detail).toMatch(/no CloudTrail (event|record)|cut short|no such file/);
    expect(exitCode).toBe(5);
  });

  it('says so on the screen', { timeout: 60_000 }, async () => {
    const { exitCode, stdout } = await desk.run(['scan', '--trail', field('no-record.json'), '--simulated']);
    expect(stdout).toMatch(/no\s+CloudTrail\s+record\s+in\s+this\s+file/);
    expect(exitCode).toBe(5);
  });

  it('is incomplete without credentials too', { timeout: 60_000 }, async () => {
    const { exitCode } = await desk.run(['scan', '--trail', field('no-record.json'), '--simulated'], {
      credentials: null,
    });
    expect(exitCode).toBe(5);
  });
});

describe('scan --trail of other formats', () => {
  it.each([
    'lookup-events.yaml',
    'console-download.csv',
    'powershell51-export-csv.csv',
    'steampipe-row.json',
  ])('reads %s as the plain record', { timeout: 60_000 }, async (name) => {
    const { stdout } = await desk.run(['scan', '--trail', field(name), '--simulated', '--json'], {
      credentials: null,
    });
    const { incident } = JSON.parse(stdout) as Scanned;
    expect(incident.coverage.filter(({ subject }) => subject === 'trail')).toMatchObject([
      { region: 'us-east-1', status: 'complete', count: 1 },
    ]);
  });
});
