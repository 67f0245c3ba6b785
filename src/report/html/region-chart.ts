import { fit, html, type Html } from '../terminal/index.js';
import type { Grid } from '../index.js';
import { round } from './time-axis.js';

const width = 1060;
const left = 130;
const rowHeight = 22;
/** Colours; the last one is for all further types. */
const colours = 6;

/** Launches by region, a bar each, parted by instance type. SVG, no script. */
export function regionChart(grid: Grid): Html {
  if (grid.total === 0) return html`<p>Nothing was launched, as far as could be looked at.</p>`;
  const most = Math.max(1, ...grid.rows.map(({ total }) => total));
  const scale = (width - left - 60) / most;
  const height = grid.rows.length * rowHeight + 8;
  const shown = grid.types.length > colours ? colours - 1 : grid.types.length;
  const names = [...grid.types.slice(0, shown), ...(grid.types.length > shown ? ['other types'] : [])];
  const parts = (counts: readonly number[]): number[] => [
    ...counts.slice(0, shown),
    ...(counts.length > shown ? [counts.slice(shown).reduce((sum, n) => sum + n, 0)] : []),
  ];
  return html`<div class="legend">${names.map(
    (name, i) =>
      html`<span><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" class="key"><rect class="t${i}" width="12" height="12"/></svg> ${name}</span>`,
  )}</div><div class="wide"><svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Launches by region">${grid.rows.map(
    (row, r) => {
      const y = r * rowHeight;
      let x = left;
      return html`<text x="${left - 8}" y="${y + 15}" text-anchor="end">${fit(row.region, 18)}</text>${parts(
        row.counts,
      ).map((n, i) => {
        if (n === 0) return null;
        const wide = n * scale;
        const at = x;
        x += wide;
        return html`<rect class="t${i}" x="${round(at)}" y="${y + 3}" width="${round(Math.max(1, wide - 1))}" height="${rowHeight - 6}"><title>${`${row.region}: ${n} ${names[i] ?? ''}`}</title></rect>`;
      })}<text x="${round(x + 6)}" y="${y + 15}">${row.total}</text>`;
    },
  )}</svg></div>${grid.of === 'launches' && html`<p class="small soft">Counted from the trail: the instances themselves were not listed.</p>`}`;
}
