import { AwsFailure } from '../../src/aws/errors.js';

const day = new Date('2026-11-23T00:00:00Z');
const gone = new AwsFailure('gone', 'NoSuchEntity', 'none', 'iam', 'x', 'global', null, 404, null);
const noBucket = new AwsFailure('gone', 'NoSuchBucket', 'none', 's3', 'x', 'x', null, 404, null);
const policy = encodeURIComponent('{"Version":"2012-10-17","Statement":[]}');
const user = { Users: [{ UserName: 'eve' }] };
const clusters = { clusterArns: ['arn:aws:ecs:eu-west-1:111122223333:cluster/c'] };
const functions = {
  Functions: [{ FunctionName: 'f', Role: 'arn:aws:iam::111122223333:role/r', Timeout: 3 }],
};

/** One live thing for each play, in the words of AWS's answers: by operation, or operation and a value of its input. */
export const samples: Record<string, Record<string, unknown>> = {
  'eks-node-groups': {
    ListClusters: { clusters: ['prod'] },
    ListNodegroups: { nodegroups: ['gpu'] },
    DescribeNodegroup: {
      nodegroup: {
        status: 'ACTIVE',
        scalingConfig: { minSize: 4, maxSize: 40, desiredSize: 4 },
        resources: { autoScalingGroups: [{ name: 'eks-gpu-1' }] },
      },
    },
  },
  'eks-fargate-profiles': {
    ListClusters: { clusters: ['prod'] },
    ListFargateProfiles: { fargateProfileNames: ['all'] },
    DescribeFargateProfile: { fargateProfile: { status: 'ACTIVE', selectors: [{ namespace: 'default' }] } },
  },
  'elastic-beanstalk-environments': {
    DescribeEnvironments: {
      Environments: [
        { EnvironmentId: 'e-abcdefghij', EnvironmentName: 'api', Status: 'Ready', DateCreated: day },
      ],
    },
    DescribeEnvironmentResources: {
      EnvironmentResources: {
        AutoScalingGroups: [{ Name: 'awseb-e-abcdefghij-stack-AWSEBAutoScalingGroup-1' }],
      },
    },
  },
  'emr-clusters': {
    ListClusters: { Clusters: [{ Id: 'j-2WDJCGEG4E6AJ' }, { Id: 'j-1AAAAAAAAAAAA' }] },
    'DescribeCluster:j-2WDJCGEG4E6AJ': {
      Cluster: {
        Status: { State: 'WAITING', Timeline: { CreationDateTime: day } },
        TerminationProtected: true,
        InstanceCollectionType: 'INSTANCE_GROUP',
      },
    },
    'DescribeCluster:j-1AAAAAAAAAAAA': {
      Cluster: { Status: { State: 'RUNNING' }, InstanceCollectionType: 'INSTANCE_FLEET' },
    },
    ListInstances: {
      Instances: [{ Ec2InstanceId: 'i-00000000000000001', InstanceGroupId: 'ig-1AAAAAAAAAAAA' }],
    },
    ListInstanceGroups: {
      InstanceGroups: [
        {
          Id: 'ig-1AAAAAAAAAAAA',
          RequestedInstanceCount: 20,
          InstanceGroupType: 'TASK',
          Status: { State: 'RUNNING' },
        },
      ],
    },
    ListInstanceFleets: {
      InstanceFleets: [
        {
          Id: 'if-1AAAAAAAAAAAA',
          TargetOnDemandCapacity: 4,
          InstanceFleetType: 'TASK',
          Status: { State: 'RUNNING' },
        },
      ],
    },
  },
  'cloudformation-stacks': {
    DescribeStacks: {
      Stacks: [
        {
          StackName: 's',
          StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/s/1',
          StackStatus: 'CREATE_COMPLETE',
          CreationTime: day,
        },
      ],
    },
  },
  volumes: {
    DescribeVolumes: {
      Volumes: [
        {
          VolumeId: 'vol-00000000000000001',
          State: 'available',
          Size: 16384,
          VolumeType: 'io2',
          Iops: 40000,
          CreateTime: day,
        },
      ],
    },
  },
  addresses: { DescribeAddresses: { Addresses: [{ AllocationId: 'eipalloc-1', PublicIp: '198.51.100.9' }] } },
  'access-keys': {
    ListUsers: user,
    ListAccessKeys: { AccessKeyMetadata: [{ AccessKeyId: 'AKIAEVEEXAMPLE000000', Status: 'Active' }] },
  },
  'user-sessions': { GetAccountAuthorizationDetails: { UserDetailList: [{ UserName: 'eve' }] } },
  'role-sessions': { GetAccountAuthorizationDetails: { RoleDetailList: [{ RoleName: 'r', Path: '/' }] } },
  'login-profiles': {
    ListUsers: user,
    GetLoginProfile: { LoginProfile: { UserName: 'eve', CreateDate: day } },
  },
  'user-credentials': {
    ListUsers: user,
    ListServiceSpecificCredentials: {
      ServiceSpecificCredentials: [
        { ServiceSpecificCredentialId: 'ACCAEVEEXAMPLE000000', Status: 'Active', ServiceName: 'x' },
      ],
    },
    ListSigningCertificates: {
      Certificates: [{ CertificateId: 'CERTIFICATEEXAMPLE000000', Status: 'Active' }],
    },
    ListSSHPublicKeys: { SSHPublicKeys: [{ SSHPublicKeyId: 'APKAEVEEXAMPLE000000', Status: 'Active' }] },
  },
  'roles-anywhere': {
    ListTrustAnchors: {
      trustAnchors: [{ trustAnchorId: '00000000-0000-4000-8000-000000000001', name: 'n', enabled: true }],
    },
    ListProfiles: {
      profiles: [{ profileId: '00000000-0000-4000-8000-000000000002', name: 'n', enabled: true }],
    },
  },
  'identity-providers': {
    ListOpenIDConnectProviders: {
      OpenIDConnectProviderList: [{ Arn: 'arn:aws:iam::111122223333:oidc-provider/evil.example' }],
    },
    GetOpenIDConnectProvider: { Url: 'evil.example', ClientIDList: ['a'], ThumbprintList: ['0'.repeat(40)] },
    ListSAMLProviders: { SAMLProviderList: [{ Arn: 'arn:aws:iam::111122223333:saml-provider/evil' }] },
    GetSAMLProvider: { SAMLMetadataDocument: '<xml/>'.padEnd(1000) },
  },
  'auto-scaling-groups': {
    DescribeAutoScalingGroups: {
      AutoScalingGroups: [
        {
          ...{ AutoScalingGroupName: 'g', MinSize: 1, MaxSize: 9, DesiredCapacity: 9 },
          // Somebody else's, attached to it: every-action.ts judges it so.
          Instances: [{ InstanceId: 'i-00000000000000001' }],
        },
      ],
    },
  },
  'spot-requests': {
    DescribeSpotInstanceRequests: {
      SpotInstanceRequests: [{ SpotInstanceRequestId: 'sir-1', Type: 'persistent', State: 'active' }],
    },
  },
  'spot-fleets': {
    DescribeSpotFleetRequests: {
      SpotFleetRequestConfigs: [{ SpotFleetRequestId: 'sfr-1', SpotFleetRequestState: 'active' }],
    },
  },
  'ec2-fleets': {
    DescribeFleets: { Fleets: [{ FleetId: 'fleet-1', FleetState: 'active', Type: 'maintain' }] },
  },
  'batch-job-queues': {
    DescribeJobQueues: { jobQueues: [{ jobQueueName: 'q', state: 'ENABLED', status: 'VALID' }] },
  },
  'batch-compute-environments': {
    DescribeComputeEnvironments: {
      computeEnvironments: [{ computeEnvironmentName: 'ce', state: 'ENABLED', status: 'VALID' }],
    },
  },
  'batch-jobs': {
    DescribeJobQueues: { jobQueues: [{ jobQueueName: 'q' }] },
    ListJobs: {},
    'ListJobs:RUNNING': { jobSummaryList: [{ jobId: 'j', status: 'RUNNING', createdAt: 1 }] },
  },
  'ecs-services': {
    ListClusters: clusters,
    ListServices: { serviceArns: ['arn:aws:ecs:eu-west-1:111122223333:service/c/s'] },
    DescribeServices: {
      services: [
        {
          serviceName: 's',
          status: 'ACTIVE',
          desiredCount: 50,
          taskDefinition: 'arn:aws:ecs:eu-west-1:111122223333:task-definition/t:2',
        },
      ],
    },
  },
  'ecs-tasks': {
    ListClusters: clusters,
    ListTasks: { taskArns: ['arn:aws:ecs:eu-west-1:111122223333:task/c/1'] },
    DescribeTasks: {
      tasks: [
        {
          taskArn: 'arn:aws:ecs:eu-west-1:111122223333:task/c/1',
          lastStatus: 'RUNNING',
          desiredStatus: 'RUNNING',
          group: 'service:s',
        },
      ],
    },
  },
  'sagemaker-notebooks': {
    ListNotebookInstances: {
      NotebookInstances: [{ NotebookInstanceName: 'n', NotebookInstanceStatus: 'InService' }],
    },
  },
  'sagemaker-training-jobs': {
    ListTrainingJobs: { TrainingJobSummaries: [{ TrainingJobName: 't', TrainingJobStatus: 'InProgress' }] },
  },
  'sagemaker-processing-jobs': {
    ListProcessingJobs: {
      ProcessingJobSummaries: [{ ProcessingJobName: 'p', ProcessingJobStatus: 'InProgress' }],
    },
  },
  'sagemaker-endpoints': {
    ListEndpoints: { Endpoints: [{ EndpointName: 'e' }] },
    DescribeEndpoint: { EndpointName: 'e', EndpointStatus: 'InService', EndpointConfigName: 'c' },
  },
  'sagemaker-clusters': {
    ListClusters: {
      ClusterSummaries: [
        {
          ClusterName: 'hp',
          ClusterArn: 'arn:aws:sagemaker:eu-west-1:111122223333:cluster/abcdefghij12',
          ClusterStatus: 'InService',
          CreationTime: day,
        },
      ],
    },
  },
  'cloud-control': {
    GetResource: {
      ResourceDescription: { Identifier: 'crunch', Properties: '{"Name":"crunch","Role":"service"}' },
    },
  },
  workspaces: {
    DescribeWorkspaces: {
      Workspaces: [{ WorkspaceId: 'ws-abcdefgh1', State: 'AVAILABLE', UserName: 'dora' }],
    },
  },
  appstream: {
    DescribeFleets: { Fleets: [{ Name: 'gpu', State: 'RUNNING', CreatedTime: day }] },
    DescribeImageBuilders: { ImageBuilders: [{ Name: 'gpu', State: 'RUNNING', CreatedTime: day }] },
  },
  'stack-sets': {
    ListStackSets: {
      Summaries: [
        { StackSetName: 'web', StackSetId: 'web:1', Status: 'ACTIVE', PermissionModel: 'SELF_MANAGED' },
        { StackSetName: 'empty', StackSetId: 'empty:1', Status: 'ACTIVE' },
      ],
    },
    ListStackInstances: {},
    'ListStackInstances:web': {
      Summaries: [
        {
          Account: '111122223333',
          Region: 'eu-west-2',
          StackId: 'arn:aws:cloudformation:eu-west-2:111122223333:stack/StackSet-web/1',
        },
      ],
    },
  },
  'gamelift-fleets': {
    DescribeFleetAttributes: {
      FleetAttributes: [
        {
          FleetId: 'fleet-00000000-0000-4000-8000-000000000001',
          Status: 'ACTIVE',
          InstanceType: 'g5g.16xlarge',
          CreationTime: day,
        },
      ],
    },
  },
  'lightsail-instances': { GetInstances: { instances: [{ name: 'l', state: { name: 'running' } }] } },
  'codebuild-builds': {
    ListBuilds: { ids: ['p:1'] },
    BatchGetBuilds: { builds: [{ id: 'p:1', buildStatus: 'IN_PROGRESS', startTime: day }] },
  },
  'codebuild-projects': {
    ListProjects: { projects: ['proj'] },
    BatchGetProjects: { projects: [{ name: 'proj', webhook: { url: 'x' } }] },
  },
  'amplify-apps': {
    ListApps: { apps: [{ appId: 'a', name: 'n' }] },
    ListBranches: { branches: [{ branchName: 'main', enableAutoBuild: true }] },
    ListJobs: { jobSummaries: [{ jobId: '1', status: 'RUNNING' }] },
  },
  'lambda-functions': { ListFunctions: functions, GetFunctionConcurrency: {} },
  'eventbridge-rules': {
    ListEventBuses: { EventBuses: [{ Name: 'default' }] },
    ListRules: { Rules: [{ Name: 'r', State: 'ENABLED' }] },
  },
  'scheduler-schedules': {
    ListSchedules: { Schedules: [{ Name: 's', GroupName: 'g', State: 'ENABLED' }] },
    GetSchedule: {
      Name: 's',
      GroupName: 'g',
      State: 'ENABLED',
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: {
        Arn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
        RoleArn: 'arn:aws:iam::111122223333:role/r',
      },
    },
  },
  'ses-sending': { GetAccount: { SendingEnabled: true } },
  trails: {
    DescribeTrails: {
      trailList: [{ Name: 'audit', TrailARN: 'arn:aws:cloudtrail:us-east-1:111122223333:trail/audit' }],
    },
    GetTrailStatus: { IsLogging: false },
  },
  'ec2-instances': {
    DescribeInstances: {
      Reservations: [{ Instances: [{ InstanceId: 'i-00000000000000001', State: { Name: 'running' } }] }],
    },
  },
  'iam-grants': {
    GetAccountAuthorizationDetails: {
      UserDetailList: [
        {
          UserName: 'eve',
          GroupList: ['admins'],
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          UserPolicyList: [{ PolicyName: 'p', PolicyDocument: policy }],
        },
      ],
      RoleDetailList: [
        {
          RoleName: 'r',
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          RolePolicyList: [{ PolicyName: 'p', PolicyDocument: policy }],
        },
      ],
      GroupDetailList: [
        {
          GroupName: 'admins',
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          GroupPolicyList: [{ PolicyName: 'p', PolicyDocument: policy }],
        },
      ],
    },
  },
  'role-trust': {
    GetAccountAuthorizationDetails: { RoleDetailList: [{ RoleName: 'r', AssumeRolePolicyDocument: policy }] },
  },
  'managed-policies': {
    GetAccountAuthorizationDetails: {
      Policies: [
        {
          Arn: 'arn:aws:iam::111122223333:policy/p',
          AttachmentCount: 1,
          DefaultVersionId: 'v2',
          PolicyVersionList: [
            { VersionId: 'v1', CreateDate: new Date('2025-01-01T00:00:00Z') },
            { VersionId: 'v2', CreateDate: day, Document: policy },
          ],
        },
      ],
    },
  },
  'iam-principals': {
    GetAccountAuthorizationDetails: {
      UserDetailList: [
        {
          UserName: 'eve',
          GroupList: ['admins'],
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          UserPolicyList: [{ PolicyName: 'p', PolicyDocument: policy }],
        },
      ],
      RoleDetailList: [
        {
          RoleName: 'r',
          AttachedManagedPolicies: [{ PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
          RolePolicyList: [{ PolicyName: 'p', PolicyDocument: policy }],
          InstanceProfileList: [{ InstanceProfileName: 'ip' }],
        },
      ],
    },
  },
  'lambda-urls': {
    ListFunctions: functions,
    ListFunctionUrlConfigs: {
      FunctionUrlConfigs: [
        {
          FunctionUrl: 'https://x.lambda-url.eu-west-1.on.aws/',
          FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
          AuthType: 'NONE',
          CreationTime: '2026-11-23T00:00:00.000Z',
        },
      ],
    },
  },
  'lambda-permissions': {
    ListFunctions: functions,
    GetPolicy: {
      Policy: JSON.stringify({
        Statement: [
          {
            Sid: 'public',
            Effect: 'Allow',
            Principal: '*',
            Action: 'lambda:InvokeFunctionUrl',
            Resource: 'arn:aws:lambda:eu-west-1:111122223333:function:f',
            Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
          },
        ],
      }),
    },
  },
  'security-group-rules': {
    DescribeSecurityGroupRules: {
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: 'sgr-1',
          GroupId: 'sg-1',
          IpProtocol: 'tcp',
          FromPort: 22,
          ToPort: 22,
          CidrIpv4: '0.0.0.0/0',
        },
        { SecurityGroupRuleId: 'sgr-2', GroupId: 'sg-1', IpProtocol: '-1', IsEgress: true, CidrIpv6: '::/0' },
      ],
    },
  },
  'image-shares': {
    'DescribeSnapshotAttribute:snap-1': { CreateVolumePermissions: [{ UserId: '999999999999' }] },
    DescribeSnapshotAttribute: {},
    DescribeSnapshots: { Snapshots: [{ StartTime: day }] },
    'DescribeImageAttribute:ami-1': { LaunchPermissions: [{ Group: 'all' }] },
    DescribeImageAttribute: {},
    DescribeImages: { Images: [{ CreationDate: day.toISOString() }] },
  },
  'bucket-access': {
    GetBucketPolicy: { Policy: '{"Version":"2012-10-17","Statement":[]}' },
    GetPublicAccessBlock: { PublicAccessBlockConfiguration: { BlockPublicAcls: true } },
  },
  'security-groups': { DescribeSecurityGroups: { SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'n' }] } },
  'key-pairs': { DescribeKeyPairs: { KeyPairs: [{ KeyName: 'k', KeyPairId: 'key-1' }] } },
  'launch-templates': { DescribeLaunchTemplates: { LaunchTemplates: [{ LaunchTemplateId: 'lt-1' }] } },
  'launch-configurations': {
    DescribeLaunchConfigurations: { LaunchConfigurations: [{ LaunchConfigurationName: 'lc' }] },
  },
  'ses-identities': { ListEmailIdentities: { EmailIdentities: [{ IdentityName: 'evil.example' }] } },
  'bedrock-throughput': {
    ListProvisionedModelThroughputs: {
      provisionedModelSummaries: [
        {
          provisionedModelArn: 'arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/x',
          status: 'InService',
        },
      ],
    },
  },
};

const empty = Object.values(samples)
  .flatMap((answers) => Object.keys(answers))
  .map((name): [string, object] => [name.split(':')[0] ?? '', {}]);

/** The same account with nothing in it: users are there, and have nothing. */
export const nothing: Record<string, object> = {
  ...Object.fromEntries(empty),
  GetLoginProfile: gone,
  GetBucketPolicy: noBucket,
  GetPublicAccessBlock: noBucket,
  GetResource: new AwsFailure('gone', 'ResourceNotFoundException', 'none', 'x', 'x', 'x', null, 400, null),
};

/** What a tampered resource of this play was before, where it can be restored. */
export const befores: Record<string, unknown> = {
  'user-sessions': { sessions: [] },
  'role-sessions': { sessions: [] },
  'access-keys': { Status: 'Inactive' },
  'roles-anywhere': { enabled: false },
  'auto-scaling-groups': { MaxSize: 2 },
  'ecs-services': { desiredCount: 2 },
  'emr-clusters': { 'ig-1AAAAAAAAAAAA': 2 },
  'lambda-functions': { Timeout: 30, Role: 'arn:aws:iam::111122223333:role/service' },
  'eventbridge-rules': { State: 'DISABLED' },
  'ses-sending': { SendingEnabled: false },
  trails: { logging: true },
  'bucket-access': 'none',
  'role-trust': '{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}',
};
