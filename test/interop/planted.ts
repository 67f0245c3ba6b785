import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { BatchClient, CreateComputeEnvironmentCommand, CreateJobQueueCommand } from '@aws-sdk/client-batch';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateKeyPairCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RequestSpotInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import { EventBridgeClient, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AddPermissionCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateNotebookInstanceCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';

const allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
/** An empty zip archive: its end-of-directory record alone. */
const emptyZip = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');

/** What an attacker leaves behind, as far as moto has it. Gives the id of the thing of each play. */
export async function plant(endpoint: string, region: string): Promise<Record<string, string>> {
  const options = {
    endpoint,
    region,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
  };
  const iam = new IAMClient(options);
  const UserName = 'eve';
  await iam.send(new CreateUserCommand({ UserName }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  await iam.send(new CreateLoginProfileCommand({ UserName, Password: 'Correct-horse-1' }));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'evil', PolicyDocument: allow }));
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: Policy?.Arn }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'inline', PolicyDocument: allow }));
  await iam.send(new CreateGroupCommand({ GroupName: 'admins' }));
  await iam.send(new AddUserToGroupCommand({ UserName, GroupName: 'admins' }));
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'backdoor', AssumeRolePolicyDocument: trust }),
  );
  const oidc = await iam.send(
    new CreateOpenIDConnectProviderCommand({
      Url: 'https://evil.example',
      ClientIDList: ['sts.amazonaws.com'],
      ThumbprintList: ['0'.repeat(40)],
    }),
  );

  const ec2 = new EC2Client(options);
  const launch = { ImageId: 'ami-12345678', InstanceType: 'g5.xlarge' } as const;
  const { Instances } = await ec2.send(new RunInstancesCommand({ ...launch, MinCount: 1, MaxCount: 1 }));
  const InstanceId = Instances?.[0]?.InstanceId ?? '';
  await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: true } }));
  const spot = await ec2.send(
    new RequestSpotInstancesCommand({ Type: 'persistent', SpotPrice: '1', LaunchSpecification: launch }),
  );
  const template = await ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: 'miners', LaunchTemplateData: launch }),
  );
  await ec2.send(new CreateKeyPairCommand({ KeyName: 'door' }));
  const group = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'open', Description: 'open' }));
  const opened = await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: group.GroupId,
      IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    }),
  );
  const autoScaling = new AutoScalingClient(options);
  await autoScaling.send(new CreateLaunchConfigurationCommand({ LaunchConfigurationName: 'lc', ...launch }));
  await autoScaling.send(
    new CreateLaunchConfigurationCommand({ LaunchConfigurationName: 'spare', ...launch }),
  );
  await autoScaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'grp',
      LaunchConfigurationName: 'lc',
      AvailabilityZones: [`${region}a`],
      MinSize: 1,
      MaxSize: 3,
      DesiredCapacity: 2,
    }),
  );

  const lambda = new LambdaClient(options);
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: 'fn',
      Runtime: 'nodejs20.x',
      Role: Role?.Arn,
      Handler: 'index.handler',
      Code: { ZipFile: emptyZip },
    }),
  );
  await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'fn',
      StatementId: 'public',
      Action: 'lambda:InvokeFunction',
      Principal: 's3.amazonaws.com',
      SourceArn: 'arn:aws:s3:::evil',
    }),
  );
  const ecs = new ECSClient(options);
  await ecs.send(new CreateClusterCommand({ clusterName: 'c' }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: 'miner',
      containerDefinitions: [{ name: 'x', image: 'x', memory: 64 }],
    }),
  );
  await ecs.send(
    new CreateServiceCommand({ cluster: 'c', serviceName: 's', taskDefinition: 'miner', desiredCount: 5 }),
  );
  const batch = new BatchClient(options);
  await batch.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'compute',
      type: 'UNMANAGED',
      state: 'ENABLED',
      serviceRole: Role?.Arn,
    }),
  );
  await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: 'queue',
      state: 'ENABLED',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: 'compute' }],
    }),
  );
  await new EventBridgeClient(options).send(
    new PutRuleCommand({ Name: 'again', ScheduleExpression: 'rate(5 minutes)' }),
  );
  await new SchedulerClient(options).send(
    new CreateScheduleCommand({
      Name: 'again',
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: `arn:aws:lambda:${region}:123456789012:function:fn`, RoleArn: Role?.Arn },
    }),
  );
  await new SageMakerClient(options).send(
    new CreateNotebookInstanceCommand({
      NotebookInstanceName: 'nb',
      InstanceType: 'ml.p3.2xlarge',
      RoleArn: Role?.Arn,
    }),
  );
  return {
    'access-keys': AccessKey?.AccessKeyId ?? '',
    'user-sessions': UserName,
    'role-sessions': 'backdoor',
    'login-profiles': UserName,
    'identity-providers': oidc.OpenIDConnectProviderArn ?? '',
    'auto-scaling-groups': 'grp',
    'spot-requests': spot.SpotInstanceRequests?.[0]?.SpotInstanceRequestId ?? '',
    'batch-job-queues': 'queue',
    'batch-compute-environments': 'compute',
    'ecs-services': 'c/s',
    'sagemaker-notebooks': 'nb',
    'lambda-functions': 'fn',
    'eventbridge-rules': 'default/again',
    'scheduler-schedules': 'default/again',
    'ec2-instances': InstanceId,
    'iam-grants': `User|${UserName}|attached|${Policy?.Arn ?? ''}`,
    'managed-policies': Policy?.Arn ?? '',
    'lambda-permissions': 'fn:public',
    'security-group-rules': opened.SecurityGroupRules?.[0]?.SecurityGroupRuleId ?? '',
    'security-groups': group.GroupId ?? '',
    'key-pairs': 'door',
    'launch-templates': template.LaunchTemplate?.LaunchTemplateId ?? '',
    'launch-configurations': 'spare',
  };
}
