import { expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import { memberTemplate, organizationRights } from '../../src/plays/permissions/organization-rights.js';
import { responderPolicies } from '../../src/plays/permissions/policy.js';

interface Template {
  Parameters: Record<string, object>;
  Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

it('makes a role that has exactly the responder’s policies, and trusts one principal alone', () => {
  const { Parameters, Resources } = memberTemplate(plays, false) as Template;
  const { Role, ...policies } = Resources;
  expect(Object.values(policies).map(({ Properties }) => Properties['PolicyDocument'])).toEqual(
    responderPolicies(plays, false).map(({ document }) => document),
  );
  expect(Role?.Properties['ManagedPolicyArns']).toEqual(Object.keys(policies).map((Ref) => ({ Ref })));
  const text = JSON.stringify(Role);
  expect(text).toContain('"Principal":{"AWS":{"Ref":"Responder"}}');
  const refs = [...JSON.stringify(Resources).matchAll(/"Ref":"(\w+)"/g)].map(([, name]) => name!);
  expect(refs.filter((name) => !(name in Parameters) && !(name in Resources))).toEqual([]);
});

it('lets the management side into roles of the names that are tried, and into no other', () => {
  const [, enter] = organizationRights(['OrganizationAccountAccessRole'], 'aws-us-gov');
  expect(enter).toMatchObject({
    Action: ['sts:AssumeRole'],
    Resource: [
      'arn:aws-us-gov:iam::*:role/LeakguardResponder',
      'arn:aws-us-gov:iam::*:role/OrganizationAccountAccessRole',
    ],
  });
});
