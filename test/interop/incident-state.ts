import { DescribeAutoScalingGroupsCommand, type AutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import { DescribeInstanceAttributeCommand, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import {
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListUserPoliciesCommand,
} from '@aws-sdk/client-iam';
import type { GroupRef, InstanceRef, Seeded } from './incident-seed.js';

/** The truth, asked of the server by root, never of leakguard. */
export interface Truth {
  rogueAlive: string[];
  innocentsNotRunning: string[];
  /** Innocent instances that were protected and are not any more. */
  unguarded: string[];
  leakedKey: string;
  plantedKey: string;
  /** Of keys that nobody may touch, those that are not active. */
  innocentKeysOff: string[];
  rogueGroup: GroupState | null;
  bystanderGroup: GroupState | null;
  /** Inline and attached policies of users that nobody may touch, beyond what they had. */
  policiesOnInnocents: string[];
  policiesOnUser: string[];
}

interface GroupState {
  min: number;
  max: number;
  desired: number;
  suspended: string[];
}

/** Everything that the facts are asserted on. */
export async function truthOf(seeded: Seeded): Promise<Truth> {
  const { root, rogue, own, bystanders, guarded, user, plantedUser, innocentKeys } = seeded;
  const states = await instanceStates(seeded, [...rogue, ...own, ...bystanders]);
  const unguarded: string[] = [];
  for (const { region, id } of guarded) {
    const { DisableApiTermination } = await root
      .ec2(region)
      .send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute: 'disableApiTermination' }));
    if (DisableApiTermination?.Value !== true) unguarded.push(id);
  }
  const statuses = new Map<string, string>();
  const policiesOnInnocents: string[] = [];
  for (const name of new Set([user, plantedUser, ...innocentKeys.map((key) => key.user)])) {
    const { AccessKeyMetadata = [] } = await root.iam().send(new ListAccessKeysCommand({ UserName: name }));
    for (const { AccessKeyId = '', Status = '' } of AccessKeyMetadata) statuses.set(AccessKeyId, Status);
    if (name === user || name === plantedUser) continue;
    policiesOnInnocents.push(
      ...(await policiesOf(seeded, name)).filter((policy) => policy !== 'AdministratorAccess'),
    );
  }
  return {
    rogueAlive: rogue.filter(({ id }) => isAlive(states.get(id))).map(({ id }) => id),
    innocentsNotRunning: [...own, ...bystanders]
      .filter(({ id }) => states.get(id) !== 'running')
      .map(({ id }) => id),
    unguarded,
    leakedKey: statuses.get(seeded.leaked.accessKeyId) ?? 'gone',
    plantedKey: statuses.get(seeded.plantedKey) ?? 'gone',
    innocentKeysOff: innocentKeys.filter(({ id }) => statuses.get(id) !== 'Active').map(({ id }) => id),
    rogueGroup: await groupState(seeded, seeded.rogueGroup),
    bystanderGroup: await groupState(seeded, seeded.bystanderGroup),
    policiesOnInnocents,
    policiesOnUser: await policiesOf(seeded, user),
  };
}

const isAlive = (state: string | undefined): boolean =>
  state !== undefined && state !== 'terminated' && state !== 'shutting-down';

async function instanceStates({ root }: Seeded, instances: InstanceRef[]): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  await Promise.all(
    [...new Set(instances.map(({ region }) => region))].map(async (region) => {
      for await (const page of paginateDescribeInstances({ client: root.ec2(region), pageSize: 500 }, {})) {
        for (const { Instances = [] } of page.Reservations ?? []) {
          for (const { InstanceId = '', State } of Instances) states.set(InstanceId, State?.Name ?? '');
        }
      }
    }),
  );
  return states;
}

async function groupState({ root }: Seeded, { region, name }: GroupRef): Promise<GroupState | null> {
  const { AutoScalingGroups = [] } = await root
    .autoScaling(region)
    .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }));
  const group: AutoScalingGroup | undefined = AutoScalingGroups[0];
  if (group === undefined) return null;
  return {
    min: group.MinSize ?? -1,
    max: group.MaxSize ?? -1,
    desired: group.DesiredCapacity ?? -1,
    suspended: (group.SuspendedProcesses ?? []).map(({ ProcessName = '' }) => ProcessName).sort(),
  };
}

async function policiesOf({ root }: Seeded, user: string): Promise<string[]> {
  const inline = await root.iam().send(new ListUserPoliciesCommand({ UserName: user }));
  const attached = await root.iam().send(new ListAttachedUserPoliciesCommand({ UserName: user }));
  return [
    ...(inline.PolicyNames ?? []),
    ...(attached.AttachedPolicies ?? []).map(({ PolicyName = '' }) => PolicyName),
  ];
}
