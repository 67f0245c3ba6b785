import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { instanceTypes as catalog } from '../world/catalog.js';
import { endManagedGroup, makeManagedGroup } from './auto-scaling.js';
import { paged, Shelf, short, type Thing } from './shelf.js';

const gone: [string, number] = ['ClientException', 400];
const on = ({ state }: Thing) => state === 'ENABLED';
const environments = new Shelf(
  'batch:compute-environments',
  gone,
  'ClientException',
  // A disabled environment keeps its least number of vCPUs.
  (one) => on(one) || ((one.computeResources as Resources | undefined)?.minvCpus ?? 0) > 0,
);
const queues = new Shelf('batch:job-queues', gone, 'ClientException', on);
const definitions = new Shelf('batch:job-definitions', gone);
const jobs = new Shelf(
  'batch:jobs',
  gone,
  null,
  ({ status }) => status === 'RUNNING' || status === 'RUNNABLE',
);

const named = (all: Thing[], names: string[] | undefined) =>
  all.filter(({ id }) => !names?.length || names.some((name) => short(name) === id));
type Paging = { nextToken?: string; maxResults?: number };

interface Resources {
  type?: string;
  minvCpus?: number;
  maxvCpus?: number;
  instanceTypes?: string[];
}
interface EnvironmentInput {
  computeEnvironmentName: string;
  serviceRole?: string;
  computeResources?: Resources;
}

const isOfQueue = ({ computeEnvironmentOrder }: Thing, environment: string | undefined) =>
  ((computeEnvironmentOrder ?? []) as { computeEnvironment?: string }[]).some(
    (one) => short(one.computeEnvironment) === environment,
  );

/** Batch makes an Auto Scaling group for what runs on EC2, and keeps the least number of vCPUs in it. */
function makeGroup(context: Context, { computeEnvironmentName, computeResources }: EnvironmentInput): string {
  const { type, minvCpus = 0, instanceTypes = [] } = computeResources ?? {};
  if (type !== 'EC2' && type !== 'SPOT') return '';
  const name = `${computeEnvironmentName}-asg-${context.world.random.uuid()}`;
  const instanceType = instanceTypes[0] ?? 'm5.large';
  const desired = Math.ceil(minvCpus / (catalog.get(instanceType)?.vcpus ?? 2));
  makeManagedGroup(context, {
    ...{ name, spec: { instanceType }, min: 0, max: 1000, desired },
    tags: { AWSBatchServiceTag: 'batch' },
    host: 'batch.amazonaws.com',
    role: 'AWSServiceRoleForBatch',
  });
  return name;
}

/** AWS Batch: environments, queues and jobs. A job runs while its queue and its environment are enabled. */
export const batch: Service = {
  operations: {
    CreateComputeEnvironment: (context, input: EnvironmentInput) => {
      if (input.serviceRole !== undefined) context.authorize('iam:PassRole', input.serviceRole);
      const group = makeGroup(context, input);
      return environments.add(context, input.computeEnvironmentName, {
        state: 'ENABLED',
        ...input,
        group,
        computeEnvironmentArn: context.region.arn(
          'batch',
          `compute-environment/${input.computeEnvironmentName}`,
        ),
        status: 'VALID',
        statusReason: 'ComputeEnvironment Healthy',
        ecsClusterArn: context.region.arn('ecs', `cluster/AWSBatch-${input.computeEnvironmentName}`),
      });
    },
    DescribeComputeEnvironments: ({ region }, input: Paging & { computeEnvironments?: string[] }) =>
      paged(
        'computeEnvironments',
        named(environments.all(region), input.computeEnvironments),
        input.nextToken,
        input.maxResults ?? 100,
      ),
    UpdateComputeEnvironment: (
      context,
      {
        computeEnvironment,
        computeResources,
        ...fields
      }: { computeEnvironment: string; state?: string; computeResources?: Resources },
    ) => {
      const before = environments.get(context.region, short(computeEnvironment));
      const resources = { ...(before.computeResources as Resources | undefined), ...computeResources };
      return environments.change(context, before.id, {
        ...fields,
        ...(computeResources === undefined ? {} : { computeResources: resources }),
      });
    },
    DeleteComputeEnvironment: (context, input: { computeEnvironment: string }) => {
      if (environments.get(context.region, short(input.computeEnvironment)).state !== 'DISABLED')
        throw new AwsError(
          'ClientException',
          'Cannot delete, resource is being modified or is ENABLED.',
          400,
        );
      if (queues.all(context.region).some((queue) => isOfQueue(queue, short(input.computeEnvironment))))
        throw new AwsError('ClientException', 'Cannot delete, found existing JobQueue relationship', 400);
      const { group } = environments.remove(context, short(input.computeEnvironment));
      endManagedGroup(context.region, String(group));
    },
    CreateJobQueue: (context, input: { jobQueueName: string }) =>
      queues.add(context, input.jobQueueName, {
        state: 'ENABLED',
        ...input,
        jobQueueArn: context.region.arn('batch', `job-queue/${input.jobQueueName}`),
        status: 'VALID',
        statusReason: 'JobQueue Healthy',
      }),
    DescribeJobQueues: ({ region }, input: Paging & { jobQueues?: string[] }) =>
      paged(
        'jobQueues',
        named(queues.all(region), input.jobQueues),
        input.nextToken,
        input.maxResults ?? 100,
      ),
    UpdateJobQueue: (context, { jobQueue, ...fields }: { jobQueue: string; state?: string }) =>
      queues.change(context, short(jobQueue), fields),
    DeleteJobQueue: (context, input: { jobQueue: string }) => {
      if (queues.get(context.region, short(input.jobQueue)).state !== 'DISABLED')
        throw new AwsError('ClientException', 'Cannot delete, resource is ENABLED.', 400);
      queues.remove(context, short(input.jobQueue));
    },
    RegisterJobDefinition: (context, input: { jobDefinitionName: string }) => {
      const revision =
        definitions
          .all(context.region)
          .filter(({ jobDefinitionName }) => jobDefinitionName === input.jobDefinitionName).length + 1;
      const id = `${input.jobDefinitionName}:${revision}`;
      return definitions.add(context, id, {
        ...input,
        revision,
        jobDefinitionArn: context.region.arn('batch', `job-definition/${id}`),
        status: 'ACTIVE',
      });
    },
    DescribeJobDefinitions: ({ region }, input: Paging) =>
      paged('jobDefinitions', definitions.all(region), input.nextToken, input.maxResults ?? 100),
    SubmitJob: (context, input: { jobName: string; jobQueue: string }) => {
      const queue = queues.get(context.region, short(input.jobQueue));
      if (queue.state !== 'ENABLED')
        throw new AwsError('ClientException', `Job queue ${queue.id} is not ENABLED`, 400);
      const jobId = context.world.random.uuid();
      return jobs.add(context, jobId, {
        ...input,
        jobQueue: queue.jobQueueArn as string,
        jobId,
        jobArn: context.region.arn('batch', `job/${jobId}`),
        status: 'RUNNING',
        startedAt: context.now,
      });
    },
    ListJobs: ({ region }, input: Paging & { jobQueue?: string; jobStatus?: string }) => {
      const found = jobs
        .all(region)
        .filter(
          ({ jobQueue, status }) =>
            short(jobQueue as string) === short(input.jobQueue) && status === (input.jobStatus ?? 'RUNNING'),
        );
      return paged('jobSummaryList', found, input.nextToken, input.maxResults ?? 100);
    },
    DescribeJobs: ({ region }, input: { jobs: string[] }) => ({
      jobs: input.jobs.flatMap((id) => jobs.find(region, short(id)) ?? []),
    }),
    TerminateJob: (context, input: { jobId: string; reason: string }) => {
      // An unknown or ended job is no error.
      if (jobs.find(context.region, short(input.jobId))?.status === 'RUNNING')
        jobs.change(context, short(input.jobId), {
          status: 'FAILED',
          statusReason: input.reason,
          stoppedAt: context.now,
        });
    },
    CancelJob: (context, input: { jobId: string; reason: string }) => {
      if (jobs.find(context.region, short(input.jobId))?.status === 'RUNNABLE')
        jobs.change(context, short(input.jobId), { status: 'FAILED', statusReason: input.reason });
    },
  },
};
