import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Finding } from '../../src/model/incident.js';
import type { Resource } from '../../src/model/resource.js';
import { plays } from '../../src/plays/index.js';
import { account, day, History, hour, instance, minute, night, type Caller } from './history.js';
import { attacker, ci, ciLife } from './lives.js';

const ml: Caller = { key: 'AKIAMLMLMLMLMLML0001', user: 'ml', ip: '192.0.2.40', agent: 'aws-cli/2.1 Linux' };
const launched = night + minute;

function volume(id: string, more: Partial<Resource> = {}, properties = {}): Resource {
  return {
    play: 'volumes',
    type: 'volume',
    id,
    region: 'us-east-1',
    state: 'available',
    live: true,
    createdAt: launched + 1500,
    tags: {},
    links: [],
    properties: { sizeGiB: 16384, volumeType: 'io2', availabilityZone: 'us-east-1a', ...properties },
    ...more,
  };
}

/** A launch by `by` whose volume of 16 TiB outlives it. */
function launch(history: History, by: Caller, time: number): void {
  const ids = history.run(by, time, { type: 'p4d.24xlarge', protection: true });
  const record = history.records.at(-1) as { requestParameters: Record<string, unknown> };
  const ebs = { volumeSize: 16384, volumeType: 'io2', deleteOnTermination: false };
  record.requestParameters['blockDeviceMapping'] = { items: [{ deviceName: '/dev/sdb', ebs }] };
  expect(ids).toHaveLength(1);
}

function classes(history: History, inventory: Resource[]): Record<string, Finding> {
  ciLife(history, night - 21 * day, night);
  const facts = { events: history.events, inventory, plays, coverage: [], key: ci.key, account };
  const { findings } = detect({ ...facts, compromisedAt: night, now: night + 3 * hour });
  return Object.fromEntries(findings.map((found) => [found.resource.id, found]));
}

describe('a volume that no event names', () => {
  it('is the incident’s where the record of its launch asked for just such a one to outlive it', () => {
    const history = new History();
    launch(history, attacker, launched);
    const found = classes(history, [
      volume('vol-of-launch'),
      volume('vol-of-other-size', {}, { sizeGiB: 100 }),
      volume('vol-of-other-zone', {}, { availabilityZone: 'us-east-1b' }),
      volume('vol-before', { createdAt: launched - hour }),
      volume('vol-later', { createdAt: launched + hour }),
      volume('vol-elsewhere', { region: 'eu-west-1' }),
    ]);
    expect(found['vol-of-launch']).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found['vol-of-launch']?.reasons[0]).toMatch(/in the seconds of RunInstances .* outlive it/);
    for (const id of ['vol-of-other-size', 'vol-of-other-zone']) expect(found[id]?.class).toBe('held');
    for (const id of ['vol-before', 'vol-later', 'vol-elsewhere'])
      expect(found[id]?.class, id).not.toBe('rogue');
  });

  it('is held where somebody else launched in the same seconds', () => {
    const history = new History();
    launch(history, attacker, launched);
    launch(history, ml, launched + 1000);
    expect(classes(history, [volume('vol-1')])['vol-1']?.class).toBe('held');
  });

  it('is somebody else’s where their own event made it, whatever it looks like', () => {
    const history = new History();
    launch(history, attacker, launched);
    const response = { volumeId: 'vol-1' };
    history.call(ml, { time: launched + 1000, name: 'CreateVolume', response });
    expect(classes(history, [volume('vol-1')])['vol-1']?.class).toBe('not-tied');
  });

  it('goes with the instance that it was made with, and not with one that it was attached to', () => {
    const history = new History();
    const [mine = ''] = history.run(attacker, launched, { type: 'p4d.24xlarge', protection: true });
    const own = instance('i-0cccccccccccccccc', 'us-east-1', night - 9 * day, 'm5.large');
    const links = [{ kind: 'instance' as const, id: mine }];
    const found = classes(history, [
      ...history.instances,
      own,
      volume('vol-made', { links }),
      volume('vol-attached', { links, createdAt: night - 9 * day }),
      volume('vol-theirs', { links: [{ kind: 'instance', id: own.id }], createdAt: night - 9 * day }),
    ]);
    expect(found['vol-made']).toMatchObject({ class: 'rogue', tiedTo: ci.key });
    expect(found['vol-made']?.reasons[0]).toBe(`made with instance ${mine}`);
    expect([found['vol-attached']?.class, found['vol-theirs']?.class]).toEqual(['not-tied', 'not-tied']);
  });
});
