import { change, type OutputOf, type Reader } from '../../aws/index.js';
import {
  type Action,
  asText,
  type Finding,
  type Link,
  type OriginRule,
  type Resource,
} from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, textsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type StackSet = NonNullable<OutputOf<'cloudformation', 'ListStackSets'>['Summaries']>[number];

const noUndo = 'A deleted stack set has to be made anew; what it was and where is kept in the record.';

/** By name: no two that stand have one. Some requests name it by its id, `NAME:UUID`. */
function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'cloudformation.amazonaws.com',
    name,
    effect,
    ids: (event) => fromRequest('stackSetName')(event).map((named) => named.split(':')[0] ?? named),
  };
}

/**
 * CloudFormation stack sets: stacks in many accounts and regions by one call. First its stacks go, wherever they are; when
 * none is left a sweep deletes the set.
 */
export const stackSets: Play = {
  id: 'stack-sets',
  move: 'makes CloudFormation stack sets',
  noun: 'CloudFormation stack sets',
  phase: 'evict',
  service: 'cloudformation',
  scope: 'regional',
  permissions: {
    find: ['cloudformation:ListStackSets', 'cloudformation:ListStackInstances'],
    contain: ['cloudformation:DeleteStackInstances', 'cloudformation:DeleteStackSet'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('cloudformation', 'ListStackSets', region, { Status: 'ACTIVE' })) {
      for (const set of page.Summaries ?? []) yield await read(reader, region, set);
    }
  },

  origin: [
    rule('CreateStackSet', 'made'),
    rule('CreateStackInstances', 'changed'),
    rule('UpdateStackInstances', 'changed'),
    rule('UpdateStackSet', 'changed'),
    rule('DeleteStackSet', 'undone'),
  ],

  contain: (finding) => {
    const { live, properties } = finding.resource;
    if (!live || finding.class === 'tampered') return [];
    return [textsOf(properties['accounts']).length > 0 ? removeStacks(finding) : remove(finding)];
  },
  // Which of an innocent's stacks the incident added, its owner knows.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'launchers',
};

function removeStacks(finding: Finding): Action {
  const { id, properties } = finding.resource;
  const accounts = textsOf(properties['accounts']);
  const units = textsOf(properties['units']);
  const isServiceManaged = asText(properties['permissionModel']) === 'SERVICE_MANAGED';
  return makeAction(stackSets, [finding], {
    ...change('cloudformation', 'DeleteStackInstances', {
      StackSetName: id,
      ...(isServiceManaged
        ? { DeploymentTargets: { OrganizationalUnitIds: units } }
        : { Accounts: accounts }),
      Regions: textsOf(properties['regions']),
      RetainStacks: false,
      // Without it CloudFormation stops at the first stack that cannot be deleted, and the others stay
      // (CloudFormation API reference, StackSetOperationPreferences: a tolerance of 0 by default).
      OperationPreferences: {
        RegionConcurrencyType: 'PARALLEL',
        FailureTolerancePercentage: 100,
        MaxConcurrentPercentage: 100,
      },
    }),
    title: `delete the stacks of stack set ${id}`,
    causes: [
      `CloudFormation deletes its stacks in ${accounts.length === 1 ? 'account' : 'accounts'} ${accounts.join(', ')}, with what they made.`,
    ],
    before: properties,
    undo: { none: noUndo },
  });
}

function remove(finding: Finding): Action {
  const { id, properties } = finding.resource;
  return makeAction(stackSets, [finding], {
    ...change('cloudformation', 'DeleteStackSet', { StackSetName: id }),
    title: `delete CloudFormation stack set ${id}`,
    before: properties,
    undo: { none: noUndo },
  });
}

/** With the accounts and regions that it has stacks in; in this account CloudFormation names each stack. */
async function read(reader: Reader, region: string, set: StackSet): Promise<Resource> {
  const id = set.StackSetName ?? '';
  const [accounts, regions, units] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const links: Link[] = [];
  const input = { StackSetName: id };
  for await (const page of reader.pages('cloudformation', 'ListStackInstances', region, input)) {
    for (const one of page.Summaries ?? []) {
      if (one.Account !== undefined) accounts.add(one.Account);
      if (one.Region !== undefined) regions.add(one.Region);
      if (one.OrganizationalUnitId !== undefined) units.add(one.OrganizationalUnitId);
      if (one.StackId !== undefined) links.push({ kind: 'stack', id: one.StackId });
    }
  }
  return makeResource({
    play: 'stack-sets',
    type: 'CloudFormation stack set',
    id,
    region,
    state: set.Status,
    live: set.Status !== 'DELETED',
    links,
    properties: {
      setId: set.StackSetId ?? null,
      permissionModel: set.PermissionModel ?? null,
      accounts: [...accounts].sort(),
      regions: [...regions].sort(),
      units: [...units].sort(),
    },
  });
}
