import type { Deed, Launch, TaintedCredential } from '../../model/index.js';
import { html, type Html } from '../terminal/index.js';
import { deedText } from '../index.js';
import { utc, utcSeconds } from '../messages/index.js';
import { TimeAxis, round } from './time-axis.js';

const width = 1060;
const left = 96;
const right = width - 16;
const bars = 90;
const barHeight = 96;
const dotRadius = 8;

export interface TimelineMark {
  time: number;
  label: string;
}

export interface Timeline {
  from: number;
  to: number;
  launches: readonly Launch[];
  credentials: readonly TaintedCredential[];
  /** In the order in which a table numbers them from 1. */
  deeds: readonly Deed[];
  /** What the responder did: a bar each, below; null where there is no responder side. */
  responses: readonly { time: number; label: string }[] | null;
  marks: readonly TimelineMark[];
}

/**
 * What the misuse did over time (launches as bars, minted credentials and deeds as dots that carry the number of
 * their row), and below the axis what the responder did. SVG, no script.
 */
export function timelineChart(timeline: Timeline): Html {
  const { from, to } = timeline;
  const axis = new TimeAxis(from, to, left, right, [
    ...timeline.launches.flatMap(({ class: cls, evidence }) =>
      cls === 'rogue' ? (evidence.time ?? []) : [],
    ),
    ...timeline.credentials.flatMap(({ mintedBy }) => mintedBy?.time ?? []),
    ...timeline.deeds.flatMap(({ evidence }) => evidence.time ?? []),
    ...(timeline.responses ?? []).map(({ time }) => time),
    ...timeline.marks.map(({ time }) => time),
  ]);
  const marks = markLabels(
    timeline.marks.filter(({ time }) => axis.has(time)),
    axis,
  );
  let y = 12 + marks.rows * 16;
  const top = y;
  const parts: Html[] = [];
  // A side that did nothing in this time takes no room.
  const launched = timeline.launches.some(
    ({ class: cls, evidence }) => cls === 'rogue' && evidence.time !== null && axis.has(evidence.time),
  );
  if (launched) {
    y += barHeight;
    parts.push(...launchBars(timeline.launches, axis, y));
    y += 14;
  }
  for (const [label, dots] of [
    ['minted', mintDots(timeline.credentials, axis)],
    ['also did', deedDots(timeline.deeds, axis)],
  ] as const) {
    if (dots.length === 0) continue;
    const drawn = lane(label, y, dots);
    parts.push(drawn.svg);
    y = drawn.bottom;
  }
  const axisY = y + 14;
  const answered = timeline.responses === null ? null : responses(timeline.responses, axis, axisY + 12);
  const height = (answered?.bottom ?? axisY) + 8;
  return html`<div class="wide chart" tabindex="0" role="group" aria-label="Timeline"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${`Timeline from ${utc(from)} to ${utc(to)}`}">
${axis.draw(top, height - 8, axisY)}
${parts}
<line class="rule strong" x1="${left}" x2="${right}" y1="${axisY + 6}" y2="${axisY + 6}"/>
${answered?.svg}
${marks.svg(height - 8)}
</svg></div>`;
}

function launchBars(launches: readonly Launch[], axis: TimeAxis, zero: number): Html[] {
  const times = (worked: boolean): number[] =>
    launches.flatMap(({ class: cls, result, evidence, instanceIds }) => {
      if (cls !== 'rogue' || (result === 'worked') !== worked) return [];
      const { time } = evidence;
      if (time === null || !axis.has(time)) return [];
      return Array.from({ length: worked ? Math.max(1, instanceIds.length) : 1 }, () => time);
    });
  const worked = binned(times(true), axis);
  const tried = binned(times(false), axis);
  const most = Math.max(1, ...worked.map(({ length }, i) => length + (tried[i]?.length ?? 0)));
  const step = (right - left) / bars;
  const bar = (i: number, own: readonly number[], base: number, kind: string, words: string): Html | null => {
    if (own.length === 0) return null;
    const tall = (own.length / most) * (barHeight - 14);
    return html`<rect class="${kind}" x="${round(left + i * step)}" y="${round(zero - base - tall)}" width="${round(Math.max(1, step - 1))}" height="${round(tall)}"><title>${`${own.length} ${words} from ${utcSeconds(Math.min(...own))}`}</title></rect>`;
  };
  return [
    html`<text x="0" y="${zero - 2}" class="bold">launched</text><text class="axis" x="${left - 8}" y="${zero - barHeight + 22}" text-anchor="end">${most}</text><line class="rule" x1="${left}" x2="${right}" y1="${zero}" y2="${zero}"/>`,
    ...worked.map((own, i) => html`${bar(i, own, 0, 'attacker', 'instances launched')}`),
    ...tried.map((own, i) => {
      const base = ((worked[i]?.length ?? 0) / most) * (barHeight - 14);
      return html`${bar(i, own, base, 'tried', 'launches tried in vain')}`;
    }),
  ];
}

/** Times by the bar that they stand in. */
function binned(times: readonly number[], axis: TimeAxis): number[][] {
  const bins = Array.from({ length: bars }, (): number[] => []);
  for (const time of times)
    bins[Math.min(bars - 1, Math.floor(((axis.x(time) - left) / (right - left)) * bars))]?.push(time);
  return bins;
}

interface Dot {
  x: number;
  label: string;
  title: string;
  kind: string;
}

function mintDots(credentials: readonly TaintedCredential[], axis: TimeAxis): Dot[] {
  return credentials.flatMap(({ id, kind, mintedBy }, i) => {
    const time = mintedBy?.time ?? null;
    if (time === null || !axis.has(time)) return [];
    return [{ x: axis.x(time), label: letter(i), title: `${utcSeconds(time)}: ${kind} ${id}`, kind: 'dot' }];
  });
}

function deedDots(deeds: readonly Deed[], axis: TimeAxis): Dot[] {
  return deeds.flatMap((deed, i) => {
    const { evidence, target, result } = deed;
    if (evidence.time === null || !axis.has(evidence.time)) return [];
    const what = `${deedText(deed)}${target === null ? '' : `: ${target}`}`;
    return [
      {
        x: axis.x(evidence.time),
        label: String(i + 1),
        title: `${utcSeconds(evidence.time)}: ${what} (${result})`,
        kind: result === 'worked' ? 'dot' : 'dot quiet',
      },
    ];
  });
}

/** a, b, …, z, a1, …: how the pages name credentials. */
export function letter(i: number): string {
  const name = String.fromCharCode(97 + (i % 26));
  return i < 26 ? name : `${name}${Math.floor(i / 26)}`;
}

/** How many dots may stand on top of each other; beyond that one dot stands for those that follow it (`7+`). */
const deepest = 6;
const mostTitles = 12;

function lane(label: string, top: number, dots: readonly Dot[]): { svg: Html; bottom: number } {
  const ends: number[] = [];
  const placed: (Dot & { y: number; half: number; more: number })[] = [];
  for (const dot of [...dots].sort((a, b) => a.x - b.x)) {
    // Room for the sign that others follow.
    const half = Math.max(dotRadius, 3.5 * (dot.label.length + 1));
    const free = ends.findIndex((end) => dot.x - half > end + 1);
    const row = free === -1 ? ends.length : free;
    const last = placed.at(-1);
    if (row === deepest && last !== undefined) {
      last.more += 1;
      if (last.more <= mostTitles) last.title += `\n${dot.title}`;
      continue;
    }
    ends[row] = dot.x + half;
    placed.push({ ...dot, half, more: 0, y: top + dotRadius + row * (2 * dotRadius + 2) });
  }
  const rows = Math.max(1, ends.length);
  const svg = html`<text x="0" y="${top + dotRadius + 4}" class="bold">${label}</text>${placed.map(
    ({ x, y, half, label: no, title, kind, more }) =>
      html`<g><rect class="${kind}" x="${round(x - half)}" y="${y - dotRadius}" width="${2 * half}" height="${2 * dotRadius}" rx="${dotRadius}"/><text class="dotno" x="${x}" y="${y + 3.5}">${more > 0 ? `${no}+` : no}</text><title>${title}</title></g>`,
  )}`;
  return { svg, bottom: top + rows * (2 * dotRadius + 2) + 6 };
}

function responses(
  all: readonly { time: number; label: string }[],
  axis: TimeAxis,
  top: number,
): { svg: Html; bottom: number } {
  const inside = all.filter(({ time }) => axis.has(time)).sort((a, b) => a.time - b.time);
  const filled = binned(
    inside.map(({ time }) => time),
    axis,
  );
  const most = Math.max(1, ...filled.map(({ length }) => length));
  const step = (right - left) / bars;
  const tallest = 60;
  const svg = html`<text x="0" y="${top + 14}" class="bold">responder</text><text class="axis" x="${left - 8}" y="${top + tallest}" text-anchor="end">${most}</text>${filled.map(
    (times, i) => {
      const [time] = times;
      if (time === undefined) return null;
      const first = inside.find((one) => one.time === time);
      const height = Math.max(3, (times.length / most) * tallest);
      return html`<rect class="responder" x="${round(left + i * step)}" y="${top}" width="${round(Math.max(2, step - 1))}" height="${round(height)}"><title>${`${times.length} actions, from ${utcSeconds(time)}: ${first?.label ?? ''}`}</title></rect>`;
    },
  )}`;
  return { svg, bottom: top + tallest };
}

/** Labels of upright lines, each on a row of its own where they would run into each other. */
function markLabels(
  marks: TimelineMark[],
  axis: TimeAxis,
): { rows: number; svg: (bottom: number) => Html[] } {
  const ends: number[] = [];
  const placed = [...marks]
    .sort((a, b) => a.time - b.time)
    .map((mark) => {
      const x = axis.x(mark.time);
      const wide = mark.label.length * 6.4 + 10;
      const flipped = x + wide > right;
      const begin = flipped ? x - wide : x;
      let row = ends.findIndex((end) => begin > end);
      if (row === -1) row = ends.length;
      ends[row] = begin + wide;
      return { ...mark, x, row, flipped };
    });
  return {
    rows: ends.length,
    svg: (bottom) =>
      placed.map(({ x, row, label, flipped, time }) => {
        const y = 14 + row * 16;
        return html`<line class="mark" x1="${x}" x2="${x}" y1="${y - 10}" y2="${bottom}"><title>${`${label}: ${utcSeconds(time)}`}</title></line><text class="label" x="${flipped ? x - 4 : x + 4}" y="${y}" text-anchor="${flipped ? 'end' : 'start'}">${label}</text>`;
      }),
  };
}
