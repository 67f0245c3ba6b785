import { describe, expect, it } from 'vitest';
import { isRead } from '../../src/aws/reads.js';
import { failureKind } from '../../src/aws/errors.js';
import { toAwsFailure } from '../../src/aws/failure.js';

describe('failures', () => {
  it.each([
    ['UnauthorizedOperation', 'denied'],
    ['Client.UnauthorizedOperation', 'denied'],
    ['OperationNotPermitted', 'protected'],
    ['InvalidInstanceID.NotFound', 'gone'],
    ['NoSuchEntity', 'gone'],
    ['RequestLimitExceeded', 'throttled'],
    ['OptInRequired', 'not-subscribed'],
    ['AuthFailure', 'token-refused'],
    ['UnrecognizedClientException', 'token-refused'],
    ['InvalidClientTokenId', 'token-refused'],
    ['Blocked', 'restricted'],
    ['UnmodifiableEntity', 'unmodifiable'],
    ['SubscriptionRequiredException', 'no-subscription'],
    ['ExpiredToken', 'credentials'],
    ['InvalidAction', 'unsupported'],
    ['ECONNREFUSED', 'unreachable'],
    ['NoSuchDistribution', 'gone'],
  ] as const)('with the code %s are %s', (code, kind) => {
    expect(failureKind(code, '', null)).toBe(kind);
  });

  it('tell a restricted account from a missing permission, though AWS calls both AccessDenied', () => {
    expect(
      failureKind(
        'AccessDenied',
        'Your account must be verified before you can add new CloudFront resources.',
        403,
      ),
    ).toBe('restricted');
    expect(
      failureKind('AccessDenied', 'User is not authorized to perform: cloudfront:ListDistributions', 403),
    ).toBe('denied');
  });

  it('keep the cause, and bound what AWS echoes', () => {
    const cause = Object.assign(new Error('x'.repeat(100_000)), {
      name: 'AccessDenied',
      $metadata: { requestId: 'r-1', httpStatusCode: 403 },
    });
    const failure = toAwsFailure(cause, 'iam', 'ListUsers', 'us-east-1');
    expect(failure.cause).toBe(cause);
    expect(failure.requestId).toBe('r-1');
    expect(failure.message.length).toBeLessThanOrEqual(2000);
  });

  it('of an answer that is not AWS’s are unreachable, not other', () => {
    const html = Object.assign(new SyntaxError("Unexpected token '<'"), {
      $metadata: {},
      $response: { statusCode: 500, headers: {} },
    });
    expect(toAwsFailure(html, 'cloudtrail', 'LookupEvents', 'eu-west-1').kind).toBe('unreachable');
  });
});

describe('reads', () => {
  it('are told from calls that make or change something', () => {
    expect(isRead('ec2', 'DescribeInstances')).toBe(true);
    expect(isRead('cloudtrail', 'LookupEvents')).toBe(true);
    expect(isRead('sts', 'GetSessionToken')).toBe(false);
    expect(isRead('iam', 'UpdateAccessKey')).toBe(false);
    expect(isRead('ec2', 'TerminateInstances')).toBe(false);
  });
});
