/**
 * The IAM actions of what is no play: who is called and where, the trail, the cut's lookups by name, CloudFront.
 * sts:GetCallerIdentity needs no permission (STS API reference), and is listed so that the policy says what is called.
 */
export const lookPermissions: readonly string[] = [
  'account:ListRegions',
  'cloudfront:GetDistribution',
  'cloudfront:ListDistributions',
  'cloudtrail:ListPublicKeys',
  'cloudtrail:LookupEvents',
  'ec2:DescribeInstanceTypes',
  'ec2:DescribeRegions',
  'iam:GetAccessKeyLastUsed',
  'iam:GetAccountAuthorizationDetails',
  'iam:GetLoginProfile',
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'iam:GetRole',
  'iam:GetRolePolicy',
  'iam:GetUser',
  'iam:GetUserPolicy',
  'iam:ListAccessKeys',
  'iam:ListAttachedUserPolicies',
  'iam:ListGroupsForUser',
  'iam:SimulatePrincipalPolicy',
  'sts:GetAccessKeyInfo',
  'sts:GetCallerIdentity',
];

/** The IAM actions of asking what AWS itself says or withholds: GuardDuty, Health, Support, and one harmless read of
 *  each service that a restricted account is refused. */
export const restrictionPermissions: readonly string[] = [
  'bedrock:ListFoundationModels',
  'ce:GetCostAndUsage',
  'ecs:ListClusters',
  'guardduty:GetFindings',
  'guardduty:ListDetectors',
  'guardduty:ListFindings',
  'health:DescribeEvents',
  'lambda:ListFunctions',
  'route53:ListHostedZones',
  's3:ListAllMyBuckets',
  'sagemaker:ListNotebookInstances',
  'ses:GetAccount',
  'support:DescribeCases',
];

/** The IAM actions of the cut itself, and of taking it back. */
const ofTheCut: readonly string[] = ['iam:DeleteUserPolicy', 'iam:PutUserPolicy', 'iam:UpdateAccessKey'];

/** Of a Deny for which a user or role has no room among its inline policies (plays/iam/deny-elsewhere.ts). */
export const elsewherePermissions: readonly string[] = [
  'iam:CreatePolicy',
  'iam:DeletePolicy',
  ...['User', 'Role'].flatMap((kind) => [
    `iam:Attach${kind}Policy`,
    `iam:Delete${kind}PermissionsBoundary`,
    `iam:Detach${kind}Policy`,
    `iam:Put${kind}PermissionsBoundary`,
  ]),
];

export const cutPermissions: readonly string[] = [...ofTheCut, ...elsewherePermissions];
