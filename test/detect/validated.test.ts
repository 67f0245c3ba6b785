import { describe, expect, it } from 'vitest';
import { heldUnlessProven, printOf, restsOn, type Standing } from '../../src/detect/classify/validated.js';
import type { Evidence, Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { finding, incident, key, now } from '../contain/builders.js';
import { eventOf } from './validated-events.js';

const launched: Evidence = {
  eventId: 'e1',
  name: 'RunInstances',
  source: 'ec2.amazonaws.com',
  region: 'eu-west-1',
  time: now - 3_600_000,
  accessKeyId: key,
  principal: null,
};
const rogue = finding('i-1', 'rogue', { evidence: [launched] });
const judge = (standing: Standing, proven: Incident, more: { refuted?: boolean; include?: string[] } = {}) =>
  heldUnlessProven(
    incident([rogue]),
    proven,
    () => standing,
    more.refuted ?? false,
    new Set(more.include ?? []),
  );

describe('what files alone tie to the incident', () => {
  it.each<[Standing, string, RegExp]>([
    ['unknown', 'held', /^not validated: RunInstances of \S+ in eu-west-1 stands in the files/],
    ['too-old', 'held', /^not validated: .* older than CloudTrail’s event history/],
    ['not-asked', 'held', /^not validated: there was too much to ask/],
    ['unread', 'held', /^not validated: .* could not be asked/],
    ['ahead', 'settling', /^not validated yet: /],
  ])('where the event history says %s is %s', (standing, classed, reason) => {
    const { findings, notes } = judge(standing, incident([]));
    expect(findings.map((one) => one.class)).toEqual([classed]);
    expect(findings[0]?.reasons[0]).toMatch(reason);
    expect(findings[0]?.settlesAt).toBe(classed === 'settling' ? launched.time! + 15 * 60_000 : null);
    expect(notes[0]).toMatch(/^Not validated: 1 resources/);
  });

  it('is acted on where AWS has it, and only then', () => {
    expect(judge('known', incident([rogue])).findings[0]?.class).toBe('rogue');
    expect(judge('unknown', incident([rogue])).findings[0]?.class).toBe('held');
  });

  it('is acted on where the person includes it', () => {
    const [found] = judge('unknown', incident([]), { include: ['i-1'] }).findings;
    expect(found).toMatchObject({ class: 'rogue', judged: 'held' });
  });

  it('makes no credential, and no beginning of the misuse that AWS has not', () => {
    const proven = incident([], {
      misuse: { at: now, source: 'estimated', confidence: 'likely', reasons: ['r'] },
    });
    expect(judge('known', proven).misuse).toEqual(incident([]).misuse);
    expect(judge('known', proven, { refuted: true }).misuse).toEqual(proven.misuse);
    expect(judge('known', proven).credentials).toBe(proven.credentials);
  });

  it('leaves the named key to the person’s word', () => {
    const own = finding(key, 'rogue', { evidence: [launched] });
    const judged = heldUnlessProven(incident([own]), incident([]), () => 'unknown', false, new Set());
    expect(judged.findings[0]?.class).toBe('rogue');
  });
});

describe('what is confirmed', () => {
  it('are the ties, the first calls of the misuse, and what a tampered thing was before', () => {
    const own = eventOf({ eventId: 'e0', time: now - 9e6, name: 'ListUsers' });
    const first = eventOf({ eventId: 'e2', time: now - 7_100_000, name: 'ListUsers' });
    const tie = eventOf({ ...launched });
    const set = eventOf({
      ...{ eventId: 'e3', time: now - 8e8, name: 'UpdateAssumeRolePolicy', source: 'iam.amazonaws.com' },
      ...{ accessKeyId: 'AKIASOMEBODYELSE0000', request: { roleName: 'r', policyDocument: '{}' } },
    });
    const trust = finding('r', 'tampered', {}, { play: 'role-trust', type: 'role', region: 'global' });
    const estimated = {
      at: now - 7_200_000,
      source: 'estimated',
      confidence: 'likely',
      reasons: [],
    } as const;
    const credentials = [{ id: key, mintedBy: null }] as unknown as Incident['credentials'];
    const of = incident([rogue, trust], { misuse: { ...estimated, reasons: [] }, credentials });
    const rests = restsOn(of, [set, own, first, tie], plays);
    expect(rests.start.map(({ eventId }) => eventId)).toEqual(['e2', 'e1']);
    expect(rests.ties.map(({ eventId }) => eventId)).toEqual(['e3', 'e1']);
    expect(printOf(launched)).toBe(`e1|RunInstances|eu-west-1|${launched.time}|${key}`);
  });
});
