import {
  CreateDetectorCommand,
  GetDetectorCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  ListFindingsCommand,
} from '@aws-sdk/client-guardduty';
import {
  AmplifyClient,
  CreateAppCommand,
  CreateBranchCommand,
  ListJobsCommand as ListAmplifyJobsCommand,
  StartJobCommand,
  StopJobCommand,
} from '@aws-sdk/client-amplify';
import {
  BatchClient,
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  DescribeComputeEnvironmentsCommand,
  ListJobsCommand,
  SubmitJobCommand,
  TerminateJobCommand,
  UpdateComputeEnvironmentCommand,
} from '@aws-sdk/client-batch';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  CreateProjectCommand,
  ListBuildsCommand,
  StartBuildCommand,
  StopBuildCommand,
} from '@aws-sdk/client-codebuild';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  StopTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import {
  DisableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutRuleCommand,
} from '@aws-sdk/client-eventbridge';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  GetFunctionConcurrencyCommand,
  GetPolicyCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListFunctionUrlConfigsCommand,
  PutFunctionConcurrencyCommand,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateInstancesCommand,
  GetInstancesCommand,
  LightsailClient,
  StopInstanceCommand,
} from '@aws-sdk/client-lightsail';
import {
  CreateTrustAnchorCommand,
  DisableTrustAnchorCommand,
  ListTrustAnchorsCommand,
  RolesAnywhereClient,
} from '@aws-sdk/client-rolesanywhere';
import {
  CreateNotebookInstanceCommand,
  CreateTrainingJobCommand,
  ListNotebookInstancesCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  StopNotebookInstanceCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import {
  CreateScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import {
  CreateEmailIdentityCommand,
  GetAccountCommand,
  ListEmailIdentitiesCommand,
  PutAccountSendingAttributesCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeSeverityLevelsCommand, SupportClient } from '@aws-sdk/client-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ground, type Ground } from './world.js';

const role = 'arn:aws:iam::111122223333:role/work';
let at: Ground;
beforeAll(async () => {
  at = await ground();
});
afterAll(() => at.range.close());

test('a Lambda function is made, opened, and held at no concurrency', async () => {
  const lambda = new LambdaClient(at.admin());
  const FunctionName = 'miner';
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: role,
      Code: { ZipFile: Buffer.from('x') },
      Handler: 'index.handler',
      Runtime: 'nodejs20.x',
      Environment: { Variables: { POOL: 'secret' } },
    }),
  );
  expect((await lambda.send(new ListFunctionsCommand({}))).Functions).toMatchObject([
    { FunctionName, Timeout: 3 },
  ]);
  await lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE' }));
  expect(
    (await lambda.send(new ListFunctionUrlConfigsCommand({ FunctionName }))).FunctionUrlConfigs,
  ).toHaveLength(1);
  await lambda.send(
    new AddPermissionCommand({
      FunctionName,
      StatementId: 'open',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    }),
  );
  expect(JSON.parse((await lambda.send(new GetPolicyCommand({ FunctionName }))).Policy ?? '')).toMatchObject({
    Statement: [{ Sid: 'open', Principal: '*' }],
  });
  await lambda.send(new RemovePermissionCommand({ FunctionName, StatementId: 'open' }));
  await expect(lambda.send(new GetPolicyCommand({ FunctionName }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  expect(
    (await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions,
  ).toBeUndefined();
  await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 0 }));
  expect(
    (await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions,
  ).toBe(0);
});

test("a Lambda event carries its API's date and no secret", async () => {
  const trail = new CloudTrailClient(at.admin());
  const { Events = [] } = await trail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateFunction20150331' }],
    }),
  );
  expect(Events).toHaveLength(1);
  expect(JSON.parse(Events[0]?.CloudTrailEvent ?? '{}')).toMatchObject({
    requestParameters: { functionName: 'miner', environment: { variables: '<sensitiveDataRemoved>' } },
    responseElements: { functionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:miner' },
  });
});

test('an ECS service starts its tasks again until its desired count is 0', async () => {
  const ecs = new ECSClient(at.admin());
  await ecs.send(new CreateClusterCommand({ clusterName: 'c' }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'job',
      containerDefinitions: [{ name: 'a', image: 'miner', environment: [{ name: 'A', value: 'b' }] }],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({ cluster: 'c', serviceName: 's', taskDefinition: 'job', desiredCount: 3 }),
  );
  const running = async () => (await ecs.send(new ListTasksCommand({ cluster: 'c' }))).taskArns ?? [];
  const [first] = await running();
  expect(await running()).toHaveLength(3);
  await ecs.send(new StopTaskCommand({ cluster: 'c', task: first! }));
  expect(await running()).toHaveLength(3);
  await ecs.send(new RunTaskCommand({ cluster: 'c', taskDefinition: 'job:1', count: 2 }));
  await ecs.send(new UpdateServiceCommand({ cluster: 'c', service: 's', desiredCount: 0 }));
  expect(await running()).toHaveLength(2);
  expect(
    (await ecs.send(new DescribeServicesCommand({ cluster: 'c', services: ['s'] }))).services,
  ).toMatchObject([{ desiredCount: 0, runningCount: 0 }]);
});

test('a Batch job ends when it is terminated, and an environment is disabled', async () => {
  const batch = new BatchClient(at.admin());
  await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'e',
      type: 'MANAGED',
      computeResources: { type: 'EC2', maxvCpus: 999, subnets: ['subnet-1'], instanceTypes: ['g5.xlarge'] },
    }),
  );
  await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'q',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'e' }],
    }),
  );
  const { jobId } = await batch.send(
    new SubmitJobCommand({ jobName: 'j', jobQueue: 'q', jobDefinition: 'd' }),
  );
  const running = async () =>
    (await batch.send(new ListJobsCommand({ jobQueue: 'q', jobStatus: 'RUNNING' }))).jobSummaryList;
  expect(await running()).toMatchObject([{ jobId, jobName: 'j' }]);
  await batch.send(new TerminateJobCommand({ jobId: jobId!, reason: 'incident' }));
  expect(await running()).toEqual([]);
  await batch.send(new UpdateComputeEnvironmentCommand({ computeEnvironment: 'e', state: 'DISABLED' }));
  expect((await batch.send(new DescribeComputeEnvironmentsCommand({}))).computeEnvironments).toMatchObject([
    { state: 'DISABLED', computeResources: { maxvCpus: 999 } },
  ]);
});

test('SageMaker stops what runs and refuses to stop what does not', async () => {
  const sagemaker = new SageMakerClient(at.admin());
  await sagemaker.send(
    new CreateNotebookInstanceCommand({
      NotebookInstanceName: 'n',
      InstanceType: 'ml.p3.2xlarge',
      RoleArn: role,
    }),
  );
  await sagemaker.send(new StopNotebookInstanceCommand({ NotebookInstanceName: 'n' }));
  expect((await sagemaker.send(new ListNotebookInstancesCommand({}))).NotebookInstances).toMatchObject([
    { NotebookInstanceStatus: 'Stopped' },
  ]);
  await expect(
    sagemaker.send(new StopNotebookInstanceCommand({ NotebookInstanceName: 'n' })),
  ).rejects.toMatchObject({ name: 'ValidationException' });
  await sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: 't',
      RoleArn: role,
      AlgorithmSpecification: { TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: 's3://b' },
      ResourceConfig: { VolumeSizeInGB: 1 },
      StoppingCondition: {},
    }),
  );
  await sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 't' }));
  expect((await sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries).toMatchObject([
    { TrainingJobStatus: 'Stopped' },
  ]);
});

test('Lightsail instances, CodeBuild builds and Amplify jobs stop', async () => {
  const lightsail = new LightsailClient(at.admin());
  await lightsail.send(
    new CreateInstancesCommand({
      instanceNames: ['l1', 'l2'],
      availabilityZone: 'eu-west-1a',
      blueprintId: 'debian_12',
      bundleId: 'xlarge_3_0',
    }),
  );
  await lightsail.send(new StopInstanceCommand({ instanceName: 'l1' }));
  expect(
    (await lightsail.send(new GetInstancesCommand({}))).instances?.map(({ state }) => state?.name),
  ).toEqual(['stopped', 'running']);
  const codebuild = new CodeBuildClient(at.admin());
  await codebuild.send(
    new CreateProjectCommand({
      name: 'p',
      source: { type: 'NO_SOURCE' },
      artifacts: { type: 'NO_ARTIFACTS' },
      environment: { type: 'LINUX_CONTAINER', image: 'i', computeType: 'BUILD_GENERAL1_2XLARGE' },
      serviceRole: role,
    }),
  );
  await codebuild.send(new StartBuildCommand({ projectName: 'p' }));
  const { ids = [] } = await codebuild.send(new ListBuildsCommand({}));
  await codebuild.send(new StopBuildCommand({ id: ids[0]! }));
  expect((await codebuild.send(new BatchGetBuildsCommand({ ids }))).builds).toMatchObject([
    { buildStatus: 'STOPPED' },
  ]);
  const amplify = new AmplifyClient(at.admin());
  const { app } = await amplify.send(new CreateAppCommand({ name: 'a' }));
  const branch = { appId: app!.appId!, branchName: 'main' };
  await amplify.send(new CreateBranchCommand(branch));
  const { jobSummary } = await amplify.send(new StartJobCommand({ ...branch, jobType: 'RELEASE' }));
  await amplify.send(new StopJobCommand({ ...branch, jobId: jobSummary!.jobId! }));
  expect((await amplify.send(new ListAmplifyJobsCommand(branch))).jobSummaries).toMatchObject([
    { status: 'CANCELLED' },
  ]);
});

test('rules, schedules and trust anchors are disabled', async () => {
  const events = new EventBridgeClient(at.admin());
  await events.send(new PutRuleCommand({ Name: 'r', ScheduleExpression: 'rate(5 minutes)' }));
  await events.send(new DisableRuleCommand({ Name: 'r' }));
  expect((await events.send(new ListRulesCommand({}))).Rules).toMatchObject([
    { Name: 'r', State: 'DISABLED' },
  ]);
  const scheduler = new SchedulerClient(at.admin());
  const schedule = {
    Name: 's',
    ScheduleExpression: 'rate(1 hour)',
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: { Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:miner', RoleArn: role },
  };
  await scheduler.send(new CreateScheduleCommand({ ...schedule, Description: 'd' }));
  await scheduler.send(new UpdateScheduleCommand({ ...schedule, State: 'DISABLED' }));
  const read = await scheduler.send(new GetScheduleCommand({ Name: 's' }));
  expect(read).toMatchObject({ State: 'DISABLED', Target: { RoleArn: role } });
  expect(read.Description).toBeUndefined();
  const anywhere = new RolesAnywhereClient(at.admin());
  const { trustAnchor } = await anywhere.send(
    new CreateTrustAnchorCommand({
      name: 'ca',
      enabled: true,
      source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: 'x' } },
    }),
  );
  await anywhere.send(new DisableTrustAnchorCommand({ trustAnchorId: trustAnchor!.trustAnchorId! }));
  expect((await anywhere.send(new ListTrustAnchorsCommand({}))).trustAnchors).toMatchObject([
    { name: 'ca', enabled: false },
  ]);
});

test('SES pauses the whole account, S3 lists buckets, Support asks for a plan', async () => {
  const ses = new SESv2Client(at.admin());
  await ses.send(new CreateEmailIdentityCommand({ EmailIdentity: 'phish.example' }));
  expect((await ses.send(new ListEmailIdentitiesCommand({}))).EmailIdentities).toMatchObject([
    { IdentityName: 'phish.example', IdentityType: 'DOMAIN' },
  ]);
  await ses.send(new PutAccountSendingAttributesCommand({ SendingEnabled: false }));
  expect((await ses.send(new GetAccountCommand({}))).SendingEnabled).toBe(false);
  expect(
    (await new S3Client({ ...at.admin(), forcePathStyle: true }).send(new ListBucketsCommand({}))).Buckets ??
      [],
  ).toEqual([]);
  await expect(
    new SupportClient(at.admin('us-east-1')).send(new DescribeSeverityLevelsCommand({})),
  ).rejects.toMatchObject({ name: 'SubscriptionRequiredException' });
});

test('GuardDuty names its detectors, and shows one', async () => {
  const guardduty = new GuardDutyClient(at.admin());
  const { DetectorId } = await guardduty.send(new CreateDetectorCommand({ Enable: true }));
  expect((await guardduty.send(new ListDetectorsCommand({}))).DetectorIds).toEqual([DetectorId]);
  expect((await guardduty.send(new GetDetectorCommand({ DetectorId }))).Status).toBe('ENABLED');
  expect((await guardduty.send(new ListFindingsCommand({ DetectorId }))).FindingIds).toEqual([]);
});
