import { describe, expect, it } from 'vitest';
import { clearance } from '../../src/contain/confirm/clearance.js';
import { plan } from '../../src/contain/plan/plan.js';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import { account, identity } from '../contain/builders.js';
import { day, History, hour, minute, night, type Call, type Caller } from './history.js';

const ci: Caller = { key: 'AKIAEXAMPLEMISUSED00', user: 'ci', ip: '198.51.100.7', agent: 'aws-cli/2.15' };
const admin: Caller = { key: 'AKIAEXAMPLEADMIN0000', user: 'admin', ip: '192.0.2.9', agent: 'aws-cli/2.15' };
const now = night + 3 * hour;

function look(calls: [Caller, Omit<Call, 'time'> & { time?: number }][]): Incident {
  const history = new History();
  for (const [at, [by, call]] of calls.entries()) history.call(by, { time: night + at * minute, ...call });
  return detect({
    events: history.events,
    inventory: [],
    plays,
    coverage: [],
    key: ci.key,
    account,
    compromisedAt: night - minute,
    now,
  });
}

const standing = (incident: Incident): string[] =>
  incident.deeds.filter(({ stands }) => stands).map(({ evidence }) => evidence.name);

const stack = { source: 'airflow', name: 'CreateEnvironment', request: { environmentName: 'grow' } };
const planOf = (incident: Incident) => {
  const options = { evict: 'disable', denyAll: false, snapshot: false, removeTemplates: false } as const;
  return plan(incident, plays, { incident, account, partition: 'aws', now, options }, new Set(), identity);
};

describe('what no play looks at', () => {
  it('is left, and unknown: neither a containment nor a verification passes over it', () => {
    const incident = look([[ci, stack]]);
    expect(planOf(incident).left).toMatchObject([
      { type: 'CreateEnvironment', id: 'grow', cause: 'no-play' },
    ]);
    const rows = clearance(incident, plays, null, planOf(incident), now);
    expect(rows.find(({ subject }) => subject === 'no-play')).toMatchObject({ status: 'unknown' });
    expect(rows.find(({ subject }) => subject === 'no-play')?.details).toMatchObject([
      /CreateEnvironment grow/,
    ]);
  });

  it.each<[string, string[]]>([
    ['grow', []],
    ['web', ['AttachInstances']],
  ])(
    'is what was put into an innocent’s group, and not what was put into the incident’s own: %s',
    (group, left) => {
      const asg = { source: 'autoscaling' };
      const incident = look([
        [
          ci,
          { ...asg, name: 'CreateAutoScalingGroup', request: { autoScalingGroupName: 'grow', maxSize: 9 } },
        ],
        [
          ci,
          {
            ...asg,
            name: 'AttachInstances',
            request: { autoScalingGroupName: group, instanceIds: ['i-0123456789abcdef0'] },
          },
        ],
      ]);
      expect(standing(incident)).toEqual(left);
    },
  );

  it.each([
    ['AllocateHosts', { hostIdSet: { items: [{ item: 'h-0123456789abcdef0' }] } }, 'h-0123456789abcdef0'],
    [
      'CreateCapacityReservation',
      { capacityReservation: { capacityReservationId: 'cr-01', instanceType: 'p5.48xlarge' } },
      'cr-01',
    ],
    ['CreateNatGateway', { natGateway: { natGatewayId: 'nat-01', subnetId: 'subnet-1' } }, 'nat-01'],
    ['AllocateHosts', { AllocateHostsResponse: { hostIdSet: { item: ['h-01', 'h-02'] } } }, 'h-01, h-02'],
    [
      'CreateTransitGatewayVpcAttachment',
      {
        CreateTransitGatewayVpcAttachmentResponse: {
          transitGatewayVpcAttachment: {
            transitGatewayId: 'tgw-01',
            transitGatewayAttachmentId: 'tgw-attach-01',
            vpcId: 'vpc-01',
          },
        },
      },
      'tgw-attach-01',
    ],
    ['CreateVpcEndpoint', { vpcEndpoint: { vpcId: 'vpc-01', vpcEndpointId: 'vpce-01' } }, 'vpce-01'],
    ['PurchaseCapacityBlock', { capacityReservation: { capacityReservationId: 'cr-02' } }, 'cr-02'],
    ['PurchaseReservedInstancesOffering', { reservedInstancesId: 'ri-01' }, 'ri-01'],
    ['CreateSnapshot', { snapshotId: 'snap-01', volumeId: 'vol-01' }, 'snap-01'],
    ['CreateVpnConnection', { vpnConnection: { vpnConnectionId: 'vpn-01' } }, 'vpn-01'],
  ])('that %s left is named by the id in its answer', (name, response, id) => {
    const incident = look([
      [ci, { name, request: { volumeId: 'vol-01', instanceType: 'p5.48xlarge', vpcId: 'vpc-01' }, response }],
    ]);
    expect(planOf(incident).left).toMatchObject([{ type: name, id, cause: 'no-play' }]);
  });

  it.each([
    [
      'savingsplans',
      'CreateSavingsPlan',
      { savingsPlanOfferingId: 'offer-1' },
      { savingsPlanId: 'sp-01' },
      'sp-01',
    ],
    ['route53domains', 'RegisterDomain', { domainName: 'x.example' }, { operationId: 'op-1' }, 'x.example'],
  ])('of %s, %s is named by what was bought', (source, name, request, response, id) => {
    const incident = look([[ci, { source, name, request, response }]]);
    expect(planOf(incident).left).toMatchObject([{ type: name, id, cause: 'no-play' }]);
  });

  it.each([
    [
      'a service that is in no list',
      { source: 'apprunner', name: 'CreateService', request: { serviceName: 's' } },
    ],
    [
      'a step in somebody else’s EMR cluster',
      { source: 'elasticmapreduce', name: 'AddJobFlowSteps', request: { jobFlowId: 'j-THEIRS000000' } },
    ],
    [
      'another environment in the place of somebody else’s',
      {
        source: 'elasticbeanstalk',
        name: 'SwapEnvironmentCNAMEs',
        request: { sourceEnvironmentName: 'shop', destinationEnvironmentName: 'api' },
      },
    ],
    [
      'a bucket’s replication',
      { source: 's3', name: 'PutBucketReplication', request: { bucketName: 'b-1' } },
    ],
    ['a trail that was deleted', { source: 'cloudtrail', name: 'DeleteTrail', request: { name: 'all' } }],
    [
      'a trail that logs less',
      { source: 'cloudtrail', name: 'PutEventSelectors', request: { trailName: 'all' } },
    ],
    [
      'a DNS record',
      { source: 'route53', name: 'ChangeResourceRecordSets', request: { hostedZoneId: 'Z01' } },
    ],
    ['a shared snapshot', { name: 'ModifySnapshotAttribute', request: { snapshotId: 'snap-1' } }],
    [
      'capacity that was bought',
      { name: 'PurchaseCapacityBlock', request: { capacityBlockOfferingId: 'cb-1' } },
    ],
    [
      'a verb that nobody thought of',
      { source: 'new-service', name: 'ShareThing', request: { name: 'x-1' } },
    ],
    [
      'a command on somebody’s instance',
      { source: 'ssm', name: 'SendCommand', request: { instanceIds: ['i-1234'] } },
    ],
    [
      'a key that will be deleted',
      { source: 'kms', name: 'ScheduleKeyDeletion', request: { keyId: 'key-1' } },
    ],
    [
      'an encryption taken off a bucket',
      { source: 's3', name: 'DeleteBucketEncryption', request: { bucketName: 'b-1' } },
    ],
    [
      'a route in somebody’s table',
      { name: 'CreateRoute', request: { routeTableId: 'rtb-0a1b2c3d4e', gatewayId: 'igw-0a1b2c3d4e' } },
    ],
    [
      'a changed setting',
      { source: 'cognito-idp', name: 'SetUserPoolMfaConfig', request: { userPoolId: 'p-1' } },
    ],
    [
      'an image under the tag that others run',
      { source: 'ecr', name: 'PutImage', request: { repositoryName: 'shop', imageTag: 'latest' } },
    ],
    ['code that was pushed', { source: 'codecommit', name: 'GitPush', request: { repositoryName: 'shop' } }],
    [
      'somebody’s log that is thrown away after a day',
      { source: 'logs', name: 'PutRetentionPolicy', request: { logGroupName: 'audit', retentionInDays: 1 } },
    ],
    [
      'somebody’s log under another key',
      { source: 'logs', name: 'AssociateKmsKey', request: { logGroupName: 'audit', kmsKeyId: 'arn:k' } },
    ],
    [
      'a filter that feeds an alarm no more',
      { source: 'logs', name: 'PutMetricFilter', request: { logGroupName: 'audit', filterName: 'root' } },
    ],
    ['a tag that a policy may compare', { source: 'iam', name: 'TagRole', request: { roleName: 'shop' } }],
    ['a cluster', { source: 'redshift', name: 'CreateCluster', request: { clusterIdentifier: 'dwh' } }],
  ] as [string, Omit<Call, 'time'>][])('is %s', (_, call) => {
    expect(standing(look([[ci, call]]))).toEqual([call.name]);
  });

  it.each([
    ['a call that was refused', { ...stack, error: 'AccessDenied' }],
    ['a call that only looks', { source: 'cloudformation', name: 'DescribeStacks' }],
    ['a session', { source: 'sts', name: 'GetCallerIdentity' }],
    ['an object that was written', { source: 's3', name: 'PutObject', request: { bucketName: 'b' } }],
    ['what a play contains', { source: 'iam', name: 'CreateUser', request: { userName: 'support-2' } }],
    ['a shell that ends by itself', { source: 'ssm', name: 'StartSession', request: { target: 'i-1' } }],
    ['a tag', { name: 'CreateTags' }],
    ['a service that acts for its caller', { ...stack, invokedBy: 'cloudformation.amazonaws.com' }],
  ] as [string, Omit<Call, 'time'>][])('is not %s', (_, call) => {
    expect(standing(look([[ci, call]]))).toEqual([]);
  });

  it('is not taken back by the end of something else that has the name of a part of it', () => {
    const app = (name: string, request: JsonObject): [Caller, Omit<Call, 'time'>] => [
      ci,
      { source: 'appstream', name, request },
    ];
    const made = app('CreateAppBlockBuilder', { name: 'grow', instanceType: 'big', platform: 'decoy' });
    expect(standing(look([made, app('DeleteAppBlockBuilder', { name: 'decoy' })]))).toEqual([made[1].name]);
    expect(standing(look([made, app('DeleteAppBlockBuilder', { name: 'grow' })]))).toEqual([]);
  });

  it('is not a change of what the incident made: that goes with it; names count in the same field and place only', () => {
    const crawler = (name: string, request: JsonObject, region = 'us-east-1') => ({
      source: 'glue',
      name,
      request,
      region,
    });
    const job = crawler('CreateJob', { name: 'shop' });
    expect(
      standing(
        look([
          [ci, job],
          [ci, crawler('UpdateJob', { name: 'shop' })],
        ]),
      ),
    ).toEqual(['CreateJob']);
    for (const other of [
      crawler('UpdateCrawler', { name: 'shop' }),
      crawler('UpdateJob', { name: 'shop' }, 'eu-west-1'),
    ])
      expect(
        standing(
          look([
            [ci, job],
            [ci, other],
          ]),
        ),
      ).toEqual(['CreateJob', other.name]);
    // CreateTopic answers with the topic that was there before: what is changed of it may be an innocent’s.
    const topic = (name: string, request: JsonObject) => ({ source: 'sns', name, request });
    const calls = [topic('CreateTopic', { name: 'alarms' }), topic('SetTopicAttributes', { name: 'alarms' })];
    expect(standing(look(calls.map((call) => [ci, call])))).toEqual(['CreateTopic', 'SetTopicAttributes']);
  });

  it('is told with the exact step and its id, by a containment and by a verification', () => {
    const call = { source: 'kms', name: 'ScheduleKeyDeletion', request: { keyId: 'key-1' } };
    const incident = look([[ci, call]]);
    const command = 'aws kms cancel-key-deletion --key-id=key-1 --region=us-east-1';
    expect(planOf(incident).left[0]?.detail).toContain(command);
    const rows = clearance(incident, plays, null, planOf(incident), now);
    expect(rows.find(({ subject }) => subject === 'no-play')?.details[0]).toContain(command);
  });

  it('is not what somebody else did, nor what the key did all its life', () => {
    const life = [30, 20, 10].map((days): [Caller, Call] => [ci, { ...stack, time: night - days * day }]);
    expect(standing(look([[admin, stack]]))).toEqual([]);
    expect(standing(look([...life, [ci, stack]]))).toEqual([]);
  });

  it('is what the key did all its life, where somebody else does it: from elsewhere, or with what the misuse made', () => {
    const life = Array.from({ length: 25 }, (_, days): [Caller, Call] => [
      ci,
      { ...stack, time: night - (30 - days) * day },
    ]);
    expect(standing(look([...life, [ci, stack]]))).toEqual([]);
    expect(standing(look([...life, [{ ...ci, ip: '203.0.113.80' }, stack]]))).toEqual(['CreateEnvironment']);
    expect(standing(look([...life, [ci, { ...stack, region: 'eu-west-3' }]]))).toEqual(['CreateEnvironment']);
    const made: Caller = { ...ci, key: 'AKIAEXAMPLEMADE00000', user: 'support-2' };
    const makesUser = {
      source: 'iam',
      name: 'CreateAccessKey',
      request: { userName: 'support-2' },
      response: { accessKey: { accessKeyId: made.key, userName: 'support-2', status: 'Active' } },
    };
    const user = { source: 'iam', name: 'CreateUser', request: { userName: 'support-2' } };
    expect(standing(look([...life, [ci, user], [ci, makesUser], [made, stack]]))).toEqual([
      'CreateEnvironment',
    ]);
  });

  it('stands until it is taken back: by its inverse on the same thing, or set anew from outside the incident', () => {
    const back = {
      source: 'airflow',
      name: 'DeleteEnvironment',
      request: { environmentName: 'grow' },
    };
    expect(
      standing(
        look([
          [ci, stack],
          [admin, back],
        ]),
      ),
    ).toEqual([]);
    expect(
      standing(
        look([
          [ci, stack],
          [ci, back],
        ]),
      ),
    ).toEqual([]);
    const other = { ...back, request: { environmentName: 'shop' } };
    expect(
      standing(
        look([
          [ci, stack],
          [admin, other],
        ]),
      ),
    ).toEqual(['CreateEnvironment']);
    expect(
      standing(
        look([
          [ci, stack],
          [admin, back],
          [ci, stack],
        ]),
      ),
    ).toEqual(['CreateEnvironment']);

    const policy = { source: 's3', name: 'PutBucketReplication', request: { bucketName: 'shop-assets' } };
    expect(
      standing(
        look([
          [ci, policy],
          [admin, policy],
        ]),
      ),
    ).toEqual([]);
    expect(
      standing(
        look([
          [ci, policy],
          [ci, policy],
        ]),
      ),
    ).toEqual(['PutBucketReplication']);
    const bucket = { source: 's3', name: 'CreateBucket', request: { bucketName: 'shop-assets' } };
    const unset = { source: 's3', name: 'DeleteBucketReplication', request: { bucketName: 'shop-assets' } };
    expect(
      standing(
        look([
          [ci, bucket],
          [admin, unset],
        ]),
      ),
    ).toEqual(['CreateBucket']);

    const stop = { source: 'guardduty', name: 'StopMonitoringMembers', request: { detectorId: 'd-1' } };
    expect(
      standing(
        look([
          [ci, stop],
          [admin, { ...stop, name: 'StartMonitoringMembers' }],
        ]),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'another environment’s end, by its ARN',
      {
        ...stack,
        response: { environmentArn: 'arn:aws:airflow:us-east-1:111122223333:environment/grow/aa11' },
      },
      {
        ...stack,
        name: 'DeleteEnvironment',
        request: { environmentName: 'arn:aws:airflow:us-east-1:111122223333:environment/shop/bb22' },
      },
    ],
    [
      'another environment that asks for the same capabilities',
      { ...stack, request: { environmentName: 'grow', capabilities: ['CAPABILITY_IAM'] } },
      { ...stack, request: { environmentName: 'shop', capabilities: ['CAPABILITY_IAM'] } },
    ],
    [
      'another bucket’s replication',
      {
        source: 's3',
        name: 'PutBucketReplication',
        request: {
          bucketName: 'shop-assets',
          Host: 's3.amazonaws.com',
          bucketPolicy: { Version: '2012-10-17' },
        },
      },
      {
        source: 's3',
        name: 'PutBucketReplication',
        request: {
          bucketName: 'shop-logs',
          Host: 's3.amazonaws.com',
          bucketPolicy: { Version: '2012-10-17' },
        },
      },
    ],
    [
      'a thing of the same type in a list',
      { source: 'fms', name: 'PutResourceSet', request: { resources: [{ type: 'bucket', id: 'shop-1' }] } },
      {
        source: 'fms',
        name: 'DeleteResourceSet',
        request: { resources: [{ type: 'bucket', id: 'shop-2' }] },
      },
    ],
    [
      'another setting of the same database',
      {
        source: 'rds',
        name: 'ModifyDBInstance',
        request: { dBInstanceIdentifier: 'shop', publiclyAccessible: true },
      },
      {
        source: 'rds',
        name: 'ModifyDBInstance',
        request: { dBInstanceIdentifier: 'shop', allocatedStorage: 40 },
      },
    ],
    [
      'a cluster of the same name in another region',
      { source: 'eks', name: 'CreateCluster', region: 'eu-west-1', request: { name: 'grow' } },
      { source: 'eks', name: 'DeleteCluster', region: 'us-east-1', request: { name: 'grow' } },
    ],
  ] as [string, Omit<Call, 'time'>, Omit<Call, 'time'>][])('is not taken back by %s', (_, call, later) => {
    expect(
      standing(
        look([
          [ci, call],
          [admin, later],
        ]),
      ),
    ).toEqual([call.name]);
  });

  it('is told for each region in which it stands', () => {
    const cluster = (region: string) => ({
      source: 'eks',
      name: 'CreateCluster',
      region,
      request: { name: 'grow' },
    });
    const incident = look([
      [ci, cluster('us-east-1')],
      [ci, cluster('eu-west-1')],
      [admin, { ...cluster('us-east-1'), name: 'DeleteCluster' }],
    ]);
    expect(incident.deeds.map(({ evidence, stands }) => [evidence.region, stands])).toEqual([
      ['us-east-1', false],
      ['eu-west-1', true],
    ]);
  });

  it('is a subscription that passes logs on, a query that runs by a schedule, an innocent’s changed trust anchor', () => {
    const calls = [
      {
        source: 'logs',
        name: 'PutSubscriptionFilter',
        request: { logGroupName: 'shop', filterName: 'copy' },
      },
      { source: 'timestream', name: 'CreateScheduledQuery', request: { name: 'each-hour' } },
      { source: 'rolesanywhere', name: 'UpdateTrustAnchor', request: { trustAnchorId: 'ta-of-the-shop' } },
    ];
    expect(standing(look(calls.map((call) => [ci, call])))).toEqual(calls.map(({ name }) => name));
  });
});
