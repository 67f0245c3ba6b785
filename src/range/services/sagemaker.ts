import { AwsError } from '../aws-error.js';
import type { Context, Operation, Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

// SageMaker says "there is none" as a validation error for most kinds.
const gone: [string, number] = ['ValidationException', 400];
const notebooks = new Shelf(
  'sagemaker:notebook-instances',
  gone,
  'ResourceInUse',
  ({ NotebookInstanceStatus }) => NotebookInstanceStatus === 'InService',
);
const configurations = new Shelf('sagemaker:endpoint-configs', gone, 'ValidationException');
const endpoints = new Shelf(
  'sagemaker:endpoints',
  gone,
  'ValidationException',
  ({ EndpointStatus }) => EndpointStatus === 'InService',
);

const clusters = new Shelf(
  'sagemaker:clusters',
  ['ResourceNotFound', 400],
  'ResourceInUse',
  ({ ClusterStatus }) => ClusterStatus === 'InService',
);

type Paging = { NextToken?: string; MaxResults?: number };
const times = ({ now }: Context) => ({ CreationTime: now, LastModifiedTime: now });
const list = (name: string, items: Thing[], input: Paging) =>
  paged(name, items, input.NextToken, input.MaxResults ?? 10, 'NextToken');

/** Training and processing jobs differ in nothing but the name: create, list, describe, stop. */
function jobOperations(kind: 'Training' | 'Processing'): Record<string, Operation> {
  const [name, arn, status, job] = [`${kind}JobName`, `${kind}JobArn`, `${kind}JobStatus`, `${kind}Job`];
  const jobs = new Shelf(
    `sagemaker:${kind.toLowerCase()}-jobs`,
    ['ResourceNotFound', 400],
    'ResourceInUse',
    (made) => made[status] === 'InProgress',
  );
  return {
    [`Create${job}`]: (context, input: Record<string, string>) => {
      context.authorize('iam:PassRole', input.RoleArn ?? '*');
      return jobs.add(context, input[name]!, {
        ...input,
        ...times(context),
        [arn]: context.region.arn('sagemaker', `${job.toLowerCase()}/${input[name]}`),
        [status]: 'InProgress',
        SecondaryStatus: 'Training',
      });
    },
    [`List${job}s`]: ({ region }, input: Paging & { StatusEquals?: string }) =>
      list(
        `${job}Summaries`,
        jobs
          .all(region)
          .filter((made) => input.StatusEquals === undefined || made[status] === input.StatusEquals),
        input,
      ),
    [`Describe${job}`]: ({ region }, input: Record<string, string>) => jobs.get(region, input[name]),
    [`Stop${job}`]: (context, input: Record<string, string>) => {
      const made = jobs.get(context.region, input[name]);
      if (made[status] !== 'InProgress')
        throw new AwsError(
          'ValidationException',
          `The request was rejected because the ${kind.toLowerCase()} job is in status ${made[status] as string}.`,
          400,
        );
      jobs.change(context, made.id, { [status]: 'Stopped', LastModifiedTime: context.now });
    },
  };
}

function assertNotebook(context: Context, name: string, wanted: string): void {
  const { NotebookInstanceStatus: status } = notebooks.get(context.region, name);
  if (status !== wanted)
    throw new AwsError(
      'ValidationException',
      `Status (${status as string}) not in ([${wanted}]). Unable to transition to the requested state for Notebook Instance (${name}).`,
      400,
    );
}

/** By name or ARN. */
function clusterOf({ region }: Context, named: string): Thing {
  const found = clusters
    .all(region)
    .find(({ ClusterName, ClusterArn }) => ClusterName === named || ClusterArn === named);
  return clusters.get(region, found?.id);
}

type Notebook = { NotebookInstanceName: string };

/** Amazon SageMaker: notebooks, training and processing jobs, endpoints. */
export const sagemaker: Service = {
  operations: {
    CreateNotebookInstance: (context, input: Notebook & { RoleArn: string }) => {
      context.authorize('iam:PassRole', input.RoleArn);
      return notebooks.add(context, input.NotebookInstanceName, {
        ...input,
        ...times(context),
        NotebookInstanceArn: context.region.arn(
          'sagemaker',
          `notebook-instance/${input.NotebookInstanceName}`,
        ),
        NotebookInstanceStatus: 'InService',
      });
    },
    ListNotebookInstances: ({ region }, input: Paging & { StatusEquals?: string }) =>
      list(
        'NotebookInstances',
        notebooks
          .all(region)
          .filter(
            ({ NotebookInstanceStatus }) =>
              input.StatusEquals === undefined || NotebookInstanceStatus === input.StatusEquals,
          ),
        input,
      ),
    DescribeNotebookInstance: ({ region }, input: Notebook) =>
      notebooks.get(region, input.NotebookInstanceName),
    StopNotebookInstance: (context, input: Notebook) => {
      assertNotebook(context, input.NotebookInstanceName, 'InService');
      notebooks.change(context, input.NotebookInstanceName, {
        NotebookInstanceStatus: 'Stopped',
        LastModifiedTime: context.now,
      });
    },
    StartNotebookInstance: (context, input: Notebook) => {
      assertNotebook(context, input.NotebookInstanceName, 'Stopped');
      notebooks.change(context, input.NotebookInstanceName, {
        NotebookInstanceStatus: 'InService',
        LastModifiedTime: context.now,
      });
    },
    DeleteNotebookInstance: (context, input: Notebook) => {
      assertNotebook(context, input.NotebookInstanceName, 'Stopped');
      notebooks.remove(context, input.NotebookInstanceName);
    },
    ...jobOperations('Training'),
    ...jobOperations('Processing'),
    CreateCluster: (
      context,
      input: { ClusterName: string; InstanceGroups?: { ExecutionRole?: string }[] },
    ) => {
      for (const { ExecutionRole } of input.InstanceGroups ?? [])
        if (ExecutionRole !== undefined) context.authorize('iam:PassRole', ExecutionRole);
      const id = context.world.random.hex(12);
      const ClusterArn = context.region.arn('sagemaker', `cluster/${id}`);
      clusters.add(context, id, { ...input, ...times(context), ClusterArn, ClusterStatus: 'InService' });
      return { ClusterArn };
    },
    ListClusters: ({ region }, input: Paging) => list('ClusterSummaries', clusters.all(region), input),
    UpdateCluster: (
      context,
      { ClusterName, ...fields }: { ClusterName: string; InstanceGroups?: object[] },
    ) => {
      const { id, ClusterArn } = clusterOf(context, ClusterName);
      clusters.change(context, id, fields);
      return { ClusterArn: ClusterArn as string };
    },
    /** The cluster shows as Deleting until its instances have ended. */
    DeleteCluster: (context, { ClusterName }: { ClusterName: string }) => {
      const { clock, settings } = context.world;
      const { id, ClusterArn } = clusterOf(context, ClusterName);
      clusters.change(context, id, { ClusterStatus: 'Deleting' });
      clock.after(settings.terminateMs, () => void context.region.table('sagemaker:clusters').delete(id));
      return { ClusterArn: ClusterArn as string };
    },
    CreateEndpointConfig: (context, input: { EndpointConfigName: string }) =>
      configurations.add(context, input.EndpointConfigName, {
        ...input,
        ...times(context),
        EndpointConfigArn: context.region.arn('sagemaker', `endpoint-config/${input.EndpointConfigName}`),
      }),
    DescribeEndpointConfig: ({ region }, input: { EndpointConfigName: string }) =>
      configurations.get(region, input.EndpointConfigName),
    CreateEndpoint: (context, input: { EndpointName: string; EndpointConfigName: string }) => {
      configurations.get(context.region, input.EndpointConfigName);
      return endpoints.add(context, input.EndpointName, {
        ...input,
        ...times(context),
        EndpointArn: context.region.arn('sagemaker', `endpoint/${input.EndpointName}`),
        EndpointStatus: 'InService',
      });
    },
    ListEndpoints: ({ region }, input: Paging) => list('Endpoints', endpoints.all(region), input),
    DescribeEndpoint: ({ region }, input: { EndpointName: string }) =>
      endpoints.get(region, input.EndpointName),
    DeleteEndpoint: (context, input: { EndpointName: string }) =>
      void endpoints.remove(context, input.EndpointName),
  },
};
