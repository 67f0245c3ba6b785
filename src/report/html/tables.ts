import {
  isInstance,
  type Cell,
  type CellStatus,
  type Deed,
  type Evidence,
  type Finding,
  type Incident,
} from '../../model/index.js';
import { html, type Html, type HtmlPart } from '../terminal/index.js';
import {
  byClass,
  classes,
  classMeaning,
  deedText,
  gaps,
  groupBy,
  instanceTypeOf,
  notExamined,
  ranked,
  type RankedLine,
  regionsOff,
  servicesOff,
} from '../index.js';
import { count, some, utc, utcSeconds } from '../messages/index.js';
import { ids, list, table } from './page.js';
import { letter } from './timeline.js';

/** How many rows one class shows before a click. */
const rowsOfClass = 6;
const mostEvidence = 1;
const mostReasons = 2;

/** Resources of the incident by class. Those alike in type, place and reasons share a row. */
export function resourceTables(incident: Incident): HtmlPart {
  const groups = byClass(incident.findings);
  return classes.map((cls) => {
    const group = groups.get(cls);
    if (group === undefined) return null;
    const title = html`<h3><span class="class c-${cls}">${cls}</span> ${count(group.length, 'resource')} <span class="soft">· ${classMeaning[cls]}</span></h3>`;
    if (cls === 'not-tied') return title;
    const alike = [...groupBy(group, likeness).values()].sort(
      (a, b) => Number(isEc2(b)) - Number(isEc2(a)) || b.length - a.length,
    );
    return html`${title}${table(
      {
        caption: `Resources: ${cls}`,
        headers: ['#count', 'what', 'region', 'since', 'why', 'evidence'],
        widths: [5, 25, 10, 10, 30, 20],
        shown: cls === 'own' || cls === 'settling' ? 3 : rowsOfClass,
      },
      alike.map(resourceRow),
    )}`;
  });
}

function likeness(finding: Finding): string {
  const { resource, rule, undone, before } = finding;
  const single = before === null ? '' : resource.id;
  return JSON.stringify([resource.type, single, instanceTypeOf(finding), rule, undone, resource.live]);
}

/** Instances stand first: they are what burns. */
function isEc2([first]: readonly Finding[]): boolean {
  return first !== undefined && isInstance(first.resource);
}

function resourceRow(group: readonly Finding[]): HtmlPart[] {
  const first = group[0] as Finding;
  const { resource } = first;
  const names = [...new Set(group.flatMap((finding) => finding.resource.tags['Name'] ?? []))];
  const since = group.reduce(
    (time, { resource: { createdAt } }) => Math.min(time, createdAt ?? Infinity),
    Infinity,
  );
  const status = [
    ...(first.undone ? ['undone already'] : []),
    ...(first.trail === undefined ? [] : [first.trail.words]),
    ...(resource.live ? [] : [resource.state]),
    ...(first.settlesAt === null ? [] : [`known after ${utc(first.settlesAt)}`]),
  ];
  return [
    group.length,
    html`${resource.type}${instanceTypeOf(first) !== null && html` <b>${instanceTypeOf(first)}</b>`}${
      names.length > 0 && html`<br><span class="small">named ${some(names, 3)}</span>`
    }${status.length > 0 && html`<br><span class="small soft">${status.join(', ')}</span>`}${ids(group.map((finding) => finding.resource.id))}`,
    some([...new Set(group.map((finding) => finding.resource.region))], 3),
    html`${utc(Number.isFinite(since) ? since : null)}`,
    html`${some([...new Set(group.flatMap(({ reasons }) => reasons))], mostReasons)}${tie(group)}${first.before !== null && html`<br><span class="small">before: <code>${JSON.stringify(first.before)}</code></span>`}${removal(group)}`,
    evidenceCell(group.flatMap((finding) => finding.evidence)),
  ];
}

function tie(group: readonly Finding[]): HtmlPart {
  const ties = [...new Set(group.flatMap(({ tiedTo }) => tiedTo ?? []))];
  return (
    ties.length > 0 &&
    html`<br><span class="small soft">tied by <span class="mono">${some(ties, 2)}</span></span>`
  );
}

/** How a person takes it away: a command where one is safe to paste, else the step in words. */
function removal(group: readonly Finding[]): HtmlPart {
  const steps = group.flatMap(({ trail }) =>
    trail === undefined || trail.now === 'gone' ? [] : [trail.remove],
  );
  const told = steps.map(
    ({ step, command }) => html`${step}${command !== null && html`<br><code>${command}</code>`}`,
  );
  if (told.length < 2) return told.map((one) => html`<br><span class="small">to remove: ${one}</span>`);
  return html`<details class="small"><summary>to remove: ${count(told.length, 'step')}</summary>${list(told)}</details>`;
}

function evidenceCell(evidence: readonly Evidence[]): HtmlPart {
  if (evidence.length === 0) return html`<span class="soft">no event known</span>`;
  const distinct = [...new Map(evidence.map((one) => [`${one.eventId} ${one.name}`, one])).values()];
  return html`${distinct
    .slice(0, mostEvidence)
    .map(
      ({ name, time, eventId, region }) =>
        html`<div>${name} <span class="small soft">${utcSeconds(time)}, ${region}</span><div class="ids mono">${eventId ?? 'no event id'}</div></div>`,
    )}${distinct.length > mostEvidence && html`<span class="small soft">and ${distinct.length - mostEvidence} more</span>`}`;
}

/** What still stands, was read and was refused, the most dangerous first: as on the screen. */
export function rankedList(incident: Incident): HtmlPart {
  const { stands, tried, total, byTrail } = ranked(incident);
  const lines: [string, RankedLine[]][] = [
    ['still gives access', stands.access],
    ['spends', stands.spend],
    ['blinds', stands.blind],
    ['read or shared', stands.read],
    ['also left', stands.other],
    ['refused', tried],
  ];
  if (lines.every(([, group]) => group.length === 0)) return null;
  return html`${total > 0 && byTrail === total && html`<p>As far as the trail tells; whether it still stands: <b>not looked at</b>.</p>`}${table(
    { caption: 'What still stands', headers: ['', 'what', 'which'], widths: [15, 35, 50], shown: 20 },
    lines.flatMap(([label, group]) =>
      group.map(({ what, detail, inDoubt }, i) => [
        i === 0 ? html`<b>${label}</b>` : '',
        `${what}${inDoubt ? ' (in doubt)' : ''}`,
        detail,
      ]),
    ),
  )}`;
}

/** Credentials, by the letters of the graph and the timeline. */
export function credentialTable(incident: Incident): Html {
  return table(
    {
      caption: 'Credentials',
      headers: ['', 'credential', 'kind', 'of', 'minted by', 'works from', 'until'],
      shown: 8,
    },
    incident.credentials.map((credential, i) => [
      letter(i),
      html`<span class="mono">${credential.id}</span>${
        credential.otherAccount !== null &&
        html`<br><b class="c-held">works in account ${credential.otherAccount}: not contained outside this account</b>`
      }`,
      credential.kind,
      credential.roleName ?? credential.userName ?? credential.principal ?? 'unknown',
      credential.id === incident.key
        ? 'the misused key itself'
        : credential.mintedBy === null
          ? html`<b class="c-held">parent unknown: contain the user</b>`
          : html`${credential.mintedBy.name} <span class="small soft">${utcSeconds(credential.mintedBy.time)}</span><br><span class="ids mono">${credential.parent ?? 'parent unknown'}</span>`,
      utc(credential.since),
      credential.expiresAt === null ? 'does not expire, or not known' : utc(credential.expiresAt),
    ]),
  );
}

/** Deeds, by the numbers of the timeline. */
export function deedTable(deeds: readonly Deed[]): Html {
  return table(
    {
      caption: 'What else was done',
      headers: ['#no', 'when', 'what', 'of', 'region', 'result', 'contained by'],
      widths: [5, 15, 25, 20, 10, 10, 15],
      shown: 10,
    },
    deeds.map((deed, i) => [
      i + 1,
      utcSeconds(deed.evidence.time),
      html`${deedText(deed)}${deed.count > 1 && html` <span class="soft">(${deed.count} times)</span>`}<br><span class="small soft">${deed.evidence.name}, ${deed.tactic}</span>`,
      deed.target ?? '',
      deed.evidence.region,
      html`${deed.result}${deed.errorCode !== null && html`<br><span class="small soft">${deed.errorCode}</span>`}`,
      deed.undone
        ? 'undone since'
        : (deed.play ??
          (deed.stands
            ? html`<b class="c-held">nothing: see to it yourself</b>`
            : html`<span class="soft">nothing to contain</span>`)),
    ]),
  );
}

const signs: Record<CellStatus, string> = {
  complete: '✓',
  truncated: 'cut',
  denied: 'denied',
  failed: 'failed',
  'not-enabled': 'off',
  'not-examined': '—',
};

/** What was looked at, service by region, and what every negative statement therefore does not cover. */
export function coverageMatrix(coverage: readonly Cell[]): HtmlPart {
  if (coverage.length === 0) {
    return html`<div class="box bad"><strong>Nothing was looked at.</strong> No statement on this page means clean.</div>`;
  }
  const looked = coverage.filter(({ status }) => status !== 'not-examined');
  const regions = [...new Set(looked.map(({ region }) => region))]
    .filter((region) => looked.some((cell) => cell.region === region && cell.status !== 'not-enabled'))
    .sort((a, b) => Number(b === 'global') - Number(a === 'global') || (a < b ? -1 : 1));
  const subjects = [
    ...groupBy(
      looked.filter(({ status }) => status !== 'not-enabled'),
      ({ subject }) => subject,
    ),
  ];
  const without = notExamined(coverage);
  const off = regionsOff(coverage);
  const away = servicesOff(coverage);
  const complete = looked.filter(({ status }) => status === 'complete').length;
  const asked = looked.filter(({ status }) => status !== 'not-enabled').length;
  return html`<p>${complete} of ${count(asked, 'look')} complete: each a service in a region.</p><details><summary>which</summary><div class="wide" tabindex="0" role="group" aria-label="What was looked at"><table class="matrix"><caption class="unseen">What was looked at, service by region</caption><thead><tr><td></td>${regions.map(
    (region) => html`<th scope="col"><span>${region}</span></th>`,
  )}</tr></thead><tbody>${subjects.map(([subject, cells]) => {
    const byRegion = new Map(cells.map((cell) => [cell.region, cell]));
    return html`<tr><th scope="row">${subject}</th>${regions.map((region) => {
      const cell = byRegion.get(region);
      if (cell === undefined) return html`<td></td>`;
      const words = `${subject} in ${region}: ${cell.status}, ${cell.count} found${cell.detail === null ? '' : `: ${cell.detail}`}`;
      return html`<td class="s-${cell.status}" title="${words}">${signs[cell.status]}</td>`;
    })}</tr>\n`;
  })}</tbody></table></div></details>
<p class="legend"><span><b class="c-own">✓</b> looked at, complete</span><span><b>cut</b> stopped early</span><span><b>denied</b>, <b>failed</b> not readable</span><span>empty: does not apply</span></p>
${off.length > 0 && html`<p class="small">Regions that are not enabled: ${off.join(', ')}.</p>`}
${away.length > 0 && html`<p class="small">Not there: ${away.map(([subject, where]) => `${subject} in ${where.join(', ')}`).join('; ')}.</p>`}
${without.length > 0 && html`<p class="small">Not examined, so unknown: ${without.join(', ')}.</p>`}`;
}

/** The box that stands above everything negative: what is unknown, in words. */
export function gapBox(coverage: readonly Cell[]): HtmlPart {
  const unknown = gaps(coverage);
  if (coverage.length === 0) {
    return html`<div class="box bad"><strong>Nothing was looked at.</strong> No statement on this page means clean.</div>`;
  }
  if (unknown.length === 0) {
    return html`<div class="box good"><strong>Every cell that was looked at is complete.</strong> What was not examined at all stands under <i>What was looked at</i>.</div>`;
  }
  return html`<div class="box warn"><strong>Could not be looked at: unknown, not clean</strong>${list(
    unknown.map(
      ({ status, subject, regions, detail }) =>
        html`<b>${status}</b>: ${subject} in ${some(regions, 6)}${detail !== null && html` <span class="soft">· ${detail}</span>`}`,
    ),
  )}</div>`;
}
