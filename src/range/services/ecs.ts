import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import type { Region } from '../world/world.js';
import { paged, Shelf, short, type Thing } from './shelf.js';

const clusters = new Shelf('ecs:clusters', ['ClusterNotFoundException', 400]);
const definitions = new Shelf('ecs:task-definitions', ['ClientException', 400]);
const services = new Shelf(
  'ecs:services',
  ['ServiceNotFoundException', 400],
  null,
  (service) => wantedOf(service) > 0,
);
const tasks = new Shelf(
  'ecs:tasks',
  ['InvalidParameterException', 400],
  null,
  ({ lastStatus }) => lastStatus !== 'STOPPED',
);

type InCluster = { cluster?: string };
const clusterOf = (region: Region, { cluster }: InCluster) =>
  clusters.get(region, short(cluster) ?? 'default');
const within = (cluster: Thing, thing: Thing) => thing.clusterArn === cluster.clusterArn;
/** Services of different clusters may share a name. */
const serviceId = (cluster: Thing, name: string | undefined) => `${cluster.id}/${short(name)}`;

function definitionArn(region: Region, name: string): string {
  const wanted = name.split('/').at(-1)!;
  const found = definitions
    .all(region)
    .filter((one) => one.family === wanted || one.id === wanted)
    .at(-1);
  if (found === undefined)
    throw new AwsError('ClientException', `Unable to find task definition ${name}`, 400);
  return found.taskDefinitionArn as string;
}

function startTask(context: Context, cluster: Thing, fields: object): Thing {
  const id = context.world.random.hex(32);
  return tasks.add(context, id, {
    taskArn: context.region.arn('ecs', `task/${cluster.id}/${id}`),
    clusterArn: cluster.clusterArn as string,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    launchType: 'FARGATE',
    startedAt: context.now,
    ...fields,
  });
}

function stopTask(context: Context, task: Thing, stoppedReason: string): Thing {
  return tasks.change(context, task.id, {
    lastStatus: 'STOPPED',
    desiredStatus: 'STOPPED',
    stoppedAt: context.now,
    stoppedReason,
    stopCode: 'UserInitiated',
  });
}

const ofService = (region: Region, service: Thing) =>
  tasks
    .all(region)
    .filter(
      ({ group, clusterArn, lastStatus }) =>
        group === `service:${service.serviceName as string}` &&
        clusterArn === service.clusterArn &&
        lastStatus !== 'STOPPED',
    );

/** A service keeps its desired count of tasks: it starts what is missing and stops what is too many. */
/** Container instances of each cluster: a daemon service runs a task on each that meets its placement constraints. */
const instances = 3;

/** How many tasks the service keeps running. The instances here have no attributes, so that a constraint that asks for
 *  one leaves none (ECS developer guide, "Create expressions to define container instances for Amazon ECS tasks"). */
function wantedOf({ status, desiredCount, schedulingStrategy, placementConstraints }: Thing): number {
  if (status !== 'ACTIVE') return 0;
  if (schedulingStrategy !== 'DAEMON') return Number(desiredCount);
  const constraints = (placementConstraints ?? []) as { expression?: string }[];
  return constraints.some(({ expression }) => /^attribute:\S+ exists$/.test(expression ?? ''))
    ? 0
    : instances;
}

function reconcile(context: Context, service: Thing): void {
  const { region, world } = context;
  const running = ofService(region, service);
  const wanted = wantedOf(service);
  const cluster = clusters.get(region, short(service.clusterArn as string));
  for (let missing = wanted - running.length; missing > 0; missing--) {
    startTask(
      {
        ...context,
        now: world.clock.now(),
        maker: { ...service.maker, via: 'ecs.amazonaws.com', launcher: service.id },
      },
      cluster,
      {
        group: `service:${service.serviceName as string}`,
        taskDefinitionArn: service.taskDefinition as string,
        startedBy: 'ecs-svc',
        launchType: service.launchType as string,
      },
    );
  }
  for (const surplus of running.slice(wanted))
    stopTask(context, surplus, 'Scaling activity initiated by service');
}

const counted = (region: Region) => (service: Thing) => ({
  ...service,
  runningCount: ofService(region, service).length,
  pendingCount: 0,
});
const failure = (arn: string) => ({ arn, reason: 'MISSING' });

/** Amazon ECS: services that keep their tasks alive, and tasks on their own. */
export const ecs: Service = {
  resources: ({ region }, { cluster, clusterName }) => [
    typeof cluster === 'string'
      ? cluster.startsWith('arn:')
        ? cluster
        : region.arn('ecs', `cluster/${cluster}`)
      : typeof clusterName === 'string'
        ? region.arn('ecs', `cluster/${clusterName}`)
        : '*',
  ],
  operations: {
    CreateCluster: (context, input: { clusterName?: string; tags?: object[] }) => {
      const clusterName = input.clusterName ?? 'default';
      const known = clusters.find(context.region, clusterName);
      return {
        cluster:
          known ??
          clusters.add(context, clusterName, {
            ...input,
            clusterName,
            clusterArn: context.region.arn('ecs', `cluster/${clusterName}`),
            status: 'ACTIVE',
          }),
      };
    },
    ListClusters: ({ region }, input: { nextToken?: string; maxResults?: number }) =>
      paged(
        'clusterArns',
        clusters.all(region).map(({ clusterArn }) => clusterArn as string),
        input.nextToken,
        input.maxResults ?? 100,
      ),
    DescribeClusters: ({ region }, input: { clusters?: string[] }) => {
      const names = input.clusters ?? ['default'];
      return {
        clusters: names
          .flatMap((name) => clusters.find(region, short(name)) ?? [])
          .map((cluster) => ({
            ...cluster,
            activeServicesCount: services.all(region).filter((service) => within(cluster, service)).length,
            runningTasksCount: tasks
              .all(region)
              .filter((task) => within(cluster, task) && task.lastStatus === 'RUNNING').length,
          })),
        failures: names.filter((name) => clusters.find(region, short(name)) === undefined).map(failure),
      };
    },
    DeleteCluster: (context, input: { cluster: string }) => {
      const cluster = clusterOf(context.region, input);
      if (
        services
          .all(context.region)
          .some((service) => within(cluster, service) && service.status === 'ACTIVE')
      )
        throw new AwsError(
          'ClusterContainsServicesException',
          'The Cluster cannot be deleted while Services are active.',
          400,
        );
      return { cluster: { ...clusters.remove(context, cluster.id), status: 'INACTIVE' } };
    },
    RegisterTaskDefinition: (
      context,
      input: { family: string; taskRoleArn?: string; executionRoleArn?: string },
    ) => {
      for (const role of [input.taskRoleArn, input.executionRoleArn])
        if (role !== undefined) context.authorize('iam:PassRole', role);
      const revision =
        definitions.all(context.region).filter(({ family }) => family === input.family).length + 1;
      const arn = context.region.arn('ecs', `task-definition/${input.family}:${revision}`);
      return {
        taskDefinition: definitions.add(context, `${input.family}:${revision}`, {
          ...input,
          revision,
          taskDefinitionArn: arn,
          status: 'ACTIVE',
          registeredAt: context.now,
        }),
      };
    },
    DescribeTaskDefinition: ({ region }, input: { taskDefinition: string }) => {
      const arn = definitionArn(region, input.taskDefinition);
      return {
        taskDefinition: definitions.all(region).find(({ taskDefinitionArn }) => taskDefinitionArn === arn),
      };
    },
    ListTaskDefinitions: ({ region }, input: { nextToken?: string }) =>
      paged(
        'taskDefinitionArns',
        definitions.all(region).map(({ taskDefinitionArn }) => taskDefinitionArn as string),
        input.nextToken,
        100,
      ),
    CreateService: (
      context,
      input: InCluster & { serviceName: string; taskDefinition: string; desiredCount?: number },
    ) => {
      const { region } = context;
      const cluster = clusterOf(region, input);
      const { cluster: _cluster, ...fields } = input;
      const service = services.add(context, serviceId(cluster, input.serviceName), {
        launchType: 'FARGATE',
        schedulingStrategy: 'REPLICA',
        ...fields,
        desiredCount: input.desiredCount ?? 0,
        taskDefinition: definitionArn(region, input.taskDefinition),
        serviceArn: region.arn('ecs', `service/${cluster.id}/${input.serviceName}`),
        clusterArn: cluster.clusterArn as string,
        status: 'ACTIVE',
        createdBy: context.caller.arn,
      });
      reconcile(context, service);
      return { service: counted(region)(service) };
    },
    ListServices: ({ region }, input: InCluster & { nextToken?: string; maxResults?: number }) => {
      const cluster = clusterOf(region, input);
      return paged(
        'serviceArns',
        services
          .all(region)
          .filter((service) => within(cluster, service) && service.status === 'ACTIVE')
          .map(({ serviceArn }) => serviceArn as string),
        input.nextToken,
        input.maxResults ?? 10,
      );
    },
    DescribeServices: ({ region }, input: InCluster & { services: string[] }) => {
      const cluster = clusterOf(region, input);
      const find = (name: string) => services.find(region, serviceId(cluster, name));
      return {
        services: input.services.flatMap((name) => find(name) ?? []).map(counted(region)),
        failures: input.services.filter((name) => find(name) === undefined).map(failure),
      };
    },
    UpdateService: (
      context,
      input: InCluster & {
        service: string;
        desiredCount?: number;
        taskDefinition?: string;
        placementConstraints?: object[];
      },
    ) => {
      const { region } = context;
      const found = services.get(region, serviceId(clusterOf(region, input), input.service));
      if (found.status !== 'ACTIVE')
        throw new AwsError('ServiceNotActiveException', 'Service was not ACTIVE.', 400);
      const taskDefinition =
        input.taskDefinition === undefined ? undefined : definitionArn(region, input.taskDefinition);
      const service = services.change(context, found.id, {
        desiredCount: input.desiredCount,
        placementConstraints: input.placementConstraints,
        taskDefinition,
      });
      reconcile(context, service);
      return { service: counted(region)(service) };
    },
    DeleteService: (context, input: InCluster & { service: string; force?: boolean }) => {
      const found = services.get(context.region, serviceId(clusterOf(context.region, input), input.service));
      if (Number(found.desiredCount) > 0 && !input.force)
        throw new AwsError(
          'InvalidParameterException',
          'The service cannot be stopped while it is scaled above 0.',
          400,
        );
      const service = services.change(context, found.id, { status: 'INACTIVE', desiredCount: 0 });
      reconcile(context, service);
      return { service };
    },
    RunTask: (
      context,
      input: InCluster & {
        taskDefinition: string;
        count?: number;
        group?: string;
        startedBy?: string;
        launchType?: string;
      },
    ) => {
      const cluster = clusterOf(context.region, input);
      const { cluster: _cluster, count = 1, taskDefinition, ...fields } = input;
      const taskDefinitionArn = definitionArn(context.region, taskDefinition);
      if (count > 10)
        throw new AwsError('InvalidParameterException', 'count cannot be greater than 10.', 400);
      return {
        tasks: Array.from({ length: count }, () =>
          startTask(context, cluster, {
            group: `family:${short(taskDefinitionArn)}`,
            ...fields,
            taskDefinitionArn,
          }),
        ),
        failures: [],
      };
    },
    ListTasks: (
      { region },
      input: InCluster & {
        nextToken?: string;
        maxResults?: number;
        desiredStatus?: string;
        serviceName?: string;
      },
    ) => {
      const cluster = clusterOf(region, input);
      const found = tasks
        .all(region)
        .filter(
          (task) =>
            within(cluster, task) &&
            task.desiredStatus === (input.desiredStatus ?? 'RUNNING') &&
            (input.serviceName === undefined || task.group === `service:${input.serviceName}`),
        );
      return paged(
        'taskArns',
        found.map(({ taskArn }) => taskArn as string),
        input.nextToken,
        input.maxResults ?? 100,
      );
    },
    DescribeTasks: ({ region }, input: InCluster & { tasks: string[] }) => ({
      tasks: input.tasks.flatMap((name) => tasks.find(region, short(name)) ?? []),
      failures: input.tasks.filter((name) => tasks.find(region, short(name)) === undefined).map(failure),
    }),
    StopTask: (context, input: InCluster & { task: string; reason?: string }) => {
      const { region, world } = context;
      const task = stopTask(context, tasks.get(region, short(input.task)), input.reason ?? '');
      const service = services
        .all(region)
        .find(
          ({ serviceName, clusterArn }) =>
            task.group === `service:${serviceName as string}` && task.clusterArn === clusterArn,
        );
      if (service !== undefined)
        world.clock.after(world.settings.relaunchMs, () => reconcile({ ...context, touched: [] }, service));
      return { task };
    },
  },
};
