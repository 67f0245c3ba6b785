import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reader } from '../../src/aws/reader.js';
import type { JournalWriter } from '../../src/contain/journal/journal.js';
import { takeEvidence } from '../../src/contain/run/evidence.js';
import { runPlan } from '../../src/contain/run/run-plan.js';
import type { Effects } from '../../src/contain/run/run.js';
import type { Action } from '../../src/model/action.js';
import type { Finding } from '../../src/model/incident.js';
import type { JournalEntry, JournalRecord } from '../../src/model/journal-record.js';
import { ec2Instances } from '../../src/plays/index.js';
import { account, finding, incident, now } from './builders.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'leakguard-run-plan-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** A world that answers everything but what `hangs` says, and what was asked of it and written down, in order. */
function world(hangs: (operation: string, region: string) => boolean) {
  const log: string[] = [];
  const notes: string[] = [];
  const journal: JournalWriter = {
    head: '',
    path: join(home, 'journal.jsonl'),
    records: async () => [],
    close: async () => {},
    write: async (entry: JournalEntry) => {
      if (entry.kind === 'note') notes.push(entry.message);
      return entry as JournalRecord;
    },
  };
  const reader = {
    call: async (_service: string, operation: string, region: string) => {
      log.push(`${operation} ${region}`);
      if (hangs(operation, region)) await new Promise(() => {});
      return {};
    },
  } as unknown as Reader;
  const effects: Effects = {
    send: async ({ operation, region }) => {
      log.push(`${operation} ${region}`);
      return { output: {}, requestId: 'r' };
    },
    journal,
    emit: () => {},
    signal: new AbortController().signal,
    sleep: async () => {},
  };
  return { log, notes, reader, effects, journal };
}

/** Instances of one launch in one zone of each region. */
function launched(regions: readonly string[], each: number): Finding[] {
  return regions.flatMap((region, r) =>
    Array.from({ length: each }, (_, i) =>
      finding(
        `i-0${r}${String(i).padStart(8, '0')}`,
        'rogue',
        {},
        {
          region,
          links: [{ kind: 'reservation', id: `r-${region}` }],
          properties: { instanceType: 'g5.xlarge', availabilityZone: `${region}a`, imageId: `ami-${region}` },
        },
      ),
    ),
  );
}

function planOf(findings: Finding[]): Action[] {
  const context = {
    incident: incident(findings),
    account,
    partition: 'aws',
    now,
    options: { evict: 'disable', denyAll: false, snapshot: false, removeTemplates: false },
  } as const;
  return ec2Instances.containAll?.(findings, context) ?? [];
}

async function carriedOut(findings: Finding[], actions: Action[], seen: ReturnType<typeof world>) {
  const record = () => takeEvidence(findings, [ec2Instances], seen.reader, seen.journal);
  return runPlan(actions, { remedy: () => null, record }, seen.effects);
}

describe('evidence', () => {
  it('of one region holds back the end of nothing in another', { timeout: 20_000 }, async () => {
    const findings = launched(['eu-west-1', 'us-east-1'], 3);
    const seen = world(
      (operation, region) => operation === 'DescribeInstanceAttribute' && region === 'eu-west-1',
    );
    const run = carriedOut(findings, planOf(findings), seen);
    await expect.poll(() => seen.log).toContain('TerminateInstances us-east-1');
    expect(seen.log).not.toContain('TerminateInstances eu-west-1');
    await run;
    expect(seen.log).toContain('TerminateInstances eu-west-1');
    expect(seen.notes.join()).toContain('user data: out of time');
  });

  it('holds back no call that can be taken back', { timeout: 20_000 }, async () => {
    const findings = launched(['eu-west-1'], 1);
    const seen = world((operation) => operation === 'DescribeInstanceAttribute');
    findings[0]!.resource.properties['protection'] = ['DisableApiTermination'];
    const run = carriedOut(findings, planOf(findings), seen);
    await expect.poll(() => seen.log).toContain('ModifyInstanceAttribute eu-west-1');
    expect(seen.log).not.toContain('TerminateInstances eu-west-1');
    await run;
  });

  it('is read of one for each launch, what AWS still shows afterwards last, and the report says so', async () => {
    const regions = ['ap-south-1', 'eu-west-1', 'us-east-1'];
    const findings = launched(regions, 10);
    const seen = world(() => false);
    await carriedOut(findings, planOf(findings), seen);
    const last = seen.log.findLastIndex((line) => line.startsWith('TerminateInstances'));
    const before = seen.log.slice(0, last).filter((line) => !line.startsWith('Terminate'));
    expect(before.sort()).toEqual([
      ...regions.map((region) => `DescribeInstanceAttribute ${region}`),
      'GetConsoleScreenshot ap-south-1',
    ]);
    expect(seen.log.slice(last + 1).sort()).toEqual([
      ...regions.map((region) => `DescribeInstances ${region}`),
      ...regions.map((region) => `GetConsoleOutput ${region}`),
    ]);
    expect(seen.notes.join()).toContain(
      'user data of 3 for 30, screenshot of 1 for 30, console output of 3 for 30',
    );
  });
});
