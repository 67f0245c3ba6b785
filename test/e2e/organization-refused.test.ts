import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrganizationDocument } from '../../src/organization/index.js';
import { openDesk, type Desk } from './scene.js';

const admin = "attached: ['arn:aws:iam::aws:policy/AdministratorAccess']";
const member = (id: string, role = 'OrganizationAccountAccessRole'): string => `
  - id: '${id}'
    managementAccount: '999988887777'
    unit: Workloads/Prod
    users:
      ci-${id}: { may: ['*'], keys: [key-${id}] }
    roles:
      ${role}: { trusts: ['999988887777'], ${admin} }`;
const yaml = `title: an organization
aws: { propagation: 0s, trailDelay: [0s, 0s], throttling: false }
accounts:
  - id: '999988887777'
    managementAccount: '999988887777'
    users:
      admin: { ${admin}, keys: [admin-key] }
      guest: { may: ['ec2:*', 'cloudtrail:*'], keys: [guest-key] }${member('111122223333')}${member('222233334444', 'Odd')}
incident: { key: key-111122223333 }
responder: { key: admin-key }
`;

describe('an organization that cannot be gone through as it is', { timeout: 120_000 }, () => {
  let desk: Desk;
  let key: string;
  beforeAll(async () => {
    desk = await openDesk(yaml);
    key = desk.keys.get('key-111122223333')!.id;
  }, 60_000);
  afterAll(() => desk.close());
  const region = ['--region', 'us-east-1'];
  const scan = (args: string[], as?: string) =>
    desk.run(
      ['scan', '--key', key, '--organization', '--simulated', ...region, ...args],
      as === undefined ? {} : { as },
    );
  const rowsOf = (stdout: string) => (JSON.parse(stdout) as OrganizationDocument).rows;

  it('says of a caller who may not list it whose credentials are needed', async () => {
    const run = await scan([], 'key-222233334444');
    expect(run.exitCode).toBe(6);
    expect(run.stderr).toContain('could not be listed from account 222233334444');
    expect(run.stderr).toMatch(/Next: .*management account 999988887777.*--profile NAME.*--accounts/);
  });

  it('goes through the accounts that are named where the list is refused', async () => {
    const run = await scan(['--accounts', '111122223333,222233334444', '--json'], 'key-222233334444');
    expect(run.stderr).toContain('gone through as they are');
    const rows = rowsOf(run.stdout);
    expect(rows.map(({ account }) => account).sort()).toEqual(['111122223333', '222233334444']);
    expect(run.exitCode).toBe(5);
  });

  it('goes on past an account that has no role of the name', async () => {
    const run = await scan(['--member-role', 'OrganizationAccountAccessRole', '--json']);
    const rows = new Map(rowsOf(run.stdout).map((row) => [row.account, row]));
    expect(rows.get('111122223333')?.look).toBe('whole');
    expect(rows.get('222233334444')).toMatchObject({ look: 'dark', roleArn: null });
    expect(rows.get('222233334444')?.next).toContain('--member-role');
    const odd = await scan(['--member-role', 'Odd', '--accounts', '222233334444', '--json']);
    const row = rowsOf(odd.stdout).find(({ account }) => account === '222233334444');
    expect(row?.roleArn).toBe('arn:aws:iam::222233334444:role/Odd');
    expect(row?.why).toContain('left out by --region');
  });

  it('tells accounts apart from those that a session’s end kept from being looked at', async () => {
    const { world } = desk.range;
    const own = desk.keys.get('admin-key')!;
    let calls = 0;
    world.turns = [
      {
        accessKeyId: own.id,
        calls: 5,
        happen: () => {
          calls += 1;
          world.faults = { denied: ['sts:AssumeRole'], deniedTo: own.id };
        },
      },
    ];
    const run = await scan(['--json', '--concurrency', '1']);
    world.turns = [];
    world.faults = {};
    expect(calls).toBe(1);
    expect(run.exitCode).not.toBe(0);
    expect(rowsOf(run.stdout)).toHaveLength(3);
    expect(rowsOf(run.stdout).some(({ look }) => look === 'dark')).toBe(true);
  });

  it.each([
    [['--accounts', '12345'], 'twelve digits'],
    [['--concurrency', 'many'], 'from 1 to 64'],
    [['--member-role', 'arn:aws:iam::111122223333:role/x'], 'name of a role'],
    [['--ou', 'ou-none-00000000'], 'could not be read'],
    [['--trail', 'x.json'], 'without --trail'],
  ])('refuses %j before anything is done', async (args, words) => {
    const run = await scan(args);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(words);
    expect(run.stderr).toContain('Nothing was done');
  });

  it('acts in no account without its id, and in none that was not agreed to', async () => {
    const args = ['contain', '--key', key, '--organization', '--simulated', '--yes'];
    const none = await desk.run(args);
    expect(none.exitCode).toBe(6);
    expect(none.stderr).toContain('--agreed');
    const other = await desk.run([...args, ...region, '--agreed', '222233334444', '--json']);
    expect(other.exitCode).toBe(5);
    const { ends } = JSON.parse(other.stdout) as {
      ends: { account: string; summary: string; next: string }[];
    };
    expect(ends).toHaveLength(1);
    expect(ends[0]).toMatchObject({ account: '111122223333' });
    expect(ends[0]?.summary).toContain('not agreed to');
    expect(ends[0]?.next).toContain('--agreed 222233334444,111122223333');
    expect(desk.keys.get('key-111122223333')!.status.effective(desk.range.world.clock.now())).toBe('Active');
  });
});
