/** A clock that tests can turn. Times in milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** `size` requests at once, then `refill` a second. */
export interface BucketSize {
  size: number;
  refill: number;
}

/** Published sizes of EC2's request buckets, per account, region and action
 *  (EC2 developer guide, "Request throttling for the Amazon EC2 API"). */
const ec2Buckets: Record<string, BucketSize> = {
  RunInstances: { size: 5, refill: 2 },
  StartInstances: { size: 5, refill: 2 },
  TerminateInstances: { size: 100, refill: 5 },
  CancelSpotInstanceRequests: { size: 50, refill: 5 },
  DescribeSpotFleetRequests: { size: 50, refill: 3 },
  CreateTags: { size: 100, refill: 10 },
  CreateSnapshot: { size: 100, refill: 5 },
  CreateSnapshots: { size: 100, refill: 5 },
};
const ec2Reads: BucketSize = { size: 100, refill: 20 };
const ec2Changes: BucketSize = { size: 50, refill: 5 };

/** LookupEvents: two a second per account and region, which AWS does not raise
 *  (CloudTrail user guide, "Quotas in AWS CloudTrail"). */
const lookupEvents: BucketSize = { size: 2, refill: 2 };

/** The bucket that AWS keeps for this action in each region; null where AWS publishes none. */
export function bucketFor(service: string, operation: string): BucketSize | null {
  if (service === 'cloudtrail' && operation === 'LookupEvents') return lookupEvents;
  if (service !== 'ec2') return null;
  return ec2Buckets[operation] ?? (/^(Describe|Get)/.test(operation) ? ec2Reads : ec2Changes);
}

/** Lets calls through as a token bucket does. Waiters are served in order. */
export class TokenBucket {
  private tokens: number;
  private at: number;
  private tail: Promise<void> = Promise.resolve();

  constructor(
    private readonly bucket: BucketSize,
    private readonly clock: Clock,
  ) {
    this.tokens = bucket.size;
    this.at = clock.now();
  }

  /** Resolves when a token has been taken. */
  take(): Promise<void> {
    this.tail = this.tail.then(() => this.takeNext());
    return this.tail;
  }

  /** AWS has refused a call for its rate: it has none left, whatever was counted here. */
  empty(): void {
    this.tokens = Math.min(this.tokens, 0);
    this.at = this.clock.now();
  }

  private async takeNext(): Promise<void> {
    this.refill();
    if (this.tokens < 1) {
      await this.clock.sleep(Math.ceil(((1 - this.tokens) / this.bucket.refill) * 1000));
      this.refill();
    }
    this.tokens -= 1;
  }

  private refill(): void {
    const now = this.clock.now();
    this.tokens = Math.min(this.bucket.size, this.tokens + ((now - this.at) / 1000) * this.bucket.refill);
    this.at = now;
  }
}

/** One bucket for each account's region and action, made when first needed. */
export class Pacer {
  private readonly buckets = new Map<string, TokenBucket>();
  constructor(private readonly clock: Clock = systemClock) {}

  /** Resolves when AWS's published rate allows this call. */
  async pace(service: string, operation: string, region: string): Promise<void> {
    await this.bucket(service, operation, region)?.take();
  }

  /** AWS has refused such a call for its rate: the next one waits for the refill. */
  refused(service: string, operation: string, region: string): void {
    this.bucket(service, operation, region)?.empty();
  }

  private bucket(service: string, operation: string, region: string): TokenBucket | null {
    const size = bucketFor(service, operation);
    if (size === null) return null;
    const key = `${service}:${operation}:${region}`;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = new TokenBucket(size, this.clock);
      this.buckets.set(key, bucket);
    }
    return bucket;
  }
}
