import { createHash, createPublicKey, verify } from 'node:crypto';
import { asObject, asText } from '../model/index.js';
import { parsedJson } from './packed-text.js';

/** What one digest file of CloudTrail says (CloudTrail user guide, "CloudTrail digest file structure"). */
export interface Digest {
  path: string;
  bucket: string;
  object: string;
  account: string;
  region: string;
  /** Digests of one trail in one region follow one another: their names without the time. */
  chain: string;
  /** Epoch milliseconds. */
  start: number;
  end: number;
  endAsWritten: string;
  /** SHA-256 of the uncompressed file, hexadecimal. */
  hash: string;
  fingerprint: string;
  previous: { bucket: string; object: string } | null;
  previousSignature: string | null;
  logs: { object: string; hash: string }[];
  /** From the file beside it; null where there is none. */
  signature: string | null;
}

/** By fingerprint: CloudTrail's public keys of one region, PKCS #1 as DER. A text says why there are none. */
export type PublicKeys = ReadonlyMap<string, Uint8Array> | string;

/** failed: it is not as CloudTrail delivered it. open: nothing shows that it is. */
export type DigestVerdict = { standing: 'proven' } | { standing: 'failed' | 'open'; why: string };

/** A digest's own signature is not in it: S3 holds it beside the object, and people beside the file, under this ending. */
export const signatureEnding = '.signature';

const place =
  /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/CloudTrail-Digest\/([a-z0-9-]+)\/.*?([^/]+)_\d{8}T\d{6}Z(_backfill)?\.json\.gz$/;

/** The digest in these uncompressed bytes; a text says why there is none. */
export function digestOf(path: string, bytes: Buffer, signature: string | null): Digest | string {
  const raw = asObject(parsedJson(bytes.toString('utf8')));
  if (raw === null) return 'not JSON';
  const text = (name: string): string => asText(raw[name]) ?? '';
  const object = text('digestS3Object');
  const [, account, region, name, backfill = ''] = place.exec(object) ?? [];
  const [start, end] = [Date.parse(text('digestStartTime')), Date.parse(text('digestEndTime'))];
  if (account === undefined || region === undefined || name === undefined || !(start <= end))
    return 'not a digest: no place, or no time';
  if (text('awsAccountId') !== account)
    return `of account ${text('awsAccountId')}, in the place of ${account}`;
  if (text('digestSignatureAlgorithm') !== 'SHA256withRSA')
    return `signed by ${text('digestSignatureAlgorithm')}, which is not SHA256withRSA`;
  const [bucket, previousObject] = [
    asText(raw['previousDigestS3Bucket']),
    asText(raw['previousDigestS3Object']),
  ];
  const logs = Array.isArray(raw['logFiles']) ? raw['logFiles'] : [];
  return {
    path,
    bucket: text('digestS3Bucket'),
    object,
    account,
    region,
    chain: `${account}/${region}/${name}${backfill}`,
    start,
    end,
    endAsWritten: text('digestEndTime'),
    hash: createHash('sha256').update(bytes).digest('hex'),
    fingerprint: text('digestPublicKeyFingerprint'),
    previous: bucket === null || previousObject === null ? null : { bucket, object: previousObject },
    previousSignature: asText(raw['previousDigestSignature']),
    logs: logs.flatMap((one) => {
      const log = asObject(one);
      const [of, hash] = [asText(log?.['s3Object']), asText(log?.['hashValue'])];
      return of === null || hash === null || log?.['hashAlgorithm'] !== 'SHA-256'
        ? []
        : [{ object: of, hash }];
    }),
    signature,
  };
}

/**
 * Which digests CloudTrail signed: the signature of each stands in the one after it, and beside the newest. Pure but for
 * the verification.
 */
export function judgeDigests(
  digests: readonly Digest[],
  keysOf: (region: string) => PublicKeys,
): Map<Digest, DigestVerdict> {
  const verdicts = new Map<Digest, DigestVerdict>();
  const newestFirst = [...digests].sort((a, b) => b.end - a.end || (a.path < b.path ? -1 : 1));
  for (const digest of newestFirst) {
    const after = digests.filter(
      ({ previous }) => previous?.object === digest.object && previous.bucket === digest.bucket,
    );
    const provenAfter = after.some((one) => verdicts.get(one)?.standing === 'proven');
    verdicts.set(digest, judged(digest, after, provenAfter, keysOf(digest.region)));
  }
  return verdicts;
}

function judged(
  digest: Digest,
  after: readonly Digest[],
  provenAfter: boolean,
  keys: PublicKeys,
): DigestVerdict {
  if (typeof keys === 'string') return { standing: 'open', why: keys };
  const key = keys.get(digest.fingerprint);
  if (key === undefined) {
    const why = `signed by a key that CloudTrail does not have in ${digest.region} (fingerprint ${digest.fingerprint})`;
    return { standing: 'failed', why };
  }
  const signatures = [digest.signature, ...after.map(({ previousSignature }) => previousSignature)].filter(
    (one) => one !== null,
  );
  if (signatures.some((signature) => isSigned(digest, signature, key))) return { standing: 'proven' };
  if (digest.signature !== null || provenAfter)
    return { standing: 'failed', why: 'it does not match its signature: changed after delivery' };
  if (signatures.length > 0)
    return { standing: 'open', why: 'the digest after it, which has its signature, is not validated itself' };
  return {
    standing: 'open',
    why: `its signature is not here: ${signatureEnding} beside it, or the digest after it`,
  };
}

/** CloudTrail user guide, "Custom implementations of CloudTrail log file integrity validation". */
function isSigned(digest: Digest, signature: string, key: Uint8Array): boolean {
  const { endAsWritten, bucket, object, hash, previousSignature } = digest;
  const signed = `${endAsWritten}\n${bucket}/${object}\n${hash}\n${previousSignature ?? 'null'}`;
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key), format: 'der', type: 'pkcs1' });
    return verify('RSA-SHA256', Buffer.from(signed), publicKey, Buffer.from(signature, 'hex'));
  } catch {
    // No key, or no signature, in the form that CloudTrail documents: it proves nothing.
    return false;
  }
}

/** Where a chain is broken between two digests that are here, in words. */
export function gapsOfChains(digests: readonly Digest[]): { region: string; detail: string }[] {
  const objects = new Set(digests.map(({ bucket, object }) => `${bucket}/${object}`));
  return digests.flatMap(({ chain, bucket, previous, start, end, region, object }) => {
    const earlier = digests.filter((one) => one.chain === chain && one.end < end);
    if (earlier.length === 0) return [];
    if (previous !== null) {
      if (objects.has(`${previous.bucket}/${previous.object}`)) return [];
      return [
        { region, detail: `the digest before ${nameOf(object)} is not here: ${nameOf(previous.object)}` },
      ];
    }
    const last = Math.max(...earlier.map((one) => one.end));
    const times = `${new Date(last).toISOString()} and ${new Date(start).toISOString()}`;
    return [{ region, detail: `CloudTrail delivered no digest of ${bucket} between ${times}` }];
  });
}

/** The last part of an object's key. */
export function nameOf(object: string): string {
  return object.split('/').at(-1) ?? object;
}
