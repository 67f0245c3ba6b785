import { execFile } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudTrailRecord } from '../../src/range/world/trail.js';
import { addTrail } from '../../src/range/services/cloudtrail.js';
import { cliPath } from '../cli-path.js';
import { athenaOf } from '../trail/athena-server.js';
import { s3At, put } from '../trail/buckets.js';
import { accountId, smallIncident, type CommandRun, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
  addTrail(incident.account.region('us-east-1'), 'main', { bucket: 'main-logs' });
}, 60_000);
afterEach(() => incident.close());

const words = ({ stdout, stderr }: CommandRun): string => `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
const records = (): CloudTrailRecord[] =>
  incident.account.usedRegions().flatMap(({ events }) => events.map(({ record }) => record));
const launchOf = (own: readonly string[]): CloudTrailRecord =>
  records().find(({ eventName, responseElements }) => {
    const text = JSON.stringify(responseElements);
    return eventName === 'RunInstances' && own.some((id) => text.includes(id));
  })!;

describe('--trail in a bucket', () => {
  it('contains by what the trail has delivered, and says which days have no file', {
    timeout: 180_000,
  }, async () => {
    const run = await incident.contain('--trail', 'auto');
    expect(incident.state(), words(run).slice(-1500)).toMatchObject({ innocentAlive: 23, rogueAlive: 0 });
    expect(words(run)).toContain('trail main writes to s3://main-logs/');
    const scan = await incident.run([
      'scan',
      ...['--key', incident.key, '--trail', 's3://main-logs', '--simulated', '--json'],
    ]);
    const { complete, gaps } = JSON.parse(scan.stdout) as { complete: boolean; gaps: object[] };
    expect(complete).toBe(false);
    expect(JSON.stringify(gaps)).toContain('CloudTrail/eu-west-1/: no log file on');
  });

  it('ends nothing by a record that somebody put into the bucket', { timeout: 180_000 }, async () => {
    const launch = launchOf(incident.innocent.slice(-2));
    const rogue = launchOf(incident.rogue);
    const forged = {
      ...launch,
      userIdentity: rogue.userIdentity,
      sourceIPAddress: rogue.sourceIPAddress,
      eventTime: rogue.eventTime,
      eventID: 'f0000000-0000-4000-8000-000000000001',
      requestID: 'forged',
    };
    const day = rogue.eventTime.slice(0, 10).replaceAll('-', '/');
    const key = `AWSLogs/${accountId}/CloudTrail/eu-west-1/${day}/${accountId}_CloudTrail_eu-west-1_20990101T0000Z_0000000000000000.json.gz`;
    const credentials = {
      accessKeyId: incident.environment['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: incident.environment['AWS_SECRET_ACCESS_KEY']!,
    };
    const { events } = incident.account.region('eu-west-1');
    events.splice(0, Infinity, ...events.filter(({ record }) => record !== launch));
    const body = gzipSync(JSON.stringify({ Records: [forged] }));
    await put(s3At(incident.url, credentials, 'us-east-1'), 'main-logs', new Map([[key, body]]));
    const run = await incident.contain('--trail', 's3://main-logs');
    expect(incident.state(), words(run).slice(-1500)).toMatchObject({ innocentAlive: 23, rogueAlive: 0 });
    expect(words(run)).toMatch(/not validated/i);
  });

  it('is refused where the address is none', { timeout: 60_000 }, async () => {
    for (const address of ['s3://', 's3:/logs', 's3://logs/AWSLogs/12/x', 's3://logs//x']) {
      const run = await incident.run(['scan', '--simulated', '--trail', address]);
      expect([address, run.exitCode]).toEqual([address, 2]);
      expect(words(run)).toContain(`--trail ${address}: `);
    }
  });
});

describe('--trail athena:', () => {
  it('contains by what the table says, and scans in few statements', { timeout: 180_000 }, async () => {
    const server = await athenaOf(records());
    const run = (...args: string[]): Promise<CommandRun> =>
      new Promise((resolve) => {
        const env = { ...incident.environment, AWS_ENDPOINT_URL_ATHENA: server.url };
        execFile(
          process.execPath,
          [cliPath, ...args],
          { env, maxBuffer: 1 << 24 },
          (error, stdout, stderr) => {
            resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
          },
        );
      });
    const trail = ['--trail', 'athena:db.logs', '--max-scan', '10GB'];
    const scan = await run('scan', '--key', incident.key, '--simulated', '--json', ...trail);
    const { incident: seen } = JSON.parse(scan.stdout) as { incident: { credentials: { id: string }[] } };
    expect(seen.credentials.map(({ id }) => id)).toContain(incident.key);
    expect(server.statements.length).toBeLessThan(10);
    const contained = await run(...incident.containment, ...trail);
    expect(incident.state(), words(contained).slice(-1500)).toMatchObject({
      innocentAlive: 23,
      rogueAlive: 0,
    });
    await server.close();
  });

  it('stops the query that runs when it is interrupted', { timeout: 60_000 }, async () => {
    const server = await athenaOf([]);
    server.end = { State: 'RUNNING' };
    const env = { ...incident.environment, AWS_ENDPOINT_URL_ATHENA: server.url };
    const child = execFile(process.execPath, [cliPath, 'scan', '--simulated', '--trail', 'athena:db.logs'], {
      env,
    });
    while (!server.calls.includes('GetQueryExecution'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect([code, server.calls.at(-1)]).toEqual([130, 'StopQueryExecution']);
    await server.close();
  });

  it('is refused where the address is none', { timeout: 60_000 }, async () => {
    for (const more of [['athena:logs'], ['athena:a.b', 'logs/'], ['athena:a.b', '--validate']]) {
      const run = await incident.run(['scan', '--simulated', '--trail', ...more]);
      expect([more, run.exitCode]).toEqual([more, 2]);
    }
    const ddl = await incident.run(['athena-ddl', 's3://main-logs/audit']);
    expect(ddl.stdout).toContain(
      "'s3://main-logs/audit/AWSLogs/${account}/CloudTrail/${region}/${timestamp}'",
    );
    expect((await incident.run(['athena-ddl', 'main-logs'])).exitCode).toBe(2);
  });
});
