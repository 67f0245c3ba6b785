import { html, type Html } from '../terminal/index.js';
import { clock, utc } from '../messages/index.js';

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

/** Maps epoch milliseconds to pixels. */
export class TimeAxis {
  constructor(
    readonly from: number,
    readonly to: number,
    readonly left: number,
    readonly right: number,
  ) {}

  x(time: number): number {
    const share = (time - this.from) / Math.max(1, this.to - this.from);
    return round(this.left + Math.min(1, Math.max(0, share)) * (this.right - this.left));
  }

  has(time: number): boolean {
    return time >= this.from && time <= this.to;
  }

  /** Ticks at round times, with their rules from `top` to `bottom` and their labels at `labelY`. */
  draw(top: number, bottom: number, labelY: number): Html[] {
    const step = steps.find((one) => (this.to - this.from) / one <= mostTicks) ?? 1000 * day;
    const ticks: number[] = [];
    for (
      let time = Math.ceil(this.from / step) * step;
      time <= this.to && ticks.length <= mostTicks;
      time += step
    ) {
      ticks.push(time);
    }
    return ticks.map((time) => {
      const x = this.x(time);
      const label = step >= day ? utc(time).slice(0, 10) : clock(time);
      return html`<line class="rule" x1="${x}" x2="${x}" y1="${top}" y2="${bottom}"/><text class="axis" x="${x}" y="${labelY}" text-anchor="middle">${label}</text>`;
    });
  }
}

/** Two decimals: enough for a pixel, and the same on every machine. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
