import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  OrganizationsClient,
  paginateListAccounts,
} from '@aws-sdk/client-organizations';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccessKey, createRole, createUser } from '../../src/range/world/identity.js';
import { ground, type Ground } from './world.js';

const management = '111122223333';
const [reader, closed] = ['600000000000', '600000000001'];
let at: Ground;
beforeAll(async () => {
  at = await ground();
  at.account.managementAccount = management;
  for (let n = 0; n < 999; n += 1) {
    const account = at.world.createAccount(String(600_000_000_000 + n));
    account.managementAccount = management;
    account.unit = n < 3 ? 'Workloads/Prod' : '';
    const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: management } };
    createRole(
      account,
      'OrganizationAccountAccessRole',
      { Statement: [trust] },
      {
        attached: ['arn:aws:iam::aws:policy/AdministratorAccess'],
      },
    );
  }
  at.world.account(closed).suspended = true;
});
afterAll(() => at.range.close());

const arn = (account: string): string => `arn:aws:iam::${account}:role/OrganizationAccountAccessRole`;
const assume = (account: string) =>
  new STSClient(at.admin('us-east-1')).send(
    new AssumeRoleCommand({ RoleArn: arn(account), RoleSessionName: 'oncall' }),
  );

test('a thousand accounts are listed in pages, a closed one among them as suspended', async () => {
  const all = [];
  const client = new OrganizationsClient(at.admin('us-east-1'));
  for await (const { Accounts = [] } of paginateListAccounts({ client }, {})) all.push(...Accounts);
  expect(all).toHaveLength(1000);
  expect(all.filter(({ State }) => State !== 'ACTIVE').map(({ Id }) => Id)).toEqual([closed]);
});

test('the accounts of a unit are found from the root down', async () => {
  const client = new OrganizationsClient(at.admin('us-east-1'));
  const { Roots = [] } = await client.send(new ListRootsCommand({}));
  const below = async (ParentId = '') =>
    (await client.send(new ListOrganizationalUnitsForParentCommand({ ParentId }))).OrganizationalUnits ?? [];
  const [workloads] = await below(Roots[0]?.Id);
  const [prod] = await below(workloads?.Id);
  expect([workloads?.Name, prod?.Name]).toEqual(['Workloads', 'Prod']);
  const { Accounts = [] } = await client.send(new ListAccountsForParentCommand({ ParentId: prod?.Id }));
  expect(Accounts.map(({ Id }) => Id)).toEqual(['600000000000', '600000000001', '600000000002']);
  await expect(
    client.send(new ListAccountsForParentCommand({ ParentId: 'ou-none-00000000' })),
  ).rejects.toMatchObject({ name: 'ParentNotFoundException' });
});

test('a member reads the organization only where that is delegated to it', async () => {
  const member = at.world.account(reader);
  createUser(member, 'audit', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
  const client = new OrganizationsClient(at.options(createAccessKey(member, 'audit'), 'us-east-1'));
  const first = async () => (await paginateListAccounts({ client }, {}).next()).value?.Accounts?.length;
  await expect(first()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  member.delegated = true;
  expect(await first()).toBe(20);
});

test('nobody gets into a closed account', async () => {
  await expect(assume(closed)).rejects.toMatchObject({ name: 'AccessDenied' });
});

test('a role of another account leaves a record there too, which names the caller’s account alone', async () => {
  const { Credentials } = await assume(reader);
  const trail = new CloudTrailClient({
    ...at.admin('us-east-1'),
    credentials: {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    },
  });
  const { Events = [] } = await trail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRole' }],
    }),
  );
  expect(Events).toHaveLength(1);
  const record = JSON.parse(Events[0]!.CloudTrailEvent!) as { userIdentity: object };
  expect(record).toMatchObject({
    userIdentity: { type: 'AWSAccount', accountId: management },
    responseElements: { credentials: { accessKeyId: Credentials!.AccessKeyId } },
  });
  expect(record.userIdentity).not.toHaveProperty('accessKeyId');
});
