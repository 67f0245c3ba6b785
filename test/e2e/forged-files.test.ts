import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CloudTrailRecord } from '../../src/range/world/trail.js';
import { smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

/** All that CloudTrail has of the account, as a trail's files have it. */
const records = (): CloudTrailRecord[] =>
  incident.account.usedRegions().flatMap(({ events }) => events.map(({ record }) => record));
const named = (name: string, own: readonly string[]) =>
  records().find((record) => {
    const text = JSON.stringify(record.responseElements);
    return record.eventName === name && own.some((id) => text.includes(id));
  })!;

async function contain(all: readonly object[], ...more: string[]) {
  const file = join(incident.home, 'trail.json');
  await writeFile(file, JSON.stringify({ Records: all }));
  return incident.contain('--trail', file, ...more);
}

describe('contain --trail', () => {
  it('ends what the files and CloudTrail both show, and nothing that a forged record ties', {
    timeout: 120_000,
  }, async () => {
    const bystander = incident.innocent.slice(-2);
    const launch = named('RunInstances', bystander);
    const rogue = named('RunInstances', incident.rogue);
    const forged = { userIdentity: rogue.userIdentity, sourceIPAddress: rogue.sourceIPAddress };
    const at = { eventTime: rogue.eventTime };
    const { stdout, stderr } = await contain([
      // The misused key launched the bystander's instances: by a record of its own, and by one with a real id.
      ...records().filter(({ eventID }) => eventID !== launch.eventID),
      { ...launch, ...forged, ...at, eventID: 'f0000000-0000-4000-8000-000000000001', requestID: 'forged' },
      { ...launch, ...forged, ...at, eventID: rogue.eventID },
    ]);
    expect(incident.state(), stderr.slice(-800)).toMatchObject({ innocentAlive: 23, rogueAlive: 0 });
    expect(`${stdout}${stderr}`.replaceAll(/\s+/g, ' ')).toMatch(/not validated/i);
  });

  it('takes no word of another account or region for one of its own', { timeout: 120_000 }, async () => {
    const launch = named('RunInstances', incident.innocent.slice(-2));
    const rogue = named('RunInstances', incident.rogue);
    const own = { ...launch, eventTime: rogue.eventTime, userIdentity: rogue.userIdentity };
    const { stderr } = await contain([
      ...records(),
      {
        ...own,
        recipientAccountId: '999988887777',
        eventID: 'f0000000-0000-4000-8000-000000000002',
        requestID: 'a',
      },
      { ...own, awsRegion: 'us-east-1', eventID: 'f0000000-0000-4000-8000-000000000003', requestID: 'b' },
    ]);
    expect(incident.state(), stderr.slice(-800)).toMatchObject({ innocentAlive: 23, rogueAlive: 0 });
  });

  it('holds what only forged files show, and acts on it where the person answers for them', {
    timeout: 120_000,
  }, async () => {
    const rogue = new Set(incident.rogue);
    // The server forgets: what the files say cannot be confirmed any more.
    const all = records();
    for (const region of incident.account.usedRegions())
      region.events.splice(
        0,
        Infinity,
        ...region.events.filter(
          ({ record }) => !/RunInstances|CreateAutoScalingGroup/.test(record.eventName),
        ),
      );
    const held = await contain(all);
    expect(held.exitCode).toBe(5);
    expect(incident.state()).toMatchObject({ innocentAlive: 23 });
    const alive = () => (incident.state() as { rogueAlive: number }).rogueAlive;
    expect(alive()).toBeGreaterThanOrEqual(rogue.size);
    const { stderr } = await contain(all, '--trust-trail');
    expect(alive(), stderr.slice(-800)).toBe(0);
    expect(incident.state()).toMatchObject({ innocentAlive: 23 });
  });
});
