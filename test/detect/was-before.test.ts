import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/coverage.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Finding, Incident } from '../../src/model/incident.js';
import type { JsonObject } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import type { Resource } from '../../src/model/resource.js';
import { account, day, History, hour, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

const now = night + 3 * hour;
const ops: Caller = {
  key: 'AKIAOPSOPSOPSOPS0001',
  user: 'ops',
  ip: '192.0.2.20',
  agent: 'aws-cli/2.1 Linux',
};
const web: Caller = {
  key: 'AKIAWEBWEBWEBWEB0001',
  user: 'web',
  ip: '192.0.2.30',
  agent: 'aws-cli/2.1 Linux',
};
const coverage: Cell[] = [
  {
    subject: 'trail',
    region: 'us-east-1',
    status: 'complete',
    count: 1,
    detail: null,
    from: night - 90 * day,
    to: now,
  },
];

/** The misused key's acts in IAM, and what others did before and after. */
class Account {
  readonly history = new History();
  readonly inventory: Resource[] = [];

  call(
    by: Caller,
    time: number,
    name: string,
    request: JsonObject,
    more: { source?: string; error?: string } = {},
  ): this {
    this.history.call(by, { time, name, source: 'iam', request, ...more });
    return this;
  }

  has(play: string, id: string, more: Partial<Resource> = {}): this {
    this.inventory.push({
      play,
      type: 'thing',
      id,
      region: 'global',
      state: 'there',
      live: true,
      createdAt: null,
      tags: {},
      links: [],
      properties: {},
      ...more,
    });
    return this;
  }

  look(more: Partial<Facts> = {}): Incident {
    // Its own life, long before: what comes after the given time is the incident.
    this.history.call(ci, { time: night - 20 * day, name: 'DescribeInstances' });
    return detect({
      events: this.history.events,
      inventory: this.inventory,
      plays,
      coverage,
      key: ci.key,
      account,
      compromisedAt: night,
      now,
      ...more,
    });
  }
}

function found({ findings }: Incident, id: string): Finding {
  const one = findings.find(({ resource }) => resource.id === id);
  if (one === undefined) throw new Error(`no finding for ${id}`);
  return one;
}

describe('a key that the incident called Active', () => {
  const status = (value: string) => ({ userName: 'web', accessKeyId: web.key, status: value });
  const woken = (): Account =>
    new Account()
      .has('access-keys', web.key, { state: 'Active', properties: { userName: 'web' } })
      .call(attacker, night + minute, 'UpdateAccessKey', status('Active'));

  it('and that its owner used before is left on, and it is told', () => {
    const incident = woken()
      .call(web, night - hour, 'ListBuckets', {}, { source: 's3' })
      .look();
    expect(found(incident, web.key)).toMatchObject({ class: 'not-tied' });
    expect(found(incident, web.key).reasons[0]).toMatch(/changed nothing: used for ListBuckets/);
    expect(incident.notes.join()).toContain(`${web.key} is left alone`);
  });

  it('and whose use was refused was on too: AWS knew who called', () => {
    const incident = woken()
      .call(web, night - hour, 'ListUsers', {}, { error: 'AccessDenied' })
      .look();
    expect(found(incident, web.key).class).toBe('not-tied');
  });

  it('and that nobody used before slept: it is put off again', () => {
    const incident = woken()
      .call(web, night + 5 * minute, 'ListUsers', {})
      .look();
    expect(found(incident, web.key)).toMatchObject({ class: 'tampered', before: { Status: 'Inactive' } });
  });

  it('and that was used, and put off by its people since, slept', () => {
    const incident = woken()
      .call(web, night - 5 * day, 'ListUsers', {})
      .call(ops, night - 4 * day, 'UpdateAccessKey', status('Inactive'))
      .look();
    expect(found(incident, web.key).class).toBe('tampered');
  });

  it('after the incident had switched it off itself was on', () => {
    const incident = woken()
      .call(web, night - hour, 'ListUsers', {})
      .call(attacker, night + 30_000, 'UpdateAccessKey', status('Inactive'))
      .look();
    expect(found(incident, web.key).class).toBe('not-tied');
  });

  it('was on where IAM saw it used within what was read of the trail, and slept where longer ago', () => {
    const look = (lastUsedAt: number): string => {
      const one = woken();
      Object.assign(one.inventory[0]?.properties ?? {}, { lastUsedAt });
      return found(one.look({ readSince: new Map([['UpdateAccessKey', night - 80 * day]]) }), web.key).class;
    };
    expect(look(night - 2 * day)).toBe('not-tied');
    expect(look(night - 200 * day)).toBe('tampered');
    // The attacker's own use, after the call, shows nothing.
    expect(look(night + hour)).toBe('tampered');
  });
});
