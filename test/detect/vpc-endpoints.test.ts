import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { account, type Caller, day, History, minute, night } from './history.js';

/** A build farm in a private network: its workers come and go, each with an address of its own. */
const worker: Caller = {
  key: 'AKIABUILDBUILD000042',
  user: 'build',
  ip: '10.0.1.17',
  agent: 'Boto3/1.34 linux',
  endpointAccount: account,
};
const usual = { type: 'c6i.2xlarge', count: 2, region: 'eu-central-1' };

/** Thirty nights of builds from two of its networks; then what `by` launches. */
function after(by: Caller, launch: { type: string; count: number; region: string }): Incident {
  const history = new History();
  for (let n = 30; n > 0; n -= 1)
    history.run({ ...worker, ip: `10.0.${n % 2}.${n + 10}` }, night - n * day, usual);
  history.run(by, night, launch);
  return detect({
    events: history.events,
    inventory: [],
    plays: [],
    coverage: [],
    key: worker.key,
    account: null,
    compromisedAt: null,
    now: night + 20 * minute,
  });
}

const lastClass = ({ launches }: Incident): string | undefined => launches.at(-1)?.class;

describe('calls through VPC endpoints', () => {
  it.each(['10.0.7.201', '10.0.1.99'])('are at home in any subnet of the own network: %s', (ip) => {
    const incident = after({ ...worker, ip }, usual);
    expect(lastClass(incident)).toBe('own');
    expect(incident.misuse.at).toBeNull();
  });

  it('are a stranger’s from the own address behind an endpoint of another account', () => {
    const stolen = { ...worker, endpointAccount: '666677778888' };
    const incident = after(stolen, { type: 'p4d.24xlarge', count: 8, region: 'ap-south-1' });
    expect(lastClass(incident)).toBe('rogue');
    expect(JSON.stringify(incident.launches.at(-1))).toContain(
      'from 10.0.0.0/16 behind VPC endpoints of 666677778888',
    );
    expect(lastClass(after(stolen, usual))).not.toBe('own');
  });

  it('are a stranger’s from another network of the account', () => {
    expect(lastClass(after({ ...worker, ip: '172.31.4.4' }, usual))).not.toBe('own');
  });
});
