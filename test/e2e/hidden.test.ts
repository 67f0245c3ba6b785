import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/model/journal-record.js';
import { smallIncident, type SmallIncident } from './incident.js';

const longest = 180_000;
const minute = 60_000;
let incident: SmallIncident;
/** The misuse began after this. */
let since: number;
beforeEach(async () => {
  incident = await smallIncident();
  since = incident.world.clock.now() - 25 * minute;
}, 60_000);
afterEach(() => incident.close());

type Sweep = Extract<JournalRecord, { kind: 'sweep' }>;
async function lastSweep(): Promise<Sweep> {
  const text = await readFile((await incident.journals()).at(-1) ?? '', 'utf8');
  const records = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalRecord);
  const sweep = records.findLast((record) => record.kind === 'sweep');
  if (sweep === undefined) throw new Error('no sweep');
  return sweep;
}
const gaps = ({ coverage }: Sweep) =>
  coverage
    .filter(({ subject, status }) => subject !== 'region' && status === 'failed')
    .map(({ subject, region, detail }) => `${subject} ${region}: ${detail ?? ''}`);
const alive = () => incident.state() as { rogueAlive: number; innocentAlive: number };
const verify = () =>
  incident.run(['verify', '--key', incident.key, '--json', '--region', 'us-east-1,eu-west-1']);

describe('CloudTrail that tells everything', () => {
  it('is contradicted by nothing', { timeout: longest }, async () => {
    await incident.contain();
    expect(gaps(await lastSweep())).toEqual([]);
    expect((await lastSweep()).left).toEqual([]);
  });
});

describe('CloudTrail that leaves out events', () => {
  it('of the key, is contradicted by what IAM saw of it', { timeout: longest }, async () => {
    incident.world.faults = { omittedEvents: [{ accessKeyId: incident.key, since }] };
    const { exitCode, stdout } = await verify();
    expect([3, 5]).toContain(exitCode);
    expect(stdout).toMatch(/IAM says that \w+ was used in autoscaling at [^,]+, and the trail of eu-west-1/);
  });

  it('launches, lists what runs and nobody launched', { timeout: longest }, async () => {
    incident.world.faults = { omittedEvents: [{ name: 'RunInstances', region: 'us-east-1', since }] };
    const { exitCode, stderr } = await incident.contain();
    expect(exitCode, stderr.slice(-2000)).toBe(5);
    const sweep = await lastSweep();
    const hidden = incident.rogue.slice(0, 6);
    expect(sweep.left.map(({ id, cause }) => `${cause} ${id}`).sort()).toEqual(
      hidden.map((id) => `held ${id}`).sort(),
    );
    expect(sweep.left[0]?.detail).toMatch(/^launch not in the trail: made at .*no event by its name/);
    expect(gaps(sweep).join()).toMatch(/trail us-east-1: it has no launch of i-.* and 1 more: it leaves out/);
    expect(alive()).toMatchObject({ rogueAlive: 6, innocentAlive: 23 });
    const { stdout } = await verify();
    expect(stdout).toContain('launch not in the trail');
    // With the person's word they are ended.
    await incident.contain('--include', hidden.join());
    expect(alive()).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
  });
});

describe('instances that no listing shows', () => {
  const types = ['p3.16xlarge'];
  it('and that are there by id, are ended', { timeout: longest }, async () => {
    incident.world.faults = { hiddenInstances: [{ region: 'us-east-1', types }] };
    await incident.contain();
    expect(alive()).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
    expect(gaps(await lastSweep())).toEqual([]);
  });

  it('and that not even their ids show, are unknown', { timeout: longest }, async () => {
    incident.world.faults = { hiddenInstances: [{ region: 'us-east-1', types, byIdToo: true }] };
    const { exitCode } = await incident.contain();
    expect(exitCode).toBe(5);
    expect(alive().rogueAlive).toBe(6);
    expect(gaps(await lastSweep()).join()).toMatch(
      /ec2-instances us-east-1: the incident launched i-.* and 1 more; no listing shows it/,
    );
    const { stdout } = await verify();
    const { rows } = JSON.parse(stdout) as { rows: { subject: string; status: string }[] };
    expect(rows.find(({ subject }) => subject === 'ec2-instances')?.status).toBe('unknown');
  });
});

describe('an answer that is dated ten years ahead', () => {
  it.each(['sts', 'ec2:us-east-1', 'iam'])(
    'moves nothing, and is told: %s',
    { timeout: longest },
    async (to) => {
      incident.world.faults = { misdated: [{ to, byMs: 10 * 365 * 86_400_000 }] };
      const { stderr } = await incident.contain();
      expect(alive()).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
      expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/An answer of \w+ is dated 2036-/);
      const put = incident.world.log.find(
        ({ operation, accessKeyId }) =>
          operation === 'PutUserPolicy' && accessKeyId === incident.responderKey,
      );
      const date = /"aws:TokenIssueTime":\s*"([^"]+)"/.exec(put?.input['PolicyDocument'] as string)?.[1];
      expect(Math.abs(Date.parse(date ?? '') - (put?.time ?? 0))).toBeLessThan(15 * minute);
    },
  );
});
