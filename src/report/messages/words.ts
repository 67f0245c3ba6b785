import type { Cost } from '../../model/index.js';

/** Numbers, times and lists as a person reads them. All times are UTC; all inputs are epoch milliseconds. */

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** `2026-11-21 03:07 UTC`; `unknown` for null. */
export function utc(time: number | null): string {
  return time === null ? 'unknown' : `${iso(time).slice(0, 16).replace('T', ' ')} UTC`;
}

/** `2026-11-21 03:07:40 UTC`; `unknown` for null. */
export function utcSeconds(time: number | null): string {
  return time === null ? 'unknown' : `${iso(time).slice(0, 19).replace('T', ' ')} UTC`;
}

/** `03:07`, UTC; `--:--` for null. */
export function clock(time: number | null): string {
  return time === null ? '--:--' : iso(time).slice(11, 16);
}

function iso(time: number): string {
  // Beyond what a Date holds (a record may say anything) there is no time to show.
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : '????-??-??T??:??:??';
}

/** `42 s`, `34 min`, `3 h 20 min`, `5 d 2 h`, of milliseconds. */
export function duration(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < 1000) return 'less than 1 s';
  if (ms < minute) return `${Math.round(ms / 1000)} s`;
  if (ms < hour) return `${Math.floor(ms / minute)} min`;
  const [big, small, b, s]: [number, number, string, string] =
    ms < day ? [hour, minute, 'h', 'min'] : [day, hour, 'd', 'h'];
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${b}${rest === 0 ? '' : ` ${rest} ${s}`}`;
}

/** `$1,180`; cents below 100 dollars. */
export function usd(amount: number): string {
  const digits = Math.abs(amount) < 100 ? 2 : 0;
  return `$${amount.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

/** `1 instance`, `12 instances`. */
export function count(n: number, one: string, many = plural(one)): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

function plural(word: string): string {
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** The first `max` of `items`, then how many more: `a, b and 3 more`. */
export function some(items: readonly string[], max: number): string {
  if (items.length <= max) return items.join(', ');
  return `${items.slice(0, max).join(', ')} and ${items.length - max} more`;
}

/** What an incident has cost so far, as every screen, page and letter says it: a lower bound is called so, and nothing
 *  that nobody knows is called $0.00. */
export function spent(cost: Cost): string {
  const { usdSoFar, unknownEnds, unknownInstances } = cost;
  if (usdSoFar === 0 && unknownInstances > 0) return 'not known';
  return unknownEnds + unknownInstances > 0 ? `at least ${usd(usdSoFar)}` : usd(usdSoFar);
}
