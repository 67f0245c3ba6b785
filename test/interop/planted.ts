import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import { BatchClient, CreateComputeEnvironmentCommand, CreateJobQueueCommand } from '@aws-sdk/client-batch';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateFleetCommand,
  CreateKeyPairCommand,
  CreateLaunchTemplateCommand,
  CreateSecurityGroupCommand,
  DescribeSubnetsCommand,
  EC2Client,
  ModifyInstanceAttributeCommand,
  RequestSpotFleetCommand,
  RequestSpotInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { CloudTrailClient, CreateTrailCommand, StopLoggingCommand } from '@aws-sdk/client-cloudtrail';
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
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
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateNotebookInstanceCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';

const allow = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}';
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
/** The trust of an innocent's role, as the attacker left it. */
const openTrust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}';
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
  await iam.send(new CreateRoleCommand({ RoleName: 'backup', AssumeRolePolicyDocument: openTrust }));
  await iam.send(new CreateUserCommand({ UserName: 'mallory' }));
  await iam.send(new PutUserPolicyCommand({ UserName: 'mallory', PolicyName: 'all', PolicyDocument: allow }));
  await iam.send(new AddUserToGroupCommand({ UserName: 'mallory', GroupName: 'admins' }));
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
  const spotFleet = await ec2.send(
    new RequestSpotFleetCommand({
      SpotFleetRequestConfig: {
        IamFleetRole: Role?.Arn,
        TargetCapacity: 2,
        SpotPrice: '1',
        AllocationStrategy: 'lowestPrice',
        LaunchSpecifications: [launch],
      },
    }),
  );
  const fleet = await ec2.send(
    new CreateFleetCommand({
      Type: 'maintain',
      TargetCapacitySpecification: { TotalTargetCapacity: 2, DefaultTargetCapacityType: 'on-demand' },
      LaunchTemplateConfigs: [
        { LaunchTemplateSpecification: { LaunchTemplateName: 'miners', Version: '$Latest' } },
      ],
    }),
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
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const ran = await ecs.send(
    new RunTaskCommand({
      cluster: 'c',
      taskDefinition: 'miner',
      launchType: 'FARGATE',
      networkConfiguration: {
        awsvpcConfiguration: { subnets: [Subnets?.[0]?.SubnetId ?? ''], assignPublicIp: 'ENABLED' },
      },
    }),
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
  const sageMaker = new SageMakerClient(options);
  await sageMaker.send(
    new CreateModelCommand({
      ModelName: 'm',
      ExecutionRoleArn: Role?.Arn,
      PrimaryContainer: { Image: 'docker.example/m' },
    }),
  );
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'e',
      ProductionVariants: [
        { VariantName: 'a', ModelName: 'm', InstanceType: 'ml.g4dn.xlarge', InitialInstanceCount: 1 },
      ],
    }),
  );
  await sageMaker.send(new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'e' }));
  await new SESv2Client(options).send(new CreateEmailIdentityCommand({ EmailIdentity: 'invoices.example' }));

  const bucket = {
    Bucket: 'audit-logs',
    CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const },
  };
  await new S3Client({ ...options, forcePathStyle: true }).send(new CreateBucketCommand(bucket));
  const cloudtrail = new CloudTrailClient(options);
  await cloudtrail.send(new CreateTrailCommand({ Name: 'audit', S3BucketName: bucket.Bucket }));
  await cloudtrail.send(new StopLoggingCommand({ Name: 'audit' }));
  await sageMaker.send(
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
    'spot-fleets': spotFleet.SpotFleetRequestId ?? '',
    'ec2-fleets': fleet.FleetId ?? '',
    'ecs-tasks': ran.tasks?.[0]?.taskArn ?? '',
    'sagemaker-endpoints': 'e',
    'ses-identities': 'invoices.example',
    'iam-principals': 'user|mallory',
    'role-trust': 'backup',
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
