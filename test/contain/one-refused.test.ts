import { describe, expect, it } from 'vitest';
import { failureKind } from '../../src/aws/errors.js';
import { AwsFailure } from '../../src/aws/index.js';
import { run, type Effects } from '../../src/contain/run/run.js';
import type { Action } from '../../src/model/action.js';
import type { Json, JsonObject } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import { everyAction } from '../plays/every-action.js';

/** Lists in a call that are no batch: what is set of one thing, or where. */
const ofOne = [
  'cloudformation:DeleteStackInstances Regions',
  'ec2:CreateSnapshot TagSpecifications',
  'ec2:CreateSnapshots TagSpecifications',
  'emr:ModifyInstanceGroups InstanceGroups',
];
const lists = (input: JsonObject): [string, Json[]][] =>
  Object.entries(input).filter((entry): entry is [string, Json[]] => Array.isArray(entry[1]));

const all = (await Promise.all(plays.map(everyAction))).flat();
const many = new Map<string, { action: Action; name: string; list: Json[] }>();
for (const action of all)
  for (const [name, list] of lists(action.input)) {
    const call = `${action.service}:${action.operation} ${name}`;
    if (!ofOne.includes(call)) many.set(call, { action, name, list });
  }

// Planned only beside other facts than a sample has.
const likeTerminate = [
  ['ec2', 'StopInstances'],
  ['autoscaling', 'SetInstanceProtection'],
] as const;
const terminate = many.get('ec2:TerminateInstances InstanceIds')!;
const more = likeTerminate.map(
  ([service, operation]) =>
    [
      `${service}:${operation} InstanceIds`,
      { ...terminate, action: { ...terminate.action, ...({ service, operation } as object) } },
    ] as const,
);

/** Five of the kind that the list has. */
const five = (list: Json[]): Json[] =>
  [1, 2, 3, 4, 5].map((n) => {
    const [first = ''] = list;
    return typeof first === 'string'
      ? `${first}-${n}`
      : Object.fromEntries(Object.entries(first as object).map(([key, id]) => [key, `${id as string}-${n}`]));
  });

describe('one that is refused keeps no other alive', () => {
  it('in every call for many that a play can plan', () => {
    expect([...many.keys()].sort()).toEqual([
      'autoscaling:DetachInstances InstanceIds',
      'cloudformation:DeleteStackInstances Accounts',
      'ec2:CancelSpotFleetRequests SpotFleetRequestIds',
      'ec2:CancelSpotInstanceRequests SpotInstanceRequestIds',
      'ec2:DeleteFleets FleetIds',
      'ec2:RevokeSecurityGroupEgress SecurityGroupRuleIds',
      'ec2:RevokeSecurityGroupIngress SecurityGroupRuleIds',
      'ec2:TerminateInstances InstanceIds',
      'emr:SetTerminationProtection JobFlowIds',
      'emr:TerminateJobFlows JobFlowIds',
      'workspaces:TerminateWorkspaces TerminateWorkspaceRequests',
    ]);
  });

  describe.each([...many, ...more])('%s', (_, { action, name, list }) => {
    it.each([
      ['that AWS names', 'AccessDeniedException', (id: string) => `not authorized on resource: thing/${id}`],
      ['that AWS does not name', 'AccessDeniedException', () => 'explicit deny in a service control policy'],
      ['as a bad value', 'ValidationException', () => 'one of them cannot be used'],
    ])('refused %s', async (_how, code, words) => {
      const entries = five(list);
      const text = (entry: Json): string =>
        typeof entry === 'string' ? entry : String(Object.values(entry as object)[0]);
      const bad = text(entries[2] ?? null);
      const done: string[] = [];
      const send: Effects['send'] = async ({ service, operation, region, input }) => {
        const asked = (input[name] as Json[]).map(text);
        if (asked.includes(bad)) {
          const kind = failureKind(code, words(bad), 400);
          throw new AwsFailure(kind, code, words(bad), service, operation, region, 'r', 400, null);
        }
        done.push(...asked);
        return { output: {}, requestId: 'r' };
      };
      const whole: Action = { ...action, after: [], input: { ...action.input, [name]: entries } };
      const written: string[] = [];
      const executed = await run([whole], () => null, {
        send,
        emit: () => {},
        signal: new AbortController().signal,
        sleep: async () => {},
        journal: {
          ...{ head: '', path: '', close: async () => {}, records: async () => [] },
          write: async (entry) => {
            if (entry.kind === 'intent') written.push(entry.action.id);
            return entry as never;
          },
        },
      });
      expect(done.sort()).toEqual(entries.map(text).filter((id) => id !== bad));
      const alone = executed.filter(({ action: { input } }) => (input[name] as Json[]).length === 1);
      const refused = alone.filter(({ outcome }) => outcome.status !== 'done');
      expect(refused.map(({ action: { input } }) => (input[name] as Json[]).map(text))).toEqual([[bad]]);
      // Each call that was made has an intent of its own.
      expect(new Set(written).size).toBe(executed.length);
    });
  });
});
