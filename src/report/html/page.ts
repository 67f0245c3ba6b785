import { createHash } from 'node:crypto';
import { type Identity, version } from '../../model/index.js';
import { html, type Html, type HtmlPart, raw } from '../terminal/index.js';
import { some } from '../messages/index.js';
import { style } from './style.js';

// Nothing is loaded, run or sent: only this very style sheet is allowed (Content Security Policy, level 3). The icon
// is empty so that a browser does not ask for one.
const policy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A whole page that needs nothing else: no network, no script. What is simulated says so at the top. */
export function page(title: string, identity: Identity, body: HtmlPart): string {
  const where = some([...new Set(Object.values(identity.endpoints))], 3);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy.replaceAll('"', '&quot;'))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${identity.simulated ? 'SIMULATED: ' : ''}${title}</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style>
</head>
<body>
<header>${identity.simulated && html`<div class="banner">SIMULATED: not AWS${where === '' ? '' : ` (${where})`}. Nothing on this page is real.</div>`}</header>
<main>
${body}
<footer>leakguard ${version} · account ${identity.account} · as <span class="mono">${identity.arn}</span> · all times are UTC · figures in dollars are estimates</footer>
</main>
</body>
</html>
`.markup;
}

/** A part of the page, which its contents link to: by the words of its title up to a colon. */
export function section(title: string, ...body: HtmlPart[]): Html {
  return html`<section><h2 id="${anchorOf(title)}">${title}</h2>${body}</section>`;
}

function anchorOf(title: string): string {
  return (title.split(':')[0] ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** What stands on the page, in its order. Foreign text is escaped in `body`, so that every heading in it is ours. */
export function contents(body: HtmlPart): Html {
  const headings = [...html`${body}`.markup.matchAll(/<h2 id="([a-z0-9-]+)">([^<]*)<\/h2>/g)];
  return html`<nav aria-label="Contents">${headings.map(
    ([, anchor = '', title = '']) => html`<a href="#${anchor}">${raw(title)}</a> `,
  )}</nav>`;
}

/** How a page stands: red, what is not contained; amber, what is held or not known; green, what is proven. */
export type Light = 'red' | 'amber' | 'green';

/** The state in one colour and one sentence, and what follows from it. */
export function stateBanner(light: Light, words: string, ...more: HtmlPart[]): Html {
  return html`<div class="state ${light}" role="status"><strong>${words}</strong>${more}</div>`;
}

/** The next commands, to be copied as they stand. */
export function nextCommands(steps: readonly string[]): HtmlPart {
  if (steps.length === 0) return null;
  return html`<div class="next"><b>Next</b>${steps.map((step) => html`<code>${step}</code>`)}</div>`;
}

/** Ids: a few as they are, many behind a click. */
export function ids(all: readonly string[]): HtmlPart {
  const shown = all.slice(0, mostIds).join(' ');
  const more = all.length > mostIds && ` and ${all.length - mostIds} more: the JSON has all`;
  if (all.length <= fewIds) return html`<div class="ids mono">${shown}</div>`;
  return html`<details class="ids"><summary>${all.length} ids</summary><span class="mono">${shown}${more}</span></details>`;
}

const fewIds = 3;
const mostIds = 1000;

/** One large figure and what it says. */
export function tile(value: string, words: string, bad = false): Html {
  return html`<div class="${bad ? 'tile bad' : 'tile'}"><b>${value}</b><span>${words}</span></div>`;
}

export function list(items: readonly HtmlPart[]): Html {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

export interface TableShape {
  /** What the rows are, for those who do not see the heading beside it. */
  caption: string;
  /** Columns whose header begins with `#` hold numbers. */
  headers: readonly string[];
  /** Percent in steps of 5; 0: as it comes. */
  widths?: readonly number[];
  /** More rows than this stand behind a click. */
  shown?: number;
}

/** How many rows a table shows at once where nothing else is said. */
const rowsAtOnce = 12;

/** A table: its first rows, and the others behind a click. */
export function table(shape: TableShape, rows: readonly (readonly HtmlPart[])[]): Html {
  const shown = shape.shown ?? rowsAtOnce;
  // One row more would be as short as the line that hides it.
  if (rows.length <= shown + 1) return plainTable(shape, rows);
  const more = rows.length - shown;
  return html`${plainTable(shape, rows.slice(0, shown))}<details><summary>${more} more rows</summary>${plainTable(
    { ...shape, caption: `${shape.caption}, continued` },
    rows.slice(shown),
  )}</details>`;
}

function plainTable(
  { caption, headers, widths = [] }: TableShape,
  rows: readonly (readonly HtmlPart[])[],
): Html {
  const kind = (i: number): string => (headers[i]?.startsWith('#') === true ? 'n' : '');
  const wide = (i: number): string => ((widths[i] ?? 0) > 0 ? ` w${widths[i]}` : '');
  return html`<div class="wide" tabindex="0" role="group" aria-label="${caption}"><table class="${widths.length > 0 && 'fixed'}"><caption class="unseen">${caption}</caption><thead><tr>${headers.map(
    (header, i) =>
      header === ''
        ? html`<td class="${kind(i)}${wide(i)}"></td>`
        : html`<th scope="col" class="${kind(i)}${wide(i)}">${header.replace(/^#/, '')}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, i) => html`<td class="${kind(i)}">${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`;
}
