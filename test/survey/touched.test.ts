import { describe, expect, it } from 'vitest';
import type { Finding, Incident, TrailEvent } from '../../src/model/index.js';
import { plays, urgent } from '../../src/plays/index.js';
import { touchedPlays } from '../../src/survey/touched.js';

const servicesOf = (incident: Partial<Incident>, events: Partial<TrailEvent>[] = []): Set<string> => {
  const whole = { credentials: [{ id: 'AKIAEVIL' }], deeds: [], findings: [], ...incident } as never;
  return new Set(touchedPlays(plays, whole, events as TrailEvent[]).map(({ service }) => service));
};
const always = servicesOf({});
const by = (accessKeyId: string, more: Partial<TrailEvent>): Partial<TrailEvent> => ({
  actor: { accessKeyId } as TrailEvent['actor'],
  readOnly: false,
  ...more,
});
const finding = (play: string, judged: Finding['class']): Finding =>
  ({ resource: { play }, class: judged }) as Finding;

describe('what a sweep looks at', () => {
  it('is IAM, instances and their launchers in any case, and not everything', () => {
    const some = touchedPlays(plays, { credentials: [], deeds: [], findings: [] } as never, []);
    expect(some).toEqual(expect.arrayContaining([...urgent]));
    expect(some).toEqual(expect.arrayContaining(plays.filter(({ service }) => service === 'iam')));
    expect(some.length).toBeLessThan(plays.length / 2);
    expect(some).toEqual(plays.filter((play) => some.includes(play)));
  });

  it('is each service in which the incident changed, or tried to change, anything', () => {
    const tried = by('AKIAEVIL', { source: 'sagemaker.amazonaws.com', errorCode: 'AccessDenied' });
    expect(servicesOf({}, [tried])).toContain('sagemaker');
    const unknown = by('AKIAEVIL', { source: 'events.amazonaws.com', readOnly: null });
    expect(servicesOf({}, [unknown])).toContain('eventbridge');
  });

  it('is not what the incident only read, nor what others did', () => {
    const read = by('AKIAEVIL', { source: 'sagemaker.amazonaws.com', readOnly: true });
    const others = by('AKIACI', { source: 'batch.amazonaws.com' });
    expect(servicesOf({}, [read, others])).toEqual(always);
  });

  it.each(['rogue', 'tampered', 'held', 'settling'] as const)('is where anything is %s', (judged) => {
    expect(servicesOf({ findings: [finding('lambda-functions', judged)] })).toContain('lambda');
    expect(servicesOf({ fromTrail: [finding('batch-jobs', judged)] })).toContain('batch');
  });

  it('is not where all is an innocent’s', () => {
    const innocents = [finding('lambda-functions', 'own'), finding('batch-jobs', 'not-tied')];
    expect(servicesOf({ findings: innocents })).toEqual(always);
  });
});
