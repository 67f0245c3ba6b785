import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lookAtApi } from '../../../src/recovery/cloudfront/api.js';
import type { ApiState } from '../../../src/recovery/cloudfront/state.js';
import {
  distributionList,
  simulation,
  startWire,
  xmlError,
  type Wire,
  type WireAnswer,
} from '../restrictions/wire.js';

const list = 'cloudfront:GET /2020-05-31/distribution';
const get = 'cloudfront:GET /2020-05-31/distribution/E1';
const simulate = 'iam:SimulatePrincipalPolicy';
const one = distributionList([{ id: 'E1', host: 'd1.cloudfront.net', aliases: ['www.example.com'] }]);
const got: WireAnswer = { status: 200, body: '<Distribution><Id>E1</Id></Distribution>' };
const bare = xmlError('AccessDenied', 'Access denied');
const reasoned = xmlError(
  'AccessDenied',
  'User: arn:aws:iam::123456789012:user/responder is not authorized to perform: cloudfront:ListDistributions because no identity-based policy allows the cloudfront:ListDistributions action',
);

let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(async () => {
  await wire.close();
});

/** The session is open when STS falls silent: only what asks it again notices. */
const silent = { 'sts:GetCallerIdentity': 'drop' } as const;

async function look(table: Record<string, WireAnswer | 'drop'>) {
  const { reader } = await wire.session();
  Object.assign(wire.table, table);
  return lookAtApi(reader);
}

describe("the API's answer", () => {
  it('lists distributions with their names, origins and state, and reads one of them', async () => {
    const { api, distributions } = await look({ [list]: one, [get]: got });
    expect(api.state).toBe('answers');
    expect(distributions).toEqual([
      {
        id: 'E1',
        host: 'd1.cloudfront.net',
        aliases: ['www.example.com'],
        configuration: {
          enabled: true,
          deployed: true,
          lastModified: '2026-11-20T00:00:00.000Z',
          origins: [{ id: 'app', domain: 'origin.example.com', kind: 'custom', private: false }],
          functions: [],
        },
      },
    ]);
    expect(wire.calls).toContain(get);
  });

  it('is told apart from "no distribution"', async () => {
    const { api } = await look({ [list]: distributionList([]) });
    expect(api).toMatchObject({ state: 'answers', reason: 'it answers, and lists no distribution' });
  });

  it.each<[string, Record<string, WireAnswer | 'drop'>, ApiState]>([
    ['a policy is named', { [list]: reasoned }, 'denied'],
    [
      'an explicit deny is named',
      { [list]: xmlError('AccessDenied', 'with an explicit deny in a service control policy') },
      'denied',
    ],
    [
      'no policy is named, and the simulation denies',
      { [list]: bare, [simulate]: simulation({ 'cloudfront:ListDistributions': 'implicitDeny' }) },
      'denied',
    ],
    [
      'no policy is named, and the simulation allows',
      { [list]: bare, [simulate]: simulation({ 'cloudfront:ListDistributions': 'allowed' }) },
      'restricted',
    ],
    [
      'no policy is named, and the simulation is refused',
      { [list]: bare, [simulate]: xmlError('AccessDenied', 'no') },
      'cannot-tell',
    ],
    [
      'the account must be verified',
      {
        [list]: xmlError(
          'AccessDenied',
          'Your account must be verified before you can add new CloudFront resources.',
        ),
      },
      'restricted',
    ],
    [
      'the account is blocked',
      {
        [list]: xmlError(
          'Blocked',
          'This account is currently blocked and not recognized as a valid account.',
        ),
      },
      'restricted',
    ],
    [
      'it fails in its own way while STS answers',
      { [list]: xmlError('InvalidArgument', 'no', 400) },
      'cannot-tell',
    ],
    ['it answers 500', { [list]: xmlError('InternalFailure', 'oops', 500) }, 'failed'],
    ['the connection is cut', { [list]: 'drop' }, 'failed'],
    ['the token is expired', { [list]: xmlError('ExpiredToken', 'expired') }, 'failed'],
    ['the key does not exist', { [list]: xmlError('InvalidClientTokenId', 'invalid') }, 'failed'],
    ['the signature is refused', { [list]: xmlError('SignatureDoesNotMatch', 'no') }, 'failed'],
    ['it is asked too fast', { [list]: xmlError('Throttling', 'Rate exceeded', 400) }, 'failed'],
    ['it answers 503', { [list]: xmlError('ServiceUnavailable', 'slow down', 503) }, 'failed'],
    ['a page answers in its stead', { [list]: { status: 200, body: '<html><body>log in' } }, 'failed'],
    [
      'it fails in its own way, and so does STS',
      { ...silent, [list]: xmlError('InvalidArgument', 'no', 400) },
      'failed',
    ],
    ['no policy is named, and STS does not answer', { ...silent, [list]: bare }, 'cannot-tell'],
    [
      'the region is being validated',
      { [list]: xmlError('PendingVerification', 'Your request is being validated.') },
      'restricted',
    ],
    [
      'root is refused, whom no policy limits',
      {
        [list]: bare,
        'sts:GetCallerIdentity': {
          status: 200,
          body: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
        },
      },
      'restricted',
    ],
  ])('when %s', async (_, table, state) => {
    const { api } = await look(table);
    expect(api.state).toBe(state);
    expect(api.next.length).toBeGreaterThan(0);
    expect(api.code).not.toBeNull();
  });

  it('keeps the list when only GetDistribution is refused', async () => {
    const { api, distributions } = await look({
      [list]: one,
      [get]: xmlError('AccessDenied', 'User: x is not authorized to perform: cloudfront:GetDistribution'),
    });
    expect(api).toMatchObject({ state: 'denied' });
    expect(api.reason).toContain('cloudfront:GetDistribution');
    expect(distributions).toHaveLength(1);
  });

  it('names both next steps when it cannot be told', async () => {
    const { api } = await look({ [list]: bare, [simulate]: xmlError('AccessDenied', 'no') });
    expect(api.next).toHaveLength(2);
    expect(api.next.join(' ')).toContain('iam:SimulatePrincipalPolicy');
  });

  it("simulates a role session's role, whose path only IAM knows", async () => {
    Object.assign(wire.table, {
      'sts:GetCallerIdentity': {
        status: 200,
        body: '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/Responder/alice</Arn><UserId>AROAX:alice</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      },
      'iam:GetRole': {
        status: 200,
        body: '<GetRoleResponse><GetRoleResult><Role><Path>/sec/</Path><RoleName>Responder</RoleName><RoleId>AROAX</RoleId><Arn>arn:aws:iam::123456789012:role/sec/Responder</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate></Role></GetRoleResult></GetRoleResponse>',
      },
    });
    const { api } = await look({
      [list]: bare,
      [simulate]: simulation({ 'cloudfront:ListDistributions': 'allowed' }),
    });
    expect(api.state).toBe('restricted');
    expect(wire.calls).toContain('iam:GetRole');
  });
});
