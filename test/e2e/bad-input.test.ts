import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccessKey, createSession, createUser, newKeyId } from '../../src/range/world/identity.js';
import { cliPath } from '../cli-path.js';
import { openDesk, withDirectory, type Desk } from './scene.js';

const yaml = `title: A quiet account, for a person who mistypes
speed: 20
aws: { propagation: 0s, trailDelay: [0s, 0s], throttling: false }
accounts:
  - id: '111122223333'
    users:
      ci: { may: ['*'], keys: [ci-key, ci-second-key] }
      other: { may: ['*'], keys: [other-key] }
      quarantined: { attached: ['arn:aws:iam::aws:policy/AdministratorAccess', 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3'], keys: [quarantined-key] }
      idle: {}
      halfway: { may: ['*'], mayNot: ['iam:PutUserPolicy'], keys: [halfway-key] }
      responder: { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'], keys: [responder-key] }
  - id: '444455556666'
    users:
      neighbour: { may: ['*'], keys: [neighbour-key] }
incident: { key: ci-key }
responder: { key: responder-key }
history:
  - { as: ci-key, from: 3w, every: 1d, lives: 6h, launch: { types: [c5.large], count: 1 } }
`;

let desk: Desk;
const id = (label: string) => desk.keys.get(label)!.id;
const agreed = ['--yes', '--account', '111122223333', '--simulated'];
const changes = (from: number) =>
  desk.range.world.log
    .slice(from)
    .filter(({ readOnly, error, dryRun }) => !readOnly && error === null && !dryRun)
    .map(({ operation }) => operation);
const now = () => desk.range.world.log.length;

beforeAll(async () => {
  desk = await openDesk(yaml);
  desk.range.world.clock.setSpeed(20);
});
afterAll(() => desk.close());

describe('a key id that is none', () => {
  it('but stands without its flag is put behind it', async () => {
    const { exitCode, stderr } = await desk.run(['contain', 'AKIAIOSFODNN7EXAMPLE']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('leakguard contain --key AKIAIOSFODNN7EXAMPLE');
  });

  it.each([
    ['a typo', ['--key', 'AKIAIOSFODNN7EXAMPL!'], /AKIA followed by/],
    ['one character less', ['--key', 'AKIAIOSFODNN7EXAMPL'], /this has 19: cut off when pasting\?/],
    ['one character more', ['--key', 'AKIAIOSFODNN7EXAMPLEX'], /this has 21/],
    ['nothing at all', [], /required option '--key/],
  ])('ends with 2 for %s, and says what is expected', async (_, flags, expected) => {
    const { exitCode, stderr } = await desk.run(['contain', ...flags, ...agreed]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(expected);
  });

  it('but is one once it is mended is taken, and so is an account as the console shows it', async () => {
    const typed = ` "${id('ci-key').toLowerCase()}" `;
    const flags = ['--key', typed, '--account', '1111-2222-3333', '--simulated', '--dry-run', '--json'];
    const { stdout, stderr } = await desk.run(['contain', ...flags]);
    expect(stdout).toContain(id('ci-key'));
    expect(stderr).toContain(`--key is read as ${id('ci-key')}`);
    expect(stderr).toContain('--account is read as 111122223333');
    const report = await desk.run(['verify', '--watch-key', id('ci-key').slice(0, -1)]);
    expect(report.exitCode).toBe(2);
    expect(report.stderr).toMatch(/this has 19/);
  });

  it('never echoes a secret that was pasted instead', async () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const { exitCode, stdout, stderr } = await desk.run(['contain', '--key', secret, ...agreed, '--json']);
    expect(exitCode).toBe(2);
    expect(stdout + stderr).not.toContain(secret);
    expect(stdout + stderr).not.toContain(secret.slice(0, 12));
    expect(stderr).toMatch(/secret access key/);
  });

  it('refuses a misuse that began in the future: all of it would be the key’s own life', async () => {
    const from = now();
    const future = ['--compromised-at', '2999-01-01'];
    for (const command of [['scan'], ['contain', ...agreed], ['contain', '--dry-run', '--simulated']]) {
      const { exitCode, stderr } = await desk.run([...command, '--key', id('ci-key'), ...future]);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/2999-01-01T00:00:00.000Z is still to come/);
    }
    expect(changes(from)).toEqual([]);
  });

  it('takes a time as a tired person writes it, and says which moment that is', async () => {
    const started = desk.range.world.clock.now();
    const from = new Date(started - 86_400_000).toISOString().slice(0, 10);
    const times = ['--compromised-at', 'yesterday 14:00', '--since', '3d'];
    const { stdout, stderr } = await desk.run(['scan', '--key', id('ci-key'), ...times, '--json']);
    expect(stderr).toMatch(/^--since 3d: from .* UTC, here .*\([+-]\d\d:\d\d\)$/m);
    expect(stderr).toContain(`--compromised-at yesterday 14:00: ${from} 14:00 UTC, here `);
    expect(stderr).toContain('no zone was said: UTC');
    const { incident } = JSON.parse(stdout) as { incident: { misuse: { at: number } } };
    expect(new Date(incident.misuse.at).toISOString()).toBe(`${from}T14:00:00.000Z`);
  });

  it('keeps the moment, not the words: a resumed run means the same', { timeout: 120_000 }, async () => {
    const times = ['--compromised-at', '2h', '--since', '3h'];
    const account = desk.range.world.account('111122223333');
    createUser(account, 'cut-here');
    const { id: cut } = createAccessKey(account, 'cut-here');
    // No call made them: past the time in which CloudTrail could still tell of one, they are nothing new.
    desk.range.world.clock.advance(20 * 60_000);
    const { stderr } = await desk.run(['contain', '--key', cut, ...agreed, ...times]);
    const path = /journal (\S+\.jsonl)/.exec(stderr)![1]!;
    const [opened] = (await readFile(path, 'utf8')).split('\n');
    const { options } = JSON.parse(opened!) as { options: Record<string, string> };
    const [since, began] = [Date.parse(options['since']!), Date.parse(options['compromisedAt']!)];
    expect(began - since).toBe(3_600_000);
  });

  it('takes no dry run of a plan for one that was checked', async () => {
    const both = ['--dry-run', '--apply', 'plan.json'];
    const { exitCode, stderr } = await desk.run(['contain', '--key', id('ci-key'), '--simulated', ...both]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/give one of them/);
  });

  it('says of a session how to contain it', async () => {
    const { exitCode, stderr } = await desk.run(['contain', '--key', 'ASIAIOSFODNN7EXAMPLE', ...agreed]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/temporary session/);
    expect(stderr).toMatch(/leakguard scan --session/);
  });
});

describe('a key that is not to be cut from here', () => {
  it('of another account: says which, touches nothing, ends with 6', async () => {
    const from = now();
    const { exitCode, stderr } = await desk.run(['contain', '--key', id('neighbour-key'), ...agreed]);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('444455556666');
    expect(stderr).toMatch(/^Next: .*--profile/m);
    expect(changes(from)).toEqual([]);
  });

  it('that nobody has: says so, still scans, ends with 5', { timeout: 120_000 }, async () => {
    const nobodys = newKeyId(desk.range.world.account('111122223333'), 'AKIA');
    const from = now();
    const { exitCode, stderr } = await desk.run(['contain', '--key', nobodys, ...agreed]);
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/not found or not readable/);
    expect(changes(from)).toEqual([]);
    expect(desk.range.world.log.slice(from).some(({ operation }) => operation === 'LookupEvents')).toBe(true);
  });

  it('that nobody has is never scanned as clean: 5, and the question whether it is right', async () => {
    const nobodys = newKeyId(desk.range.world.account('111122223333'), 'AKIA');
    const { exitCode, stdout } = await desk.run(['scan', '--key', nobodys, '--json']);
    expect(exitCode).toBe(5);
    const screen = (await desk.run(['scan', '--key', nobodys])).stdout;
    expect(screen.split('\n').slice(0, 6).join(' ').replace(/\s+/g, ' ')).toMatch(
      /is the id right, and the account\?/,
    );
    expect(screen).not.toMatch(/no sign of misuse/);
    expect(screen).toMatch(/^next +leakguard scan/m);
    const { incident } = JSON.parse(stdout) as {
      incident: { coverage: { subject: string; detail: string }[] };
    };
    const gap = incident.coverage.find(({ subject }) => subject === 'key');
    expect(gap?.detail).toMatch(/has no key .*is the id right/);
  });

  it('of root: prints the steps for root, ends with 6', async () => {
    const root = createAccessKey(desk.range.world.account('111122223333'), null);
    const from = now();
    const { exitCode, stderr } = await desk.run(['contain', '--key', root.id, ...agreed]);
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/Sign in as root/);
    expect(stderr).toMatch(/^Next: .*leakguard scan --key [A-Z0-9]+ --simulated/m);
    expect(changes(from)).toEqual([]);
  });
});

describe('a caller who must not do it', () => {
  it.each([
    ['the key itself', 'ci-key', /misused key itself/],
    ['the user of the key, by its other key', 'ci-second-key', /the user of the misused key/],
    ["somebody under AWS's quarantine", 'quarantined-key', /quarantine/],
  ])('is refused before any change: %s', async (_, as, expected) => {
    const from = now();
    for (const flags of [agreed, ['--dry-run', '--simulated']]) {
      const { exitCode, stderr } = await desk.run(['contain', '--key', id('ci-key'), ...flags], { as });
      expect(exitCode).toBe(6);
      expect(stderr).toMatch(expected);
      expect(stderr).toMatch(/^Next: .*another principal/m);
    }
    expect(changes(from)).toEqual([]);
  });

  it('is refused before any change: a session that the key minted', async () => {
    const account = desk.range.world.account('111122223333');
    const session = createSession(account, {
      ...{ kind: 'session-token', user: 'ci', role: null, name: null, policies: null, mfa: true },
      ...{ parent: id('ci-key'), seconds: 3600 },
    });
    const from = now();
    const { exitCode, stderr } = await desk.run(['contain', '--key', id('ci-key'), ...agreed], {
      credentials: { accessKeyId: session.id, secretAccessKey: session.secret, sessionToken: session.token },
    });
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/another principal/);
    expect(changes(from)).toEqual([]);
  });
});

describe('credentials that are none', () => {
  const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

  it('end with 4 and the command that mends it, where there are none', async () => {
    const { exitCode, stderr } = await desk.run(['scan', '--simulated'], { env: none });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/AWS_PROFILE|--profile/);
  });

  it('end with 4 where AWS does not know them', async () => {
    const { exitCode, stderr } = await desk.run(['scan', '--simulated'], {
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/aws sts get-caller-identity/);
  });

  it('end with 4 where they have expired', async () => {
    const account = desk.range.world.account('111122223333');
    const expired = createSession(account, {
      ...{ kind: 'session-token', user: 'responder', role: null, name: null, policies: null, mfa: true },
      ...{ parent: null, seconds: 900, issuedAt: desk.range.world.clock.now() - 7_200_000 },
    });
    const { exitCode, stderr } = await desk.run(['scan', '--simulated'], {
      credentials: { accessKeyId: expired.id, secretAccessKey: expired.secret, sessionToken: expired.token },
    });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/expired/i);
  });
});

describe('a profile that is none', () => {
  it('is named, with those that there are: 4, and no word of the SDK', async () => {
    await withDirectory(async (directory) => {
      const config = join(directory, 'config');
      await writeFile(
        config,
        '[profile work]\nregion = us-east-1\n[profile home]\nregion = us-east-1\n[sso-session s]\nsso_region = us-east-1\n',
      );
      const from = now();
      const { exitCode, stdout, stderr } = await desk.run(['scan', '--profile', 'nope', '--json'], {
        env: { AWS_CONFIG_FILE: config },
      });
      expect(exitCode).toBe(4);
      expect(stderr).toMatch(/no profile "nope".* only home, work$/m);
      expect(stderr).toMatch(/^Next: .*--profile/m);
      expect(stderr).not.toMatch(/SDK|WARNING/);
      expect(JSON.parse(stdout)).toMatchObject({ exitCode: 4 });
      expect(now()).toBe(from);
    });
  });
});

describe('a region that is none', () => {
  it('is told apart from refused credentials, and what was meant is guessed: 2, before the cut', async () => {
    const from = now();
    for (const command of [['scan'], ['contain', '--key', id('ci-key'), ...agreed]]) {
      const { exitCode, stderr } = await desk.run([...command, '--region', 'us-esat-1']);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/no region "us-esat-1"\. Did you mean us-east-1/);
      expect(stderr).toMatch(/^Next: .*--region/m);
    }
    expect(changes(from)).toEqual([]);
  });

  it('in the environment only signs nothing: every region is looked at', { timeout: 120_000 }, async () => {
    const { exitCode } = await desk.run(['scan', '--simulated'], { env: { AWS_REGION: 'us-esat-1' } });
    expect(exitCode).toBe(0);
  });

  it('that the account does not have is a gap in what was seen, and never clean: 5', {
    timeout: 120_000,
  }, async () => {
    const { exitCode, stdout } = await desk.run(['scan', '--simulated', '--json', '--region', 'sa-west-1']);
    expect(exitCode).toBe(5);
    const { incident } = JSON.parse(stdout) as { incident: { coverage: object[] } };
    expect(incident.coverage).toContainEqual(
      expect.objectContaining({ subject: 'region', region: 'sa-west-1', status: 'failed' }),
    );
  });
});

describe('something to trace up to its key', () => {
  it.each([
    ['an instance id that is none', ['--instance', 'i-zzz'], /Not an instance id/, /i-/],
    [
      'a key in place of a session',
      ['--session', 'AKIAIOSFODNN7EXAMPLE'],
      /is an access key/,
      /--key AKIAIOSF/,
    ],
    ['a user’s ARN', ['--user', 'arn:aws:iam::111122223333:user/team/ci'], /takes a name/, /--user ci/],
    ['two at once', ['--user', 'ci', '--instance', 'i-0abc1234def567890'], /Give one of/, /--help/],
  ])('that cannot be: %s: 2, before AWS is called', async (_, flags, expected, next) => {
    const from = now();
    const { exitCode, stderr } = await desk.run(['scan', '--simulated', ...flags]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(expected);
    expect(/^Next: (.*)$/m.exec(stderr)?.[1]).toMatch(next);
    expect(now()).toBe(from);
  });

  it.each([
    ['--instance', 'i-0abc1234def567890'],
    ['--session', 'ASIAIOSFODNN7EXAMPLE'],
    ['--user', 'nobody-here'],
  ])(
    'that nothing knows is said to be unknown, and the rest to be no answer: %s',
    { timeout: 120_000 },
    async (flag, value) => {
      const { exitCode, stdout } = await desk.run(['scan', '--simulated', flag, value]);
      expect(exitCode).toBe(5);
      const said = stdout.replace(/\s+/g, ' ');
      expect(said).toContain(`nothing that was looked at knows ${flag.slice(2)} ${value}`);
      expect(said).toContain('not the answer');
      expect(said).not.toMatch(/contain nobody|contain --key/);
    },
  );

  it('that is there, but in no event, is told apart from one that is not', { timeout: 120_000 }, async () => {
    const { exitCode, stdout } = await desk.run(['scan', '--simulated', '--user', 'idle']);
    expect(exitCode).not.toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain('it is there (global), but no event tells');
  });
});

describe('a period that nobody keeps', () => {
  it('is said: the event history holds 90 days', { timeout: 120_000 }, async () => {
    const { exitCode, stderr } = await desk.run(['scan', '--simulated', '--since', '91d']);
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/event history holds 90 days: --since 91d/);
  });
});

describe('agreement that is missing', () => {
  it.each([
    ['no terminal and no --yes', ['--simulated'], /--yes --account/],
    ['--yes without an account', ['--yes', '--simulated'], /--yes --account/],
    ['the wrong account', ['--yes', '--account', '999999999999', '--simulated'], /not in 999999999999/],
    [
      'an endpoint that is not AWS, and no --simulated',
      ['--yes', '--account', '111122223333'],
      /--simulated/,
    ],
  ])('ends with 6 and never hangs: %s', async (_, flags, expected) => {
    const from = now();
    const { exitCode, stderr } = await desk.run(['contain', '--key', id('ci-key'), ...flags]);
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/^Next: /m);
    expect(changes(from)).toEqual([]);
  });

  it('ends with 6 where some services would go to AWS and others not', async () => {
    const from = now();
    const { exitCode, stderr } = await desk.run(['contain', '--key', id('ci-key'), ...agreed], {
      env: { AWS_ENDPOINT_URL_EC2: 'https://ec2.us-east-1.amazonaws.com' },
    });
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/^Next: /m);
    expect(stderr).toMatch(/AWS_ENDPOINT_URL for all of them/);
    expect(now()).toBe(from);
  });
});

describe('an endpoint that is none', () => {
  it('is a wrong argument: 2, naming the flag', async () => {
    const { exitCode, stderr } = await desk.run(['scan', '--endpoint-url', 'foo']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--endpoint-url is not a URL: "foo"/);
    expect(stderr).toMatch(/^Next: /m);
  });

  it('that is down: retried within limits, then said so', async () => {
    const { exitCode, stderr } = await desk.run(['scan', '--simulated'], {
      env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    });
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(/ECONNREFUSED/);
  });

  it.each([
    ['cuts the connection', null],
    ['answers in HTML', '<html><body>Sign in to the hotel’s network</body></html>'],
    ['answers with nothing', ''],
  ])('that %s: a clear failure', { timeout: 60_000 }, async (_, body) => {
    const server = createServer((request, response) => {
      if (body === null) request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { exitCode, stderr } = await desk.run(['scan', '--simulated'], {
        env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      });
      expect([4, 5]).toContain(exitCode);
      expect(stderr).toMatch(/^leakguard scan: sts:GetCallerIdentity/m);
      expect(stderr).not.toMatch(/TypeError|undefined/);
    } finally {
      server.close();
    }
  });
});

describe('a trail file that is broken', () => {
  it('is named with what is wrong with it, and the others are read', async () => {
    await withDirectory(async (directory) => {
      const record = {
        ...{
          eventVersion: '1.09',
          eventTime: '2026-11-01T03:10:00Z',
          eventSource: 'ec2.amazonaws.com',
          eventName: 'RunInstances',
        },
        ...{
          awsRegion: 'us-east-1',
          sourceIPAddress: '203.0.113.7',
          userAgent: 'x',
          requestParameters: {},
          responseElements: null,
        },
        ...{
          userIdentity: {
            type: 'IAMUser',
            accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
            userName: 'ci',
            accountId: '111122223333',
          },
        },
        ...{ eventID: '6b5b1c1e-0000-4000-8000-000000000001', recipientAccountId: '111122223333' },
      };
      const good = JSON.stringify({ Records: [record] });
      await writeFile(join(directory, 'good.json'), good);
      await writeFile(join(directory, 'cut.json'), good.slice(0, -40));
      await writeFile(join(directory, 'not.json'), 'this is a log of something else');
      await writeFile(join(directory, 'empty.json'), '');
      await writeFile(join(directory, 'cut.json.gz'), gzipSync(good).subarray(0, 60));
      const { exitCode, stdout, stderr } = await desk.run(
        ['scan', '--trail', directory, '--key', 'AKIAIOSFODNN7EXAMPLE', '--simulated', '--json'],
        { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } },
      );
      expect([3, 5]).toContain(exitCode);
      const said = stdout + stderr;
      for (const name of ['cut.json', 'not.json', 'empty.json', 'cut.json.gz']) expect(said).toContain(name);
      expect(stderr).toMatch(/^warning: Only the trail files are read \(no credentials\): .{1,60}$/m);
      const document = JSON.parse(stdout) as { incident: { launches: unknown[] } };
      expect(document.incident.launches).toHaveLength(1);
    });
  });
});

describe('a report directory that cannot be written', () => {
  it('ends with 1, says so, and nothing is done', async () => {
    await withDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), 'a file where a directory should be');
      const from = now();
      const { exitCode, stderr } = await desk.run([
        ...['contain', '--key', id('ci-key'), ...agreed],
        ...['--report-dir', join(directory, 'file', 'reports')],
      ]);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/Nothing was done/);
      expect(changes(from)).toEqual([]);
    });
  });

  it.skipIf(process.getuid?.() === 0)('ends with 1 where it may not be written', async () => {
    await withDirectory(async (directory) => {
      const closed = join(directory, 'closed');
      await mkdir(closed);
      await chmod(closed, 0o500);
      const { exitCode } = await desk.run([
        'contain',
        '--key',
        id('ci-key'),
        ...agreed,
        '--report-dir',
        closed,
      ]);
      expect(exitCode).toBe(1);
    });
  });
});

describe('a permission that is missing for one step', () => {
  it('leaves that step denied with the permission named, does the rest, ends with 5', {
    timeout: 120_000,
  }, async () => {
    await withDirectory(async (directory) => {
      const { exitCode, stdout } = await desk.run(
        ['contain', '--key', id('other-key'), ...agreed, '--json', '--report-dir', directory],
        { as: 'halfway-key' },
      );
      expect(exitCode).toBe(5);
      expect(stdout).toContain('iam:PutUserPolicy');
      expect(stdout).toContain('denied');
      expect(desk.range.world.keys.get(id('other-key'))!.status.current).toBe('Inactive');
    });
  });
});

describe('names that an attacker chose', () => {
  it('are shown escaped: no control character, no ANSI, no right-to-left mark reaches the terminal', async () => {
    const nasty = `evil\u001b[2J\u0007\u202e${'x'.repeat(300)}`;
    const { Dispatcher } = await import('../../src/range/dispatch.js');
    const dispatcher = new Dispatcher(desk.range.world);
    dispatcher.perform({
      ...{ accessKeyId: id('ci-key'), service: 'ec2', operation: 'RunInstances', region: 'ap-south-1' },
      ...{ sourceIp: '203.0.113.9', userAgent: nasty, label: 'attacker' },
      input: {
        ...{
          ImageId: 'ami-0abcdef1234567890',
          InstanceType: 'p3.16xlarge',
          MinCount: 1,
          MaxCount: 8,
          DisableApiTermination: true,
        },
        TagSpecifications: [
          { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: nasty.slice(0, 200) }] },
        ],
      },
    });
    const { stdout, stderr } = await desk.run(['scan', '--key', id('ci-key'), '--simulated', '--verbose']);
    expect(stdout).toContain('p3.16xlarge');
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202a-\u202e]/);
    const json = await desk.run(['scan', '--key', id('ci-key'), '--simulated', '--json']);
    expect(json.stdout).toContain('\\u202e');
    expect(json.stdout).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    expect(JSON.stringify(JSON.parse(json.stdout))).toContain('\u202e');
  });
});

describe('a file for the result that cannot be written', () => {
  it.each([
    ['scan', '--output', []],
    ['scan', '--html', []],
    ['contain', '--plan', ['--key', 'AKIAIOSFODNN7EXAMPLE']],
    ['report', '--html', ['journal.jsonl']],
    ['case', '--csv', ['journal.jsonl']],
    ['rehearse', '--junit', []],
  ])('ends %s with 2, naming %s, before AWS is called', async (command, flag, more) => {
    const from = now();
    for (const file of ['/proc/nonexistent/result', tmpdir()]) {
      const { exitCode, stdout, stderr } = await desk.run([command, ...more, flag, file, '--json']);
      expect(exitCode).toBe(2);
      expect(stderr).toContain(`${flag} ${file} cannot be written`);
      expect(stderr).toMatch(/^Next: /m);
      expect(JSON.parse(stdout)).toMatchObject({ command, exitCode: 2 });
    }
    expect(now()).toBe(from);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'that fails only at the end costs no result: it is on stdout, and the exit says it',
    async () => {
      const scan = ['scan', '--key', id('ci-key'), '--simulated', '--json'];
      for (const flag of ['--output', '--html']) {
        const { exitCode, stdout, stderr } = await desk.run([...scan, flag, '/dev/full']);
        expect(exitCode).toBe(1);
        expect(stderr).toMatch(/\/dev\/full could not be written/);
        expect(JSON.parse(stdout)).toMatchObject({ incident: { key: id('ci-key') } });
      }
    },
  );

  it('keeps what an earlier run wrote, where this one ends before it has a result', async () => {
    await withDirectory(async (directory) => {
      const file = join(directory, 'scan.json');
      await writeFile(file, 'the result of the last hour');
      const { exitCode } = await desk.run(['scan', '--key', 'typo', '--simulated', '--output', file]);
      expect(exitCode).toBe(2);
      expect(await readFile(file, 'utf8')).toBe('the result of the last hour');
    });
  });
});

describe('a report that is none', () => {
  it.each([
    ['that is missing', () => '/nonexistent/journal.jsonl', /\/nonexistent\/journal.jsonl cannot be read/],
    ['that is a directory', () => tmpdir(), /cannot be read/],
    ['that is something else', () => resolve('README.md'), /README.md is no leakguard journal/],
  ])('%s: 2, and where the journals are', async (_, file, expected) => {
    const from = now();
    for (const command of ['report', 'case', 'resume', 'undo']) {
      const { exitCode, stdout, stderr } = await desk.run([command, file(), '--json']);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(expected);
      expect(stderr).toMatch(/^Next: .*\.jsonl/m);
      expect(JSON.parse(stdout)).toMatchObject({ command, exitCode: 2 });
    }
    expect(now()).toBe(from);
  });

  it('to apply: 2, before AWS is called', async () => {
    const from = now();
    const { exitCode, stderr } = await desk.run([
      ...['contain', '--key', id('ci-key'), ...agreed],
      ...['--apply', '/nonexistent/plan.json'],
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--apply \/nonexistent\/plan.json cannot be read/);
    expect(stderr).toMatch(/^Next: .*--plan/m);
    expect(now()).toBe(from);
  });
});

describe('a command line that does not parse', () => {
  it.each([
    ['scan', ['scan', '--nope'], /unknown option '--nope'/],
    ['scan', ['scan', '--since', 'soon'], /--since.*"soon".*90d/],
    ['scan', ['scan', '--since', '0d'], /--since/],
    ['scan', ['scan', '--since', '10/11'], /"10\/11" can be read in two ways/],
    ['contain', ['contain', '--compromised-at', '14:00'], /without a day.*"yesterday 14:00"/],
    ['verify', ['verify', '--compromised-at', 'yesterday'], /--compromised-at.*"yesterday"/],
    ['contain', ['contain', '--key', 'AKIAIOSFODNN7EXAMPLE', '--watch', 'long'], /--watch.*"long"/],
    ['contain', ['contain'], /--key <id>/],
    ['explain', ['explain'], /missing required argument/],
    ['case', ['case', 'journal.jsonl', '--lang', 'de'], /--lang takes en or ja/],
    [
      'contain',
      ['contain', '--kye', 'AKIAIOSFODNN7EXAMPLE'],
      /unknown option '--kye'\n?.*Did you mean --key\?/s,
    ],
    ['resume', ['resume', '--simulatd'], /unknown option '--simulatd'.*Did you mean --simulated\?/s],
    [null, ['scann'], /Did you mean scan\?/],
    [null, ['contian', '--key', 'AKIAIOSFODNN7EXAMPLE'], /Did you mean contain\?/],
    [null, [], /no command was given/],
  ])('ends with 2, one document and the next step (%s %j)', async (command, args, expected) => {
    const from = now();
    const { exitCode, stdout, stderr } = await desk.run([...args, '--json']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(expected);
    expect(stderr).toMatch(/^Next: leakguard .*--help$/m);
    const document = JSON.parse(stdout) as { error: { message: string; next: string } };
    expect(document).toMatchObject({ schemaVersion: 1, command, exitCode: 2 });
    expect(now()).toBe(from);
  });

  it.each(['json', 'JSON', 'text', 'table'])('takes --output %s for the habit that it is', async (format) => {
    const from = now();
    const { exitCode, stderr } = await desk.run(['scan', '--output', format]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--output names a file here; .*--json/);
    expect(stderr).toContain(
      `Next: Leave out --output ${format}; where a file of that name is meant: --output ./${format}`,
    );
    expect(now()).toBe(from);
    expect(existsSync(format)).toBe(false);
  });

  it('takes --output ./json for a file', () =>
    withDirectory(async (directory) => {
      const { exitCode, stdout } = await desk.run(['policy', '--output', join(directory, 'json')]);
      expect([exitCode, stdout]).toEqual([0, '']);
      expect(await readFile(join(directory, 'json'), 'utf8')).toContain('"Version": "2012-10-17"');
      const lone = { cwd: directory, encoding: 'utf8' } as const;
      expect(
        spawnSync(process.execPath, [resolve(cliPath), 'policy', '--output', './json'], lone).status,
      ).toBe(0);
    }));

  it('repeats no secret that was pasted in the wrong place', async () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    for (const args of [[secret], ['scan', '--since', secret], ['scan', secret]]) {
      const { exitCode, stdout, stderr } = await desk.run([...args, '--json']);
      expect(exitCode).toBe(2);
      expect(stdout + stderr).not.toContain(secret.slice(0, 12));
    }
  });
});

describe('a reader that goes away', () => {
  it('ends the command quietly, with the code of what it found', { timeout: 120_000 }, async () => {
    const { id: accessKeyId, secret } = desk.keys.get('responder-key')!;
    const child = spawn(process.execPath, [cliPath, 'scan', '--simulated', '--user', 'nobody-here'], {
      env: {
        ...process.env,
        ...{ AWS_ENDPOINT_URL: desk.range.url, AWS_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' },
        ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secret },
      },
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    // What an earlier test launched may be found.
    expect([3, 5]).toContain(exitCode);
    expect(stderr).not.toMatch(/EPIPE|Error/);
  });
});
