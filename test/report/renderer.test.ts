import { describe, expect, it } from 'vitest';
import type { CoreEvent } from '../../src/model/core-event.js';
import { columnsOf } from '../../src/report/terminal/layout.js';
import { colorOf, createRenderer } from '../../src/report/terminal/renderer.js';
import { action, finding, hostileName, incident, instance, outcome, simulatedIdentity } from './samples.js';

class Sink {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 60,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

function render(
  events: CoreEvent[],
  sink: Sink,
  more: { verbose?: boolean; color?: boolean; step?: number } = {},
): string {
  let time = 0;
  const renderer = createRenderer({
    stream: sink,
    color: more.color ?? false,
    verbose: more.verbose ?? false,
    env: {},
    now: () => (time += more.step ?? 0),
  });
  for (const event of events) renderer.emit(event);
  renderer.close();
  return sink.text;
}

const progress = (done: number, total: number | null, message = 'instances'): CoreEvent => ({
  type: 'progress',
  subject: 'inventory',
  region: `eu-west-${String(done)}`,
  done,
  total,
  message,
});
/** Erases a terminal's line. */
const erase = '\r\u001b[2K';

describe('the renderer', () => {
  it('redraws one progress line on a terminal, never as wide as the terminal', () => {
    const text = render(
      Array.from({ length: 50 }, (_, i) => progress(i, 50, hostileName.repeat(5))),
      new Sink(true, 40),
      { step: 100 },
    );
    const draws = text.split(erase).filter((draw) => draw !== '');
    expect(draws.length).toBeGreaterThan(10);
    for (const draw of draws) {
      expect(columnsOf(draw)).toBeLessThan(40);
      expect(draw).not.toMatch(/[\n\u001b]/);
    }
    expect(text.endsWith(erase)).toBe(true);
    expect(draws.at(-1)).toContain('inventory 49/50 in');
  });

  it('does not redraw faster than an eye can see', () => {
    const text = render(
      Array.from({ length: 1000 }, (_, i) => progress(i, 2000)),
      new Sink(true),
    );
    expect(text.split(erase).filter((draw) => draw !== '')).toHaveLength(1);
  });

  it('takes the line away when a subject is finished, and before anything else is written', () => {
    expect(render([progress(1, 2), progress(2, 2)], new Sink(true))).toMatch(/\r\u001b\[2K$/);
    const text = render([progress(1, 9), { type: 'warning', message: 'careful' }], new Sink(true));
    expect(text).toContain(`${erase}warning: careful\n${erase}inventory 1/9`);
  });

  it('writes plain lines without any escape where there is no terminal, and little of progress', () => {
    const events = [...Array.from({ length: 500 }, (_, i) => progress(i + 1, 500)), progress(500, 500)];
    const text = render(events, new Sink(false));
    expect(text).toBe('inventory: 500 of 500\ninventory: 500 of 500\n');
    expect(render(events.slice(0, -1), new Sink(false), { step: 1000 }).split('\n').length).toBeLessThan(110);
  });

  it('tells each thing once, however often the sweeps see it', () => {
    const seen: CoreEvent[] = [
      {
        type: 'finding',
        finding: finding(instance(1, 'eu-west-1', 'g5.xlarge', 0), 'rogue', ['new region']),
      },
      {
        type: 'cell',
        cell: {
          subject: 'ec2-instances',
          region: 'eu-west-1',
          status: 'denied',
          count: 0,
          detail: 'needs x',
        },
      },
      { type: 'warning', message: 'slow' },
    ];
    const text = render([...seen, ...seen], new Sink(false));
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toContain('rogue: instance i-00000000000000001 in eu-west-1: new region');
    expect(text).toContain('unknown: ec2-instances in eu-west-1: denied: needs x');
  });

  it('names the first of many findings, and each with --verbose', () => {
    const many = incident().findings.map((one): CoreEvent => ({ type: 'finding', finding: one }));
    expect(render(many, new Sink(false)).split('\n').length).toBeLessThan(20);
    expect(render(many, new Sink(false), { verbose: true }).split('\n').length).toBeGreaterThan(200);
  });

  it('shows every outcome with its cause, and hostile names harmless', () => {
    const refused = outcome('a', 'denied', {
      error: { code: 'UnauthorizedOperation', message: hostileName, kind: 'denied' },
    });
    const text = render(
      [
        { type: 'identity', identity: simulatedIdentity },
        { type: 'outcome', action: action({ id: 'a', title: 'terminate 3 instances' }), outcome: refused },
        { type: 'sweep', round: 1, clean: false, live: 3, settling: 2, message: '3 left' },
      ],
      new Sink(false),
    );
    expect(text).toContain('SIMULATED: not AWS (http://127.0.0.1:4599)');
    expect(text).toContain('denied: us-east-1: terminate 3 instances: UnauthorizedOperation');
    expect(text).toContain('sweep 1: 3 left, 2 settling');
    expect(text).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('colour', () => {
  it('follows --no-color, FORCE_COLOR, NO_COLOR, TERM=dumb and the terminal, in this order', () => {
    const tty = { isTTY: true };
    expect(colorOf(tty, {}, true)).toBe(true);
    expect(colorOf({}, {}, true)).toBe(false);
    expect(colorOf(tty, { FORCE_COLOR: '1' }, false)).toBe(false);
    expect(colorOf({}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true)).toBe(true);
    expect(colorOf(tty, { FORCE_COLOR: '0' }, true)).toBe(false);
    expect(colorOf(tty, { NO_COLOR: '1' }, true)).toBe(false);
    expect(colorOf(tty, { NO_COLOR: '' }, true)).toBe(true);
    expect(colorOf(tty, { TERM: 'dumb' }, true)).toBe(false);
  });
});
