import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlanFile, sealPlan } from '../../src/contain/plan/plan-file.js';
import type { Action } from '../../src/model/action.js';
import type { AwsCall } from '../../src/model/aws-call.js';
import type { JournalRecord } from '../../src/model/journal-record.js';
import { rehearsalEnvironment } from '../../src/rehearsal/product.js';
import { cliPath } from '../cli-path.js';
import { accountId, regions, smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeAll(async () => {
  incident = await smallIncident();
}, 60_000);
afterAll(() => incident.close());

/** Changes that reached AWS from the responder. */
const changes = () =>
  incident.world.log.filter(({ readOnly, principal }) => !readOnly && principal?.endsWith('oncall'));
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('before anything is done', () => {
  it('verify says that the key is active and what it made lives: exit 3', async () => {
    const { exitCode, stdout } = await incident.run(['verify', '--key', incident.key, '--json']);
    const rows = json(stdout)['rows'] as { subject: string; status: string }[];
    expect(exitCode).toBe(3);
    expect(rows.find(({ subject }) => subject === 'key')?.status).toBe('dirty');
    expect(rows.find(({ subject }) => subject === 'ec2-instances')?.status).toBe('dirty');
    expect(changes()).toEqual([]);
  });

  it('a plan can be written without a change, and is refused for another account, when edited, or edited and sealed anew', async () => {
    const file = join(incident.home, 'plan.json');
    const made = await incident.contain('--plan', file);
    expect([3, 5]).toContain(made.exitCode);
    const plan = json(await readFile(file, 'utf8'));
    await writeFile(file.replace('plan', 'edited'), JSON.stringify({ ...plan, key: incident.otherKey }));
    await writeFile(file.replace('plan', 'foreign'), JSON.stringify({ ...plan, account: '999988887777' }));
    const { digest: _digest, ...granting } = structuredClone(plan) as unknown as PlanFile;
    granting.cut[1]!.input['PolicyDocument'] = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';
    await writeFile(file.replace('plan', 'granting'), JSON.stringify(sealPlan(granting)));
    for (const [name, why] of [
      ['edited', /was edited after it was made/],
      ['foreign', /was edited after it was made/],
      ['granting', /no cut of this key does this: .*PutUserPolicy/],
    ] as const) {
      const elsewhere = ['--report-dir', join(incident.home, 'refused')];
      const { exitCode, stderr } = await incident.contain(
        ...['--apply', file.replace('plan', name)],
        ...elsewhere,
      );
      expect(exitCode, stderr).toBe(6);
      expect(stderr).toMatch(why);
    }
    expect(changes()).toEqual([]);
  });

  it('a directory that cannot be written stops it: exit 1, nothing done', async () => {
    const directory = join(incident.home, 'not-a-directory');
    await writeFile(directory, '');
    const { exitCode, stderr } = await incident.contain('--report-dir', directory);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/Nothing was done/);
    expect(changes()).toEqual([]);
  });
});

describe('a plan that was reviewed', () => {
  it('is applied exactly, and leaves nothing of the attacker alive', async () => {
    const file = join(incident.home, 'plan.json');
    await incident.contain('--plan', file);
    const planned = json(await readFile(file, 'utf8')) as {
      cut: { operation: string }[];
      rest: { actions: { operation: string }[] };
    };
    const { stderr } = await incident.contain('--apply', file);
    expect(incident.state(), stderr.slice(-500)).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
    const asked = [...planned.cut, ...planned.rest.actions].map(({ operation }) => operation).sort();
    expect(
      changes()
        .map(({ operation }) => operation)
        .sort(),
    ).toEqual(asked);
    // Sessions that were minted after the plan was written are cut too.
    const dated = (text: string) => Date.parse(/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(text)?.[0] ?? '');
    const stands = JSON.stringify(incident.account.users.get('ci')?.grants.current.inline);
    expect(dated(stands)).toBeGreaterThan(dated(JSON.stringify(planned.cut)));
  }, 60_000);

  it('is refused once the world has moved', async () => {
    const { exitCode, stderr } = await incident.contain('--apply', join(incident.home, 'plan.json'));
    expect(exitCode, stderr).toBe(6);
    expect(stderr).toMatch(/world has moved/);
  });
});

describe('afterwards', () => {
  it('verify finds nothing dirty', async () => {
    const { exitCode, stdout } = await incident.run(['verify', '--key', incident.key, '--json']);
    const rows = json(stdout)['rows'] as { subject: string; status: string; details: string[] }[];
    expect(rows.filter(({ status }) => status === 'dirty')).toEqual([]);
    expect([0, 5]).toContain(exitCode);
  });

  it('a journal that was changed is refused, with where', async () => {
    const [path] = await incident.journals();
    const copy = join(incident.home, 'changed.jsonl');
    await writeFile(copy, (await readFile(path ?? '', 'utf8')).replace('"done"', '"denied"'));
    const { exitCode, stderr } = await incident.run(['undo', copy, '--yes', '--account', accountId]);
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/chain breaks at line \d+/);
  });

  it('a journal that was changed and chained anew is refused, or shows what it would do and is not agreed to', async () => {
    const path = (await incident.journals()).find((name) => name.includes(incident.key)) ?? '';
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    const forged = async (change: (line: JournalRecord) => void, ...more: string[]) => {
      let prev = '0'.repeat(64);
      const chained = lines.map((line) => {
        const { hash: _hash, mac: _mac, ...record } = JSON.parse(line) as JournalRecord;
        change(record as JournalRecord);
        const open = { ...record, prev };
        prev = createHash('sha256').update(JSON.stringify(open)).digest('hex');
        return JSON.stringify({ ...open, hash: prev });
      });
      const file = join(incident.home, 'forged.jsonl');
      await writeFile(file, `${chained.join('\n')}\n`);
      const before = changes().length;
      const run = await incident.run([
        more[0] ?? 'undo',
        file,
        '--yes',
        '--account',
        accountId,
        '--simulated',
        ...more.slice(1),
      ]);
      expect(run.exitCode, run.stderr).toBe(6);
      expect(changes()).toHaveLength(before);
      return run.stderr.replaceAll(/\s+/g, ' ');
    };
    const ofUser = (line: JournalRecord, change: (action: Action) => void) => {
      if (line.kind === 'intent' && line.action.operation === 'PutUserPolicy') change(line.action);
    };
    const all = ['undo', '--include-rogue'];
    // Another title: the call stands in its place.
    const titled = await forged(
      (line) => ofUser(line, (action) => (action.title = 'nothing at all')),
      ...all,
    );
    expect(titled).toMatch(
      /iam DeleteUserPolicy: UserName ci, PolicyName LeakguardRevokeSessions \(global\)/,
    );
    expect(titled).toMatch(/CloudTrail does not confirm/);
    expect(titled).not.toMatch(/nothing at all/);
    // Another value before.
    const grant = '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}';
    const granting = await forged(
      (line) =>
        ofUser(line, (action) => {
          const input = { ...action.input, PolicyDocument: grant };
          action.undo = { calls: [{ ...action, input }] };
        }),
      ...all,
    );
    expect(granting).toContain(grant);
    // Another way back, another thing, another call.
    const attach = { UserName: 'ci', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' };
    const call = { service: 'iam', operation: 'AttachUserPolicy', region: 'global', input: attach };
    expect(
      await forged(
        (line) => ofUser(line, (action) => (action.undo = { calls: [call as unknown as AwsCall] })),
        ...all,
      ),
    ).toMatch(/its way back, AttachUserPolicy, is not the inverse/);
    expect(
      await forged((line) => ofUser(line, (action) => (action.input = { UserName: 'web' })), ...all),
    ).toMatch(/its call is not about its target/);
    expect(
      await forged((line) => ofUser(line, (action) => (action.operation = 'DeleteUser')), 'resume'),
    ).toMatch(/the play user-sessions does not do that/);
    // The flags of a run: whom they include is shown, and takes a word of its own.
    const included = await forged((line) => {
      if (line.kind === 'opened') line.options['include'] = [incident.innocent[0] ?? ''];
    }, 'resume');
    expect(included).toMatch(`run with --include "${incident.innocent[0]}"`);
  }, 60_000);

  it('undo gives the attacker nothing back: his things stay, and the Deny on his sessions stands', async () => {
    const path = (await incident.journals()).find((name) => name.includes(incident.key)) ?? '';
    const state = () => incident.state() as { keys: string[]; policies: string[]; rogueAlive: number };
    // On a colleague's machine, which did not write the journal. CloudTrail delivers within minutes: the range's clock is
    // told to be there.
    await rm(join(incident.home, 'state/leakguard/journal.key'));
    incident.world.clock.advance(20 * 60_000);
    const { exitCode, stderr, stdout } = await incident.run(['undo', path, '--yes', '--account', accountId]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /CloudTrail confirms the first \d+ lines of the journal, as \S+oncall left it/,
    );
    expect(stderr).toMatch(/no undo .*terminated/s);
    expect(stderr).toMatch(/it was the incident’s own: /);
    expect(stderr).toMatch(/can live until/);
    expect(stdout).toMatch(/left by design: [1-9]/);
    expect(state().rogueAlive).toBe(0);
    expect(state().policies).toContain('ci: LeakguardRevokeSessions');
    expect(state().keys.filter((key) => key === 'ci: Inactive')).toHaveLength(1);
  }, 60_000);

  it('undo of a thing that nothing was done to is refused, with what there is', async () => {
    const path = (await incident.journals()).find((name) => name.includes(incident.key)) ?? '';
    const args = ['undo', path, '--only', 'nobody', '--yes', '--account', accountId];
    const { exitCode, stderr } = await incident.run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(incident.key);
  });

  it('undo takes everything back, the key too, only when told to, and says what that does', async () => {
    const path = (await incident.journals()).find((name) => name.includes(incident.key)) ?? '';
    const everything = ['--include-rogue', '--reactivate-key', '--yes', '--account', accountId];
    const { exitCode, stderr } = await incident.run(['undo', path, ...everything]);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/stolen\s+sessions\s+of\s+ci\s+work\s+again/);
    const { keys, policies } = incident.state() as { keys: string[]; policies: string[] };
    expect(policies).toContain('ci: ');
    expect(keys.filter((key) => key === 'ci: Active')).toHaveLength(2);
  }, 60_000);
});

describe('a signal', () => {
  it('ends a run with its journal whole and says how to go on', async () => {
    const other = await smallIncident();
    try {
      const args = [
        cliPath,
        'contain',
        '--key',
        other.key,
        '--yes',
        '--account',
        accountId,
        '--simulated',
        '--region',
        regions.join(),
        '--report-dir',
        join(other.home, 'reports'),
      ];
      const env = rehearsalEnvironment({
        endpoint: other.url,
        credentials: credentialsOf(other),
        home: other.home,
      });
      const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
      while (!stderr.includes('done:')) await sleep(20);
      child.kill('SIGINT');
      expect(await closed).toBe(130);
      expect(stderr).toMatch(/leakguard resume \S+\.jsonl/);
      const [path] = await other.journals();
      const resumed = await other.run(['resume', path ?? '', '--yes', '--account', accountId]);
      expect(other.state(), resumed.stderr.slice(-500)).toMatchObject({ rogueAlive: 0, innocentAlive: 23 });
      expect(resumed.stderr).toMatch(
        /^agreed: the cut, \S+ \S+ UTC, with --yes, by arn:aws:iam::\d+:user\/oncall$/m,
      );
    } finally {
      await other.close();
    }
  }, 120_000);

  it('of a journal deleted under it: nothing more is done, and it says so', async () => {
    const other = await smallIncident();
    try {
      const directory = join(other.home, 'reports');
      const running = other.contain();
      for (;;) {
        const [path] = await other.journals();
        if (path !== undefined && (await readFile(path, 'utf8')).includes('"outcome"')) {
          await rm(path);
          break;
        }
        await sleep(5);
      }
      const { exitCode, stderr } = await running;
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/was deleted.*Nothing more is done/);
      await chmod(directory, 0o700);
    } finally {
      await other.close();
    }
  }, 60_000);
});

function credentialsOf({ world }: SmallIncident): { accessKeyId: string; secretAccessKey: string } {
  const key = [...world.keys.values()].find(({ user }) => user === 'oncall');
  if (key === undefined) throw new Error('there is no responder');
  return { accessKeyId: key.id, secretAccessKey: key.secret };
}
