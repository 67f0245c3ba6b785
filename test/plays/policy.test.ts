import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import type { Play } from '../../src/plays/kit/play.js';
import { responderPolicies } from '../../src/plays/permissions/policy.js';
import { run } from '../../src/commands/policy.js';
import type { CommandContext } from '../../src/commands/context.js';
import { trailRights } from '../../src/plays/permissions/trail-rights.js';

const actionsOf = (policies: ReturnType<typeof responderPolicies>): string[] =>
  policies.flatMap(({ document }) => document.Statement.flatMap(({ Action }) => Action));

describe('the responder’s policy', () => {
  it('allows every play’s permissions, each once', () => {
    const actions = actionsOf(responderPolicies(plays, false));
    expect(new Set(actions).size).toBe(actions.length);
    for (const { permissions } of plays) {
      for (const action of [...permissions.find, ...permissions.contain, ...permissions.undo]) {
        expect(actions).toContain(action);
      }
    }
  });

  it('for looking only allows nothing that changes anything', () => {
    const actions = actionsOf(responderPolicies(plays, true));
    expect(actions.length).toBeGreaterThan(10);
    expect(actions.filter((action) => !/:(Describe|Get|List|Lookup|Simulate|BatchGet)/.test(action))).toEqual(
      [],
    );
  });

  it('for some plays has nothing of the others', () => {
    const some = plays.filter(({ id }) => id === 'spot-requests');
    expect(actionsOf(responderPolicies(some, false))).not.toContain('autoscaling:SuspendProcesses');
  });

  it('is split where it would be longer than a managed policy may be', () => {
    const [play] = plays;
    if (play === undefined) throw new Error('no plays');
    const many: Play = {
      ...play,
      permissions: {
        ...play.permissions,
        contain: Array.from({ length: 400 }, (_, n) => `ec2:ModifySomethingWithALongName${n}`),
      },
    };
    const policies = responderPolicies([many], false);
    expect(policies.length).toBeGreaterThan(2);
    for (const { document } of policies) expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
    expect(actionsOf(policies)).toEqual(expect.arrayContaining(many.permissions.contain));
    expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
  });
});

describe('what a trail in a bucket takes', () => {
  it('is printed where it is asked for, and only for its bucket', () => {
    const printed = (more: Parameters<typeof responderPolicies>[2]): string =>
      JSON.stringify(responderPolicies(plays, true, more));
    expect(printed([])).not.toMatch(/s3:GetObject|kms:/);
    const [last] = responderPolicies(plays, true, trailRights([{ bucket: 'logs', prefix: 'audit/' }])).slice(
      -1,
    );
    expect(last?.document.Statement.slice(-3)).toMatchObject([
      { Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::logs'] },
      { Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::logs/audit/AWSLogs/*'] },
      { Action: ['kms:Decrypt'], Condition: { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } } },
    ]);
    expect(trailRights([null])[1]).toMatchObject({ Resource: '*' });
  });

  it('names the buckets of the partition that is meant, by --region or the environment', async () => {
    const printed = async (region: string[], env: Record<string, string>): Promise<string> => {
      const stdout = new PassThrough();
      const context = { json: false, env, stdout } as unknown as CommandContext;
      await run({ readOnly: true, plays: ['trails'], trail: ['s3://logs/audit'], region }, context);
      return String(stdout.read());
    };
    for (const [region, partition, service] of [
      ['us-gov-west-1', 'aws-us-gov', 's3.*.amazonaws.com'],
      ['cn-north-1', 'aws-cn', 's3.*.amazonaws.com.cn'],
      ['eusc-de-east-1', 'aws-eusc', 's3.*.amazonaws.eu'],
      ['us-iso-east-1', 'aws-iso', 's3.*.c2s.ic.gov'],
      ['eu-west-1', 'aws', 's3.*.amazonaws.com'],
    ] as const) {
      for (const text of [
        await printed([region], { AWS_REGION: 'us-east-1' }),
        await printed([], { AWS_REGION: region }),
        await printed(['all'], { AWS_DEFAULT_REGION: region }),
      ]) {
        expect(text).toContain(`"arn:${partition}:s3:::logs"`);
        expect(text).toContain(`"${service}"`);
        expect(text.match(/arn:[\w-]+/g)?.every((one) => one === `arn:${partition}`)).toBe(true);
      }
    }
  });
});
