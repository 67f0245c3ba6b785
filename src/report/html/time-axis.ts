import { html, type Html } from '../terminal/index.js';
import { clock, duration, utc } from '../messages/index.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  minute,
  2 * minute,
  5 * minute,
  10 * minute,
  15 * minute,
  30 * minute,
  hour,
  2 * hour,
  3 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  30 * day,
  90 * day,
  365 * day,
];
const mostTicks = 9;

/** A stretch of time, and where it is drawn. `empty`: nothing happened in it, so it is drawn short. */
interface Stretch {
  from: number;
  to: number;
  left: number;
  right: number;
  empty: boolean;
}

/** Empty time that takes more than this part of the whole is drawn short, as so many pixels. */
const emptyPart = 0.2;
const breakWidth = 64;

/** Maps epoch milliseconds to pixels; time in which nothing happened is cut short, and says how long it was. */
export class TimeAxis {
  private readonly stretches: readonly Stretch[];

  /** @param busy times at which something happened; none: nothing is cut short */
  constructor(
    readonly from: number,
    readonly to: number,
    readonly left: number,
    readonly right: number,
    busy: readonly number[] = [],
  ) {
    this.stretches = stretchesOf(this, busy);
  }

  x(time: number): number {
    const at = Math.min(this.to, Math.max(this.from, time));
    const its = this.stretches.find(({ to }) => at <= to) ?? this.stretches.at(-1);
    if (its === undefined) return this.left;
    const share = (at - its.from) / Math.max(1, its.to - its.from);
    return round(its.left + Math.min(1, share) * (its.right - its.left));
  }

  has(time: number): boolean {
    return time >= this.from && time <= this.to;
  }

  /** Ticks at round times, with their rules from `top` to `bottom` and their labels at `labelY`. */
  draw(top: number, bottom: number, labelY: number): Html[] {
    const drawn = this.stretches.filter(({ empty }) => !empty);
    const shown = drawn.reduce((sum, { from, to }) => sum + to - from, 0);
    const step = steps.find((one) => shown / one <= mostTicks) ?? 1000 * day;
    const ticks: number[] = [];
    for (const { from, to } of drawn)
      for (let time = Math.ceil(from / step) * step; time <= to && ticks.length <= mostTicks; time += step)
        ticks.push(time);
    const breaks = this.stretches.filter(({ empty }) => empty);
    return [
      ...ticks.map((time) => {
        const x = this.x(time);
        const label = step >= day ? utc(time).slice(0, 10) : clock(time);
        return html`<line class="rule" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><text class="axis" x="${x}" y="${labelY}" text-anchor="middle">${label}</text>`;
      }),
      ...breaks.map(({ from, to, left, right }) => {
        const x = round((left + right) / 2);
        return html`<rect class="gap" x="${round(left)}" y="${top}" width="${round(right - left)}" height="${bottom - top}"/><text class="axis" x="${x}" y="${round((top + bottom) / 2)}" text-anchor="middle">${duration(to - from)}</text>`;
      }),
    ];
  }
}

function stretchesOf(
  { from, to, left, right }: Pick<TimeAxis, 'from' | 'to' | 'left' | 'right'>,
  busy: readonly number[],
): Stretch[] {
  const times = [from, ...busy.filter((time) => time > from && time < to), to].sort((a, b) => a - b);
  const pad = (to - from) * 0.02;
  const empty = times.flatMap((time, i): [number, number][] => {
    const next = times[i + 1] ?? time;
    const isLong = busy.length > 0 && next - time > emptyPart * (to - from);
    return isLong ? [[time + pad, next - pad]] : [];
  });
  const short = empty.reduce((sum, [begin, end]) => sum + end - begin, 0);
  const scale = (right - left - empty.length * breakWidth) / Math.max(1, to - from - short);
  const stretches: Stretch[] = [];
  let time = from;
  let x = left;
  const add = (until: number, isEmpty: boolean): void => {
    const width = isEmpty ? breakWidth : (until - time) * scale;
    stretches.push({ from: time, to: until, left: x, right: x + width, empty: isEmpty });
    time = until;
    x += width;
  };
  for (const [begin, end] of empty) {
    add(begin, false);
    add(end, true);
  }
  add(to, false);
  return stretches;
}

/** Two decimals: enough for a pixel, and the same on every machine. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
