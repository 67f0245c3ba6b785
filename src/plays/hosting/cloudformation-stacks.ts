import { change, type OutputOf } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import {
  type Action,
  asText,
  type Finding,
  type OriginRule,
  type Resource,
  type TrailEvent,
} from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import { type EvidenceRead, evidenceRead, type Play } from '../kit/play.js';

type Stack = NonNullable<OutputOf<'cloudformation', 'DescribeStacks'>['Stacks']>[number];

const source = 'cloudformation.amazonaws.com';
const noUndo = 'A deleted stack has to be made anew; its template and its list of resources are kept.';

/** By name: requests name a stack by its name or its ARN, `…:stack/NAME/UUID`. */
function idOf(event: TrailEvent): string[] {
  const name = requestText(event, 'stackName');
  if (name === null) return [];
  return [name.startsWith('arn:') ? (name.split('/').at(1) ?? name) : name];
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return { source, name, effect, ids: idOf };
}

function changeSets(type: string, effect: OriginRule['effect']): OriginRule {
  return {
    ...rule('CreateChangeSet', effect),
    ids: (event) => (requestText(event, 'changeSetType') === type ? idOf(event) : []),
    ...(type === 'IMPORT' ? { takesIn: true } : {}),
  };
}

/** CloudFormation stacks: what they made goes by its own plays first; then the stack goes, with all that no play sees. */
export const cloudformationStacks: Play = {
  id: 'cloudformation-stacks',
  move: 'makes CloudFormation stacks',
  noun: 'CloudFormation stacks',
  phase: 'evict',
  service: 'cloudformation',
  scope: 'regional',
  permissions: {
    find: ['cloudformation:DescribeStacks'],
    contain: [
      'cloudformation:DeleteStack',
      'cloudformation:UpdateTerminationProtection',
      'cloudformation:GetTemplate',
      'cloudformation:ListStackResources',
    ],
    undo: [],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('cloudformation', 'DescribeStacks', region, {})) {
      for (const stack of page.Stacks ?? []) yield asResource(stack, region);
    }
  },

  origin: [
    rule('CreateStack', 'made'),
    changeSets('CREATE', 'made'),
    changeSets('IMPORT', 'changed'),
    rule('UpdateStack', 'changed'),
    rule('DeleteStack', 'undone'),
  ],

  contain: (finding) => {
    if (!finding.resource.live || finding.class === 'tampered') return [];
    const unprotected = finding.resource.properties['protected'] === true ? [unprotect(finding)] : [];
    return [...unprotected, remove(finding, unprotected)];
  },
  // What an innocent's stack was before an update is in no record that can be put back.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  record: (findings) => findings.flatMap(({ resource }) => evidenceOf(resource)),
  scenario: 'launchers',
};

function unprotect(finding: Finding): Action {
  const { id } = finding.resource;
  const set = (EnableTerminationProtection: boolean) =>
    change('cloudformation', 'UpdateTerminationProtection', { StackName: id, EnableTerminationProtection });
  return makeAction(cloudformationStacks, [finding], {
    ...set(false),
    title: `clear the termination protection of stack ${id}`,
    before: { EnableTerminationProtection: true },
    undo: [set(true)],
  });
}

function remove(finding: Finding, after: readonly Action[]): Action {
  const { id, properties } = finding.resource;
  const role = asText(properties['role']);
  return makeAction(cloudformationStacks, [finding], {
    ...change('cloudformation', 'DeleteStack', { StackName: id }),
    title: `delete CloudFormation stack ${id}`,
    causes: [
      `CloudFormation deletes what ${id} made, as ${role === null ? 'you' : `its role ${arnName(role) ?? role}`}, but for what its template retains.`,
    ],
    before: properties,
    undo: { none: noUndo },
    after,
  });
}

function evidenceOf(resource: Resource): EvidenceRead[] {
  const input = { StackName: resource.id };
  return [
    evidenceRead('cloudformation', 'ListStackResources', input, [resource], {
      what: 'stack resources',
      secret: false,
    }),
    evidenceRead('cloudformation', 'GetTemplate', input, [resource], { what: 'template', secret: true }),
  ];
}

function asResource(stack: Stack, region: string): Resource {
  const state = stack.StackStatus ?? 'unknown';
  return makeResource({
    play: 'cloudformation-stacks',
    type: 'CloudFormation stack',
    id: stack.StackName,
    region,
    state,
    // A nested stack goes with its root.
    live: stack.ParentId === undefined && !/^DELETE_(IN_PROGRESS|COMPLETE)$/.test(state),
    createdAt: stack.CreationTime,
    tags: tagsOf(stack.Tags),
    properties: {
      arn: stack.StackId ?? null,
      role: stack.RoleARN ?? null,
      protected: stack.EnableTerminationProtection === true,
      parent: stack.ParentId ?? null,
    },
  });
}
