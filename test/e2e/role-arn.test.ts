import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountId, runCli, smallIncident, type SmallIncident } from './incident.js';

const arn = `arn:aws:iam::${accountId}:role/responders`;
let incident: SmallIncident;

beforeAll(async () => {
  incident = await smallIncident();
  const key = [...incident.world.keys.values()].find(({ user }) => user === 'oncall')!;
  const iam = new IAMClient({
    region: 'us-east-1',
    endpoint: incident.url,
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
  });
  const trust = {
    Version: '2012-10-17',
    Statement: {
      ...{ Effect: 'Allow', Principal: { AWS: accountId }, Action: 'sts:AssumeRole' },
      Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } },
    },
  };
  await iam.send(
    new CreateRoleCommand({ RoleName: 'responders', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: 'responders',
      PolicyName: 'all',
      PolicyDocument: JSON.stringify(all),
    }),
  );
  iam.destroy();
}, 60_000);
afterAll(() => incident.close());

/** `verify` with these flags, without a terminal. */
function verify(flags: readonly string[], env: Record<string, string> = {}) {
  const args = ['verify', '--key', incident.key, '--simulated', '--region', 'us-east-1', ...flags];
  return runCli(args, { ...incident.environment, ...env });
}

describe('--role-arn', { timeout: 60_000 }, () => {
  it('works as the role, under the name that the person gives, and printed commands carry it', async () => {
    const flags = ['--role-arn', arn, '--external-id', 'agreed'];
    const done = await verify(flags, { AWS_ROLE_SESSION_NAME: 'mori' });
    expect(done.stderr).toContain(`as arn:aws:sts::${accountId}:assumed-role/responders/mori`);
    expect(done.exitCode).toBe(3);
    expect(done.stdout).toContain(`--role-arn ${arn} --external-id agreed`);
  });

  it('that does not let the caller in ends with 4, and says whom to ask', async () => {
    const done = await verify(['--role-arn', arn]);
    expect(done.exitCode).toBe(4);
    expect(done.stderr).toMatch(/role arn:\S+ could not be assumed: User: \S+ is not authorized/);
    expect(done.stderr).toMatch(/Next: .*trust policy.*--external-id/);
  });

  it('with an MFA device asks for its code', async () => {
    const flags = [
      '--role-arn',
      arn,
      '--external-id',
      'agreed',
      '--mfa-serial',
      `arn:aws:iam::${accountId}:mfa/me`,
    ];
    const without = await verify(flags);
    expect(without.exitCode).toBe(4);
    expect(without.stderr).toContain('LEAKGUARD_MFA_CODE');
    const done = await verify(flags, { LEAKGUARD_MFA_CODE: '123456' });
    expect(done.stderr).toContain('assumed-role/responders/leakguard');
  });

  it.each([
    [['--role-arn', 'responders'], /--role-arn takes arn:aws:iam/],
    [['--external-id', 'agreed'], /--role-arn says which/],
  ])('%j is a usage error', async (flags, words) => {
    const done = await verify(flags);
    expect(done.exitCode).toBe(2);
    expect(done.stderr).toMatch(words);
  });
});
