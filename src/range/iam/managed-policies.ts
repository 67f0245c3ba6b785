import type { Account } from '../world/world.js';

const allow = (...actions: string[]) => ({ Effect: 'Allow', Action: actions, Resource: '*' });
const deny = (...actions: string[]) => ({ Effect: 'Deny', Action: actions, Resource: '*' });

const reads = ['Describe*', 'Get*', 'List*', 'Lookup*', 'BatchGet*', 'Simulate*'];
const readable =
  'ec2 iam autoscaling cloudtrail cloudfront lambda ecs batch sagemaker lightsail codebuild amplify events scheduler ses rolesanywhere bedrock guardduty health support servicequotas organizations account s3 ssm'.split(
    ' ',
  );

/** AWS managed policies, by name, as far as the range's operations go; documents shortened to what decides here. */
const documents: Record<string, object[]> = {
  AdministratorAccess: [allow('*')],
  PowerUserAccess: [
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    allow(
      'iam:CreateServiceLinkedRole',
      'iam:ListRoles',
      'organizations:DescribeOrganization',
      'account:ListRegions',
      'account:GetRegionOptStatus',
    ),
  ],
  ReadOnlyAccess: [allow(...readable.flatMap((service) => reads.map((verb) => `${service}:${verb}`)))],
  ViewOnlyAccess: [
    allow(...readable.flatMap((service) => ['Describe*', 'List*'].map((verb) => `${service}:${verb}`))),
  ],
  SecurityAudit: [allow(...readable.flatMap((service) => reads.map((verb) => `${service}:${verb}`)))],
  AmazonEC2FullAccess: [allow('ec2:*', 'autoscaling:*', 'elasticloadbalancing:*', 'cloudwatch:*')],
  AmazonEC2ReadOnlyAccess: [allow('ec2:Describe*', 'autoscaling:Describe*')],
  IAMFullAccess: [allow('iam:*', 'organizations:DescribeAccount')],
  IAMReadOnlyAccess: [allow('iam:Get*', 'iam:List*', 'iam:Simulate*', 'iam:Generate*')],
  AWSLambda_FullAccess: [allow('lambda:*', 'iam:ListRoles', 'iam:PassRole')],
  AmazonECS_FullAccess: [allow('ecs:*', 'ec2:*', 'autoscaling:*', 'iam:PassRole')],
  AmazonSESFullAccess: [allow('ses:*')],
  AmazonS3ReadOnlyAccess: [allow('s3:Get*', 's3:List*')],
  AWSSupportAccess: [allow('support:*')],
  AmazonSSMManagedInstanceCore: [allow('ssm:UpdateInstanceInformation', 'ssmmessages:*', 'ec2messages:*')],
};

const named = (service: string, actions: string) =>
  actions.split(' ').map((action) => `${service}:${action}`);

const firstQuarantine = [
  ...named('ec2', 'RequestSpotInstances RunInstances StartInstances'),
  ...named(
    'iam',
    'AttachGroupPolicy AttachRolePolicy AttachUserPolicy ChangePassword CreateAccessKey CreateInstanceProfile CreateLoginProfile CreateRole CreateUser DetachUserPolicy PutUserPermissionsBoundary PutUserPolicy UpdateAccessKey UpdateAccountPasswordPolicy UpdateUser',
  ),
  ...named('organizations', 'CreateAccount CreateOrganization InviteAccountToOrganization'),
  'lambda:CreateFunction',
  ...named('lightsail', 'Create* Start* Delete* Update* GetInstanceAccessDetails DownloadDefaultKeyPair'),
];
const secondQuarantine = [
  ...firstQuarantine,
  'cloudtrail:LookupEvents',
  ...named(
    'iam',
    'AddUserToGroup CreatePolicyVersion PassRole PutGroupPolicy PutRolePolicy SetDefaultPolicyVersion UpdateAssumeRolePolicy UpdateLoginProfile',
  ),
  ...named(
    'lambda',
    'AddLayerVersionPermission AddPermission GetPolicy ListTags PutProvisionedConcurrencyConfig TagResource UntagResource UpdateFunctionCode',
  ),
  ...named(
    's3',
    'DeleteBucket DeleteObject DeleteObjectVersion PutLifecycleConfiguration PutBucketAcl PutBucketOwnershipControls DeleteBucketPolicy ObjectOwnerOverrideToBucketOwner PutAccountPublicAccessBlock PutBucketPolicy ListAllMyBuckets',
  ),
];
const thirdQuarantine = [
  ...secondQuarantine,
  ...named('amplify', 'CreateDeployment CreateBackendEnvironment'),
  ...named(
    'bedrock',
    'CreateModelInvocationJob InvokeModelWithResponseStream CreateFoundationModelAgreement PutFoundationModelEntitlement InvokeModel',
  ),
  'codebuild:CreateProject',
  ...named(
    'ec2',
    'PurchaseReservedInstancesOffering AcceptReservedInstancesExchangeQuote CreateReservedInstancesListing',
  ),
  'ecr:GetAuthorizationToken',
  ...named('ecs', 'CreateService CreateCluster RegisterTaskDefinition'),
  'glue:CreateJob',
  ...named('iam', 'DeleteRole DeleteAccessKey ListUsers'),
  'lambda:GetEventSourceMapping',
  'mediapackagev2:CreateChannel',
  ...named('s3', 'CreateBucket PutBucketCors GetObject ListBucket'),
  ...named('sagemaker', 'CreateEndpointConfig CreateProcessingJob'),
  'savingsplans:CreateSavingsPlan',
  ...named('ses', 'GetSendQuota ListIdentities'),
  'sns:GetSMSAttributes',
  ...named('sts', 'GetSessionToken GetFederationToken'),
];

/**
 * What AWS attaches to the user of an exposed key, as AWS published each: the first of 2020-08-11, V2 of 2022-08-10,
 * V3 of 2024-10-02 (zoph-io/MAMIP, policies/AWSCompromisedKeyQuarantine, …V2, …V3). None denies CreateFleet,
 * autoscaling:*, TerminateInstances or AssumeRole.
 */
const quarantines: Record<string, object[]> = {
  AWSCompromisedKeyQuarantine: [deny(...firstQuarantine)],
  AWSCompromisedKeyQuarantineV2: [deny(...secondQuarantine)],
  AWSCompromisedKeyQuarantineV3: [deny(...thirdQuarantine)],
};

/** The document of a managed policy, the account's own or AWS's. One that nobody knows grants nothing. */
export function managedDocument(account: Account, arn: string): string {
  const own = account.policies.get(arn);
  if (own !== undefined) return own.document;
  const name = arn.replace(/^arn:[\w-]+:iam::aws:policy\/(.*\/)?/, '');
  const found = quarantines[name] ?? documents[name];
  return JSON.stringify({ Version: '2012-10-17', Statement: found ?? [] });
}

/** True where the policy can be attached: the account's own, or one that AWS has. */
export function policyExists(account: Account, arn: string): boolean {
  return account.policies.has(arn) || /^arn:[\w-]+:iam::aws:policy\//.test(arn);
}

/** ARNs of AWS's policies that the range knows. */
export const awsManagedPolicies = [...Object.keys(documents), ...Object.keys(quarantines)].map((name) => ({
  name,
  arn: `arn:aws:iam::aws:policy/${name}`,
}));
