import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rehearsalEnvironment } from '../../src/rehearsal/product.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { startRange, type Range } from '../../src/range/server.js';
import { inProcess } from '../rehearsal/in-process.js';
import { withDirectory } from './scene.js';
import { runWarm } from './warm-cli.js';

/** Members of AWS's inputs and answers that hold a secret. */
const secretMember =
  /^(SecretAccessKey|SessionToken|ServicePassword|Password|KeyMaterial|UserData|payloadUrl)$/i;

function secretsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(secretsIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (typeof inner !== 'string') return secretsIn(inner);
    return secretMember.test(name) ? [inner] : [];
  });
}

let range: Range;
/** What each command wrote: stdout, stderr, and the files that people hand on. */
const outputs = new Map<string, string>();
const secrets = new Map<string, string>();
let evidence = '';

// Everything that the scenario's attacker does, then every command that writes something, one after the other.
beforeAll(async () => {
  const { scenario } = await loadScenario('everything', 'fixtures/scenarios');
  const scene = inProcess(scenario);
  for (const { shot, answer } of scene.calls) {
    for (const text of [...secretsIn(shot.input), ...secretsIn(answer)]) {
      secrets.set(text, shot.operation);
      if (shot.operation === 'RunInstances') secrets.set(Buffer.from(text, 'base64').toString(), 'user data');
    }
  }
  const { world } = scene;
  for (const { secret, id } of world.keys.values()) secrets.set(secret, `the secret of ${id}`);
  for (const { secret, token, id } of world.sessions.values()) {
    secrets.set(secret, `the secret of ${id}`);
    secrets.set(token, `the token of ${id}`);
  }
  world.clock.setSpeed(20);
  range = await startRange({ world });
  const responder = scene.keys.get(scenario.responder.key);
  const key = scene.keys.get(scenario.incident.key)?.id ?? '';
  if (responder === undefined) throw new Error('no responder');
  const credentials = { accessKeyId: responder.id, secretAccessKey: responder.secret };
  const account = scenario.accounts[0]?.id ?? '';
  await withDirectory(async (home) => {
    const run = async (...args: string[]): Promise<void> => {
      const env = rehearsalEnvironment({ endpoint: range.url, credentials, home });
      const { stdout, stderr, exitCode } = await runWarm(args, env, { clock: world.clock });
      expect([0, 3, 5], `${args[0] ?? ''}: ${stderr.slice(-1000)}`).toContain(exitCode);
      outputs.set(`stdout of ${args.slice(0, 3).join(' ')} (${outputs.size})`, stdout);
      outputs.set(`stderr of ${args.slice(0, 3).join(' ')} (${outputs.size})`, stderr);
    };
    const of = ['--key', key, '--simulated'];
    const reports = join(home, 'reports');
    const contain = [
      '--yes',
      '--account',
      account,
      '--report-dir',
      reports,
      '--evict',
      'remove',
      '--snapshot',
    ];
    const file = (name: string) => join(home, name);
    await run('scan', ...of, '--json');
    await run('scan', ...of, '--verbose');
    await run('contain', ...of, '--dry-run', '--plan', file('plan.json'), '--json');
    await run('contain', ...of, ...contain, '--verbose', '--debug', '--trace', file('trace.json'));
    const [journal = ''] = (await readdir(reports)).filter((name) => name.endsWith('.jsonl'));
    const path = join(reports, journal);
    await run('report', path, '--json');
    await run('report', path, '--html', file('report.html'));
    await run('case', path, '--credit', '--csv', file('instances.csv'));
    await run('case', path, '--lang', 'ja', '--json');
    await run('verify', ...of, '--json');
    const written = [
      path,
      path.replace(/\.jsonl$/, '.report.json'),
      ...['plan.json', 'report.html', 'instances.csv', 'trace.json'].map(file),
    ];
    for (const one of written) outputs.set(one, await readFile(one, 'utf8'));
    const kept = path.replace(/\.jsonl$/, '.evidence');
    const files = await readdir(kept);
    evidence = (await Promise.all(files.map((name) => readFile(join(kept, name), 'utf8')))).join('\n');
  });
}, 480_000);
afterAll(async () => {
  await range.close();
});

describe('a containment of everything', () => {
  it('has secrets of every kind to leak', () => {
    const kinds = [...new Set(secrets.values())].join();
    for (const kind of [
      'the secret of AKIA',
      'the secret of ASIA',
      'the token of ASIA',
      'CreateLoginProfile',
      'CreateServiceSpecificCredential',
      'CreateKeyPair',
      'user data',
    ])
      expect(kinds).toContain(kind);
    expect([...secrets.keys()].filter((secret) => secret.length < 8)).toEqual([]);
  });

  it('wrote something in every way that it can', () => {
    expect(outputs.size).toBeGreaterThan(20);
    const empty = [...outputs].filter(([name, text]) => text === '' && name.startsWith('/'));
    expect(empty).toEqual([]);
  });

  it('shows none of them in anything that it prints or that is handed on', () => {
    const leaks = [...outputs].flatMap(([name, text]) =>
      [...secrets].filter(([secret]) => text.includes(secret)).map(([, kind]) => `${kind} in ${name}`),
    );
    expect(leaks).toEqual([]);
  });

  it('keeps user data as evidence, in files of its own', () => {
    const [userData] = [...secrets].find(([, kind]) => kind === 'RunInstances') ?? [];
    expect(evidence).toContain(userData);
  });
});
