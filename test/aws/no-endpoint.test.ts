import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { toAwsFailure } from '../../src/aws/failure.js';
import { endpointWishes, unresolved } from '../../src/aws/no-endpoint.js';
import { homeRegionOf } from '../../src/aws/regions.js';
import { isAwsHost } from '../../src/aws/endpoints.js';
import { services } from '../../src/aws/services/index.js';
import { endpointSource, hasNoEndpoint, plainEndpoint } from '../../src/facts/index.js';

// What Node says where a name does not resolve.
const refused = (host: string, code = 'ENOTFOUND') =>
  Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code, hostname: host });
const failing = (service: string, region: string, host: string, code?: string) =>
  toAwsFailure(refused(host, code), service, 'List', region);
const names =
  (...there: string[]) =>
  (host: string) =>
    Promise.resolve(there.includes(host));

describe('a name that does not resolve', () => {
  it('is not offered only where AWS’s list has no endpoint there either', async () => {
    const cloudfront = failing('cloudfront', 'us-gov-west-1', 'cloudfront.us-gov-west-1.amazonaws.com');
    const said = await unresolved(cloudfront, names());
    expect([said.kind, said.message]).toEqual([
      'not-offered',
      `AWS does not offer cloudfront in us-gov-west-1: ${endpointSource} has none there, and cloudfront.us-gov-west-1.amazonaws.com does not resolve`,
    ]);
    for (const [service, region, host] of [
      ['lambda', 'us-gov-west-1', 'lambda.us-gov-west-1.amazonaws.com'],
      // Younger than the list.
      ['lightsail', 'us-west-9', 'lightsail.us-west-9.amazonaws.com'],
    ] as const)
      expect((await unresolved(failing(service, region, host), names())).kind).toBe('unreachable');
  });

  it('says nothing where the resolver is down, or the host is not AWS’s', async () => {
    const host = 'cloudfront.us-gov-west-1.amazonaws.com';
    const down = failing('cloudfront', 'us-gov-west-1', host, 'EAI_AGAIN');
    expect(await unresolved(down, names())).toBe(down);
    const other = failing('cloudfront', 'us-gov-west-1', 'cloudfront.corp.example');
    expect(await unresolved(other, names())).toBe(other);
  });

  it('of a FIPS or dual-stack endpoint tells that there is none, and calls no other', async () => {
    const fips = failing('scheduler', 'us-east-1', 'scheduler-fips.us-east-1.amazonaws.com');
    const said = await unresolved(fips, names('scheduler.us-east-1.amazonaws.com'));
    expect(said.kind).toBe('unreachable');
    expect(said.message).toMatch(/no FIPS endpoint in us-east-1 .* AWS_USE_FIPS_ENDPOINT=false$/);
    const dual = failing('iam', 'cn-north-1', 'iam.cn-north-1.api.amazonwebservices.com.cn');
    const also = await unresolved(dual, names('iam.cn-north-1.amazonaws.com.cn'));
    expect(also.message).toMatch(/no dual-stack endpoint in cn-north-1/);
    // Where neither resolves, and the list has none: the service is not there at all.
    const gone = failing('cloudfront', 'us-gov-west-1', 'cloudfront-fips.us-gov-west-1.amazonaws.com');
    expect((await unresolved(gone, names())).kind).toBe('not-offered');
    expect((await unresolved(gone, names('cloudfront.us-gov-west-1.amazonaws.com'))).kind).toBe(
      'unreachable',
    );
  });
});

describe('AWS’s list of endpoints', () => {
  it('knows every service that is called, and what partitions lack', async () => {
    const text = await readFile(new URL('../../src/facts/endpoints.json', import.meta.url), 'utf8');
    const { missing } = JSON.parse(text) as { missing: object };
    expect(Object.keys(missing).sort()).toEqual(Object.keys(services).sort());
    expect(hasNoEndpoint('cloudfront', 'us-gov-west-1')).toBe(true);
    expect(hasNoEndpoint('lightsail', 'cn-north-1')).toBe(true);
    for (const service of ['ec2', 'sts', 'cloudtrail', 'autoscaling', 'lambda'])
      for (const region of ['us-east-1', 'us-gov-west-1', 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1'])
        expect(hasNoEndpoint(service, region)).toBe(false);
  });

  it('tells AWS’s hosts of every partition', () => {
    for (const host of [
      'ec2.us-iso-east-1.c2s.ic.gov',
      'iam.eusc-de-east-1.amazonaws.eu',
      'ec2.us-east-1.api.aws',
    ])
      expect(isAwsHost(host)).toBe(true);
    expect(isAwsHost('ec2.amazonaws.com.example')).toBe(false);
    expect(plainEndpoint('s3-fips.dualstack.us-east-1.amazonaws.com')).toBe('s3.us-east-1.amazonaws.com');
  });

  it.each([
    ['aws', 'us-east-1'],
    ['aws-cn', 'cn-north-1'],
    ['aws-us-gov', 'us-gov-west-1'],
    ['aws-eusc', 'eusc-de-east-1'],
    ['aws-iso', 'us-iso-east-1'],
    ['aws-iso-b', 'us-isob-east-1'],
    ['aws-iso-e', 'eu-isoe-west-1'],
    ['aws-iso-f', 'us-isof-south-1'],
  ])('%s has its home in %s', (partition, region) => expect(homeRegionOf(partition)).toBe(region));
});

describe('FIPS and dual stack', () => {
  it('are the environment’s word, then the profile’s', () => {
    const profile = { use_fips_endpoint: 'true', use_dualstack_endpoint: 'True' };
    expect(endpointWishes({}, profile)).toEqual({ fips: true, dualStack: true });
    expect(endpointWishes({ AWS_USE_FIPS_ENDPOINT: 'false' }, profile).fips).toBe(false);
    expect(endpointWishes({}, {})).toEqual({ fips: false, dualStack: false });
  });
});
