import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** A trail's files as CloudTrail delivers them, signed with a key of our own. */
export interface Chain {
  bucket: string;
  trail: string;
  /** Object keys → contents as stored; the signatures of the digests by their keys. */
  objects: Map<string, Buffer>;
  signatures: Map<string, string>;
  /** Object keys of the log files and of the digests, the oldest first. */
  logs: string[];
  digests: string[];
}

export interface Signer {
  fingerprint: string;
  /** PKCS #1, DER. */
  publicKey: Buffer;
  sign(text: string): string;
}

export function newSigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ format: 'der', type: 'pkcs1' });
  return {
    fingerprint: createHash('md5').update(der).digest('hex'),
    publicKey: der,
    sign: (text) => sign('RSA-SHA256', Buffer.from(text), privateKey).toString('hex'),
  };
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const hour = 3600_000;
const iso = (time: number): string => new Date(time).toISOString().replace('.000', '');
const compact = (time: number): string => iso(time).replaceAll(/[-:]/g, '');
const day = (time: number): string => iso(time).slice(0, 10).replaceAll('-', '/');

/** One log file and one digest for each list of records, an hour each, from `start` on. */
export function signedChain(
  signer: Signer,
  hours: readonly (readonly object[])[],
  { account = '111122223333', region = 'us-east-1', start = Date.UTC(2026, 10, 27), logs: each = 1 } = {},
): Chain {
  const chain: Chain = {
    bucket: 'trail-logs',
    trail: 'main',
    objects: new Map(),
    signatures: new Map(),
    logs: [],
    digests: [],
  };
  let previous: { key: string; hash: string } | null = null;
  hours.forEach((records, index) => {
    const from = start + index * hour;
    const parts = Array.from({ length: each }, (_, part) => records.filter((_one, at) => at % each === part));
    const named = parts.map((part, at) => {
      const unique = sha256(`${account}${region}${index}/${at}`).slice(0, 16);
      const key = `AWSLogs/${account}/CloudTrail/${region}/${day(from)}/${account}_CloudTrail_${region}_${compact(from)}_${unique}.json.gz`;
      const text = JSON.stringify({ Records: part });
      chain.objects.set(key, gzipSync(text));
      chain.logs.push(key);
      return { key, hash: sha256(text) };
    });
    const end = from + hour;
    const key = `AWSLogs/${account}/CloudTrail-Digest/${region}/${day(end)}/${account}_CloudTrail-Digest_${region}_${chain.trail}_${region}_${compact(end)}.json.gz`;
    const before: string | null = previous === null ? null : chain.signatures.get(previous.key)!;
    const digest = JSON.stringify({
      awsAccountId: account,
      digestStartTime: iso(from),
      digestEndTime: iso(end),
      digestS3Bucket: chain.bucket,
      digestS3Object: key,
      digestPublicKeyFingerprint: signer.fingerprint,
      digestSignatureAlgorithm: 'SHA256withRSA',
      newestEventTime: iso(end),
      oldestEventTime: iso(from),
      previousDigestS3Bucket: previous === null ? null : chain.bucket,
      previousDigestS3Object: previous?.key ?? null,
      previousDigestHashValue: previous?.hash ?? null,
      previousDigestHashAlgorithm: previous === null ? null : 'SHA-256',
      previousDigestSignature: before,
      logFiles: named.map((log) => ({
        s3Bucket: chain.bucket,
        s3Object: log.key,
        hashValue: log.hash,
        hashAlgorithm: 'SHA-256',
        newestEventTime: iso(end),
        oldestEventTime: iso(from),
      })),
    });
    chain.objects.set(key, gzipSync(digest));
    chain.signatures.set(
      key,
      signer.sign(`${iso(end)}\n${chain.bucket}/${key}\n${sha256(digest)}\n${before ?? 'null'}`),
    );
    chain.digests.push(key);
    previous = { key, hash: sha256(digest) };
  });
  return chain;
}

/** As `aws s3 sync` brings them, and the newest digest's signature beside it where `sidecar` says so. */
export async function writeChain(chain: Chain, directory: string, sidecar = true): Promise<void> {
  for (const [key, bytes] of chain.objects) {
    await mkdir(dirname(join(directory, key)), { recursive: true });
    await writeFile(join(directory, key), bytes);
  }
  const newest = chain.digests.at(-1)!;
  if (sidecar) await writeFile(join(directory, `${newest}.signature`), `${chain.signatures.get(newest)}\n`);
}
