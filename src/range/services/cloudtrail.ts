import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { visibleEvents, type CloudTrailRecord, type Json, type TrailRecord } from '../world/trail.js';
import { mustFind, type Account, type Region } from '../world/world.js';

interface Trail {
  name: string;
  arn: string;
  home: string;
  bucket: string;
  multiRegion: boolean;
  globalEvents: boolean;
  validation: boolean;
  logging: boolean;
  loggingStartedAt: number | null;
  loggingStoppedAt: number | null;
  selectors: Json[];
}

/** Names in a record that stand for a resource: what LookupEvents calls ResourceName. */
const resourceTypes: Record<string, string> = {
  instanceId: 'AWS::EC2::Instance',
  userName: 'AWS::IAM::User',
  accessKeyId: 'AWS::IAM::AccessKey',
  roleName: 'AWS::IAM::Role',
  roleArn: 'AWS::IAM::Role',
  autoScalingGroupName: 'AWS::AutoScaling::AutoScalingGroup',
  groupName: 'AWS::IAM::Group',
  policyName: 'AWS::IAM::Policy',
  policyArn: 'AWS::IAM::Policy',
  keyName: 'AWS::EC2::KeyPair',
  groupId: 'AWS::EC2::SecurityGroup',
  launchTemplateId: 'AWS::EC2::LaunchTemplate',
  functionName: 'AWS::Lambda::Function',
  imageId: 'AWS::EC2::Ami',
};

function resourcesOf(record: CloudTrailRecord): { ResourceType: string; ResourceName: string }[] {
  const found = new Map<string, string>();
  const walk = (value: Json, name: string): void => {
    if (typeof value === 'string') {
      const type = resourceTypes[name.charAt(0).toLowerCase() + name.slice(1)];
      if (type !== undefined) found.set(value, type);
    } else if (Array.isArray(value)) for (const item of value) walk(item, name);
    else if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) walk(inner, key);
  };
  walk(record.requestParameters, '');
  walk(record.responseElements, '');
  return [...found].map(([ResourceName, ResourceType]) => ({ ResourceType, ResourceName }));
}

/** LookupEvents' Username: the user's name, a role session's name, root, or the service. */
function usernameOf({ userIdentity }: CloudTrailRecord): string | undefined {
  const { type, userName, arn, invokedBy } = userIdentity as Record<string, string | undefined>;
  if (userName !== undefined) return userName;
  if (type === 'Root') return 'root';
  return arn?.split('/').at(-1) ?? invokedBy;
}

type Attribute = (record: CloudTrailRecord) => string | string[] | undefined;
const attributes: Record<string, Attribute> = {
  EventId: ({ eventID }) => eventID,
  EventName: ({ eventName }) => eventName,
  ReadOnly: ({ readOnly }) => String(readOnly),
  Username: usernameOf,
  ResourceType: (record) => resourcesOf(record).map(({ ResourceType }) => ResourceType),
  ResourceName: (record) => resourcesOf(record).map(({ ResourceName }) => ResourceName),
  EventSource: ({ eventSource }) => eventSource,
  AccessKeyId: ({ userIdentity }) => userIdentity.accessKeyId as string | undefined,
};

const eventShape = ({ record, at }: TrailRecord) => ({
  EventId: record.eventID,
  EventName: record.eventName,
  ReadOnly: String(record.readOnly),
  AccessKeyId: record.userIdentity.accessKeyId,
  EventTime: Math.floor(at / 1000) * 1000,
  EventSource: record.eventSource,
  Username: usernameOf(record),
  Resources: resourcesOf(record),
  CloudTrailEvent: JSON.stringify(record),
});

interface LookupInput {
  LookupAttributes?: { AttributeKey: string; AttributeValue: string }[];
  StartTime?: number;
  EndTime?: number;
  MaxResults?: number;
  NextToken?: string;
}

/** One attribute a call, newest first, 50 a page, 90 days (CloudTrail API reference, LookupEvents). */
function lookupEvents({ region, world }: Context, input: LookupInput) {
  const [attribute, second] = input.LookupAttributes ?? [];
  if (second !== undefined)
    throw new AwsError('InvalidLookupAttributesException', 'Only one lookup attribute can be specified.');
  if (input.MaxResults !== undefined && (input.MaxResults < 1 || input.MaxResults > 50))
    throw new AwsError('InvalidMaxResultsException', 'MaxResults must be between 1 and 50.');
  if (input.StartTime !== undefined && input.EndTime !== undefined && input.StartTime > input.EndTime)
    throw new AwsError('InvalidTimeRangeException', 'The start time is after the end time.');
  const read = attribute === undefined ? null : attributes[attribute.AttributeKey];
  if (read === undefined)
    throw new AwsError(
      'InvalidLookupAttributesException',
      `${attribute!.AttributeKey} is not a lookup attribute.`,
    );
  const omitted = world.faults.omittedEvents ?? [];
  const events = visibleEvents(region).filter(({ record, at }) => {
    const isOmitted = omitted.some(
      ({ name, accessKeyId, region: where, since }) =>
        (name === undefined || name === record.eventName) &&
        (accessKeyId === undefined || accessKeyId === record.userIdentity.accessKeyId) &&
        (where === undefined || where === region.name) &&
        (since === undefined || at >= since),
    );
    if (isOmitted) return false;
    if (input.StartTime !== undefined && at < input.StartTime) return false;
    if (input.EndTime !== undefined && at > input.EndTime + 999) return false;
    if (read === null) return true;
    const value = read(record);
    return Array.isArray(value)
      ? value.includes(attribute!.AttributeValue)
      : value === attribute!.AttributeValue;
  });
  const rest = input.NextToken === undefined ? events : after(events, input.NextToken);
  const shown = rest.slice(0, input.MaxResults ?? 50);
  return {
    Events: shown.map(eventShape),
    NextToken: rest.length > shown.length ? tokenAfter(events, shown.at(-1)!) : undefined,
  };
}

/** A token stands for the last event shown: its time, and how many of that very time came before it. What arrives
 *  meanwhile shifts nothing. */
function tokenAfter(events: TrailRecord[], last: TrailRecord): string {
  const sameTime = events.filter(({ at }) => at === last.at);
  return Buffer.from(`${last.at} ${sameTime.indexOf(last) + 1}`).toString('base64');
}

function after(events: TrailRecord[], token: string): TrailRecord[] {
  const [time, skip] = Buffer.from(token, 'base64').toString('utf8').split(' ').map(Number);
  if (time === undefined || skip === undefined || Number.isNaN(time))
    throw new AwsError('InvalidNextTokenException', 'The token is not valid.');
  return [...events.filter(({ at }) => at === time).slice(skip), ...events.filter(({ at }) => at < time)];
}

export const trailsOf = (account: Account) => account.region('us-east-1').table<Trail>('cloudtrail:trails');

function trailOf(account: Account, name: string): Trail {
  const short = name.split('/').at(-1)!;
  return mustFind(
    trailsOf(account),
    short,
    'TrailNotFoundException',
    `Unknown trail: ${name} for the user: ${account.id}`,
    400,
  );
}

const trailShape = (trail: Trail) => ({
  Name: trail.name,
  S3BucketName: trail.bucket,
  IncludeGlobalServiceEvents: trail.globalEvents,
  IsMultiRegionTrail: trail.multiRegion,
  HomeRegion: trail.home,
  TrailARN: trail.arn,
  LogFileValidationEnabled: trail.validation,
  HasCustomEventSelectors: trail.selectors.length > 0,
  HasInsightSelectors: false,
  IsOrganizationTrail: false,
});

/** CloudTrail signs digests with a key of each region: the public ones, as it would list them. */
export function publicKeysOf(region: Region): Map<string, { value: Buffer; from: number; to: number }> {
  return region.table('cloudtrail:public-keys');
}

/** Sets up a trail without a call. */
export function addTrail(region: Region, name: string, options: Partial<Trail> = {}): Trail {
  const trail: Trail = {
    name,
    arn: region.arn('cloudtrail', `trail/${name}`),
    home: region.name,
    bucket: `${name}-logs`,
    multiRegion: true,
    globalEvents: true,
    validation: true,
    logging: true,
    loggingStartedAt: region.world.clock.now(),
    loggingStoppedAt: null,
    selectors: [],
    ...options,
  };
  trailsOf(region.account).set(name, trail);
  return trail;
}

interface TrailInput {
  Name: string;
  S3BucketName: string;
  IsMultiRegionTrail?: boolean;
  IncludeGlobalServiceEvents?: boolean;
  EnableLogFileValidation?: boolean;
}

export const cloudtrail: Service = {
  resources: ({ account }, { Name: name }) => [
    typeof name === 'string' ? (trailsOf(account).get(name.split('/').at(-1)!)?.arn ?? '*') : '*',
  ],
  operations: {
    LookupEvents: lookupEvents,
    DescribeTrails: (
      { account, region },
      input: { trailNameList?: string[]; includeShadowTrails?: boolean },
    ) => ({
      trailList: [...trailsOf(account).values()]
        .filter(
          (trail) =>
            ((trail.multiRegion && input.includeShadowTrails !== false) || trail.home === region.name) &&
            (!input.trailNameList?.length ||
              input.trailNameList.some((name) => name === trail.name || name === trail.arn)),
        )
        .map(trailShape),
    }),
    ListTrails: ({ account }) => ({
      Trails: [...trailsOf(account).values()].map(({ name, arn, home }) => ({
        Name: name,
        TrailARN: arn,
        HomeRegion: home,
      })),
    }),
    ListPublicKeys: ({ region, now }, input: { StartTime?: number; EndTime?: number }) => ({
      PublicKeyList: [...publicKeysOf(region)]
        .filter(([, { from, to }]) => from <= (input.EndTime ?? now) && to >= (input.StartTime ?? now))
        .map(([Fingerprint, { value, from, to }]) => ({
          Fingerprint,
          Value: value,
          ValidityStartTime: from,
          ValidityEndTime: to,
        })),
    }),
    GetTrailStatus: ({ account, now }, input: { Name: string }) => {
      const trail = trailOf(account, input.Name);
      return {
        IsLogging: trail.logging,
        StartLoggingTime: trail.loggingStartedAt,
        StopLoggingTime: trail.loggingStoppedAt,
        LatestDeliveryTime: trail.loggingStoppedAt ?? now,
      };
    },
    CreateTrail: ({ account, region, touched }, input: TrailInput) => {
      if (trailsOf(account).has(input.Name))
        throw new AwsError(
          'TrailAlreadyExistsException',
          `Trail ${input.Name} already exists for customer: ${account.id}`,
        );
      const trail = addTrail(region, input.Name, {
        bucket: input.S3BucketName,
        multiRegion: input.IsMultiRegionTrail ?? false,
        globalEvents: input.IncludeGlobalServiceEvents ?? true,
        validation: input.EnableLogFileValidation ?? false,
        logging: false,
      });
      touched.push(trail.arn);
      return trailShape(trail);
    },
    StartLogging: ({ account, now, touched }, input: { Name: string }) => {
      const trail = trailOf(account, input.Name);
      Object.assign(trail, { logging: true, loggingStartedAt: now });
      touched.push(trail.arn);
    },
    StopLogging: ({ account, now, touched }, input: { Name: string }) => {
      const trail = trailOf(account, input.Name);
      Object.assign(trail, { logging: false, loggingStoppedAt: now });
      touched.push(trail.arn);
    },
    UpdateTrail: ({ account, touched }, input: Partial<TrailInput> & { Name: string }) => {
      const trail = trailOf(account, input.Name);
      trail.bucket = input.S3BucketName ?? trail.bucket;
      trail.multiRegion = input.IsMultiRegionTrail ?? trail.multiRegion;
      trail.globalEvents = input.IncludeGlobalServiceEvents ?? trail.globalEvents;
      trail.validation = input.EnableLogFileValidation ?? trail.validation;
      touched.push(trail.arn);
      return trailShape(trail);
    },
    DeleteTrail: ({ account, touched }, input: { Name: string }) => {
      const trail = trailOf(account, input.Name);
      trailsOf(account).delete(trail.name);
      touched.push(trail.arn);
    },
    PutEventSelectors: ({ account, touched }, input: { TrailName: string; EventSelectors?: Json[] }) => {
      const trail = trailOf(account, input.TrailName);
      trail.selectors = input.EventSelectors ?? [];
      touched.push(trail.arn);
      return { TrailARN: trail.arn, EventSelectors: trail.selectors };
    },
    GetEventSelectors: ({ account }, input: { TrailName: string }) => {
      const trail = trailOf(account, input.TrailName);
      return {
        TrailARN: trail.arn,
        EventSelectors:
          trail.selectors.length > 0
            ? trail.selectors
            : [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [] }],
      };
    },
  },
};
