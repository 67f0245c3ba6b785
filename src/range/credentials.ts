import { AwsError } from './aws-error.js';
import { callerOf, type Caller } from './iam/caller.js';
import type { ServiceModel } from './model.js';
import type { WireRequest } from './protocol/codec.js';
import { verifySignature, type Signature } from './sigv4.js';
import type { World } from './world/world.js';

type Trouble = 'unknown' | 'signature' | 'expired';

/** How each kind of service refuses a credential: code, HTTP status. */
const refusals: Record<Trouble, Record<string, [code: string, status: number]>> = {
  unknown: {
    ec2: ['AuthFailure', 401],
    query: ['InvalidClientTokenId', 403],
    json: ['UnrecognizedClientException', 400],
    'rest-json': ['UnrecognizedClientException', 403],
    'rest-xml': ['InvalidClientTokenId', 403],
  },
  signature: {
    ec2: ['AuthFailure', 401],
    query: ['SignatureDoesNotMatch', 403],
    json: ['InvalidSignatureException', 400],
    'rest-json': ['InvalidSignatureException', 403],
    'rest-xml': ['SignatureDoesNotMatch', 403],
  },
  expired: {
    ec2: ['RequestExpired', 400],
    query: ['ExpiredToken', 403],
    json: ['ExpiredTokenException', 400],
    'rest-json': ['ExpiredTokenException', 403],
    'rest-xml': ['ExpiredToken', 403],
  },
};

const words: Record<Trouble, string> = {
  unknown: 'The security token included in the request is invalid.',
  signature:
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  expired: 'The security token included in the request is expired',
};

/** The refusal of a credential in the service's own words. */
export function credentialRefusal(model: ServiceModel, trouble: Trouble): AwsError {
  if (model.signingName === 's3' && trouble === 'unknown') {
    return new AwsError(
      'InvalidAccessKeyId',
      'The AWS Access Key Id you provided does not exist in our records.',
      403,
    );
  }
  const [code, status] = refusals[trouble][model.protocol === 'cbor' ? 'json' : model.protocol]!;
  const message =
    code === 'AuthFailure' ? 'AWS was not able to validate the provided access credentials' : words[trouble];
  return new AwsError(code, message, status);
}

/** The caller of a credential that works at this moment. Throws what AWS answers for one that is unknown, inactive,
 *  expired or orphaned. */
export function assertUsable(
  world: World,
  model: ServiceModel,
  id: string,
  service: string,
  region: string,
): Caller {
  const now = world.clock.now();
  const key = world.keys.get(id);
  const session = world.sessions.get(id);
  const found = key ?? session;
  if (found === undefined || key?.status.effective(now) === 'Inactive')
    throw credentialRefusal(model, 'unknown');
  if (session !== undefined && session.expiresAt <= now) throw credentialRefusal(model, 'expired');
  const caller = callerOf(found);
  if (caller === null) throw credentialRefusal(model, 'unknown');
  if (key !== undefined) key.lastUsed = { at: now, service, region };
  return caller;
}

/** Who signed this request: as `assertUsable`, and refused too without the session's token, or with a signature that
 *  the secret did not make. */
export function authenticate(
  world: World,
  model: ServiceModel,
  request: WireRequest,
  signature: Signature,
): Caller {
  const session = world.sessions.get(signature.accessKeyId);
  const found = world.keys.get(signature.accessKeyId) ?? session;
  if (found === undefined) throw credentialRefusal(model, 'unknown');
  if (session !== undefined && request.headers['x-amz-security-token'] !== session.token) {
    throw credentialRefusal(model, 'unknown');
  }
  if (!verifySignature(request, signature, found.secret)) throw credentialRefusal(model, 'signature');
  return assertUsable(world, model, found.id, signature.service, signature.region);
}
