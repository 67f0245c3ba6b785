import { describe, expect, it } from 'vitest';
import { plan } from '../../src/contain/plan/plan.js';
import { cloudThingOf } from '../../src/detect/classify/cloud-made.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import { cloudType, holdsData } from '../../src/facts/index.js';
import type { Incident } from '../../src/model/incident.js';
import type { Resource } from '../../src/model/resource.js';
import { plays } from '../../src/plays/index.js';
import { account, identity } from '../contain/builders.js';
import { event, resource } from '../plays/make.js';
import { History, hour, minute, night, type Call, type Caller } from './history.js';

const ci: Caller = { key: 'AKIAEXAMPLEMISUSED00', user: 'ci', ip: '198.51.100.7', agent: 'aws-cli/2.15' };
const web: Caller = { key: 'AKIAEXAMPLEWEB000000', user: 'web', ip: '192.0.2.9', agent: 'aws-cli/2.15' };
const now = night + 3 * hour;
const trail = { subject: 'trail', region: 'us-east-1', status: 'complete', count: 1, detail: null } as const;
type Act = [Caller, Omit<Call, 'time'> & { time?: number }];

function look(acts: readonly Act[], inventory: readonly Resource[], more: Partial<Facts> = {}): Incident {
  const history = new History();
  for (const [at, [by, call]] of acts.entries()) history.call(by, { time: night + at * minute, ...call });
  const facts = { events: history.events, inventory, plays, coverage: [trail], key: ci.key, account, now };
  return detect({ ...facts, compromisedAt: night - minute, ...more });
}

function planOf(incident: Incident, include: readonly string[] = []) {
  const options = { evict: 'remove', denyAll: true, snapshot: false, removeTemplates: true } as const;
  const context = { incident, account, partition: 'aws', now, options };
  return plan(incident, plays, context, new Set(include), identity);
}

const thing = (type: string, identifier: string, over: Partial<Resource> = {}): Resource =>
  resource('cloud-control', `${type}|${identifier}`, {
    type,
    region: 'us-east-1',
    properties: { model: { Name: identifier } },
    ...over,
  });

const job: Act = [ci, { source: 'glue', name: 'CreateJob', request: { name: 'crunch' } }];
const theJob = thing('AWS::Glue::Job', 'crunch');
const arn = 'arn:aws:sns:us-east-1:111122223333:alarms';
const topic: Act = [
  ci,
  { source: 'sns', name: 'CreateTopic', request: { name: 'alarms' }, response: { topicArn: arn } },
];
const theTopic = thing('AWS::SNS::Topic', arn);

describe('what an event made, as Cloud Control names it', () => {
  it.each([
    ['glue', 'CreateJob', { name: 'crunch' }, null, 'AWS::Glue::Job', 'crunch'],
    ['airflow', 'CreateEnvironment', { name: 'grow' }, null, 'AWS::MWAA::Environment', 'grow'],
    ['kms', 'CreateKey', {}, { keyMetadata: { keyId: 'k-1' } }, 'AWS::KMS::Key', 'k-1'],
    ['sns', 'CreateTopic', { name: 'alarms' }, { topicArn: arn }, 'AWS::SNS::Topic', arn],
    [
      'ec2',
      'CreateNatGateway',
      { subnetId: 'subnet-1' },
      { CreateNatGatewayResponse: { natGateway: { natGatewayId: 'nat-1', subnetId: 'subnet-1' } } },
      'AWS::EC2::NatGateway',
      'nat-1',
    ],
    [
      'apprunner',
      'CreateService',
      { serviceName: 's' },
      { service: { serviceArn: 'arn:aws:apprunner:us-east-1:111122223333:service/s/1' } },
      'AWS::AppRunner::Service',
      'arn:aws:apprunner:us-east-1:111122223333:service/s/1',
    ],
    [
      'cloudcontrolapi',
      'CreateResource',
      { typeName: 'AWS::Glue::Job' },
      { progressEvent: { typeName: 'AWS::Glue::Job', identifier: 'crunch' } },
      'AWS::Glue::Job',
      'crunch',
    ],
    [
      'cognito-idp',
      'CreateUserPoolClient',
      { userPoolId: 'p-1' },
      { userPoolClient: { userPoolId: 'p-1', clientId: 'c-1' } },
      'AWS::Cognito::UserPoolClient',
      'p-1|c-1',
    ],
  ])('%s %s', (source, name, request, response, type, identifier) => {
    const made = cloudThingOf(event({ source: `${source}.amazonaws.com`, name, request, response }));
    expect(made).toMatchObject({ type, identifier });
  });

  it('is not known where the record does not say it, says two, or the act is a change', () => {
    const of = (source: string, name: string, request: object, response: object | null = null) =>
      cloudThingOf(
        event({
          source: `${source}.amazonaws.com`,
          name,
          request: request as never,
          response: response as never,
        }),
      );
    expect(of('glue', 'CreateJob', {})).toBeNull();
    expect(of('sns', 'CreateTopic', { name: 'alarms' })).toBeNull();
    expect(of('sns', 'CreateTopic', {}, { topicArn: 'a', topic: { topicArn: 'b' } })).toBeNull();
    expect(of('s3', 'PutBucketPolicy', { bucketName: 'b' })).toBeNull();
    expect(
      of('cloudcontrolapi', 'UpdateResource', { typeName: 'AWS::Glue::Job', identifier: 'x' }),
    ).toBeNull();
  });

  it('has types with data apart', () => {
    for (const type of [
      'AWS::KMS::Key',
      'AWS::EFS::FileSystem',
      'AWS::Cognito::UserPool',
      'AWS::DynamoDB::Table',
      'AWS::S3::Bucket',
    ])
      expect([type, holdsData(type)]).toEqual([type, true]);
    expect(holdsData('AWS::Glue::Job')).toBe(false);
    expect(cloudType('AWS::Glue::Job')).toMatchObject({ ids: [{ property: 'Name', madeByAws: false }] });
  });
});

describe('what the misuse made and Cloud Control read', () => {
  it('is held until the person names it: no flag reaches it', () => {
    const incident = look([job], [theJob]);
    expect(incident.findings).toMatchObject([{ class: 'held', rule: 'made.agree' }]);
    expect(incident.deeds.filter(({ stands }) => stands)).toEqual([]);
    const { actions, left } = planOf(incident);
    expect(actions).toEqual([]);
    expect(left).toMatchObject([
      { id: theJob.id, cause: 'held', detail: /--include 'AWS::Glue::Job\|crunch' deletes it/ },
    ]);
  });

  it('is deleted where the person names it, with its before-value and the way back', () => {
    const include = [theJob.id];
    const { actions, left } = planOf(look([job], [theJob], { include }), include);
    expect(left).toEqual([]);
    expect(actions).toMatchObject([
      {
        operation: 'DeleteResource',
        input: { TypeName: 'AWS::Glue::Job', Identifier: 'crunch' },
        before: { model: { Name: 'crunch' } },
        undo: {
          calls: [
            {
              operation: 'CreateResource',
              input: { TypeName: 'AWS::Glue::Job', DesiredState: '{"Name":"crunch"}' },
            },
          ],
        },
      },
    ]);
  });

  it('says why there is no way back where it would not be the same', () => {
    const nat = thing('AWS::EC2::NatGateway', 'nat-1');
    const made: Act = [ci, { name: 'CreateNatGateway', response: { natGateway: { natGatewayId: 'nat-1' } } }];
    const { actions } = planOf(look([made], [nat], { include: [nat.id] }), [nat.id]);
    expect(actions).toMatchObject([
      { operation: 'DeleteResource', undo: { none: /^Not all of AWS::EC2::NatGateway/ } },
    ]);
  });

  it.each([
    ['a create that answers with what is there', [topic], theTopic, 'made.unproven'],
    [
      'an earlier event that speaks of it',
      [[web, { source: 'glue', name: 'StartJobRun', request: { jobName: 'crunch' } }], job],
      theJob,
      'made.unproven',
    ],
    ['a date before the create', [job], { ...theJob, createdAt: night - 5 * hour }, 'made.unproven'],
    [
      'data',
      [[ci, { source: 'kms', name: 'CreateKey', response: { keyMetadata: { keyId: 'k-1' } } }]],
      thing('AWS::KMS::Key', 'k-1'),
      'made.with-data',
    ],
  ] as [string, Act[], Resource, string][])('is never deleted, though named: %s', (_, acts, found, rule) => {
    const include = [found.id];
    const incident = look(acts, [found], { include });
    expect(incident.findings).toMatchObject([{ class: 'held', rule }]);
    const { actions, left } = planOf(incident, include);
    expect(actions).toEqual([]);
    expect(left).toMatchObject([{ id: found.id, cause: 'held' }]);
  });

  it('is not proven to be new where the trail of its region was not read whole', () => {
    const coverage = [{ ...trail, status: 'truncated', detail: 'throttled' } as const];
    expect(look([job], [theJob], { coverage }).findings).toMatchObject([{ rule: 'made.unproven' }]);
    expect(look([job], [theJob], { coverage: [] }).findings).toMatchObject([{ rule: 'made.unproven' }]);
    const dated = { ...theJob, createdAt: night };
    expect(look([job], [dated], { coverage }).findings).toMatchObject([{ rule: 'made.agree' }]);
  });

  it('that an innocent made is no part of the incident', () => {
    const [, call] = job;
    expect(look([[web, call]], [theJob]).findings).toMatchObject([{ class: 'not-tied' }]);
  });

  it('is taken back by a look that does not find it any more, and told as left without one', () => {
    const gone = { ...theJob, live: false, state: 'gone' };
    expect(look([job], [gone]).deeds).toMatchObject([{ stands: false, undone: true }]);
    expect(planOf(look([job], [gone])).left).toEqual([]);
    expect(planOf(look([job], [])).left).toMatchObject([
      { type: 'CreateJob', id: 'crunch', cause: 'no-play' },
    ]);
  });

  it('leaves a change to a person, with its step: a policy that was overwritten is its owner’s', () => {
    const request = { bucketName: 'shop', AccessControlPolicy: {} };
    const policy: Act = [ci, { source: 's3', name: 'PutBucketAcl', request }];
    const { actions, left } = planOf(look([policy], []));
    expect(actions).toEqual([]);
    expect(left).toMatchObject([
      { id: 'shop', cause: 'no-play', detail: /S3 console, Permissions: take out/ },
    ]);
  });
});
