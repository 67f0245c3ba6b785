import { type ManagedPolicy, responderPolicies, type Statement } from './policy.js';
import type { Play } from '../kit/play.js';

/** The name of the role that the template makes, unless another is given. */
const memberRole = 'LeakguardResponder';

/**
 * What the management side needs besides: to list the accounts, and to work as a role in each (AWS Organizations user guide,
 * "Identity-based policy examples"; STS API reference, AssumeRole).
 */
export function organizationRights(roles: readonly string[], partition = 'aws'): Statement[] {
  return [
    {
      Sid: 'ListAccounts',
      Effect: 'Allow',
      Action: [
        'organizations:DescribeOrganization',
        'organizations:ListAccounts',
        'organizations:ListAccountsForParent',
        'organizations:ListOrganizationalUnitsForParent',
      ],
      Resource: '*',
    },
    {
      Sid: 'EnterAccounts',
      Effect: 'Allow',
      Action: ['sts:AssumeRole'],
      Resource: [memberRole, ...roles].map((role) => `arn:${partition}:iam::*:role/${role}`),
    },
  ];
}

/**
 * A CloudFormation template of the role that a responder works as in each account, for a StackSet: one role, which trusts
 * one principal, with the responder's policies. Pure.
 */
export function memberTemplate(plays: readonly Play[], readOnly: boolean): object {
  const policies = responderPolicies(plays, readOnly);
  const logicalId = ({ name }: ManagedPolicy): string => `Policy${name}`;
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `The role as which leakguard ${readOnly ? 'looks at' : 'looks at and contains'} an incident in this account`,
    Parameters: {
      Responder: {
        Type: 'String',
        Description: 'ARN of the role or user of the management (or delegated) account that may work as it',
        AllowedPattern: '^arn:[a-z0-9-]+:iam::[0-9]{12}:(role|user)/.+$',
      },
      RoleName: { Type: 'String', Default: memberRole, AllowedPattern: '^[a-zA-Z0-9_+=,.@-]{1,64}$' },
      ExternalId: {
        Type: 'String',
        Default: '',
        NoEcho: true,
        Description: 'What --member-external-id must say; empty for none',
      },
    },
    Conditions: { HasExternalId: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'ExternalId' }, ''] }] } },
    Resources: {
      ...Object.fromEntries(
        policies.map((policy) => [
          logicalId(policy),
          { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: policy.document } },
        ]),
      ),
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: { Ref: 'RoleName' },
          AssumeRolePolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { AWS: { Ref: 'Responder' } },
                Action: 'sts:AssumeRole',
                Condition: {
                  'Fn::If': [
                    'HasExternalId',
                    { StringEquals: { 'sts:ExternalId': { Ref: 'ExternalId' } } },
                    { Ref: 'AWS::NoValue' },
                  ],
                },
              },
            ],
          },
          ManagedPolicyArns: policies.map((policy) => ({ Ref: logicalId(policy) })),
        },
      },
    },
    Outputs: { RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  };
}
