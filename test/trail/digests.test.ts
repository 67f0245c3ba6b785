import { mkdir, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTrail, type Trail } from '../../src/trail/files.js';
import type { KeySource } from '../../src/trail/digest-files.js';
import { keysFromFile } from '../../src/trail/public-keys.js';
import { newSigner, signedChain, writeChain, type Chain, type Signer } from './signed-chain.js';

let directory: string;
let signer: Signer;
let chain: Chain;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leakguard-digests-'));
  signer = newSigner();
  chain = signedChain(signer, [[record('a')], [record('b')], [record('c')]]);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function record(id: string, more: object = {}): object {
  return {
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', accountId: '111122223333' },
    eventTime: `2026-11-27T00:00:0${id.charCodeAt(0) % 10}Z`,
    eventSource: 'ec2.amazonaws.com',
    eventName: 'RunInstances',
    awsRegion: 'us-east-1',
    eventID: id,
    requestID: id,
    recipientAccountId: '111122223333',
    ...more,
  };
}

const keys = (...of: Signer[]): KeySource => {
  const list = of.map(({ fingerprint, publicKey }) => ({
    Fingerprint: fingerprint,
    Value: publicKey.toString('base64'),
  }));
  return keysFromFile(JSON.stringify({ PublicKeyList: list }, null, 4))!;
};
const read = (paths = [directory], of = keys(signer)): Promise<Trail> =>
  readTrail(paths, () => undefined, of);
const proofs = ({ events }: Trail): Record<string, string> =>
  Object.fromEntries(
    events.map(({ eventId, proof }): [string, string] => [String(eventId), proof ?? 'nothing']),
  );
const gaps = ({ cells }: Trail): string =>
  cells.flatMap(({ status, detail }) => (status === 'complete' ? [] : [detail])).join('\n');
const at = (key: string): string => join(directory, key);
const again = (key: string, change: (text: string) => string): Buffer =>
  gzipSync(change(gunzipSync(chain.objects.get(key)!).toString()));

describe('files and CloudTrail’s digests', () => {
  it('proves every file of a whole chain', async () => {
    await writeChain(chain, directory);
    const trail = await read();
    expect(proofs(trail)).toEqual({ a: 'proven', b: 'proven', c: 'proven' });
    expect(gaps(trail)).toBe('');
    expect(trail.notes).toEqual(['3 of 3 log files are proven by CloudTrail’s digests.']);
  });

  it('proves all but the newest hour where its signature is not there, and names the way out', async () => {
    await writeChain(chain, directory, false);
    const trail = await read();
    expect(proofs(trail)).toEqual({ a: 'proven', b: 'proven', c: 'nothing' });
    expect(gaps(trail)).toBe('');
    expect(trail.notes[0]).toMatch(/^2 of 3 .*1 not validated\. Digest .*\.signature beside it/);
  });

  it('finds the digests beside the log directory that was named, and misses nothing outside of it', async () => {
    await writeChain(chain, directory);
    await unlink(at(chain.logs[0]!));
    const inside = join(directory, 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/11/27');
    expect(gaps(await read([inside]))).toMatch(/1 log file that CloudTrail delivered is not here/);
    const one = await read([at(chain.logs[1]!)]);
    expect([proofs(one), gaps(one)]).toEqual([{ b: 'proven' }, '']);
  });

  it('names a log file that was changed, one that was unpacked and changed, and one that is missing', async () => {
    await writeChain(chain, directory);
    await writeFile(
      at(chain.logs[0]!),
      again(chain.logs[0]!, (text) => text.replace('RunInstances', 'StopInstances')),
    );
    await rm(at(chain.logs[1]!));
    await writeFile(at(chain.logs[1]!).replace('.gz', ''), '{"Records":[]}');
    await rm(at(chain.logs[2]!));
    const trail = await read();
    expect(proofs(trail)).toEqual({ a: 'changed' });
    expect(gaps(trail).match(/does not match its digest: changed after delivery/g)).toHaveLength(2);
    expect(gaps(trail)).toMatch(/1 log file that CloudTrail delivered is not here/);
    expect(trail.cells.filter(({ status }) => status === 'complete')).toEqual([]);
  });

  it('takes an unpacked or renamed log file for what it is', async () => {
    await writeChain(chain, directory);
    await writeFile(at('plain.json'), gunzipSync(chain.objects.get(chain.logs[0]!)!));
    await rm(at(chain.logs[0]!));
    await rename(at(chain.logs[1]!), at('other.json.gz'));
    const trail = await read();
    expect(proofs(trail)).toEqual({ a: 'proven', b: 'proven', c: 'proven' });
    expect(gaps(trail)).toBe('');
  });

  it('trusts no digest that was changed, made anew, or signed by another', async () => {
    const forged = signedChain(newSigner(), [[record('a')], [record('forged')], [record('c')]]);
    await writeChain(chain, directory);
    // The log of the second hour with its digest, by somebody who has not CloudTrail's key.
    await writeFile(at(chain.logs[1]!), forged.objects.get(forged.logs[1]!)!);
    await writeFile(
      at(chain.digests[1]!),
      again(chain.digests[1]!, (text) =>
        text.replace(
          /"hashValue":"[^"]*"/,
          /"hashValue":"[^"]*"/.exec(gunzipSync(forged.objects.get(forged.digests[1]!)!).toString())![0],
        ),
      ),
    );
    const changed = await read();
    // What AWS signed stays proven, wherever its signature stands.
    expect(proofs(changed)).toEqual({ a: 'proven', forged: 'nothing', c: 'proven' });
    expect(gaps(changed)).toMatch(/it does not match its signature: changed after delivery/);
    await rm(directory, { recursive: true });
    await writeChain(forged, directory);
    const foreign = await read();
    expect(Object.values(proofs(foreign))).toEqual(['nothing', 'nothing', 'nothing']);
    expect(gaps(foreign)).toMatch(/signed by a key that CloudTrail does not have in us-east-1/);
  });

  it('tells a digest that is gone from the middle, and a time without any', async () => {
    await writeChain(chain, directory);
    await rm(at(chain.digests[1]!));
    const gone = await read();
    expect(proofs(gone)).toEqual({ a: 'nothing', b: 'nothing', c: 'proven' });
    expect(gaps(gone)).toMatch(/the digest before .* is not here/);
    await rm(directory, { recursive: true });
    await writeChain(signedChain(signer, [[record('a')]]), directory);
    const later = signedChain(signer, [[record('b')]], { start: Date.UTC(2026, 10, 27, 9) });
    await writeChain(later, directory);
    const stopped = await read();
    expect(proofs(stopped)).toEqual({ a: 'proven', b: 'proven' });
    expect(gaps(stopped)).toMatch(
      /delivered no digest of trail-logs between 2026-11-27T01:00:00.000Z and 2026-11-27T09/,
    );
  });

  it('gives a proven record’s place to no forged one of its id', async () => {
    await writeChain(chain, directory);
    await mkdir(at('AAA'));
    await writeFile(
      at('AAA/forged.json'),
      JSON.stringify({ Records: [record('a', { responseElements: { forged: true } })] }),
    );
    await writeFile(
      at('zzz.json'),
      JSON.stringify({ Records: [record('b', { responseElements: { forged: true } })] }),
    );
    const { events } = await read();
    expect(events.map(({ proof, response }) => [proof, response])).toEqual([
      ['proven', null],
      ['proven', null],
      ['proven', null],
    ]);
  });

  it('takes another account’s digests for no proof of this one’s events', async () => {
    // Anybody has CloudTrail sign what his own account logs; a record of ours in it is none that CloudTrail wrote.
    const foreign = signedChain(signer, [[record('a'), record('b', { awsRegion: 'eu-west-1' })]], {
      account: '999988887777',
    });
    await writeChain(foreign, directory);
    expect(proofs(await read())).toEqual({ a: 'nothing', b: 'nothing' });
  });

  it('proves nothing without keys or digests, and says so', async () => {
    await writeChain(chain, directory);
    const none = await readTrail(
      [directory],
      () => undefined,
      () => Promise.resolve('no keys: refused'),
    );
    expect(Object.values(proofs(none))).toEqual(['nothing', 'nothing', 'nothing']);
    expect(none.notes[0]).toMatch(/not validated: no keys: refused/);
    await rm(at('AWSLogs/111122223333/CloudTrail-Digest'), { recursive: true });
    expect((await read()).notes[0]).toMatch(/^Not validated: no digest file/);
    expect(keysFromFile('{"PublicKeyList":[]}')).toBeNull();
    expect(keysFromFile('keys')).toBeNull();
  });
});
