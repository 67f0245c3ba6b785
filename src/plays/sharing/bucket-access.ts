import { AwsFailure, change, type Reader } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  type Change,
  type Finding,
  type Json,
  type OriginRule,
  type Resource,
  stableStringify,
  type TrailEvent,
} from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 's3.amazonaws.com';
/** Of a bucket that has no policy, or no block. */
const none = 'none';

/** The two doors of a bucket that decide whether outsiders get in. */
type Door = 'policy' | 'public-access-block';
const doors: readonly Door[] = ['policy', 'public-access-block'];

const settings = [
  'BlockPublicAcls',
  'BlockPublicPolicy',
  'IgnorePublicAcls',
  'RestrictPublicBuckets',
] as const;

/** New buckets have all four since April 2023 (S3 user guide, "Default settings for new S3 buckets"). */
const ofNewBucket: Record<Door, string> = {
  policy: none,
  'public-access-block': blockText(Object.fromEntries(settings.map((name) => [name, true]))),
};
const defaultsFrom = Date.UTC(2023, 4, 1);

function blockText(block: Record<string, unknown>): string {
  return stableStringify(Object.fromEntries(settings.map((name) => [name, block[name] === true])));
}

function bucketOf(door: Door, event: TrailEvent): string[] {
  const bucket = requestText(event, 'bucketName');
  return bucket === null ? [] : [`${door}|${bucket}`];
}

function rule(name: string, door: Door, sets: (event: TrailEvent) => Json): OriginRule {
  return {
    ...{ source, name, effect: 'changed', named: true, ids: (event) => bucketOf(door, event), sets },
    mayChangeNothing: { usedBy: ['CreateBucket'] },
  };
}

/** The policy that the record has; null where it does not show it whole: it is put back as it stands there. */
function policyIn({ request }: TrailEvent): Json {
  const policy = request?.['bucketPolicy'];
  const text = asText(policy) ?? JSON.stringify(policy ?? null);
  const isWhole = !text.includes('[redacted]') && asObject(parsed(text)) !== null;
  return isWhole ? text : null;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

function blockIn({ request }: TrailEvent): Json {
  const block = asObject(
    request?.['PublicAccessBlockConfiguration'] ?? request?.['publicAccessBlockConfiguration'],
  );
  return block === null ? null : blockText(block);
}

/**
 * Who gets into buckets: a policy or a public access block that the attacker changed is put back to what an untainted
 * principal had set, or to what a bucket has from its making. Nothing is taken back without such a record. No bucket is
 * listed: what the trail names is asked for.
 */
export const bucketAccess: Play = {
  id: 'bucket-access',
  move: 'opens buckets (S3)',
  noun: 'policies and public access blocks of buckets (S3) that the trail names',
  phase: 'evict',
  service: 's3',
  scope: 'regional',
  permissions: {
    find: ['s3:GetBucketPolicy', 's3:GetBucketPublicAccessBlock'],
    contain: ['s3:DeleteBucketPolicy', 's3:PutBucketPolicy', 's3:PutBucketPublicAccessBlock'],
    undo: [],
  },

  async *find() {},
  askedById: true,
  findById: (reader, region, ids) => Promise.all(ids.map((id) => read(reader, region, id))),

  origin: [
    rule('PutBucketPolicy', 'policy', policyIn),
    rule('DeleteBucketPolicy', 'policy', () => none),
    rule('PutBucketPublicAccessBlock', 'public-access-block', blockIn),
    rule('DeleteBucketPublicAccessBlock', 'public-access-block', () => none),
    ...doors.map(
      (door): OriginRule => ({
        ...{ source, name: 'CreateBucket', effect: 'changed', tellsOnly: true },
        ids: (event) => bucketOf(door, event),
        sets: ({ time }) => (time !== null && time >= defaultsFrom ? ofNewBucket[door] : null),
      }),
    ),
    ...doors.map(
      (door): OriginRule => ({
        ...{ source, name: 'DeleteBucket', effect: 'undone', tellsOnly: true },
        ids: (event) => bucketOf(door, event),
      }),
    ),
  ],

  contain,
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'sharing',
};

function partsOf(id: string): { door: Door; Bucket: string } {
  const bar = id.indexOf('|');
  return {
    door: id.slice(0, bar) === 'policy' ? 'policy' : 'public-access-block',
    Bucket: id.slice(bar + 1),
  };
}

function contain(finding: Finding): Action[] {
  const { id, properties } = finding.resource;
  const { door, Bucket } = partsOf(id);
  const [before, now] = [asText(finding.before), asText(properties['now'])];
  if (finding.class !== 'tampered' || before === null || now === null || isSame(before, now)) return [];
  return [
    makeAction(bucketAccess, [finding], {
      ...set(door, Bucket, before),
      title: `restore the ${door === 'policy' ? 'policy' : 'public access block'} of bucket ${Bucket}`,
      before: now,
      undo: [set(door, Bucket, now)],
    }),
  ];
}

/** What makes it so. A block of which nothing is set is none: nothing needs the right to delete it. */
function set(door: Door, Bucket: string, to: string): Change {
  if (door === 'policy')
    return to === none
      ? change('s3', 'DeleteBucketPolicy', { Bucket })
      : change('s3', 'PutBucketPolicy', { Bucket, Policy: to });
  const block = asObject(parsed(to)) ?? {};
  return change('s3', 'PutPublicAccessBlock', {
    Bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: block['BlockPublicAcls'] === true,
      BlockPublicPolicy: block['BlockPublicPolicy'] === true,
      IgnorePublicAcls: block['IgnorePublicAcls'] === true,
      RestrictPublicBuckets: block['RestrictPublicBuckets'] === true,
    },
  });
}

function isSame(a: string, b: string): boolean {
  const plain = (text: string): string => {
    const json = parsed(text);
    return json === null ? text : stableStringify(json);
  };
  const nothing = blockText({});
  const block = (text: string): string => (text === nothing ? none : text);
  return block(plain(a)) === block(plain(b));
}

async function read(reader: Reader, region: string, id: string): Promise<Resource> {
  const { door, Bucket } = partsOf(id);
  const common = { play: 'bucket-access', type: `bucket’s ${door.replaceAll('-', ' ')}`, id, region };
  try {
    const now = await nowOf(reader, region, door, Bucket);
    return makeResource({ ...common, state: now === none ? none : 'set', live: true, properties: { now } });
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'NoSuchBucket')
      return makeResource({ ...common, state: 'gone', live: false });
    throw error;
  }
}

async function nowOf(reader: Reader, region: string, door: Door, Bucket: string): Promise<string> {
  try {
    if (door === 'policy') {
      const { Policy } = await reader.call('s3', 'GetBucketPolicy', region, { Bucket });
      return Policy ?? none;
    }
    const answer = await reader.call('s3', 'GetPublicAccessBlock', region, { Bucket });
    return blockText({ ...answer.PublicAccessBlockConfiguration });
  } catch (error) {
    const isNone = /^NoSuch(BucketPolicy|PublicAccessBlockConfiguration)$/;
    if (error instanceof AwsFailure && isNone.test(error.code ?? '')) return none;
    throw error;
  }
}
