import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
import { rehearsalEnvironment } from '../../src/rehearsal/product.js';
import { cliPath } from '../cli-path.js';
import { accountId, smallIncident, type SmallIncident } from './incident.js';

const patience = { timeout: 180_000 };
let incident: SmallIncident;
let reports: string;
beforeEach(async () => {
  incident = await smallIncident();
  reports = join(incident.home, 'reports');
}, 60_000);
afterEach(() => incident.close());

const keyStatus = (): string => incident.world.keys.get(incident.key)!.status.current;
const rogueAlive = (): number => (incident.state() as { rogueAlive: number }).rogueAlive;

/** The lock of somebody else, as a run of leakguard leaves it. */
async function lockOf(owner: { host?: string; pid?: number }): Promise<string> {
  await mkdir(reports, { recursive: true });
  const path = join(reports, `${accountId}-${incident.key}.lock`);
  const { username: user } = userInfo();
  const held = { pid: 1, host: hostname(), user, since: '2026-11-01T03:00:00.000Z', journal: '/r/x.jsonl' };
  await writeFile(path, JSON.stringify({ ...held, ...owner }));
  return path;
}

describe('a lock that somebody else holds', () => {
  it.each([
    ['another host', { host: 'gone.example' }],
    ['process 1 of a container of the same name', { pid: 1 }],
  ])('holds back the rest, never the cut (%s); --take-over does the rest', patience, async (_, owner) => {
    await lockOf(owner);
    const { exitCode, stderr } = await incident.contain();
    expect(stderr).toMatch(/The rest is held back: only the cut was done here/);
    expect(exitCode).toBe(6);
    expect(keyStatus()).toBe('Inactive');
    expect(rogueAlive()).toBe(14);
    const [journal] = await incident.journals();
    const closed = (await readJournal(journal!)).at(-1);
    expect(closed).toMatchObject({ kind: 'closed', exitCode: 6 });
    expect(stderr).toContain(`leakguard resume ${journal} --simulated --take-over`);

    const own = ['resume', journal!, '--simulated', '--yes', '--account', accountId];
    const still = await incident.run(own);
    expect(still.exitCode).toBe(6);
    const taken = await incident.run([...own, '--take-over']);
    expect(taken.stderr).toMatch(/since 2026-11-01T03:00:00.000Z, was taken over: --take-over/);
    expect([0, 5]).toContain(taken.exitCode);
    expect(rogueAlive()).toBe(0);
  });

  it('does not make a cut that AWS refused look like one that stands', patience, async () => {
    await lockOf({ host: 'gone.example' });
    incident.account.users.get('oncall')!.grants.current.inline['no'] = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Action: 'iam:UpdateAccessKey', Resource: '*' }],
    } as never;
    const { exitCode, stdout } = await incident.contain();
    expect(keyStatus()).toBe('Active');
    expect(exitCode, stdout).toBe(5);
  });
});

describe('an output that breaks', () => {
  const script = (redirect: string): string => `"${process.execPath}" "${cliPath}" "$@" ${redirect}`;
  const credentials = () => {
    const key = [...incident.world.keys.values()].find(({ user }) => user === 'oncall')!;
    return { accessKeyId: key.id, secretAccessKey: key.secret };
  };
  const inBash = async (redirect: string): Promise<number | null> => {
    const env = rehearsalEnvironment({
      endpoint: incident.url,
      credentials: credentials(),
      home: incident.home,
    });
    const command = ['-c', `${script(redirect)}`, 'bash', ...incident.containment];
    const child = spawn('bash', command, { env, stdio: 'ignore' });
    const [code] = (await once(child, 'close')) as [number | null];
    return code;
  };

  it.each<[string, string]>([
    ['stdout and stderr into a reader that goes away', '2>&1 | head -n 1 >/dev/null; exit ${PIPESTATUS[0]}'],
    ...(existsSync('/dev/full')
      ? ([
          ['a full stderr', '2>/dev/full >/dev/null'],
          ['both full', '>/dev/full 2>/dev/full'],
        ] as [string, string][])
      : []),
    ['closed ones', '>&- 2>&-'],
  ])('never stops an agreed containment: %s', patience, async (_, redirect) => {
    const code = await inBash(redirect);
    expect(keyStatus()).toBe('Inactive');
    expect(rogueAlive()).toBe(0);
    const [journal] = await incident.journals();
    expect((await readJournal(journal!)).at(-1)).toMatchObject({ kind: 'closed', exitCode: code });
    expect([0, 5]).toContain(code);
    const report = (await readdir(reports)).find((name) => name.endsWith('.report.json'))!;
    expect(JSON.parse(await readFile(join(reports, report), 'utf8'))).toMatchObject({ key: incident.key });
  });
});
