import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { membersOf, relaunchersOf } from '../world/relaunch.js';
import type { Region } from '../world/world.js';
import { endManagedGroup, makeManagedGroup, sizeManagedGroup } from './auto-scaling.js';
import { paged, Shelf, type Thing } from './shelf.js';

const none: [string, number] = ['InvalidParameterValue', 400];
const environments = new Shelf(
  'elasticbeanstalk:environments',
  none,
  null,
  ({ Status }) => Status === 'Ready' || Status === 'Updating',
);

interface Option {
  Namespace?: string;
  OptionName?: string;
  Value?: string;
}
interface Input {
  ApplicationName?: string;
  EnvironmentName?: string;
  EnvironmentId?: string;
  SolutionStackName?: string;
  OptionSettings?: Option[];
}
interface Sizes {
  min: number;
  max: number;
}

const host = { host: 'elasticbeanstalk.amazonaws.com', role: 'AWSServiceRoleForElasticBeanstalk' };
const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** What CloudFormation deletes of an environment, in the name of whoever ends it. */
const deletes = [
  'autoscaling:DeleteAutoScalingGroup',
  'autoscaling:DeletePolicy',
  'autoscaling:UpdateAutoScalingGroup',
  'cloudformation:DeleteStack',
  'cloudwatch:DeleteAlarms',
  'ec2:DeleteLaunchTemplate',
  'ec2:DeleteSecurityGroup',
  'ec2:TerminateInstances',
  'elasticloadbalancing:DeleteListener',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
];
const asks = ['cloudformation:DescribeStackResources', 'elasticloadbalancing:DescribeLoadBalancers'];

const optionOf = (settings: Option[] | undefined, name: string) =>
  settings?.find(({ OptionName }) => OptionName === name)?.Value;

function sizesOf(settings: Option[] | undefined, before: Sizes): Sizes {
  return {
    min: Number(optionOf(settings, 'MinSize') ?? before.min),
    max: Number(optionOf(settings, 'MaxSize') ?? before.max),
  };
}

const shape = (one: Thing) => ({
  EnvironmentId: one.id,
  EnvironmentName: one.EnvironmentName as string,
  ApplicationName: one.ApplicationName as string,
  SolutionStackName: one.SolutionStackName as string | undefined,
  Status: one.Status as string,
  DateCreated: one.createdAt,
});

/** What CloudTrail writes of each answer. */
function answer(context: Context, one: Thing) {
  const { id, EnvironmentName, ApplicationName } = one;
  context.trail.responseElements = {
    environmentId: id,
    environmentName: EnvironmentName as string,
    applicationName: ApplicationName as string,
    status: one.Status as string,
  };
  return shape(one);
}

function create(context: Context, input: Input) {
  const { world } = context;
  const id = `e-${Array.from({ length: 10 }, () => letters[world.random.below(letters.length)]).join('')}`;
  const { min, max } = sizesOf(input.OptionSettings, { min: 1, max: 4 });
  const group = `awseb-${id}-stack-AWSEBAutoScalingGroup-${world.random.hex(12)}`;
  const environment = environments.add(context, id, {
    ...{ ApplicationName: input.ApplicationName, EnvironmentName: input.EnvironmentName ?? id },
    ...{ SolutionStackName: input.SolutionStackName, Status: 'Ready', group, min, max },
  });
  makeManagedGroup(context, {
    ...{ name: group, min, max, desired: min, ...host },
    spec: { instanceType: optionOf(input.OptionSettings, 'InstanceType') ?? 't3.micro' },
    tags: {
      'elasticbeanstalk:environment-id': id,
      'elasticbeanstalk:environment-name': input.EnvironmentName ?? id,
    },
  });
  return answer(context, environment);
}

/** An environment is called by its id or by its name; an ended one's name is free again. */
function named(region: Region, { EnvironmentId, EnvironmentName }: Input): Thing {
  if (EnvironmentId !== undefined) return environments.get(region, EnvironmentId);
  const found = environments
    .all(region)
    .find((one) => one.EnvironmentName === EnvironmentName && one.Status !== 'Terminated');
  return environments.get(region, found?.id);
}

/** AWS Elastic Beanstalk, as far as environments with their groups need it. */
export const elasticbeanstalk: Service = {
  operations: {
    CreateEnvironment: create,
    DescribeEnvironments: (
      { region },
      input: { EnvironmentIds?: string[]; NextToken?: string; MaxRecords?: number },
    ) =>
      paged(
        'Environments',
        environments
          .all(region)
          .filter(({ id, Status }) => (input.EnvironmentIds?.includes(id) ?? true) && Status !== 'Terminated')
          .map(shape),
        input.NextToken,
        input.MaxRecords ?? 1000,
        'NextToken',
      ),
    DescribeEnvironmentResources: (context, input: Input) => {
      const { region } = context;
      for (const action of asks) context.authorize(action, '*');
      const environment = named(region, input);
      const relauncher = relaunchersOf(region).get(String(environment.group));
      return {
        EnvironmentResources: {
          EnvironmentName: environment.EnvironmentName as string,
          AutoScalingGroups: relauncher === undefined ? [] : [{ Name: relauncher.id }],
          Instances:
            relauncher === undefined ? [] : membersOf(region, relauncher).map(({ id }) => ({ Id: id })),
        },
      };
    },
    UpdateEnvironment: (context, input: Input) => {
      const before = named(context.region, input);
      if (before.Status !== 'Ready')
        throw new AwsError(
          'InvalidParameterValue',
          `Environment named ${String(before.EnvironmentName)} is in an invalid state for this operation. Must be Ready.`,
        );
      const { min, max } = sizesOf(input.OptionSettings, before as unknown as Sizes);
      const environment = environments.change(context, before.id, { min, max });
      sizeManagedGroup(context.region, String(environment.group), min, max, min);
      return answer(context, environment);
    },
    TerminateEnvironment: (context, input: Input) => {
      for (const action of deletes) context.authorize(action, '*');
      const { clock, settings } = context.world;
      const environment = environments.change(context, named(context.region, input).id, {
        Status: 'Terminating',
      });
      endManagedGroup(context.region, String(environment.group));
      clock.after(settings.terminateMs, () => Object.assign(environment, { Status: 'Terminated' }));
      return answer(context, environment);
    },
  },
};
