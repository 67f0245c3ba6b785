import type { JsonObject } from '../../src/model/json.js';
import type { Link, Resource } from '../../src/model/resource.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { normaliseRecord } from '../../src/trail/normalise.js';

export const account = '111122223333';
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;
/** The night of the incident, 03:10 UTC. */
export const night = Date.parse('2026-11-20T03:10:00Z');

/** Seventeen default regions. */
export const regions =
  'us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 sa-east-1 eu-west-1 eu-west-2 eu-west-3 eu-central-1 eu-north-1 ap-south-1 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-southeast-1 ap-southeast-2'.split(
    ' ',
  );

/** Who calls, and from where. */
export interface Caller {
  key: string;
  user?: string;
  role?: string;
  session?: string;
  ip: string;
  agent: string;
  /** The account whose VPC endpoint the calls go through. */
  endpointAccount?: string;
}

export interface Call {
  time: number;
  name: string;
  source?: string;
  region?: string;
  request?: JsonObject | null;
  response?: JsonObject | null;
  error?: string;
  invokedBy?: string;
}

/** A deterministic stream of numbers in [0, 1): the same seed gives the same history. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Raw CloudTrail records as AWS writes them, and the instances that they leave behind. */
export class History {
  readonly records: JsonObject[] = [];
  readonly instances: Resource[] = [];
  private count = 0;

  constructor(readonly random: () => number = randomOf(1)) {}

  get events(): TrailEvent[] {
    return this.records.map((record) => {
      const event = normaliseRecord(record, 'history');
      if ('skipped' in event) throw new Error(event.skipped);
      return event;
    });
  }

  id(prefix: string): string {
    this.count += 1;
    return `${prefix}${this.count.toString(16).padStart(12, '0')}`;
  }

  keyId(): string {
    this.count += 1;
    return `ASIA${this.count.toString(36).toUpperCase().padStart(16, '7')}`;
  }

  call(by: Caller, call: Call): JsonObject {
    const { time, name, source = 'ec2', region = 'us-east-1' } = call;
    const record: JsonObject = {
      eventVersion: '1.09',
      eventTime: new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
      eventSource: `${source}.amazonaws.com`,
      eventName: name,
      awsRegion: region,
      sourceIPAddress: call.invokedBy ?? by.ip,
      ...(by.endpointAccount === undefined
        ? {}
        : { vpcEndpointId: 'vpce-0a1b2c3d4e5f60718', vpcEndpointAccountId: by.endpointAccount }),
      userAgent: call.invokedBy ?? by.agent,
      requestParameters: call.request ?? null,
      responseElements: call.response ?? null,
      eventID: this.id('event-'),
      requestID: this.id('request-'),
      readOnly: /^(Get|List|Describe|AssumeRole)/.test(name),
      eventType: 'AwsApiCall',
      recipientAccountId: account,
      userIdentity: identityOf(by, call.invokedBy),
    };
    if (call.error !== undefined) record.errorCode = call.error;
    this.records.push(record);
    return record;
  }

  /** A service acting by itself. */
  service(service: string, call: Call): JsonObject {
    const { time, name, source = 'ec2', region = 'us-east-1' } = call;
    const record: JsonObject = {
      eventVersion: '1.09',
      eventTime: new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000Z', 'Z'),
      eventSource: `${source}.amazonaws.com`,
      eventName: name,
      awsRegion: region,
      sourceIPAddress: `${service}.amazonaws.com`,
      userAgent: `${service}.amazonaws.com`,
      requestParameters: call.request ?? null,
      responseElements: call.response ?? null,
      eventID: this.id('event-'),
      recipientAccountId: account,
      userIdentity: { type: 'AWSService', invokedBy: `${service}.amazonaws.com` },
    };
    this.records.push(record);
    return record;
  }

  /** A role session minted by `by`, in CloudTrail and as a caller. */
  assume(by: Caller, time: number, role: string, session = 'session', mintRecord = true): Caller {
    const key = this.keyId();
    if (mintRecord) {
      this.call(by, {
        time,
        name: 'AssumeRole',
        source: 'sts',
        request: {
          roleArn: `arn:aws:iam::${account}:role/${role}`,
          roleSessionName: session,
          durationSeconds: 3600,
        },
        response: {
          credentials: { accessKeyId: key, sessionToken: 'a secret that must not get in' },
          assumedRoleUser: {
            assumedRoleId: `AROAEXAMPLE${role.toUpperCase()}:${session}`,
            arn: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
          },
        },
      });
    }
    return { key, role, session, ip: by.ip, agent: by.agent };
  }

  /** RunInstances, and what it leaves running. */
  run(by: Caller, time: number, options: RunOptions): string[] {
    const { type, count = 1, region = 'us-east-1', error } = options;
    const ids = error === undefined ? Array.from({ length: count }, () => this.id('i-0')) : [];
    const reservationId = this.id('r-');
    this.call(by, {
      time,
      name: 'RunInstances',
      region,
      ...(error === undefined ? {} : { error }),
      request: {
        instanceType: type,
        instancesSet: {
          items: [
            {
              imageId: options.image ?? 'ami-own',
              minCount: 1,
              maxCount: count,
              ...(options.keyName === undefined ? {} : { keyName: options.keyName }),
            },
          ],
        },
        disableApiTermination: options.protection ?? false,
        tagSpecificationSet: {
          items: [
            {
              resourceType: 'instance',
              tags: Object.entries(options.tags ?? {}).map(([key, value]) => ({ key, value })),
            },
          ],
        },
      },
      response:
        error !== undefined || options.cut === true
          ? options.cut === true
            ? { omitted: true, reason: 'responseElements too large', originalSize: 120_000 }
            : null
          : {
              reservationId,
              instancesSet: {
                items: ids.map((instanceId) => ({
                  instanceId,
                  instanceType: type,
                  launchTime: time,
                  placement: { availabilityZone: `${region}a` },
                })),
              },
            },
    });
    const links: Link[] = [
      { kind: 'reservation', id: reservationId },
      ...(options.keyName === undefined ? [] : [{ kind: 'key-pair' as const, id: options.keyName }]),
    ];
    for (const id of ids)
      this.instances.push(
        instance(id, region, time, type, { tags: options.tags ?? {}, links, reservationId }),
      );
    return ids;
  }

  /** An instance that a group launched: the service's own record, no caller's key. */
  runByGroup(group: string, time: number, region: string, type: string): string {
    const id = this.id('i-0');
    this.service('autoscaling', {
      time,
      name: 'RunInstances',
      region,
      request: { instancesSet: { items: [{ minCount: 1, maxCount: 1 }] } },
      response: {
        requesterId: '940372691376',
        instancesSet: { items: [{ instanceId: id, instanceType: type }] },
      },
    });
    this.instances.push(
      instance(id, region, time, type, {
        tags: { 'aws:autoscaling:groupName': group },
        links: [{ kind: 'auto-scaling-group', id: group }],
      }),
    );
    return id;
  }
}

export interface RunOptions {
  type: string;
  count?: number;
  region?: string;
  image?: string;
  keyName?: string;
  protection?: boolean;
  tags?: Record<string, string>;
  error?: string;
  /** The record is cut for size: it names no instance. */
  cut?: boolean;
}

export function instance(
  id: string,
  region: string,
  createdAt: number,
  type: string,
  more: { tags?: Record<string, string>; links?: Link[]; reservationId?: string; live?: boolean } = {},
): Resource {
  return {
    play: 'ec2-instances',
    type: 'instance',
    id,
    region,
    state: 'running',
    live: more.live ?? true,
    createdAt,
    tags: more.tags ?? {},
    links: more.links ?? [],
    properties: { instanceType: type, lifecycle: 'on-demand', reservationId: more.reservationId ?? null },
  };
}

function identityOf(by: Caller, invokedBy?: string): JsonObject {
  const service = invokedBy === undefined ? {} : { invokedBy };
  if (by.role === undefined) {
    return {
      type: 'IAMUser',
      principalId: `AIDA${(by.user ?? '').toUpperCase()}`,
      arn: `arn:aws:iam::${account}:user/${by.user ?? ''}`,
      accountId: account,
      accessKeyId: by.key,
      userName: by.user ?? '',
      ...service,
    };
  }
  const name = by.session ?? 'session';
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE${by.role.toUpperCase()}:${name}`,
    arn: `arn:aws:sts::${account}:assumed-role/${by.role}/${name}`,
    accountId: account,
    accessKeyId: by.key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: `AROAEXAMPLE${by.role.toUpperCase()}`,
        arn: `arn:aws:iam::${account}:role/${by.role}`,
        accountId: account,
        userName: by.role,
      },
      attributes: { mfaAuthenticated: 'false' },
    },
    ...service,
  };
}
