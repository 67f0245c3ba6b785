import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plays } from '../../src/playbook/index.js';
import { responderPolicies } from '../../src/playbook/policy.js';
import { has, program } from './environments.js';

const execute = promisify(execFile);
let directory: string;

interface Complaint {
  issue: string;
  detail: unknown;
}

/** What parliament says of a policy, one complaint a line; it exits 1 where there is any. */
async function lint(document: unknown): Promise<Complaint[]> {
  const file = join(directory, 'policy.json');
  await writeFile(file, JSON.stringify(document));
  const run = execute(program('interop', 'parliament'), ['--file', file, '--json']);
  const { stdout } = await run.catch((error: unknown) => {
    const { stdout: said, code } = error as { stdout?: string; code?: number };
    if (said === undefined || code !== 1) throw error;
    return { stdout: said };
  });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Complaint);
}

describe.skipIf(!has('interop'))('the responder’s policy, before a linter that nobody here wrote', () => {
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leakguard-policy-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is a linter that finds something where there is something', async () => {
    const wrong = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'ec2:NoSuch', Resource: '*' }],
    };
    expect((await lint(wrong)).map(({ issue }) => issue)).toContain('UNKNOWN_ACTION');
  });

  it.each([
    ['to look', true],
    ['to act', false],
  ])('%s has no fault', async (_what, readOnly) => {
    for (const { name, document } of responderPolicies(plays, readOnly)) {
      expect(await lint(document), name).toEqual([]);
    }
  });

  it.each(plays.map((play) => [play.id, play] as const))('for %s alone has no fault', async (_id, play) => {
    const [policy] = responderPolicies([play], false);
    expect(await lint(policy?.document)).toEqual([]);
  });
});
