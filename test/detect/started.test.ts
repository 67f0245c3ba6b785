import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Finding, Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { account, day, History, hour, instance, minute, night, type Caller } from './history.js';
import { attacker, ci } from './lives.js';

const ml: Caller = { key: 'AKIAMLMLMLMLMLML0001', user: 'ml', ip: '192.0.2.40', agent: 'aws-cli/2.1 Linux' };
const gpu = 'i-0aaaaaaaaaaaaaaaa';
const code = { running: 16, stopped: 80 };
type State = keyof typeof code;

/** An instance of the ML team, launched a month ago, and what was done with it since. */
class Story {
  readonly history = new History();
  state = 'running';
  group: string | null = null;

  move(by: Caller, time: number, name: 'StartInstances' | 'StopInstances', was: State): this {
    const items = [{ instanceId: gpu }];
    const moved = [{ instanceId: gpu, previousState: { code: code[was], name: was } }];
    this.history.call(by, {
      time,
      name,
      request: { instancesSet: { items } },
      response: { instancesSet: { items: moved } },
    });
    return this;
  }

  look(include: string[] = []): Incident {
    this.history.call(ci, { time: night - 20 * day, name: 'DescribeInstances' });
    const links = this.group === null ? [] : [{ kind: 'auto-scaling-group' as const, id: this.group }];
    const inventory = [
      { ...instance(gpu, 'us-east-1', night - 30 * day, 'p4d.24xlarge', { links }), state: this.state },
    ];
    return detect({
      events: this.history.events,
      inventory,
      plays,
      coverage: [],
      key: ci.key,
      account,
      compromisedAt: night,
      now: night + 3 * hour,
      include,
    });
  }

  found(include: string[] = []): Finding {
    return this.look(include).findings.find(({ resource }) => resource.id === gpu) as Finding;
  }
}

const stopped = (): Story => new Story().move(ml, night - 5 * day, 'StopInstances', 'running');

describe('an innocent’s instance that the incident started', () => {
  it('is tampered with where its owner’s record shows that it stood still', () => {
    const found = stopped()
      .move(attacker, night + minute, 'StartInstances', 'stopped')
      .found();
    expect(found).toMatchObject({ class: 'tampered', before: { state: 'stopped' }, undone: false });
    expect(found.reasons.slice(0, 2).join()).toMatch(
      /StartInstances by AKIA.*its owner had stopped it: StopInstances by AKIAML/,
    );
    expect(found.evidence.map(({ name }) => name)).toEqual(['StartInstances', 'StopInstances']);
  });

  it('burns money for the incident from then on', () => {
    const { cost } = stopped()
      .move(attacker, night + minute, 'StartInstances', 'stopped')
      .look();
    expect(cost.usdPerHour).toBeGreaterThan(10);
    expect(cost.usdSoFar).toBeLessThan(cost.usdPerHour * 3);
  });

  it('is held, and told, where nothing shows that its owner had stopped it', () => {
    const found = new Story().move(attacker, night + minute, 'StartInstances', 'stopped').found();
    expect(found.class).toBe('held');
    expect(found.reasons[0]).toContain(`--include '${gpu}' stops it again`);
  });

  it('is stopped on the person’s word, and never terminated', () => {
    const story = new Story().move(attacker, night + minute, 'StartInstances', 'stopped');
    expect(story.found([gpu])).toMatchObject({ class: 'tampered', before: { state: 'stopped' } });
  });

  it.each([
    ['ran already', (story: Story) => story.move(attacker, night + minute, 'StartInstances', 'running')],
    [
      'ran when the incident stopped it first',
      (story: Story) =>
        story
          .move(attacker, night + minute, 'StopInstances', 'running')
          .move(attacker, night + 9 * minute, 'StartInstances', 'stopped'),
    ],
    [
      'was started again by its owner since',
      (story: Story) =>
        story
          .move(attacker, night + minute, 'StartInstances', 'stopped')
          .move(ml, night + hour, 'StopInstances', 'running')
          .move(ml, night + 2 * hour, 'StartInstances', 'stopped'),
    ],
  ])('is left alone where it %s', (_why, happen) => {
    const story = stopped();
    if (_why.startsWith('ran')) story.move(ml, night - 4 * day, 'StartInstances', 'stopped');
    expect(happen(story).found().class).toBe('not-tied');
  });

  it('is held where its owner had started it again, and what stopped it then is not on record', () => {
    const found = stopped()
      .move(ml, night - 4 * day, 'StartInstances', 'stopped')
      .move(attacker, night + minute, 'StartInstances', 'stopped')
      .found();
    expect(found.class).toBe('held');
  });

  it('is not proven to have stood still by the incident’s own stop', () => {
    const found = new Story()
      .move(attacker, night + minute, 'StartInstances', 'stopped')
      .move(attacker, night + 2 * minute, 'StopInstances', 'running')
      .move(attacker, night + 3 * minute, 'StartInstances', 'stopped')
      .found();
    expect(found.class).toBe('held');
  });

  it('needs nothing more once it stands still again', () => {
    const story = stopped().move(attacker, night + minute, 'StartInstances', 'stopped');
    story.state = 'stopping';
    expect(story.found()).toMatchObject({ class: 'tampered', undone: true });
  });

  it('of an Auto Scaling group is held: the group would end it and launch another', () => {
    const story = stopped().move(attacker, night + minute, 'StartInstances', 'stopped');
    story.group = 'web';
    expect(story.found()).toMatchObject({ class: 'held' });
    expect(story.found().reasons[0]).toContain('group web would end it');
  });
});
