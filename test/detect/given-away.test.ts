import { describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Finding } from '../../src/model/incident.js';
import type { Json } from '../../src/model/json.js';
import type { Resource } from '../../src/model/resource.js';
import { plays } from '../../src/plays/index.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci, ciLife } from './lives.js';

const ops: Caller = {
  key: 'AKIAOPSOPSOPSOPS0001',
  user: 'ops',
  ip: '192.0.2.20',
  agent: 'aws-cli/2.1 Linux',
};
const at = night + minute;

function found(
  history: History,
  play: string,
  id: string,
  more: Partial<Facts> = {},
  since?: number,
): Finding {
  ciLife(history, night - 21 * day, night);
  const properties = { now: 'x', ...(since === undefined ? {} : { holderSince: since }) };
  const facts = { type: 'thing', region: 'us-east-1', state: 'there', live: true, tags: {}, links: [] };
  const resource: Resource = { play, id, createdAt: null, properties, ...facts };
  const { findings } = detect({
    ...{ events: history.events, inventory: [resource], plays, coverage: [], key: ci.key, account },
    ...{ compromisedAt: night, now: night + 3 * hour, ...more },
  });
  return findings.find((one) => one.resource.id === id) as Finding;
}

describe('a snapshot that was shared', () => {
  const id = 'snap-1|999999999999';
  const name = 'ModifySnapshotAttribute';
  const shared = (...by: [Caller, number][]): History => {
    const history = new History();
    const request = {
      snapshotId: 'snap-1',
      createVolumePermission: { add: { items: [{ userId: '999999999999' }] } },
    };
    for (const [who, time] of by) history.call(who, { time, name, source: 'ec2', request });
    return history;
  };
  const readSince = new Map([[`us-east-1|${name}`, night - 80 * day]]);

  it('is unshared where its region’s trail was read from before its making on', () => {
    const young = night - 9 * day;
    expect(found(shared([attacker, at]), 'image-shares', id, { readSince }, young).class).toBe('rogue');
    const elsewhere = new Map([[name, night - 80 * day]]);
    expect(found(shared([attacker, at]), 'image-shares', id, { readSince: elsewhere }, young).class).toBe(
      'held',
    );
    expect(found(shared([attacker, at]), 'image-shares', id, { readSince }, night - 300 * day).class).toBe(
      'held',
    );
  });

  it('stays shared with whom its owner had shared it, whatever the incident calls again', () => {
    const history = shared([ops, night - 9 * day], [attacker, at]);
    expect(found(history, 'image-shares', id, { readSince }, night - 10 * day)).toMatchObject({
      class: 'not-tied',
      rule: 'change.nothing',
    });
  });
});

describe('a bucket’s policy', () => {
  const id = 'policy|shop';
  const policy = (principal: string): Json => ({
    Version: '2012-10-17',
    Statement: [{ Principal: principal }],
  });
  const put = (history: History, by: Caller, time: number, principal: string): void =>
    void history.call(by, {
      ...{ time, name: 'PutBucketPolicy', source: 's3' },
      request: { bucketName: 'shop', bucketPolicy: policy(principal) },
    });

  it('is put back to its owner’s last, or to none where the bucket began without', () => {
    const theirs = new History();
    put(theirs, ops, night - 9 * day, 'partner');
    put(theirs, attacker, at, '*');
    const before = JSON.stringify(policy('partner'));
    expect(found(theirs, 'bucket-access', id)).toMatchObject({ class: 'tampered', before });
    const bare = new History();
    bare.call(ops, {
      time: night - 9 * day,
      name: 'CreateBucket',
      source: 's3',
      request: { bucketName: 'shop' },
    });
    put(bare, attacker, at, '*');
    expect(found(bare, 'bucket-access', id)).toMatchObject({ class: 'tampered', before: 'none' });
  });

  it('is left to a person where nothing shows how it was', () => {
    const history = new History();
    put(history, attacker, at, '*');
    expect(found(history, 'bucket-access', id)).toMatchObject({ class: 'held', rule: 'change.unproven' });
  });

  it('is never put over what its owner set since: a person looks', () => {
    const history = new History();
    put(history, ops, night - 9 * day, 'partner');
    put(history, attacker, at, '*');
    put(history, ops, at + minute, 'another');
    expect(found(history, 'bucket-access', id)).toMatchObject({ class: 'held', rule: 'change.set-since' });
    put(history, ops, at + 2 * minute, 'partner');
    expect(found(history, 'bucket-access', id)).toMatchObject({ class: 'tampered' });
    const again = new History();
    put(again, ops, night - 9 * day, 'partner');
    put(again, attacker, at, '*');
    put(again, ops, at + minute, 'another');
    const include = new Set([id]);
    expect(found(again, 'bucket-access', id, { include: [...include] })).toMatchObject({ class: 'tampered' });
  });
});
