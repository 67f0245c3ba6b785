import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from './protocol/codec.js';

/** What an Authorization header says. */
export interface Signature {
  accessKeyId: string;
  /** `YYYYMMDD` of the credential scope. */
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
}

const pattern =
  /^AWS4-HMAC-SHA256\s+Credential=([^/,\s]+)\/(\d{8})\/([^/,]+)\/([^/,]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** The parts of a Signature Version 4 Authorization header; null where it is not one. */
export function parseAuthorization(header: string | undefined): Signature | null {
  const found = header === undefined ? null : pattern.exec(header.trim());
  if (found === null) return null;
  const [, accessKeyId, date, region, service, signed, signature] = found as unknown as [string, ...string[]];
  return {
    accessKeyId: accessKeyId!,
    date: date!,
    region: region!,
    service: service!,
    signedHeaders: signed!.split(';'),
    signature: signature!,
  };
}

const hash = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const signingKeys = new Map<string, Buffer>();

function signingKey(secret: string, { date, region, service }: Signature): Buffer {
  const name = [secret, date, region, service].join(' ');
  let key = signingKeys.get(name);
  if (key === undefined) {
    key = [region, service, 'aws4_request'].reduce<Buffer>(
      (inner, part) => hmac(inner, part),
      hmac(`AWS4${secret}`, date),
    );
    if (signingKeys.size > 10_000) signingKeys.clear();
    signingKeys.set(name, key);
  }
  return key;
}

/**
 * True where `secret` made the signature of `request`: AWS Signature Version 4 (IAM user guide, "Create a signed
 * AWS API request"). The path is encoded twice for every service but S3.
 */
export function verifySignature(request: WireRequest, given: Signature, secret: string): boolean {
  const path = given.service === 's3' ? request.path : request.path.split('/').map(encode).join('/');
  const query = [...request.query].map(([key, value]) => `${encode(key)}=${encode(value)}`).sort();
  const headers = given.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  const payload = request.headers['x-amz-content-sha256'] ?? hash(request.body);
  if (/^[0-9a-f]{64}$/.test(payload) && payload !== hash(request.body)) return false;
  const canonical = [
    request.method,
    path || '/',
    query.join('&'),
    headers.join(''),
    given.signedHeaders.join(';'),
    payload,
  ];
  const scope = `${given.date}/${given.region}/${given.service}/aws4_request`;
  const toSign = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'] ?? '',
    scope,
    hash(canonical.join('\n')),
  ].join('\n');
  const expected = hmac(signingKey(secret, given), toSign);
  const actual = Buffer.from(given.signature, 'hex');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
