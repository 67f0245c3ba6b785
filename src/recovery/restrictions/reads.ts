import type { Reader } from '../../aws/index.js';

/** One harmless read of a service: it lists at most a few things, and what it lists is not looked at. */
export interface HarmlessRead {
  /** For people. */
  service: string;
  /** The IAM action that it takes (Service Authorization Reference). */
  action: string;
  scope: 'global' | 'regional';
  /** @throws AwsFailure. The answer: what the service itself says of a limit; null where it says none. */
  read(reader: Reader, region: string): Promise<string | null>;
}

const nothing = (): null => null;

/** The services that a misused account is known to be limited in, or that the way back needs. */
export const harmlessReads: readonly HarmlessRead[] = [
  {
    service: 'EC2',
    action: 'ec2:DescribeInstances',
    scope: 'regional',
    read: (reader, region) =>
      reader.call('ec2', 'DescribeInstances', region, { MaxResults: 5 }).then(nothing),
  },
  {
    service: 'EC2 Auto Scaling',
    action: 'autoscaling:DescribeAutoScalingGroups',
    scope: 'regional',
    read: (reader, region) =>
      reader.call('autoscaling', 'DescribeAutoScalingGroups', region, { MaxRecords: 1 }).then(nothing),
  },
  {
    service: 'Lambda',
    action: 'lambda:ListFunctions',
    scope: 'regional',
    read: (reader, region) => reader.call('lambda', 'ListFunctions', region, { MaxItems: 1 }).then(nothing),
  },
  {
    service: 'ECS',
    action: 'ecs:ListClusters',
    scope: 'regional',
    read: (reader, region) => reader.call('ecs', 'ListClusters', region, { maxResults: 1 }).then(nothing),
  },
  {
    service: 'SES',
    action: 'ses:GetAccount',
    scope: 'regional',
    // EnforcementStatus: HEALTHY, PROBATION or SHUTDOWN (SES API v2 reference, GetAccount).
    read: async (reader, region) => {
      const { EnforcementStatus } = await reader.call('sesv2', 'GetAccount', region, {});
      return EnforcementStatus === undefined || EnforcementStatus === 'HEALTHY'
        ? null
        : `SES says that sending is in the state ${EnforcementStatus}`;
    },
  },
  {
    service: 'SageMaker',
    action: 'sagemaker:ListNotebookInstances',
    scope: 'regional',
    read: (reader, region) =>
      reader.call('sagemaker', 'ListNotebookInstances', region, { MaxResults: 1 }).then(nothing),
  },
  {
    service: 'Bedrock',
    action: 'bedrock:ListFoundationModels',
    scope: 'regional',
    read: (reader, region) => reader.call('bedrock', 'ListFoundationModels', region, {}).then(nothing),
  },
  {
    service: 'GuardDuty',
    action: 'guardduty:ListDetectors',
    scope: 'regional',
    read: (reader, region) =>
      reader.call('guardduty', 'ListDetectors', region, { MaxResults: 1 }).then(nothing),
  },
  {
    service: 'CloudFront',
    action: 'cloudfront:ListDistributions',
    scope: 'global',
    read: (reader, region) =>
      reader.call('cloudfront', 'ListDistributions', region, { MaxItems: 1 }).then(nothing),
  },
  {
    service: 'Route 53',
    action: 'route53:ListHostedZones',
    scope: 'global',
    read: (reader, region) =>
      reader.call('route53', 'ListHostedZones', region, { MaxItems: 1 }).then(nothing),
  },
  {
    service: 'S3',
    action: 's3:ListAllMyBuckets',
    scope: 'global',
    read: (reader, region) => reader.call('s3', 'ListBuckets', region, { MaxBuckets: 1 }).then(nothing),
  },
  {
    service: 'IAM',
    action: 'iam:ListUsers',
    scope: 'global',
    read: (reader, region) => reader.call('iam', 'ListUsers', region, { MaxItems: 1 }).then(nothing),
  },
  {
    service: 'Support',
    action: 'support:DescribeCases',
    scope: 'global',
    read: (reader, region) =>
      reader.call('support', 'DescribeCases', region, { maxResults: 10 }).then(nothing),
  },
  {
    service: 'Health',
    action: 'health:DescribeEvents',
    scope: 'global',
    read: (reader, region) =>
      reader.call('health', 'DescribeEvents', region, { maxResults: 10 }).then(nothing),
  },
];
