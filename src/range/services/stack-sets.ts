import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { writeEvent } from '../world/trail.js';
import { createStack, deleteStack, stackService } from './cloudformation.js';
import { paged, Shelf, type Thing } from './shelf.js';

const sets = new Shelf(
  'cloudformation:stack-sets',
  ['StackSetNotFoundException', 404],
  'NameAlreadyExistsException',
  ({ placed }) => (placed as Placed[]).length > 0,
);

/** A stack of a set. */
interface Placed {
  region: string;
  stack: string;
  id: string;
  deleting: boolean;
}

interface SetInput {
  StackSetName: string;
  TemplateBody?: string;
  PermissionModel?: string;
}
type Where = { StackSetName: string; Accounts?: string[]; Regions: string[] };
type Listed = { StackSetName: string; NextToken?: string };

const nameOf = (name: string): string => name.split(':')[0] ?? name;
const placedOf = (set: Thing): Placed[] => set.placed as Placed[];
const executes = 'AWSCloudFormationStackSetExecutionRole';
const host = 'cloudformation.amazonaws.com';

function assertFree(set: Thing): void {
  if (placedOf(set).some(({ deleting }) => deleting))
    throw new AwsError(
      'OperationInProgressException',
      `Another Operation on StackSet ${set.id} is in progress`,
      409,
    );
}

/** In this account alone: each stack is made by the execution role, which CloudFormation takes for it. */
function place(context: Context, set: Thing, name: string): Placed {
  const { account, world, now } = context;
  const region = account.region(name);
  const stack = `StackSet-${set.id}-${world.random.uuid()}`;
  const as = { ...context, region, trail: {} };
  const { StackId: id } = createStack(as, { StackName: stack, TemplateBody: set.TemplateBody as string });
  const role = `arn:${account.world.settings.partition}:iam::${account.id}:role/${executes}`;
  writeEvent(region, now, {
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROASTACKSETEXECUTION:${stack}`,
      arn: `arn:${account.world.settings.partition}:sts::${account.id}:assumed-role/${executes}/${stack}`,
      accountId: account.id,
      accessKeyId: `ASIA${world.random.hex(16).toUpperCase()}`,
      sessionContext: {
        sessionIssuer: { type: 'Role', arn: role, accountId: account.id, userName: executes },
      },
      invokedBy: host,
    },
    eventSource: host,
    eventName: 'CreateStack',
    sourceIPAddress: host,
    userAgent: host,
    requestParameters: { stackName: stack },
    responseElements: { stackId: id },
    readOnly: false,
  });
  return { region: name, stack, id, deleting: false };
}

/** Stack sets of AWS CloudFormation, in one account. */
const operations: Service['operations'] = {
  CreateStackSet: (context: Context, input: SetInput) => {
    const StackSetId = `${input.StackSetName}:${context.world.random.uuid()}`;
    sets.add(context, input.StackSetName, {
      ...{ PermissionModel: 'SELF_MANAGED', ...input, StackSetId, Status: 'ACTIVE', placed: [] },
    });
    return { StackSetId };
  },
  CreateStackInstances: (context: Context, input: Where) => {
    const set = sets.get(context.region, nameOf(input.StackSetName));
    assertFree(set);
    const placed = input.Regions.map((region) => place(context, set, region));
    sets.change(context, set.id, { placed: [...placedOf(set), ...placed] });
    return { OperationId: context.world.random.uuid() };
  },
  ListStackSets: ({ region }: Context, input: { NextToken?: string }) =>
    paged('Summaries', sets.all(region), input.NextToken, 100, 'NextToken'),
  ListStackInstances: ({ region, account }: Context, input: Listed) =>
    paged(
      'Summaries',
      placedOf(sets.get(region, nameOf(input.StackSetName))).map((one) => ({
        ...{ StackSetId: input.StackSetName, Account: account.id, Region: one.region, StackId: one.id },
        Status: 'CURRENT',
      })),
      input.NextToken,
      100,
      'NextToken',
    ),
  /** They are listed until they are gone; one operation at a time. */
  DeleteStackInstances: (context: Context, input: Where) => {
    const { account, world } = context;
    const set = sets.get(context.region, nameOf(input.StackSetName));
    assertFree(set);
    const gone = placedOf(set).filter(({ region }) => input.Regions.includes(region));
    for (const one of gone) {
      one.deleting = true;
      deleteStack({ ...context, region: account.region(one.region), trail: {} }, { StackName: one.stack });
    }
    world.clock.after(world.settings.terminateMs, () => {
      set.placed = placedOf(set).filter((one) => !gone.includes(one));
    });
    context.touched.push(set.id);
    return { OperationId: world.random.uuid() };
  },
  DeleteStackSet: (context: Context, input: { StackSetName: string }) => {
    const set = sets.get(context.region, nameOf(input.StackSetName));
    assertFree(set);
    if (placedOf(set).length > 0)
      throw new AwsError('StackSetNotEmptyException', `StackSet ${set.id} is not empty`, 409);
    sets.remove(context, set.id);
    return {};
  },
};

/** AWS CloudFormation: stacks of instances, and sets of such stacks. */
export const cloudformation: Service = {
  ...stackService,
  operations: { ...stackService.operations, ...operations },
};
