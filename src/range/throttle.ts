import { AwsError } from './aws-error.js';
import type { World } from './world/world.js';

interface Bucket {
  tokens: number;
  at: number;
}

/** Size and refill a second of EC2's request buckets (EC2 developer guide, "Request throttling"), of CloudTrail's
 *  LookupEvents (CloudTrail API reference: two a second), and a moderate bucket where AWS publishes none. */
function limitOf(
  service: string,
  operation: string,
  input: Record<string, unknown>,
): [size: number, refill: number] | null {
  if (service === 'cloudtrail' && operation === 'LookupEvents') return [2, 2];
  if (service !== 'ec2') return null;
  if (operation === 'DescribeInstances' && input.MaxResults === undefined && input.Filters === undefined)
    return [50, 10];
  if (operation === 'DescribeSpotFleetRequests') return [50, 3];
  if (/^(Describe|Get)/.test(operation)) return [100, 20];
  if (operation === 'RunInstances' || operation === 'StartInstances') return [5, 2];
  if (operation === 'TerminateInstances') return [100, 5];
  if (operation === 'CreateTags') return [100, 10];
  if (operation === 'CreateSnapshot') return [100, 5];
  return [50, 5];
}

/** Instances that may be launched, stopped or terminated: the resource buckets of the same page. */
function resourceLimitOf(operation: string): [number, number] | null {
  if (operation === 'RunInstances' || operation === 'StartInstances') return [1000, 2];
  if (operation === 'StopInstances' || operation === 'TerminateInstances') return [1000, 20];
  return null;
}

/** Token buckets for each account, region and action, on the world's clock. */
export class Throttle {
  private buckets = new Map<string, Bucket>();
  constructor(private readonly world: World) {}

  private take(name: string, count: number, [size, refill]: [number, number]): boolean {
    const now = this.world.clock.now();
    const bucket = this.buckets.get(name) ?? { tokens: size, at: now };
    const tokens = Math.min(size, bucket.tokens + ((now - bucket.at) / 1000) * refill);
    const enough = tokens >= count;
    this.buckets.set(name, { tokens: enough ? tokens - count : tokens, at: now });
    return enough;
  }

  /** Throws the service's throttling error where the bucket is empty. */
  check(
    account: string,
    region: string,
    service: string,
    operation: string,
    input: Record<string, unknown>,
  ): void {
    const name = `${account} ${region} ${service} ${operation}`;
    const limit = limitOf(service, operation, input);
    if (limit !== null && !this.take(name, 1, limit)) throw throttled(service);
    const resources = service === 'ec2' ? resourceLimitOf(operation) : null;
    if (resources === null) return;
    const ids = input.InstanceIds as unknown[] | undefined;
    const count = ids?.length ?? Number(input.MaxCount ?? 1);
    if (!this.take(`${name} resources`, Math.min(count, 1000), resources)) throw throttled(service);
  }
}

/** The words and the code in which this service says "too many". */
export function throttled(service: string): AwsError {
  if (service === 'ec2') return new AwsError('RequestLimitExceeded', 'Request limit exceeded.', 503);
  if (/^(iam|sts|autoscaling|cloudfront)$/.test(service))
    return new AwsError('Throttling', 'Rate exceeded', 400);
  if (service === 'lambda') return new AwsError('TooManyRequestsException', 'Rate exceeded', 429);
  return new AwsError('ThrottlingException', 'Rate exceeded', 400);
}
