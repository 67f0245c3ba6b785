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
${identity.simulated && html`<div class="banner">SIMULATED: not AWS${where === '' ? '' : ` (${where})`}. Nothing on this page is real.</div>`}
<main>
${body}
<footer>leakguard ${version} · account ${identity.account} · as <span class="mono">${identity.arn}</span> · all times are UTC · figures in dollars are estimates</footer>
</main>
</body>
</html>
`.markup;
}

export function section(title: string, ...body: HtmlPart[]): Html {
  return html`<section><h2>${title}</h2>${body}</section>`;
}

/** One large figure and what it says. */
export function tile(value: string, words: string, bad = false): Html {
  return html`<div class="${bad ? 'tile bad' : 'tile'}"><b>${value}</b><span>${words}</span></div>`;
}

export function list(items: readonly HtmlPart[]): Html {
  return html`<ul>${items.map((item) => html`<li>${item}</li>`)}</ul>`;
}

/** A table; columns whose header begins with `#` hold numbers. `widths`: percent in steps of 5; 0: as it comes. */
export function table(
  headers: readonly string[],
  rows: readonly (readonly HtmlPart[])[],
  widths: readonly number[] = [],
): Html {
  const kind = (i: number): string => (headers[i]?.startsWith('#') === true ? 'n' : '');
  const wide = (i: number): string => ((widths[i] ?? 0) > 0 ? ` w${widths[i]}` : '');
  return html`<div class="wide"><table class="${widths.length > 0 && 'fixed'}"><thead><tr>${headers.map(
    (header, i) => html`<th class="${kind(i)}${wide(i)}">${header.replace(/^#/, '')}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) => html`<tr>${row.map((cell, i) => html`<td class="${kind(i)}">${cell}</td>`)}</tr>\n`,
  )}</tbody></table></div>`;
}
