import { readFile } from 'node:fs/promises';
import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPolicy } from '../../src/range/world/identity.js';
import { smallIncident, type SmallIncident } from './incident.js';

const longest = 120_000;
const admin = 'arn:aws:iam::aws:policy/AdministratorAccess';
let incident: SmallIncident;
let stolen: { accessKeyId: string; secretAccessKey: string; sessionToken: string };

const statement = (Effect: string, Action: string) => ({ Effect, Action, Resource: '*' });
const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const filling = (length: number) =>
  policy({ ...statement('Allow', 's3:GetObject'), Sid: 'a'.repeat(length) });

const grantsOf = (user: string) => incident.account.users.get(user)!.grants;
/** `ci` has no room: for an inline policy, for an attached one, or for a boundary that says more. */
function fill(how: 'inline' | 'attached' | 'boundary' | 'everything') {
  const { account, world } = incident;
  const grants = grantsOf('ci');
  const { attached } = grants.current;
  const made = (name: string, document: string) => createPolicy(account, name, document).arn;
  const ten = [...attached, ...Array.from({ length: 9 }, (_, n) => made(`own-${n}`, filling(1)))];
  const boundary = made('bound', policy(statement('Allow', '*'), statement('Deny', 'organizations:*')));
  const huge = made(
    'huge',
    policy(statement('Allow', '*'), ...(JSON.parse(filling(5950)) as { Statement: object[] }).Statement),
  );
  grants.change(world, {
    ...grants.current,
    inline: { own: filling(1900) },
    attached: how === 'inline' ? attached : ten,
    ...(how === 'boundary' ? { boundary } : how === 'everything' ? { boundary: huge } : {}),
  });
  return { boundary, huge };
}

beforeEach(async () => {
  incident = await smallIncident();
  const leaked = incident.world.keys.get(incident.key)!;
  const options = {
    region: 'us-east-1',
    endpoint: incident.url,
    credentials: { accessKeyId: leaked.id, secretAccessKey: leaked.secret },
  };
  const answer = await new STSClient(options).send(
    new GetSessionTokenCommand({ DurationSeconds: 36 * 3600 }),
  );
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = answer.Credentials ?? {};
  stolen = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}, 60_000);
afterEach(() => incident.close());

const options = () => ({ region: 'us-east-1', endpoint: incident.url, credentials: stolen });
const works = () =>
  new EC2Client(options()).send(new DescribeInstancesCommand({})).then(
    () => true,
    () => false,
  );

// Two regions are looked at, and the others are told as left out.
const complete = 'incomplete: not everything could be looked at';
/** How the last run was closed. */
async function closing(): Promise<string> {
  const text = await readFile((await incident.journals()).at(-1) ?? '', 'utf8');
  return (JSON.parse(text.trim().split('\n').at(-1) ?? '') as { summary: string }).summary;
}

describe('a user without room for the Deny', () => {
  it.each([
    ['by an attached policy', 'inline'],
    ['by a permissions boundary', 'attached'],
    ['by a copy of its boundary', 'boundary'],
  ] as const)('is cut all the same, and undone: %s', { timeout: longest }, async (_, how) => {
    const { boundary } = fill(how);
    const before = structuredClone(grantsOf('ci').current);
    expect(await works()).toBe(true);
    const contained = await incident.contain();
    expect(await closing()).toBe(complete);
    expect(contained.stderr).not.toMatch(/no room/);
    expect(await works()).toBe(false);
    const { current } = grantsOf('ci');
    expect(current.inline).toEqual(before.inline);
    expect(before.attached.every((arn) => current.attached.includes(arn))).toBe(true);
    if (how === 'boundary') {
      const copy = incident.account.policies.get(current.boundary ?? '')!.document;
      expect(copy).toContain('organizations:*');
      expect(current.boundary).not.toBe(boundary);
      expect(incident.account.policies.get(boundary)!.document).not.toContain('TokenIssueTime');
    }
    // It stands: nothing is done again, and nothing is missing.
    const again = await incident.contain();
    expect(await closing()).toBe(`${complete}, nothing was changed`);
    expect(again.stderr + again.stdout).not.toMatch(/did not hold/);
    expect(grantsOf('ci').current).toEqual(current);
    const verified = await incident.run([
      'verify',
      '--key',
      incident.key,
      '--json',
      '--region',
      'us-east-1,eu-west-1',
    ]);
    expect(verified.stdout).not.toContain('no Deny on');

    const [journal = ''] = await incident.journals();
    const only = ['--yes', '--account', incident.account.id, '--include-rogue'];
    const undone = await incident.run(['undo', journal, ...only]);
    expect(undone.exitCode, undone.stderr.slice(-2000)).toBe(0);
    expect(grantsOf('ci').current).toEqual(before);
    expect([...incident.account.policies.keys()].filter((arn) => arn.includes('Leakguard'))).toEqual([]);
  });

  it('nowhere is not contained, and the person is told what to do', { timeout: longest }, async () => {
    fill('everything');
    const { exitCode, stderr } = await incident.contain();
    expect(exitCode, stderr.slice(-2000)).toBe(5);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain("aws iam list-user-policies --user-name 'ci'");
    expect(await works()).toBe(true);
    const caller = await new STSClient(options()).send(new GetCallerIdentityCommand({}));
    expect(caller.Arn).toContain('user/ci');
    expect(grantsOf('ci').current.attached).toContain(admin);
  });
});
