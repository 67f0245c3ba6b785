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

/** What AWS attaches to the user of an exposed key: V2 as published in the AWS managed policy reference, its actions
 *  on services that the range has. It does not deny CreateFleet, autoscaling:*, TerminateInstances, AssumeRole. */
const quarantine = [
  deny(
    ...'AddUserToGroup AttachGroupPolicy AttachRolePolicy AttachUserPolicy ChangePassword CreateAccessKey CreateInstanceProfile CreateLoginProfile CreatePolicyVersion CreateRole CreateUser DetachUserPolicy PassRole PutGroupPolicy PutRolePolicy PutUserPermissionsBoundary PutUserPolicy SetDefaultPolicyVersion UpdateAccessKey UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateLoginProfile UpdateUser'
      .split(' ')
      .map((name) => `iam:${name}`),
    ...'RequestSpotInstances RunInstances StartInstances CreateSecurityGroup AuthorizeSecurityGroupEgress ModifyInstanceMetadataOptions'
      .split(' ')
      .map((name) => `ec2:${name}`),
    'organizations:CreateAccount',
    'organizations:CreateOrganization',
    'organizations:InviteAccountToOrganization',
    'cloudtrail:LookupEvents',
    'lambda:CreateFunction',
    'lambda:AddLayerVersionPermission',
    'lambda:AddPermission',
    'lambda:CreateEventSourceMapping',
    'lambda:UpdateFunctionCode',
    'lambda:UpdateFunctionConfiguration',
    'lambda:GetPolicy',
    'lambda:ListTags',
    'lambda:PutProvisionedConcurrencyConfig',
    'lambda:TagResource',
    'lightsail:Create*',
    'lightsail:Delete*',
    'lightsail:DownloadDefaultKeyPair',
    'lightsail:GetInstanceAccessDetails',
    'lightsail:Start*',
    'lightsail:Update*',
    'ecs:CreateService',
    'ecs:CreateCluster',
    'ecs:RegisterTaskDefinition',
    'bedrock:CreateModelInvocationJob',
    'bedrock:InvokeModel',
    'bedrock:InvokeModelWithResponseStream',
    'bedrock:PutFoundationModelEntitlement',
    'codebuild:CreateProject',
    'codebuild:ListProjects',
    'sagemaker:CreateEndpointConfig',
    'sagemaker:CreateProcessingJob',
    'ses:GetSendQuota',
    'ses:ListIdentities',
    'amplify:CreateApp',
    'amplify:CreateDeployment',
    'glue:CreateJob',
    's3:DeleteBucket',
    's3:DeleteObject',
    's3:GetObject',
    's3:ListBucket',
    's3:ListAllMyBuckets',
    's3:PutBucketPolicy',
  ),
];

/** The document of a managed policy, the account's own or AWS's. One that nobody knows grants nothing. */
export function managedDocument(account: Account, arn: string): string {
  const own = account.policies.get(arn);
  if (own !== undefined) return own.document;
  const name = arn.replace(/^arn:aws:iam::aws:policy\/(.*\/)?/, '');
  const found = /^AWSCompromisedKeyQuarantine/.test(name) ? quarantine : documents[name];
  return JSON.stringify({ Version: '2012-10-17', Statement: found ?? [] });
}

/** True where the policy can be attached: the account's own, or one that AWS has. */
export function policyExists(account: Account, arn: string): boolean {
  return account.policies.has(arn) || arn.startsWith('arn:aws:iam::aws:policy/');
}

/** ARNs of AWS's policies that the range knows. */
export const awsManagedPolicies = [
  ...Object.keys(documents),
  'AWSCompromisedKeyQuarantineV2',
  'AWSCompromisedKeyQuarantineV3',
].map((name) => ({
  name,
  arn: `arn:aws:iam::aws:policy/${name}`,
}));
