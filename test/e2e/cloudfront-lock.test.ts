import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
import { startDns, type DnsServer } from '../../src/range/dns.js';
import { addDistribution } from '../../src/range/services/cloudfront.js';
import { cliPath } from '../cli-path.js';
import { ground, type Ground } from '../range/world.js';

const host = 'd111111abcdef8.cloudfront.net';
const alias = 'www.example.com';

let range: Ground;
let dns: DnsServer;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-lock-'));
  range = await ground();
  addDistribution(range.account, { id: 'E1', domain: host, aliases: [alias] });
  range.account.cloudfrontLocked = true;
  dns = await startDns({
    zones: ['cloudfront.net', 'example.com'],
    answers: { [alias]: { cname: host } },
  });
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await Promise.all([range.range.close(), dns.close()]);
});

function environment(): Record<string, string | undefined> {
  const { accessKeyId, secretAccessKey } = range.admin().credentials;
  return {
    PATH: process.env['PATH'],
    HOME: directory,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: range.range.url,
    AWS_REGION: 'us-east-1',
    LEAKGUARD_RESOLVER: `${dns.address}:${dns.port}`,
  };
}

describe('an account whose CloudFront is locked', () => {
  it('is watched from locked over unlocked to serving, as a person would', async () => {
    const args = ['cloudfront', '--watch', '--every', '0.2s', '--simulated', '--no-http', '--host', host];
    const child = spawn(process.execPath, [cliPath, ...args, '--report-dir', directory], {
      env: environment(),
    });
    let out = '';
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    // Each step is taken when the one before it has been told.
    const steps: [said: string, then: () => void][] = [
      ['API locked and DNS withdrawn', () => (range.account.cloudfrontLocked = false)],
      ['→ unlocked, but DNS still withdrawn', () => dns.set(host, { a: ['198.51.100.1'] })],
    ];
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (steps[0] !== undefined && out.includes(steps[0][0])) steps.shift()?.[1]();
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect({ code, left: steps.map(([said]) => said) }, `${out}\n${errors}`).toEqual({ code: 0, left: [] });
    expect(out).toMatch(/UTC {2}API: restricted → answers/);
    expect(out).toMatch(/unlocked, but DNS still withdrawn → serving/);
    expect(out).toContain('seen not serving for');
    // What to ask support for, at the moment when it helps.
    expect(out).toMatch(
      /DNS still withdrawn\n\nTo send to AWS Support:\n\n {2}Account \d{12}\. The CloudFront API answers/,
    );
    expect(out.match(/To send to AWS Support/g)).toHaveLength(1);
    expect(errors).not.toContain('CloudFront: 1 of 1');

    const path = /(\S+-cloudfront-\S+\.jsonl)/.exec(errors)?.[1] ?? '';
    const records = await readJournal(path);
    const states = records.flatMap((record) =>
      record.kind === 'cloudfront' ? record.facts.hosts.map(({ state }) => state) : [],
    );
    expect(states).toEqual(['API locked and DNS withdrawn', 'unlocked, but DNS still withdrawn', 'serving']);
    expect(records.at(-1)).toMatchObject({ kind: 'closed', exitCode: 0 });
  });
});
