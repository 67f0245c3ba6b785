import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { instancesOf, launchInstances, terminate, type Instance } from '../world/compute.js';
import { launchAnswer } from '../world/relaunch.js';
import { writeEvent, type JsonObject } from '../world/trail.js';
import { paged, Shelf, type Thing } from './shelf.js';

const gone: [string, number] = ['ValidationError', 400];
const stacks = new Shelf('cloudformation:stacks', gone, 'AlreadyExistsException', ({ StackStatus }) =>
  /COMPLETE$/.test(String(StackStatus)),
);
const host = 'cloudformation.amazonaws.com';

interface Template {
  Resources?: Record<
    string,
    { Type: string; DeletionPolicy?: string; Properties?: { InstanceType?: string; ImageId?: string } }
  >;
}
export interface StackInput {
  StackName: string;
  TemplateBody?: string;
  RoleARN?: string;
  EnableTerminationProtection?: boolean;
}

/** A stack is called by its name or by its ARN. */
const nameOf = (name: string) => name.split('/').at(1) ?? name;
const tagOf = 'aws:cloudformation:stack-id';

/** As whom the service launches: as the stack's role, else in the caller's name. */
function identity({ account, caller, world }: Context, role: string | undefined): JsonObject {
  // Each time under a key that no event minted.
  const accessKeyId = `ASIA${world.random.hex(16).toUpperCase()}`;
  if (role === undefined)
    return {
      type: 'IAMUser',
      principalId: caller.userId,
      arn: caller.arn,
      accountId: account.id,
      accessKeyId,
      ...(caller.user === null ? {} : { userName: caller.user.name }),
      invokedBy: host,
    };
  const name = role.split('/').at(-1) ?? '';
  return {
    type: 'AssumedRole',
    principalId: 'AROACLOUDFORMATION000:AWSCloudFormation',
    arn: `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${name}/AWSCloudFormation`,
    accountId: account.id,
    accessKeyId,
    sessionContext: { sessionIssuer: { type: 'Role', arn: role, accountId: account.id, userName: name } },
    invokedBy: host,
  };
}

/** Instances are all that templates make here. */
export function createStack(context: Context, input: StackInput) {
  const { region, world, now, maker } = context;
  if (input.RoleARN !== undefined) context.authorize('iam:PassRole', input.RoleARN);
  const id = region.arn('cloudformation', `stack/${input.StackName}/${world.random.uuid()}`);
  const { Resources = {} } = JSON.parse(input.TemplateBody ?? '{}') as Template;
  for (const [logical, { Type, DeletionPolicy, Properties = {} }] of Object.entries(Resources)) {
    if (Type !== 'AWS::EC2::Instance') throw new AwsError('ValidationError', `no ${Type} here`);
    const instances = launchInstances(
      region,
      {
        instanceType: Properties.InstanceType ?? 't3.micro',
        tags: {
          [tagOf]: id,
          'aws:cloudformation:stack-name': input.StackName,
          'aws:cloudformation:logical-id': logical,
          ...(DeletionPolicy === 'Retain' ? { 'range:retained': 'true' } : {}),
        },
      },
      { least: 1, most: 1, maker: { ...maker, via: host } },
    );
    writeEvent(region, now, {
      userIdentity: identity(context, input.RoleARN),
      eventSource: 'ec2.amazonaws.com',
      eventName: 'RunInstances',
      sourceIPAddress: host,
      userAgent: host,
      requestParameters: {
        instancesSet: { items: [{ minCount: 1, maxCount: 1 }] },
        instanceType: Properties.InstanceType ?? 't3.micro',
      },
      responseElements: launchAnswer(region, instances),
      readOnly: false,
    });
  }
  stacks.add(context, input.StackName, {
    ...input,
    StackId: id,
    CreationTime: now,
    StackStatus: 'CREATE_COMPLETE',
    EnableTerminationProtection: input.EnableTerminationProtection ?? false,
  });
  context.trail.responseElements = { stackId: id };
  return { StackId: id };
}

const madeBy = ({ region }: Context, stack: Thing): Instance[] =>
  [...instancesOf(region).values()].filter(({ tags }) => tags[tagOf] === stack.StackId);

export function deleteStack(context: Context, input: { StackName: string }): void {
  const stack = stacks.find(context.region, nameOf(input.StackName));
  // A stack that is not there is deleted already.
  if (stack === undefined) return;
  if (stack.EnableTerminationProtection === true)
    throw new AwsError(
      'ValidationError',
      `Stack [${stack.id}] cannot be deleted while TerminationProtection is enabled`,
    );
  stacks.change(context, stack.id, { StackStatus: 'DELETE_IN_PROGRESS' });
  for (const instance of madeBy(context, stack))
    if (instance.tags['range:retained'] !== 'true') terminate(context.region, instance);
  const { clock, settings } = context.world;
  clock.after(settings.terminateMs, () =>
    context.region.table<Thing>('cloudformation:stacks').delete(stack.id),
  );
}

/** AWS CloudFormation, as far as stacks of instances need it. */
export const stackService: Service = {
  operations: {
    CreateStack: createStack,
    DescribeStacks: ({ region }, input: { StackName?: string; NextToken?: string }) =>
      paged(
        'Stacks',
        input.StackName === undefined ? stacks.all(region) : [stacks.get(region, nameOf(input.StackName))],
        input.NextToken,
        100,
        'NextToken',
      ),
    ListStackResources: (context, input: { StackName: string }) => ({
      StackResourceSummaries: madeBy(context, stacks.get(context.region, nameOf(input.StackName))).map(
        ({ id, tags }) => ({
          LogicalResourceId: tags['aws:cloudformation:logical-id'],
          PhysicalResourceId: id,
          ResourceType: 'AWS::EC2::Instance',
          ResourceStatus: 'CREATE_COMPLETE',
        }),
      ),
    }),
    GetTemplate: ({ region }, input: { StackName: string }) => ({
      TemplateBody: stacks.get(region, nameOf(input.StackName)).TemplateBody as string,
    }),
    UpdateTerminationProtection: (
      context,
      input: { StackName: string; EnableTerminationProtection: boolean },
    ) => ({
      StackId: stacks.change(context, nameOf(input.StackName), {
        EnableTerminationProtection: input.EnableTerminationProtection,
      }).StackId as string,
    }),
    DeleteStack: deleteStack,
  },
};
