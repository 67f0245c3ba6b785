import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { traceUp } from '../../src/detect/credentials/trace-up.js';
import { asObject, type Json, type JsonObject } from '../../src/model/json.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { readTrail } from '../../src/trail/files.js';
import { account, History, minute, night, type Caller } from './history.js';

const fixtures = new URL('../../fixtures/cloudtrail/', import.meta.url);
const fixture = (file: string): string => new URL(file, fixtures).pathname;

function incidentOf(events: TrailEvent[], key: string | null, more: Partial<Facts> = {}): Incident {
  return detect({
    events,
    inventory: [],
    plays: [],
    coverage: [],
    key,
    account: null,
    compromisedAt: null,
    now: Date.parse('2026-11-23T00:00:00Z'),
    ...more,
  });
}

async function eventsIn(file: string): Promise<TrailEvent[]> {
  const { events, skipped } = await readTrail([file], () => undefined);
  expect(skipped).toEqual([]);
  return events;
}

const idsOf = (incident: Incident): string[] => incident.credentials.map(({ id }) => id).sort();
const namesOf = (incident: Incident): string[] => incident.deeds.map(({ evidence }) => evidence.name).sort();

describe('real records that the detection was not built on', () => {
  it('show a federated session that its key minted, and that it was used', async () => {
    const events = await eventsIn(fixture('stratus/aws.persistence.sts-federation-token.json'));
    const incident = incidentOf(events, 'AKIA6V1GNZTT65XQH36M');
    expect(incident.credentials).toMatchObject([
      { id: 'AKIA6V1GNZTT65XQH36M', calls: 1 },
      { id: 'ASIASTJKC5GCM7ZE6LUP', kind: 'federation', parent: 'AKIA6V1GNZTT65XQH36M', calls: 1 },
    ]);
    expect(namesOf(incident)).toEqual(['GetCallerIdentity', 'GetFederationToken']);
    expect(traceUp(events, { session: 'ASIASTJKC5GCM7ZE6LUP' }).key).toBe('AKIA6V1GNZTT65XQH36M');
  });

  it('tell of a change that no published incident lists', async () => {
    const events = await eventsIn(fixture('stratus/aws.defense-evasion.bedrock-guardrail-delete.json'));
    expect(incidentOf(events, 'AKIAFBJ48BV9CGRBRKGM').deeds).toMatchObject([
      { evidence: { name: 'DeleteGuardrail' }, target: '14sw4es53xdo', result: 'worked' },
    ]);
    expect(incidentOf(events, null).suspects).toEqual([]);
  });

  it('hold launches that were all refused: an attempt by a session whose mint they do not hold', async () => {
    const events = await eventsIn(fixture('botsv3/run-instances.json'));
    const incident = incidentOf(events, 'ASIAZB6TMXZ7LL6JBJQA');
    expect(incident.launches).toHaveLength(6);
    expect(incident.launches.every(({ result, protection }) => result === 'failed' && protection)).toBe(true);
    expect(incident.launches.flatMap(({ instanceIds }) => instanceIds)).toEqual([]);
    expect(traceUp(events, { session: 'ASIAZB6TMXZ7LL6JBJQA' })).toMatchObject({
      key: null,
      principal: 'arn:aws:iam::622676721278:user/web_admin',
    });
    expect(incidentOf(events, null).suspects.map(({ accessKeyId }) => accessKeyId)).toEqual([
      'ASIAZB6TMXZ7LL6JBJQA',
    ]);
  });

  it('count a sign-in that failed as failed, in a table of Microsoft Sentinel with its days first', async () => {
    const events = await eventsIn(fixture('sentinel/AWS_CloudTrail_Authentication_IngestedLogs.csv'));
    const sorted = [...events].sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
    expect(sorted.map(({ time, errorCode }) => [new Date(time ?? 0).toISOString(), errorCode])).toEqual([
      ['2025-03-29T11:10:09.000Z', 'Failed authentication'],
      ['2025-03-29T11:10:31.000Z', 'Failed authentication'],
      ['2025-03-29T11:10:47.000Z', null],
    ]);
    expect(incidentOf(events, null).suspects).toEqual([]);
  });
});

describe('records that another product rewrote', () => {
  const key = 'AKIAR7ISFR69YWROPYAN';
  const file = fixture('stratus/aws.execution.ec2-launch-unusual-instances.json');
  const records = JSON.parse(readFileSync(file, 'utf8')) as JsonObject[];
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unseen-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const answerOf = (incident: Incident): unknown => [
    incident.userName,
    incident.account,
    incident.misuse.at,
    incident.credentials.map(({ id, kind, parent, roleName }) => [id, kind, parent, roleName]),
    incident.launches.map(({ result, errorCode, asked, instanceTypes }) => [
      result,
      errorCode,
      asked,
      instanceTypes,
    ]),
    namesOf(incident),
  ];
  const lines = (rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
  const cell = (value: unknown): string => `"${textOf(value).replaceAll('"', '""')}"`;

  const forms: Record<string, string> = {
    'Amazon Security Lake (OCSF 1.1)': lines(records.map(ocsfOf)),
    'Elastic’s integration': lines(records.map((record) => ({ _source: ecsOf(record) }))),
    'Elasticsearch’s fields': lines(
      records.map((record) => ({
        fields: Object.fromEntries(flat(ecsOf(record), 'flattened').map(([name, value]) => [name, [value]])),
      })),
    ),
    'CloudTrail Lake’s rows': JSON.stringify({
      QueryStatus: 'FINISHED',
      QueryResultRows: records.map((record) =>
        Object.entries(record).map(([name, value]) => ({ [name]: structText(value) })),
      ),
    }),
    'Microsoft Sentinel’s table': JSON.stringify(records.map(sentinelOf)),
    'a search of Splunk’s, with the record beside its fields': lines(
      records.map((record) => ({
        preview: false,
        result: { _raw: JSON.stringify(record), ...splunkOf(record) },
      })),
    ),
    'a search of Splunk’s, fields alone': JSON.stringify({ results: records.map(splunkOf) }),
    'a table of Splunk’s': table(records.map(splunkOf)),
  };

  function table(rows: JsonObject[]): string {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const body = rows.map((row) => columns.map((column) => cell(row[column] ?? '')).join(','));
    return [columns.map(cell).join(','), ...body].join('\n');
  }

  it.each(Object.keys(forms))('give the same answer from %s', async (form) => {
    const path = join(folder, 'records');
    writeFileSync(path, forms[form] ?? '');
    const events = await eventsIn(path);
    expect(events).toHaveLength(records.length);
    expect(answerOf(incidentOf(events, key))).toEqual(answerOf(incidentOf(await eventsIn(file), key)));
  });

  it('do not let the name of a prototype in', async () => {
    const path = join(folder, 'hostile');
    const hostile = {
      'event.action': 'X',
      'aws.cloudtrail.__proto__.polluted': 'yes',
      'event.provider': 'x',
    };
    writeFileSync(path, JSON.stringify(hostile));
    await readTrail([path], () => undefined);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('incidents in the shape of published ones', () => {
  const owner: Caller = {
    key: 'AKIAUNSEENKEY0000001',
    user: 'ci',
    ip: '203.0.113.9',
    agent: 'Boto3/1.35.70',
  };
  const browser = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0';

  /** A key made into a console session, a role for another account, that account's user, a user with a password. */
  function visitor(): History {
    const history = new History();
    const arn = `arn:aws:sts::${account}:federated-user/admin`;
    const federated = { type: 'FederatedUser', principalId: `${account}:admin`, arn, accountId: account };
    const console_: Caller = { key: 'ASIACONSOLE000000001', ip: '203.0.113.9', agent: browser };
    const outside: Caller = {
      key: 'ASIASUPPORT000000009',
      role: 'SupportAWS',
      session: 'adminprod',
      ip: '198.51.100.7',
      agent: browser,
    };
    history.call(owner, {
      time: night,
      source: 'sts',
      name: 'GetFederationToken',
      request: { name: 'admin', durationSeconds: 3600 },
      response: {
        credentials: { accessKeyId: 'ASIAFEDERATED0000001' },
        federatedUser: { arn, federatedUserId: `${account}:admin` },
      },
    });
    const role = { roleName: 'SupportAWS' };
    const made = history.call(console_, {
      time: night + 3 * minute,
      source: 'iam',
      name: 'CreateRole',
      request: role,
      response: { role: { ...role, arn: `arn:aws:iam::${account}:role/SupportAWS` } },
    });
    made.userIdentity = { ...federated, accessKeyId: 'ASIACONSOLE000000001' };
    const taken = history.call(outside, {
      time: night + 6 * minute,
      source: 'sts',
      name: 'AssumeRole',
      request: { roleArn: `arn:aws:iam::${account}:role/SupportAWS`, roleSessionName: 'adminprod' },
      response: { credentials: { accessKeyId: 'ASIASUPPORT000000001' } },
    });
    taken.userIdentity = { type: 'AWSAccount', principalId: 'AIDAOUTSIDE', accountId: '713521355166' };
    history.call(outside, {
      time: night + 8 * minute,
      source: 'iam',
      name: 'CreateUser',
      request: { userName: 'supdev' },
    });
    return history;
  }

  it('follow the key into a role for an outsider, and that role’s session before it is used', () => {
    const incident = incidentOf(visitor().events, owner.key);
    expect(idsOf(incident)).toEqual([
      'AKIAUNSEENKEY0000001',
      'ASIACONSOLE000000001',
      'ASIAFEDERATED0000001',
      'ASIASUPPORT000000001',
      'ASIASUPPORT000000009',
    ]);
    expect(incident.credentials.find(({ id }) => id === 'ASIASUPPORT000000001')).toMatchObject({ calls: 0 });
    expect(incident.notes.join()).toMatch(/supdev/);
  });

  it('trace a console session without a mint of its own up to the key that made the session it is named after', () => {
    const { events } = visitor();
    expect(traceUp(events, { session: 'ASIACONSOLE000000001' })).toMatchObject({
      key: owner.key,
      path: ['ASIACONSOLE000000001', owner.key],
    });
    const outsider = traceUp(events, { session: 'ASIASUPPORT000000009' });
    expect(outsider.key).toBeNull();
    expect(outsider.note).toMatch(/from outside .*CreateRole of SupportAWS was by ASIACONSOLE000000001/);
  });

  it.each(['0', 'z'])(
    'know a role taken in another account from either account’s record of it (%s)',
    (first) => {
      const history = new History();
      const taken = {
        time: night,
        source: 'sts',
        name: 'AssumeRole',
        request: { roleArn: 'arn:aws:iam::999988887777:role/Org', roleSessionName: 's2' },
        response: {
          credentials: { accessKeyId: 'ASIACROSS00000000001' },
          assumedRoleUser: { arn: 'arn:aws:sts::999988887777:assumed-role/Org/s2' },
        },
      };
      const here = history.call(owner, taken);
      const there = history.call(owner, taken);
      there.userIdentity = { type: 'AWSAccount', principalId: 'AIDACI', accountId: account };
      there.recipientAccountId = '999988887777';
      there.eventID = `${first}-there`;
      here.sharedEventID = 'shared';
      there.sharedEventID = 'shared';
      expect(traceUp(history.events, { session: 'ASIACROSS00000000001' }).key).toBe(owner.key);
      const incident = incidentOf(history.events, owner.key, { compromisedAt: night });
      expect(incident.credentials.at(-1)).toMatchObject({
        id: 'ASIACROSS00000000001',
        parent: owner.key,
        otherAccount: '999988887777',
      });
    },
  );

  it('take no mask for the id of a session: its name ties it', () => {
    const history = new History();
    const arn = `arn:aws:sts::${account}:assumed-role/deploy/s1`;
    for (const mask of ['ASIA************', 'HIDDEN_DUE_TO_SECURITY_REASONS']) {
      history.call(owner, {
        time: night,
        source: 'sts',
        name: 'AssumeRole',
        request: { roleArn: `arn:aws:iam::${account}:role/deploy`, roleSessionName: 's1' },
        response: { credentials: { accessKeyId: mask }, assumedRoleUser: { arn } },
      });
    }
    const session: Caller = {
      key: 'ASIAREAL000000000001',
      role: 'deploy',
      session: 's1',
      ip: owner.ip,
      agent: 'x',
    };
    history.call(session, {
      time: night + minute,
      source: 'iam',
      name: 'CreateUser',
      request: { userName: 'eve' },
    });
    const incident = incidentOf(history.events, owner.key, { compromisedAt: night });
    expect(idsOf(incident)).toEqual([owner.key, 'ASIAREAL000000000001']);
    expect(namesOf(incident)).toContain('CreateUser');
  });

  it('say that a key of which nothing was read was not read about, and not that it leads a normal life', () => {
    const { misuse } = incidentOf(visitor().events, 'AKIANOWHERE000000001');
    expect(misuse).toMatchObject({ at: null, confidence: 'uncertain' });
    expect(misuse.reasons.join()).toMatch(/no call of this key/);
  });

  it('invent no parent where sessions of one name came from several hands, or after its first call', () => {
    const history = visitor();
    const arn = `arn:aws:sts::${account}:federated-user/admin`;
    const mint = (key: string, time: number): unknown =>
      history.call(
        { ...owner, key },
        {
          time,
          source: 'sts',
          name: 'GetFederationToken',
          request: { name: 'admin' },
          response: { credentials: { accessKeyId: `ASIA${key.slice(4)}` }, federatedUser: { arn } },
        },
      );
    mint('AKIAANOTHERKEY000001', night - minute);
    expect(traceUp(history.events, { session: 'ASIACONSOLE000000001' }).key).toBeNull();
    const late = new History();
    const role: Caller = {
      key: 'ASIALATE000000000001',
      role: 'deploy',
      session: 's1',
      ip: '203.0.113.9',
      agent: 'x',
    };
    late.call(role, { time: night, name: 'DescribeVpcs' });
    late.call(role, {
      time: night + minute,
      source: 'sts',
      name: 'AssumeRole',
      request: { roleArn: `arn:aws:iam::${account}:role/deploy`, roleSessionName: 's1' },
      response: { credentials: { accessKeyId: 'ASIALATE000000000002' } },
    });
    expect(traceUp(late.events, { session: role.key })).toMatchObject({
      key: null,
      note: expect.stringContaining('parent unknown') as string,
    });
  });

  it('say that somebody made the key inactive already, and no more once it is active again', () => {
    const history = visitor();
    const admin: Caller = {
      key: 'ASIAADMIN00000000001',
      role: 'Admin',
      session: 'ann',
      ip: '192.0.2.5',
      agent: browser,
    };
    const change = (status: string, after: number): unknown =>
      history.call(admin, {
        time: night + after,
        source: 'iam',
        name: 'UpdateAccessKey',
        request: { userName: 'ci', accessKeyId: owner.key, status },
      });
    change('Inactive', 20 * minute);
    expect(incidentOf(history.events, owner.key).notes.join()).toMatch(
      /AKIAUNSEENKEY0000001 was made inactive by .*Admin\/ann/,
    );
    change('Active', 30 * minute);
    expect(incidentOf(history.events, owner.key).notes.join()).not.toMatch(/made inactive/);
  });

  it('take the account of the key’s own calls where several accounts’ records lie together', () => {
    const history = visitor();
    const other = history.call(
      { ...owner, key: 'AKIAOTHERACCOUNT0001' },
      { time: night, name: 'DescribeVpcs' },
    );
    other.recipientAccountId = '999988887777';
    expect(incidentOf(history.events, owner.key).account).toBe(account);
  });

  it('fold an application’s thousands of writes into one line, and keep what it never did apart', () => {
    const history = new History();
    for (let index = 0; index < 3000; index += 1) {
      history.call(owner, {
        time: night + index * 100,
        source: 'dynamodb',
        name: 'PutItem',
        request: { tableName: `t${index}` },
      });
    }
    history.call(owner, {
      time: night + 5 * minute,
      source: 'sagemaker',
      name: 'CreateNotebookInstance',
      request: { notebookInstanceName: 'nb', instanceType: 'ml.p3.16xlarge' },
    });
    const { deeds } = incidentOf(history.events, owner.key, { compromisedAt: night - minute });
    expect(deeds).toMatchObject([
      { evidence: { name: 'PutItem' }, count: 3000 },
      { evidence: { name: 'CreateNotebookInstance' }, target: 'nb', count: 1 },
    ]);
  });

  it('name the key of a mass launch that was refused everywhere, and none of the innocents beside it', () => {
    const history = frothly();
    const incident = incidentOf(history.events, null);
    expect(incident.suspects.map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIAWEBADMIN00000001']);
    expect(incident).toMatchObject({ key: 'AKIAWEBADMIN00000001', userName: 'web_admin' });
    expect(idsOf(incident)).toEqual(['AKIAWEBADMIN00000001', 'ASIAWEBADMIN00000001']);
    expect(incident.launches).toHaveLength(300);
    expect(new Set(incident.launches.map(({ result }) => result))).toEqual(new Set(['denied', 'failed']));
    expect(incident.deeds.find(({ evidence }) => evidence.name === 'CreateAccessKey')).toMatchObject({
      result: 'denied',
      target: 'nullweb_admin',
    });
    expect(JSON.stringify(incident)).not.toMatch(/splunk_access|i-0autoscaled/);
  });
});

/** The day of Splunk's Boss of the SOC 3, made smaller: a leaked key, a reader of everything, a console, groups. */
function frothly(): History {
  const history = new History();
  const admin: Caller = {
    key: 'AKIAWEBADMIN00000001',
    user: 'web_admin',
    ip: '35.153.154.221',
    agent: 'Boto3/1.7.44',
  };
  const session: Caller = {
    ...admin,
    key: 'ASIAWEBADMIN00000001',
    ip: '139.198.18.205',
    agent: 'Boto3/1.7.42',
  };
  const reader: Caller = {
    key: 'AKIASPLUNKREAD000001',
    user: 'splunk_access',
    ip: '34.215.24.225',
    agent: 'Boto/2.48.0',
  };
  const places = [
    'us-east-1',
    'us-west-1',
    'us-west-2',
    'eu-west-1',
    'eu-central-1',
    'ap-southeast-1',
    'sa-east-1',
  ];
  const reads =
    'ec2:DescribeInstances ec2:DescribeVolumes ec2:DescribeSnapshots ec2:DescribeImages ec2:DescribeKeyPairs ec2:DescribeSecurityGroups ec2:DescribeAddresses ec2:DescribeVpcs ec2:DescribeSubnets ec2:DescribeNetworkAcls elasticloadbalancing:DescribeLoadBalancers lambda:ListFunctions20150331 rds:DescribeDBInstances iam:ListUsers iam:ListAccessKeys s3:ListBuckets s3:GetBucketTagging kinesis:ListStreams config:DescribeConfigRules monitoring:DescribeAlarms logs:DescribeLogGroups'.split(
      ' ',
    );
  for (let hour = -2; hour < 8; hour += 1) {
    for (const [at, region] of places.entries()) {
      for (const [index, act] of reads.entries()) {
        const [source = '', name = ''] = act.split(':');
        const time = night + hour * 60 * minute + at * 3000 + index * 700;
        history.call(reader, {
          time,
          source,
          name,
          region,
          ...(name === 'GetBucketTagging' ? { error: 'NoSuchTagSet' } : {}),
        });
      }
    }
  }
  const denied = (name: string, on: string): void => {
    const record = history.call(admin, { time: night, source: 'iam', name, error: 'AccessDenied' });
    record.errorMessage = `User: arn:aws:iam::${account}:user/web_admin is not authorized to perform: iam:${name} on resource: ${on}`;
  };
  history.call(admin, { time: night, source: 'sts', name: 'GetCallerIdentity' });
  history.call(admin, {
    time: night,
    source: 'sts',
    name: 'GetSessionToken',
    response: { credentials: { accessKeyId: session.key } },
  });
  denied('CreateUser', `arn:aws:iam::${account}:user/my_db_user`);
  denied('CreateAccessKey', 'user nullweb_admin');
  const errors = ['Client.InstanceLimitExceeded', 'Client.UnauthorizedOperation', 'Client.Unsupported'];
  const types = ['m4.2xlarge', 'x1e.32xlarge', 'c5.18xlarge', 'i3.16xlarge', 'r4.16xlarge'];
  for (let index = 0; index < 300; index += 1) {
    history.call(session, {
      time: night + 10_000 + index * 2000,
      name: 'RunInstances',
      region: places[Math.floor(index / 50)] ?? 'us-east-2',
      error: errors[index % 3] ?? '',
      request: {
        instancesSet: { items: [{ imageId: 'ami-4d46d534', minCount: 1, maxCount: 10 }] },
        instanceType: types[index % 5] ?? '',
        disableApiTermination: true,
      },
    });
  }
  for (let index = 0; index < 6; index += 1) {
    history.service('autoscaling', {
      time: night + index * 60 * minute,
      name: 'RunInstances',
      region: 'us-west-1',
      request: {
        instancesSet: { items: [{ imageId: 'ami-1', minCount: 1, maxCount: 1 }] },
        instanceType: 't2.medium',
      },
      response: {
        instancesSet: { items: [{ instanceId: `i-0autoscaled${index}`, instanceType: 't2.medium' }] },
      },
    });
  }
  return history;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Names with dots, down to values that are no objects, and to `whole`. */
function flat(value: JsonObject, whole = '', path = ''): [string, Json][] {
  return Object.entries(value).flatMap(([name, inner]): [string, Json][] => {
    const object = asObject(inner);
    const full = `${path}${name}`;
    if (inner === null) return [];
    return object === null || (whole !== '' && path.endsWith(`${whole}.`))
      ? [[full, inner]]
      : flat(object, whole, `${full}.`);
  });
}

/** `{a=1, b=[{c=2}]}` */
function structText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(structText).join(', ')}]`;
  const object = asObject(value);
  if (object === null) return value === null ? 'null' : textOf(value);
  return `{${Object.entries(object)
    .map(([name, inner]) => `${name}=${structText(inner)}`)
    .join(', ')}}`;
}

const part = (record: JsonObject, name: string): JsonObject => asObject(record[name]) ?? {};

/** The OCSF CloudTrail mapping guide, 1.1.0. */
function ocsfOf(record: JsonObject): JsonObject {
  const who = part(record, 'userIdentity');
  const issuer = part(part(who, 'sessionContext'), 'sessionIssuer');
  return {
    metadata: {
      product: { name: 'CloudTrail', vendor_name: 'AWS' },
      uid: record.eventID ?? null,
      version: '1.1.0',
    },
    time: Date.parse(textOf(record.eventTime)),
    cloud: { region: record.awsRegion ?? null, provider: 'AWS' },
    api: {
      operation: record.eventName ?? null,
      service: { name: record.eventSource ?? null },
      request: { uid: record.requestID ?? null, data: JSON.stringify(record.requestParameters ?? null) },
      response: {
        error: record.errorCode ?? null,
        message: record.errorMessage ?? null,
        data: JSON.stringify(record.responseElements ?? null),
      },
    },
    actor: {
      user: {
        type: who.type ?? null,
        name: who.userName ?? null,
        uid: who.arn ?? null,
        uid_alt: who.principalId ?? null,
        account: { uid: who.accountId ?? null },
        credential_uid: who.accessKeyId ?? null,
      },
      session: { issuer: issuer.arn ?? null },
      invoked_by: null,
    },
    http_request: { user_agent: record.userAgent ?? null },
    src_endpoint: { ip: record.sourceIPAddress ?? null },
    unmapped: { recipientAccountId: record.recipientAccountId ?? null, readOnly: textOf(record.readOnly) },
  };
}

/** "AWS fields" of Elastic's integration, without `event.original`. */
function ecsOf(record: JsonObject): JsonObject {
  const who = part(record, 'userIdentity');
  const issuer = part(part(who, 'sessionContext'), 'sessionIssuer');
  return {
    '@timestamp': record.eventTime ?? null,
    aws: {
      cloudtrail: {
        ...(record.errorCode === undefined ? {} : { error_code: record.errorCode }),
        read_only: record.readOnly ?? null,
        recipient_account_id: record.recipientAccountId ?? null,
        request_id: record.requestID ?? null,
        flattened: {
          request_parameters: record.requestParameters ?? null,
          response_elements: record.responseElements ?? null,
        },
        user_identity: {
          access_key_id: who.accessKeyId ?? null,
          arn: who.arn ?? null,
          type: who.type ?? null,
          session_context: { session_issuer: { arn: issuer.arn ?? null } },
        },
      },
    },
    cloud: { account: { id: who.accountId ?? null }, region: record.awsRegion ?? null },
    event: {
      action: record.eventName ?? null,
      id: record.eventID ?? null,
      provider: record.eventSource ?? null,
    },
    source: { address: record.sourceIPAddress ?? null },
    user: { id: who.principalId ?? null, name: who.userName ?? null },
    user_agent: { original: record.userAgent ?? null },
  };
}

/** Azure Monitor logs reference, AWSCloudTrail. */
function sentinelOf(record: JsonObject): JsonObject {
  const who = part(record, 'userIdentity');
  const issuer = part(part(who, 'sessionContext'), 'sessionIssuer');
  return {
    TimeGenerated: record.eventTime ?? null,
    AwsEventId: record.eventID ?? null,
    AwsRequestId_: record.requestID ?? null,
    EventSource: record.eventSource ?? null,
    EventName: record.eventName ?? null,
    UserIdentityType: who.type ?? null,
    UserIdentityPrincipalid: who.principalId ?? null,
    UserIdentityArn: who.arn ?? null,
    UserIdentityAccountId: who.accountId ?? null,
    UserIdentityAccessKeyId: who.accessKeyId ?? null,
    UserIdentityUserName: who.userName ?? null,
    SessionIssuerArn: issuer.arn ?? null,
    AWSRegion: record.awsRegion ?? null,
    SourceIpAddress: record.sourceIPAddress ?? null,
    UserAgent: record.userAgent ?? null,
    ErrorCode: record.errorCode ?? '',
    RequestParameters: JSON.stringify(record.requestParameters ?? null),
    ResponseElements: JSON.stringify(record.responseElements ?? null),
    RecipientAccountId: record.recipientAccountId ?? null,
    ReadOnly: record.readOnly ?? null,
  };
}

/** What a search of Splunk's shows of a record: a name for each value, lists as `{}`, and `success` for no error. */
function splunkOf(record: JsonObject): JsonObject {
  const row: JsonObject = { sourcetype: 'aws:cloudtrail', errorCode: 'success' };
  const lay = (value: Json, name: string): void => {
    const object = asObject(value);
    if (Array.isArray(value)) {
      for (const entry of value) lay(entry, `${name}{}`);
    } else if (object !== null) {
      for (const [inner, more] of Object.entries(object)) lay(more, name === '' ? inner : `${name}.${inner}`);
    } else if (value !== null) {
      const known = name === 'errorCode' ? undefined : row[name];
      row[name] = known === undefined ? textOf(value) : `${textOf(known)}\n${textOf(value)}`;
    }
  };
  lay(record, '');
  return row;
}
