import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publicKeysOf } from '../../src/range/services/cloudtrail.js';
import { newSigner, signedChain, writeChain, type Chain, type Signer } from '../trail/signed-chain.js';
import { regions, smallIncident, type CommandRun, type SmallIncident } from './incident.js';

// The files of a trail as CloudTrail signs them, and an event history that has forgotten the launches.

let incident: SmallIncident;
let signer: Signer;
let chains: Chain[];
let directory: string;
beforeEach(async () => {
  incident = await smallIncident();
  signer = newSigner();
  const events = incident.account.usedRegions().flatMap(({ events: all }) => all.map(({ record }) => record));
  chains = regions.map((region) => {
    const own = events.filter(({ awsRegion }) => awsRegion === region);
    const middle = Math.ceil(own.length / 2);
    return signedChain(signer, [own.slice(0, middle), own.slice(middle)], { region });
  });
  directory = join(incident.home, 'logs');
  for (const chain of chains) await writeChain(chain, directory);
  for (const name of regions) {
    const region = incident.account.region(name);
    const { publicKey: value, fingerprint } = signer;
    publicKeysOf(region).set(fingerprint, { value, from: 0, to: Date.UTC(2100, 0, 1) });
    const kept = region.events.filter(({ record }) => !/RunInstances|CreateAutoSc/.test(record.eventName));
    region.events.splice(0, Infinity, ...kept);
  }
}, 60_000);
afterEach(() => incident.close());

const words = ({ stdout, stderr }: CommandRun): string => `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
const verify = (...more: string[]): Promise<CommandRun> =>
  incident.run(
    ['verify', '--key', incident.key, '--simulated', '--region', regions.join(), '--trail', directory].concat(
      more,
    ),
  );

describe('--validate', () => {
  it('acts on what CloudTrail’s digests prove, and misses a file that they name', {
    timeout: 180_000,
  }, async () => {
    const run = await incident.contain('--trail', directory, '--validate');
    expect(incident.state(), words(run).slice(-1500)).toMatchObject({ innocentAlive: 23, rogueAlive: 0 });
    expect(words(run)).toContain('4 of 4 log files are proven by CloudTrail’s digests');
    await rm(join(directory, chains[1]!.logs[0]!));
    const after = await verify('--validate');
    expect(words(after)).toContain('1 log file that CloudTrail delivered is not here');
    expect(after.exitCode).toBe(5);
  });

  it('holds what a file says that was changed after delivery, and names it', {
    timeout: 180_000,
  }, async () => {
    const chain = chains[0]!;
    const events = chain.logs.map((key) => chain.objects.get(key)!);
    expect(events).toHaveLength(2);
    // The misused key launched an innocent's instances, says the file now.
    const launch = { eventVersion: '1.11', eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' };
    const forged = {
      ...launch,
      userIdentity: { type: 'IAMUser', userName: 'ci', accessKeyId: incident.key, accountId: '111122223333' },
      eventTime: new Date(incident.world.clock.now() - 15 * 60_000).toISOString(),
      awsRegion: 'us-east-1',
      eventID: 'f0000000-0000-4000-8000-000000000001',
      requestID: 'forged',
      recipientAccountId: '111122223333',
      responseElements: {
        instancesSet: { items: incident.innocent.slice(-3).map((instanceId) => ({ instanceId })) },
      },
    };
    await writeFile(join(directory, chain.logs[1]!), gzipSync(JSON.stringify({ Records: [forged] })));
    const run = await incident.contain('--trail', directory, '--validate');
    expect(incident.state(), words(run).slice(-1500)).toMatchObject({ innocentAlive: 23 });
    expect(words(run)).toContain('does not match its digest: changed after delivery');
    expect(run.exitCode).toBe(5);
  });

  it('takes the keys from a file, and proves nothing by keys that did not sign', {
    timeout: 180_000,
  }, async () => {
    for (const name of regions) publicKeysOf(incident.account.region(name)).clear();
    const file = async (own: Signer): Promise<string> => {
      const one = { Fingerprint: signer.fingerprint, Value: own.publicKey.toString('base64') };
      await writeFile(join(incident.home, 'keys.json'), JSON.stringify({ PublicKeyList: [one] }));
      return join(incident.home, 'keys.json');
    };
    const foreign = await verify('--verbose', '--validate', '--public-keys', await file(newSigner()));
    expect(words(foreign)).toContain('does not match its signature: changed after delivery');
    expect(words(foreign)).toMatch(/RunInstances of .* stands in the files, and CloudTrail’s event history/);
    const own = await verify('--validate', '--public-keys', await file(signer));
    expect(words(own)).toContain('4 of 4 log files are proven');
  });

  it('refuses what makes no sense together', { timeout: 60_000 }, async () => {
    const scan = (...more: string[]): Promise<CommandRun> => incident.run(['scan', '--simulated', ...more]);
    expect(await scan('--validate')).toMatchObject({ exitCode: 2 });
    expect(await scan('--trail', directory, '--public-keys', 'nowhere')).toMatchObject({ exitCode: 2 });
    expect(await scan('--trail', directory, '--validate', '--public-keys', 'nowhere')).toMatchObject({
      exitCode: 2,
    });
    expect(await scan('--trail', directory, '--validate', '--trust-trail')).toMatchObject({ exitCode: 2 });
  });
});
