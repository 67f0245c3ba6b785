import { describe, expect, it } from 'vitest';
import { EndpointError, isAwsHost, NoEndpoint, resolveEndpoints } from '../../src/aws/endpoints.js';
import { endpointIds } from '../../src/aws/services/index.js';

const nothing = { flag: null, env: {}, profile: {}, profileServices: {} };
const local = 'http://127.0.0.1:4566';

describe('endpoints', () => {
  it('are AWS’s own where nothing names another', () => {
    expect(resolveEndpoints(nothing)).toEqual({ custom: {}, simulated: false });
  });

  it('are all simulated where AWS_ENDPOINT_URL is not AWS', () => {
    const { custom, simulated } = resolveEndpoints({ ...nothing, env: { AWS_ENDPOINT_URL: local } });
    expect(simulated).toBe(true);
    expect(Object.keys(custom).sort()).toEqual(Object.keys(endpointIds).sort());
  });

  it('refuse a mix of AWS and not-AWS', () => {
    expect(() => resolveEndpoints({ ...nothing, env: { AWS_ENDPOINT_URL_EC2: local } })).toThrow(
      EndpointError,
    );
    expect(() =>
      resolveEndpoints({
        ...nothing,
        env: { AWS_ENDPOINT_URL: local, AWS_ENDPOINT_URL_IAM: 'https://iam.amazonaws.com' },
      }),
    ).toThrow(/Some services would be called at AWS \(iam\)/);
  });

  it('take the flag over the environment over the config file', () => {
    const sources = {
      ...nothing,
      env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:2' },
      profile: { endpoint_url: 'http://127.0.0.1:3' },
    };
    expect(resolveEndpoints({ ...sources, flag: 'http://127.0.0.1:1' }).custom.ec2).toBe(
      'http://127.0.0.1:1',
    );
    expect(resolveEndpoints(sources).custom.ec2).toBe('http://127.0.0.1:2');
    expect(resolveEndpoints({ ...sources, env: {} }).custom.ec2).toBe('http://127.0.0.1:3');
    expect(
      resolveEndpoints({ ...sources, env: { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' } }).custom,
    ).toEqual({});
  });

  it.each([
    ['--endpoint-url', { flag: 'nonsense' }],
    ['--endpoint-url', { flag: 'localhost:4566' }],
    ['AWS_ENDPOINT_URL', { env: { AWS_ENDPOINT_URL: 'nonsense' } }],
    ['AWS_ENDPOINT_URL_IAM', { env: { AWS_ENDPOINT_URL_IAM: 'nonsense' } }],
    ['endpoint_url in the config file', { profile: { endpoint_url: 'nonsense' } }],
  ])('that are not URLs are named by what gives them: %s', (source, given) => {
    const resolve = () => resolveEndpoints({ ...nothing, ...given });
    expect(resolve).toThrow(NoEndpoint);
    expect(resolve).toThrow(`${source} is not a URL: "`);
  });

  it('at AWS are told from look-alikes', () => {
    expect(isAwsHost('ec2.eu-west-1.amazonaws.com')).toBe(true);
    expect(isAwsHost('ec2.cn-north-1.amazonaws.com.cn')).toBe(true);
    expect(isAwsHost('amazonaws.com.evil.example')).toBe(false);
    expect(isAwsHost('notamazonaws.com')).toBe(false);
  });
});
