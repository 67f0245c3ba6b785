import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../src/commands/context.js';
import { run } from '../../../src/commands/restrictions.js';
import type { ServiceAccess } from '../../../src/recovery/restrictions/restrictions.js';
import type { Signal } from '../../../src/recovery/restrictions/signals.js';
import { harmlessReads } from '../../../src/recovery/restrictions/reads.js';
import { isRead } from '../../../src/aws/reads.js';
import {
  distributionList,
  ec2Error,
  jsonError,
  s3Error,
  simulation,
  startWire,
  xmlError,
  type Wire,
  type WireAnswer,
  type WireTable,
} from './wire.js';

const json = (body: object): WireAnswer => ({ status: 200, body: JSON.stringify(body) });
const xml = (body: string): WireAnswer => ({ status: 200, body });

/** Every service answers. */
const wellTable: WireTable = {
  'ec2:DescribeInstances': xml('<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>'),
  'autoscaling:DescribeAutoScalingGroups': xml(
    '<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>',
  ),
  lambda: json({ Functions: [] }),
  ecs: json({ clusterArns: [] }),
  ses: json({ EnforcementStatus: 'HEALTHY' }),
  sagemaker: json({ NotebookInstances: [] }),
  bedrock: json({ modelSummaries: [] }),
  'guardduty:GET /detector': json({ detectorIds: ['d1'] }),
  'guardduty:POST /detector/d1/findings': json({ findingIds: [] }),
  cloudfront: distributionList([]),
  route53: xml(
    '<ListHostedZonesResponse><HostedZones/><IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListHostedZonesResponse>',
  ),
  s3: xml('<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>'),
  'iam:ListUsers': xml('<ListUsersResponse><ListUsersResult><Users/></ListUsersResult></ListUsersResponse>'),
  support: json({ cases: [] }),
  health: json({ events: [] }),
};

let wire: Wire;
beforeEach(async () => {
  wire = await startWire(wellTable);
});
afterEach(async () => {
  await wire.close();
});

async function look(table: WireTable = {}, flags: { region?: string[]; key?: string; cost?: boolean } = {}) {
  Object.assign(wire.table, table);
  const written: string[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk.toString());
      done();
    },
  });
  const stderr = new Writable({ write: (_chunk, _encoding, done) => done() });
  const context = { stdout, stderr, json: true, emit: () => undefined, openSession: () => wire.session() };
  const exitCode = await run({ region: [], ...flags }, context as unknown as CommandContext);
  const document = JSON.parse(written.join('')) as { services: ServiceAccess[]; signals: Signal[] };
  const stateOf = (service: string) => document.services.find((row) => row.service === service)?.state;
  return { exitCode, ...document, stateOf };
}

describe('leakguard restrictions', () => {
  it('exits 0 when every service answers', async () => {
    const { exitCode, services } = await look();
    expect(services.map(({ state }) => state)).toEqual(harmlessReads.map(() => 'answers'));
    expect(exitCode).toBe(0);
  });

  it('calls nothing but reads', async () => {
    await look({}, { key: 'AKIAIOSFODNN7EXAMPLE' });
    const operations = wire.calls.map((call) => call.split(':').at(-1) ?? '');
    for (const operation of operations)
      if (/^[A-Z][a-z]/.test(operation)) expect(isRead('', operation)).toBe(true);
      else expect(operation).toMatch(/^GET |^POST \/detector\/d1\/findings|^POST \/foundation/);
  });

  it.each<[string, WireTable, string, string, number]>([
    [
      'is blocked',
      {
        'ec2:DescribeInstances': ec2Error(
          'Blocked',
          'This account is currently blocked and not recognized as a valid account.',
        ),
      },
      'EC2',
      'restricted',
      3,
    ],
    [
      'is being validated',
      { 'ec2:DescribeInstances': ec2Error('PendingVerification', 'Your request is being validated.') },
      'EC2',
      'restricted',
      3,
    ],
    [
      'names the missing permission',
      {
        ecs: jsonError(
          'AccessDeniedException',
          'User: arn:aws:iam::123456789012:user/responder is not authorized to perform: ecs:ListClusters on resource: * because no identity-based policy allows the ecs:ListClusters action',
        ),
      },
      'ECS',
      'denied',
      5,
    ],
    [
      'refuses without a reason what the policies allow',
      {
        s3: s3Error('AccessDenied', 'Access Denied'),
        'iam:SimulatePrincipalPolicy': simulation({ 's3:ListAllMyBuckets': 'allowed' }),
      },
      'S3',
      'restricted',
      3,
    ],
    [
      'refuses without a reason what the policies deny',
      {
        s3: s3Error('AccessDenied', 'Access Denied'),
        'iam:SimulatePrincipalPolicy': simulation({ 's3:ListAllMyBuckets': 'implicitDeny' }),
      },
      'S3',
      'denied',
      5,
    ],
    [
      'refuses without a reason, and the policies are not known',
      {
        s3: s3Error('AccessDenied', 'Access Denied'),
        'iam:SimulatePrincipalPolicy': xmlError('AccessDenied', 'no'),
      },
      'S3',
      'cannot-tell',
      5,
    ],
    [
      'takes a support plan',
      {
        support: jsonError(
          'SubscriptionRequiredException',
          'AWS Premium Support Subscription is required to use this service.',
        ),
      },
      'Support',
      'not-enabled',
      0,
    ],
    [
      'is not enabled',
      { 'ec2:DescribeInstances': ec2Error('OptInRequired', 'You are not subscribed to this service.') },
      'EC2',
      'not-enabled',
      0,
    ],
    [
      'says itself that it is limited',
      { ses: json({ EnforcementStatus: 'SHUTDOWN' }) },
      'SES',
      'restricted',
      3,
    ],
    ['does not answer', { bedrock: 'drop' }, 'Bedrock', 'failed', 5],
    [
      'fails in its own way while others answer',
      { sagemaker: jsonError('AccountProblem', 'no') },
      'SageMaker',
      'cannot-tell',
      5,
    ],
  ])('tells a service that %s', async (_, table, service, state, code) => {
    const { exitCode, stateOf } = await look(table);
    expect(stateOf(service)).toBe(state);
    expect(exitCode).toBe(code);
  });

  it('asks in each region that is named', async () => {
    const { services } = await look({}, { region: ['eu-west-1,us-east-1'] });
    expect(services.filter(({ service }) => service === 'EC2').map(({ region }) => region)).toEqual([
      'eu-west-1',
      'us-east-1',
    ]);
  });
});

describe("what AWS's own services say", () => {
  it('is told with the findings on the key, the events and the open cases', async () => {
    const { signals } = await look(
      {
        'guardduty:POST /detector/d1/findings': json({ findingIds: ['f1'] }),
        'guardduty:POST /detector/d1/findings/get': json({
          findings: [
            {
              type: 'UnauthorizedAccess:IAMUser/MaliciousIPCaller',
              severity: 5,
              updatedAt: '2026-11-21T04:00:00Z',
            },
          ],
        }),
        health: json({
          events: [
            { eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED', statusCode: 'open', startTime: 1795230300 },
          ],
        }),
        support: json({ cases: [{ displayId: '42', status: 'opened', subject: 'Your account' }] }),
      },
      { key: 'AKIAIOSFODNN7EXAMPLE' },
    );
    expect(signals.map(({ source, status }) => [source, status])).toEqual([
      ['GuardDuty', 'found'],
      ['Health', 'found'],
      ['Support', 'found'],
    ]);
    expect(signals[0]?.details).toEqual([
      'UnauthorizedAccess:IAMUser/MaliciousIPCaller, severity 5, 2026-11-21T04:00:00Z',
    ]);
    expect(signals[2]?.details).toEqual(['case 42, opened: Your account']);
  });

  it('is what each day has cost, when that is asked for: AWS charges for the request', async () => {
    const cost = (Start: string, Amount: string, Estimated: boolean) => ({
      TimePeriod: { Start, End: Start },
      Total: { UnblendedCost: { Amount, Unit: 'USD' } },
      Estimated,
    });
    const ResultsByTime = [
      cost('2026-11-20', '41.234', false),
      cost('2026-11-21', '32500.5', true),
      cost('2026-11-22', '0', true),
      cost('2026-11-23', 'nonsense', true),
    ];
    const unasked = await look({ 'ce:GetCostAndUsage': json({ ResultsByTime }) });
    expect(unasked.signals.map(({ source }) => source)).not.toContain('Cost Explorer');
    expect(wire.calls.join()).not.toContain('ce:');
    const { signals } = await look({}, { cost: true });
    expect(signals.find(({ source }) => source === 'Cost Explorer')).toEqual({
      source: 'Cost Explorer',
      region: 'global',
      status: 'found',
      details: ['2026-11-20: 41.23 USD', '2026-11-21: 32500.50 USD (not final)'],
    });
    expect(wire.calls.filter((call) => call.startsWith('ce:'))).toEqual(['ce:GetCostAndUsage']);
  });

  it.each([
    ['AccessDeniedException', 'User is not authorized to perform: ce:GetCostAndUsage'],
    ['DataUnavailableException', 'Data is not available. Please try to adjust the time period.'],
  ])('is a row where Cost Explorer answers %s', async (code, message) => {
    const { signals, exitCode } = await look({ ce: jsonError(code, message) }, { cost: true });
    const row = signals.find(({ source }) => source === 'Cost Explorer');
    expect(row).toMatchObject({ status: 'not-available', details: [expect.stringContaining(code)] });
    expect(exitCode).toBe(0);
  });

  it('is never required: off, refused and not paid for are rows', async () => {
    const { signals } = await look(
      {
        'guardduty:GET /detector': json({ detectorIds: [] }),
        health: jsonError('SubscriptionRequiredException', 'no plan'),
        support: jsonError('AccessDeniedException', 'not authorized to perform: support:DescribeCases'),
      },
      { key: 'AKIAIOSFODNN7EXAMPLE' },
    );
    expect(signals.map(({ status }) => status)).toEqual(['not-available', 'not-available', 'not-available']);
    expect(signals[0]?.details.join()).toContain('off in this region');
    expect(signals[1]?.details.join()).toContain('support plan');
  });
});
