import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import { memberTemplate } from '../../src/plays/permissions/organization-rights.js';
import { responderPolicies } from '../../src/plays/permissions/policy.js';
import { has, program } from './environments.js';

const execute = promisify(execFile);

interface Complaint {
  issue: string;
  detail: unknown;
}

/** What parliament says of a policy, one complaint a line; it exits 1 where there is any. */
async function lint(document: unknown): Promise<Complaint[]> {
  const run = execute(program('interop', 'parliament'), ['--string', JSON.stringify(document), '--json']);
  const { stdout } = await run.catch((error: unknown) => {
    const { stdout: said, stderr, code } = error as { stdout?: string; stderr?: string; code?: number };
    // A linter that fell over found nothing, and must not be taken for content.
    if (said === undefined || code !== 1 || stderr?.includes('Traceback') === true) throw error;
    return { stdout: said };
  });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Complaint);
}

describe.skipIf(!has('interop'))('the responder’s policy, before a linter that nobody here wrote', () => {
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
      // The things of an incident are not known before it, so every statement is for all resources. Who can put a bucket's
      // policy back can put another: no narrower right does it, and IAM's of the same policy reach further.
      const faults = (await lint(document)).filter(
        ({ issue, detail }) =>
          issue !== 'RESOURCE_STAR' &&
          !(
            issue === 'RESOURCE_POLICY_PRIVILEGE_ESCALATION' && String(detail).includes('s3:PutBucketPolicy')
          ),
      );
      expect(faults, name).toEqual([]);
    }
  });
});

describe.skipIf(!has('interop'))(
  'the template of the member role, before CloudFormation’s own linter',
  () => {
    const complaints = async (template: object): Promise<string> => {
      const directory = await mkdtemp(join(tmpdir(), 'leakguard-template-'));
      const file = join(directory, 'member.json');
      await writeFile(file, JSON.stringify(template));
      try {
        return (await execute(program('interop', 'cfn-lint'), [file])).stdout;
      } catch (error) {
        const { stdout, code } = error as { stdout?: string; code?: number };
        if (stdout === undefined || stdout === '' || typeof code !== 'number') throw error;
        return stdout;
      } finally {
        await rm(directory, { recursive: true });
      }
    };

    it.each([
      ['to look', true],
      ['to act', false],
    ])('%s has no fault', { timeout: 60_000 }, async (_what, readOnly) => {
      expect(await complaints(memberTemplate(plays, readOnly))).toBe('');
    });

    it('is a linter that finds something where there is something', { timeout: 60_000 }, async () => {
      const wrong = { Resources: { Role: { Type: 'AWS::IAM::Role', Properties: {} } } };
      expect(await complaints(wrong)).toContain('AssumeRolePolicyDocument');
    });
  },
);
