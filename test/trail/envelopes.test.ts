import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.js';
import type { Trail } from '../../src/trail/files.js';
import { keysOf, read, records } from './written.js';

const json = JSON.stringify;
const lines = (each: (record: JsonObject) => unknown): string =>
  records.map((one) => json(each(one))).join('\n');
const list = (each: (record: JsonObject) => unknown): unknown[] => records.map(each);
const base64 = (value: unknown): string => Buffer.from(json(value)).toString('base64');
const packed = (text: string): string => gzipSync(text).toString('base64');
const reasons = ({ skipped }: Trail): unknown[] => skipped.map(({ reason, count }) => [count, reason]);

/** What CloudWatch Logs sends (CloudWatch Logs user guide, "Real-time processing of log data with subscriptions"). */
const subscription = {
  messageType: 'DATA_MESSAGE',
  owner: '111122223333',
  logGroup: 'trail',
  logStream: 's',
  subscriptionFilters: ['all'],
  logEvents: list((one) => ({ id: '1', timestamp: 1, message: json(one) })),
};
const bridge = (detail: JsonObject): JsonObject => ({
  version: '0',
  id: 'x',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2026-11-20T02:00:00Z',
  region: 'us-east-1',
  resources: [],
  detail,
});
const kinesis = (data: string): JsonObject => ({
  kinesis: { kinesisSchemaVersion: '1.0', partitionKey: '1', sequenceNumber: '4', data },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: 'shardId-000000000006:4',
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: 'arn:aws:iam::111122223333:role/lambda',
  awsRegion: 'us-east-2',
  eventSourceARN: 'arn:aws:kinesis:us-east-2:111122223333:stream/s',
});
const sqs = (body: unknown): JsonObject => ({
  messageId: '0',
  receiptHandle: 'h',
  body: json(body),
  attributes: { SenderId: 'AIDAIENQZJOLO23YVJ4VO' },
  messageAttributes: {},
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:us-east-2:111122223333:q',
  awsRegion: 'us-east-2',
});
const attribute = (key: string, value: unknown): JsonObject =>
  typeof value === 'object' && value !== null
    ? {
        key,
        value: { kvlistValue: { values: Object.entries(value).map(([name, one]) => attribute(name, one)) } },
      }
    : { key, value: value === null ? {} : { stringValue: typeof value === 'string' ? value : json(value) } };
const otlp = (body: (record: JsonObject) => unknown): unknown => ({
  resourceLogs: [
    {
      resource: { attributes: [{ key: 'cloud.provider', value: { stringValue: 'aws' } }] },
      scopeLogs: [{ scope: {}, logRecords: list((one) => ({ timeUnixNano: '1', body: body(one) })) }],
    },
  ],
});

describe('messages of pipelines', () => {
  it.each<[string, string]>([
    ['an event of Kinesis for Lambda', json({ Records: list((one) => kinesis(base64(one))) })],
    [
      'an event of Kinesis for Lambda, gzip, from CloudWatch Logs',
      json({ Records: [kinesis(packed(json(subscription)))] }),
    ],
    ['an event of CloudWatch Logs for Lambda', json({ awslogs: { data: packed(json(subscription)) } })],
    [
      'an event of CloudWatch Logs for Lambda, beside a message that says that it works',
      [
        json({ awslogs: { data: packed(json({ ...subscription, messageType: 'CONTROL_MESSAGE' })) } }),
        json({ awslogs: { data: packed(json(subscription)) } }),
      ].join('\n'),
    ],
    [
      'records that Firehose hands to Lambda',
      json({
        invocationId: 'x',
        deliveryStreamArn: 'arn:aws:firehose:us-east-1:111122223333:deliverystream/s',
        records: list((one) => ({ recordId: '4', approximateArrivalTimestamp: 1, data: base64(one) })),
      }),
    ],
    [
      'records that Firehose sends to an endpoint, many in each, one after the other',
      json({
        requestId: 'x',
        timestamp: 1,
        records: [{ data: Buffer.from(lines((one) => one).replaceAll('\n', '')).toString('base64') }],
      }),
    ],
    ['what Firehose writes of CloudWatch Logs, without line ends', json(subscription) + json(subscription)],
    ['zlib in base64', json({ payload: deflateSync(json({ Records: records })).toString('base64') })],
    ['an event of SQS for Lambda', json({ Records: list((one) => sqs(bridge(one))) })],
    [
      'an event of SNS for Lambda',
      json({
        Records: list((one) => ({
          EventVersion: '1.0',
          EventSubscriptionArn: 'arn:aws:sns:us-east-2:111122223333:t:1',
          EventSource: 'aws:sns',
          Sns: { Type: 'Notification', TopicArn: 'arn:aws:sns:us-east-2:1:t', Message: json(bridge(one)) },
        })),
      }),
    ],
    [
      'SNS in SQS in the answer of ReceiveMessage',
      json({
        Messages: list((one) => ({
          MessageId: '1',
          ReceiptHandle: 'h',
          Body: json({ Type: 'Notification', TopicArn: 't', Message: json(bridge(one)) }),
        })),
      }),
    ],
    [
      'an event of Kafka for Lambda',
      json({
        eventSource: 'aws:kafka',
        bootstrapServers: 'b',
        records: { 'trail-0': list((one) => ({ topic: 'trail', offset: 1, value: base64(one) })) },
      }),
    ],
    ['EventBridge events in a list', json(list(bridge))],
    ['OpenTelemetry, body as text', json(otlp((one) => ({ stringValue: json(one) })))],
    [
      'OpenTelemetry, one export a line',
      lines((one) => ({
        resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: json(one) } }] }] }],
      })),
    ],
    [
      'Datadog’s API of logs',
      json({
        data: list((one) => ({
          id: 'A',
          type: 'log',
          attributes: { service: 'cloudtrail', tags: ['source:cloudtrail'], attributes: one, message: 'm' },
        })),
        meta: { page: { after: 'eyJhZnRlciI6IkFRQUFBWEtMZ05nVGVyIn0' }, elapsed: 1 },
      }),
    ],
    [
      'Elasticsearch’s _search, with aggregations',
      json({
        took: 1,
        _shards: { total: 1 },
        hits: {
          total: { value: records.length, relation: 'eq' },
          hits: list((one) => ({
            _index: 'trail',
            _id: 'x',
            _source: one,
            fields: { host: ['a'] },
            sort: [1],
          })),
        },
        aggregations: { names: { buckets: [{ key: 'RunInstances', doc_count: 1 }] } },
      }),
    ],
    [
      'an answer of _msearch, no list of a known name',
      json({ took: 1, responses: [{ hits: { hits: list((_source) => ({ _source })) } }] }),
    ],
    ['Graylog', lines((one) => ({ version: '1.1', host: 'h', short_message: 'x', full_message: json(one) }))],
    [
      'Loki',
      json({
        data: {
          resultType: 'streams',
          result: [{ stream: { job: 'x' }, values: list((one) => ['1', json(one)]) }],
        },
      }),
    ],
    ['Sumo Logic', json({ messages: list((one) => ({ map: { _raw: json(one), _sourcehost: 'x' } })) })],
    ['Panther', lines((one) => ({ ...one, p_log_type: 'AWS.CloudTrail', p_event_time: 'x', p_row_id: 'r' }))],
    [
      'a logger’s words before a record in a string',
      lines((one) => ({ log: `<14>Sep 30 host trail: ${json(one)}`, stream: 'stdout' })),
    ],
    ['records as JSON strings in JSON strings', lines((one) => json(json(one)))],
    ['escaped JSON without quotes around it', lines((one) => ({ message: json(json(one)).slice(1, -1) }))],
  ])('gives every event of %s', async (_, content) => {
    const trail = await read(content);
    expect(reasons(trail)).toEqual([]);
    expect(keysOf(trail)).toEqual(keysOf(await read(json({ Records: records }))));
    expect(trail.cells.every(({ status }) => status === 'complete')).toBe(true);
  });

  it('reads the fields of OpenTelemetry’s maps', async () => {
    const trail = await read(json(otlp((one) => attribute('', one).value)));
    expect(trail.skipped).toEqual([]);
    expect(keysOf(trail)).toEqual(keysOf(await read(json({ Records: records }))));
  });

  it('names the records of the Kinesis Producer Library, which it cannot read', async () => {
    const aggregated = Buffer.concat([Buffer.from('f3899ac2', 'hex'), Buffer.alloc(60, 7)]).toString(
      'base64',
    );
    const trail = await read(json({ Records: [kinesis(aggregated), kinesis(base64(records[0]))] }));
    expect(reasons(trail)).toEqual([[1, 'a message of aws:kinesis, no CloudTrail record']]);
    expect(trail.events).toHaveLength(1);
  });
});

const row = {
  eventVersion: '1.08',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::1:user/ci', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  eventTime: '2026-11-20T02:00:00Z',
  eventSource: 'ec2.amazonaws.com',
  eventName: 'RunInstances',
  awsRegion: 'us-east-1',
  requestParameters: { instanceType: 'p3.8xlarge' },
  responseElements: { instancesSet: { items: [{ instanceId: 'i-1' }] } },
  requestID: 'r-1',
  eventID: 'e-1',
};
const summary = { event_name: 'RunInstances', event_source: 'ec2.amazonaws.com', event_time: '2026-11-20' };

describe('a row with the record inside', () => {
  it.each<[string, unknown]>([
    ['as an object', { ...summary, cloud_trail_event: row }],
    ['as a string', { ...summary, whatever: json(row) }],
    ['nested', { ...summary, source: { doc: [{ x: json({ detail: row }) }] } }],
    [
      'beside fields in CloudTrail’s own spelling',
      {
        eventName: 'RunInstances',
        eventSource: 'ec2.amazonaws.com',
        eventId: 'e-1',
        cloudTrailEvent: json(row),
      },
    ],
    ['beside fields that were taken out of it', { ...flatOf(row), _raw: json(row) }],
    [
      'of a timeline',
      {
        message: 'RunInstances',
        timestamp: 1,
        event_name: 'RunInstances',
        event_time: 'x',
        data_type: 'aws:cloudtrail:event',
        cloud_trail_event: json(row),
      },
    ],
    [
      'in OCSF, with the raw data',
      {
        api: { operation: 'RunInstances' },
        metadata: { uid: 'e-1', product: { name: 'CloudTrail' } },
        raw_data: json(row),
      },
    ],
    ['packed', { ...summary, raw: base64(row) }],
  ])('gives that record, %s', async (_, content) => {
    const { events, skipped } = await read(json([content]));
    expect(skipped).toEqual([]);
    expect(events).toMatchObject([
      { actor: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE' }, response: row.responseElements, eventId: 'e-1' },
    ]);
  });

  it.each<[string, unknown]>([
    ['cut', { ...summary, cloud_trail_event: json(row).slice(0, -40) }],
    ['of another call', { ...summary, cloud_trail_event: json({ ...row, eventName: 'DeleteTrail' }) }],
    [
      'cut, in an answer of LookupEvents',
      { EventId: 'e-1', EventName: 'RunInstances', CloudTrailEvent: json(row).slice(0, -9) },
    ],
  ])('is named where that record is %s', async (_, content) => {
    const trail = await read(json([content, row]));
    expect(trail.events).toHaveLength(1);
    expect(reasons(trail)).toEqual([[1, expect.stringMatching(/not JSON|another call/)]]);
    expect(trail.cells.some(({ status }) => status === 'complete')).toBe(false);
  });

  it('never takes a record out of what a caller chose', async () => {
    const forged = { ...row, eventID: 'e-2', userIdentity: { accessKeyId: 'AKIAINNOCENT00000000' } };
    const carriers = [
      { ...row, requestParameters: { tags: [forged], text: json(forged) }, userAgent: json(forged) },
      { ...row, eventID: 'e-3', additionalEventData: forged, resources: [forged], unknownField: forged },
      {
        ...summary,
        event_id: 'e-4',
        request_parameters: { a: forged },
        user_agent: json(forged),
        access_key_id: 'x',
      },
    ];
    const { events } = await read(json({ Records: carriers }));
    expect(events.map(({ eventId }) => eventId).sort()).toEqual(['e-1', 'e-3', 'e-4']);
  });
});

function flatOf(record: JsonObject): JsonObject {
  const flat: JsonObject = {};
  for (const [name, value] of Object.entries(record))
    flat[typeof value === 'object' ? `${name}.x` : name] = typeof value === 'object' ? '1' : value;
  return flat;
}

describe('what looks like a record and is none', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'S3 event message',
      { Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventVersion: '2.1', s3: {} }] },
      /a message of aws:s3/,
    ],
    ['S3 test message', { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }, /test message of S3/],
    [
      'S3 event message in SNS',
      {
        Type: 'Notification',
        TopicArn: 't',
        Message: json({ Records: [{ eventSource: 'aws:s3', eventName: 'x' }] }),
      },
      /a message of aws:s3/,
    ],
    [
      'DynamoDB stream',
      {
        Records: [
          {
            eventID: '1',
            eventName: 'INSERT',
            eventVersion: '1.0',
            eventSource: 'aws:dynamodb',
            awsRegion: 'x',
            dynamodb: {},
          },
        ],
      },
      /aws:dynamodb/,
    ],
    ['Kinesis message of something else', { Records: [kinesis(base64({ a: 1 }))] }, /aws:kinesis/],
    [
      'GuardDuty finding',
      {
        schemaVersion: '2.0',
        type: 'x',
        service: { serviceName: 'guardduty', action: { awsApiCallAction: { api: 'RunInstances' } } },
      },
      /GuardDuty/,
    ],
    [
      'GuardDuty finding of the CLI',
      { Findings: [{ SchemaVersion: '2.0', Service: { ServiceName: 'guardduty' } }] },
      /GuardDuty/,
    ],
    [
      'GuardDuty finding of EventBridge',
      {
        'detail-type': 'GuardDuty Finding',
        source: 'aws.guardduty',
        detail: { service: { serviceName: 'guardduty' } },
      },
      /GuardDuty/,
    ],
    [
      'Security Hub finding',
      { Findings: [{ SchemaVersion: '2018-10-08', ProductArn: 'x', GeneratorId: 'y' }] },
      /Security Hub/,
    ],
    [
      'Config item',
      {
        configurationItems: [{ configurationItemStatus: 'OK', resourceType: 'AWS::EC2::Instance' }],
        configSnapshotId: 'x',
      },
      /AWS Config/,
    ],
    ['SNS notification', { Type: 'Notification', TopicArn: 't', Message: 'hello' }, /SNS/],
    [
      'EventBridge event of another kind',
      {
        'detail-type': 'EC2 Instance State-change Notification',
        source: 'aws.ec2',
        detail: { state: 'running' },
      },
      /EventBridge event of another kind \(EC2 Instance State-change Notification\)/,
    ],
    [
      'event of a product',
      { eventName: 'page_view', eventSource: 'web', eventTime: '2026-11-20T02:00:00Z' },
      /another source than AWS/,
    ],
    [
      'OCSF event of another kind',
      { class_uid: 4001, class_name: 'Network Activity', metadata: { product: { name: 'Amazon VPC' } } },
      /OCSF event of another kind \(Network Activity\)/,
    ],
    [
      'map of CloudTrail Lake',
      { data: [{ eventData: '{eventVersion=1.08, eventName=RunInstances}' }] },
      /no eventName/,
    ],
  ])('is told by name: a %s', async (_, content, reason) => {
    const trail = await read(json(content));
    expect(trail.events).toEqual([]);
    expect(trail.skipped.map((one) => one.reason).join('\n')).toMatch(reason);
    expect(trail.cells.map(({ status }) => status)).toEqual(['failed']);
  });
});

describe('records among what is none', () => {
  const some = records.slice(0, 3);
  it.each<[string, unknown, number]>([
    ['null in Records', { Records: [null, ...some, null] }, 2],
    ['null in a list of another name', { inner: { rows: [null, ...some] } }, 1],
    ['an object without a name', { data: [...some, { a: 1 }] }, 1],
    [
      'a record cut within a string',
      { messages: [...some.map((one) => json(one)), json(some[0]).slice(0, -5)] },
      1,
    ],
    ['the list of known name behind another', { data: some.slice(0, 2), Records: some.slice(2) }, 0],
    ['an empty list of known name before another', { events: [], data: some }, 0],
    ['an empty list of known name behind another', { page: { items: some }, results: [] }, 0],
    [
      'a damaged packed message',
      {
        Records: [
          kinesis(base64(some[0])),
          kinesis(base64(some[1])),
          kinesis(base64(some[2])),
          kinesis('H4sIAAAAAAAAA'),
        ],
      },
      1,
    ],
    [
      'an Insights record',
      {
        Records: [
          ...some,
          {
            eventType: 'AwsCloudTrailInsight',
            insightDetails: { eventName: 'RunInstances', eventSource: 'ec2.amazonaws.com' },
          },
        ],
      },
      1,
    ],
  ])('are read, and the rest is named: %s', async (_, content, unread) => {
    const trail = await read(json(content));
    expect(trail.events).toHaveLength(3);
    expect(trail.skipped.reduce((sum, { count }) => sum + count, 0)).toBe(unread);
  });
});
