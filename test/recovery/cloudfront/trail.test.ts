import { describe, expect, it } from 'vitest';
import { changesSince, taintedBy } from '../../../src/recovery/cloudfront/changes.js';
import {
  hostsFromDocument,
  hostsFromLines,
  hostsFromTrail,
} from '../../../src/recovery/cloudfront/known-hosts.js';
import { normaliseRecord } from '../../../src/trail/normalise.js';
import type { TrailEvent } from '../../../src/model/trail-event.js';

const bad = 'AKIAIOSFODNN7EXAMPLE';
const good = 'AKIAI44QH8DHBEXAMPLE';

function config(over: { origin?: string; functions?: string[]; enabled?: boolean; aliases?: string[] } = {}) {
  const { origin = 'app.example.com', functions = [], enabled = true, aliases = ['www.example.com'] } = over;
  return {
    enabled,
    aliases: { quantity: aliases.length, items: aliases },
    origins: { quantity: 1, items: [{ id: 'app', domainName: origin, customOriginConfig: {} }] },
    defaultCacheBehavior: {
      lambdaFunctionAssociations: {
        quantity: functions.length,
        items: functions.map((lambdaFunctionARN) => ({ lambdaFunctionARN })),
      },
    },
  };
}

let count = 0;
function event(
  eventName: string,
  minute: number,
  keyId: string,
  request: object | null,
  more: object = {},
): TrailEvent {
  count += 1;
  const record = normaliseRecord(
    {
      eventVersion: '1.09',
      eventID: `e-${count}`,
      eventTime: new Date(Date.UTC(2026, 10, 21, 3, minute)).toISOString(),
      eventSource: 'cloudfront.amazonaws.com',
      eventName,
      awsRegion: 'us-east-1',
      userIdentity: { type: 'IAMUser', accessKeyId: keyId, arn: 'arn:aws:iam::123456789012:user/x' },
      requestParameters: request,
      responseElements: null,
      ...more,
    },
    'test',
  );
  if ('skipped' in record) throw new Error(record.skipped);
  return record;
}

const created = event(
  'CreateDistribution',
  0,
  good,
  { distributionConfig: config() },
  {
    responseElements: {
      distribution: { id: 'E1', domainName: 'd1.cloudfront.net', distributionConfig: config() },
    },
  },
);
const update = (
  minute: number,
  keyId: string,
  over: Parameters<typeof config>[0],
  name = 'UpdateDistribution',
) => event(name, minute, keyId, { id: 'E1', ifMatch: 'X', distributionConfig: config(over) });
const since = Date.UTC(2026, 10, 21, 3, 10);
const isTainted = taintedBy([{ id: bad, since }]);
const changes = (...events: TrailEvent[]) => changesSince(events, since, isTainted).get('E1') ?? [];

describe('the configuration since the incident began', () => {
  it('is unchanged where nothing was written', () => {
    expect(changes(created)).toEqual([]);
  });

  it.each([
    ['an origin', { origin: 'evil.example' }, 'origin app changed from app.example.com to evil.example'],
    [
      'a function at the edge',
      { functions: ['arn:aws:lambda:us-east-1:1:function:f:1'] },
      'function arn:aws:lambda:us-east-1:1:function:f:1 changed from (none) to attached',
    ],
    ['off', { enabled: false }, 'enabled changed from true to false'],
    ['an alternate name', { aliases: [] }, 'alternate name www.example.com changed from present to (none)'],
  ])('tells %s that a credential of the incident changed', (_, over, what) => {
    expect(changes(created, update(20, bad, over))).toMatchObject([
      { tainted: true, standing: true, by: bad, what: [what] },
    ]);
  });

  it('tells own changes apart, and tampering before the incident is history', () => {
    expect(changes(created, update(20, good, { origin: 'new.example' }))).toMatchObject([{ tainted: false }]);
    expect(changes(created, update(5, bad, { origin: 'old.example' }))).toEqual([]);
  });

  it('sees that somebody has changed it back', () => {
    const [tampering, repair] = changes(
      created,
      update(20, bad, { origin: 'evil.example' }),
      update(30, good, {}),
    );
    expect(tampering).toMatchObject({ tainted: true, standing: false });
    expect(repair).toMatchObject({ tainted: false, standing: true });
  });

  it('does not take one repair for two', () => {
    const [first] = changes(
      created,
      update(20, bad, { origin: 'evil.example', functions: ['f'] }),
      update(30, good, { functions: ['f'] }),
    );
    expect(first).toMatchObject({ standing: true });
  });

  it('knows names that carry the date of the API, and says what it cannot compare with', () => {
    const [change] = changes(update(20, bad, {}, 'UpdateDistribution2020_05_31'));
    expect(change).toMatchObject({ tainted: true, standing: true });
    expect(change?.what.join()).toContain('what it was before is not in the events at hand');
  });

  it('tells distributions that were made, and records without a body', () => {
    const made = event('CreateDistributionWithTags', 20, bad, null, {
      responseElements: { distribution: { id: 'E1' } },
    });
    expect(changes(made)).toMatchObject([{ what: ['distribution created'], tainted: true, standing: true }]);
    expect(changes(created, event('UpdateDistribution', 20, bad, { id: 'E1' }))).toMatchObject([
      { what: ['configuration written; the record does not say what'], standing: true },
    ]);
  });

  it('leaves out what was refused', () => {
    const refused = event(
      'UpdateDistribution',
      20,
      bad,
      { id: 'E1', distributionConfig: config({ origin: 'evil.example' }) },
      { errorCode: 'AccessDenied' },
    );
    expect(changes(created, refused)).toEqual([]);
  });
});

describe('hosts from elsewhere', () => {
  it('are in the trail, with their names and last known origins', () => {
    expect(
      hostsFromTrail([created, update(20, bad, { origin: 'evil.example', aliases: ['a.example.com'] })]),
    ).toMatchObject([
      {
        host: 'd1.cloudfront.net',
        id: 'E1',
        aliases: ['a.example.com'],
        lastKnown: { origins: [{ id: 'app', domain: 'evil.example', kind: 'custom', private: false }] },
      },
    ]);
    expect(hostsFromTrail([created, event('DeleteDistribution', 30, good, { id: 'E1' })])).toEqual([]);
  });

  it('are in a file, one a line, with alternate names', () => {
    expect(
      hostsFromLines('# ours\nd1.cloudfront.net www.example.com, a.example.com\r\n\nd2.cloudfront.net # x\n'),
    ).toMatchObject([
      { host: 'd1.cloudfront.net', aliases: ['www.example.com', 'a.example.com'] },
      { host: 'd2.cloudfront.net', aliases: [] },
    ]);
  });

  it("are in contain's report and in an earlier document of the check", () => {
    const report = {
      cloudfront: [
        { at: 'x', facts: { hosts: [{ host: 'old' }] } },
        { at: 'y', facts: { hosts: [{ host: 'd1.cloudfront.net', distribution: 'E1' }] } },
      ],
    };
    expect(hostsFromDocument(report)).toMatchObject([{ host: 'd1.cloudfront.net', id: 'E1' }]);
    const document = {
      check: {
        distributions: [
          { id: 'E2', host: { name: 'd2.cloudfront.net' }, aliases: [{ name: 'www.example.com' }] },
        ],
      },
    };
    expect(hostsFromDocument(document)).toMatchObject([
      { host: 'd2.cloudfront.net', id: 'E2', aliases: ['www.example.com'] },
    ]);
  });

  it.each([
    null,
    [],
    'x',
    1,
    { cloudfront: 'x' },
    { cloudfront: [null] },
    { check: { distributions: [{ host: 1 }] } },
  ])('are none in %j', (document) => {
    expect(hostsFromDocument(document)).toEqual([]);
  });
});
