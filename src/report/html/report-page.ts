import {
  type Json,
  type LeftOver,
  type Report,
  type ReportAction,
  isDone,
  leadInTitle,
} from '../../model/index.js';
import { html, type Html, type HtmlPart, visible } from '../terminal/index.js';
import { groupBy, joined, span, tally } from '../index.js';
import { verdictText, verifyText, worthKnowing } from '../screens/index.js';
import { count, duration, some, usd, utc, utcSeconds } from '../messages/index.js';
import { incidentSections, incidentTimes } from './incident-page.js';
import { list, page, section, table, tile } from './page.js';
import { coverageMatrix, gapBox } from './tables.js';
import { timelineChart, type TimelineMark } from './timeline.js';

/** How many rows the table of actions shows; the report has all. */
const mostActions = 2000;
const mostLeft = 400;
/** A response that takes less than this part of the whole time gets a chart of its own. */
const zoomBelow = 0.35;

const ms = (iso: string): number => Date.parse(iso);

/** The report as one self-contained page for the post-mortem: no network, no script; hostile names are text only. */
export function reportHtml(report: Report): string {
  const title = `Containment of ${report.key === null ? 'an unknown key' : leadInTitle(report.key)}`;
  return page(title, report.identity, [
    html`<h1>${title}</h1><p class="soft">Account ${report.identity.account}, begun ${utc(ms(report.milestones.opened))} by <span class="mono">${report.identity.arn}</span></p>`,
    verdictBox(report),
    tiles(report),
    sideBySide(report),
    leftTable(report),
    gapBox(report.coverage),
    actionTable(report),
    sweeps(report),
    cloudfront(report),
    report.incident !== null && [html`<h1>The incident</h1>`, incidentSections(joined(report.incident))],
    section('What was looked at', coverageMatrix(report.coverage)),
    proof(report),
  ]);
}

function verdictBox(report: Report): Html {
  const { state, reasons } = report.verdict;
  const kind = state === 'contained' ? 'good' : state === 'not-contained' ? 'bad' : 'warn';
  return html`<div class="box ${kind}"><strong>${capital(verdictText(report.verdict))}</strong>${
    reasons.length > 0 && list(reasons)
  }<p>${capital(verifyText(report))}.</p></div>`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function between(from: string | null, to: string | null): string {
  return from === null || to === null ? 'unknown' : duration(ms(to) - ms(from));
}

function tiles(report: Report): Html {
  const { misuseBegan, opened, cutAgreed, keyOff, lastLaunch, contained } = report.milestones;
  const perHour = report.incident?.cost.usdPerHour ?? null;
  const after = keyOff !== null && lastLaunch !== null && ms(lastLaunch) > ms(keyOff);
  return html`<div class="tiles">
${tile(between(misuseBegan, keyOff), 'from the misuse’s beginning until the key was off')}
${tile(between(cutAgreed ?? opened, keyOff), 'from the word to cut until the key was off')}
${tile(
  keyOff === null || lastLaunch === null ? 'unknown' : after ? between(keyOff, lastLaunch) : 'none seen',
  after ? 'from key off until the last launch' : 'launches after the key was off, in what could be read',
  after,
)}
${tile(between(opened, contained), 'from the start until contained')}
${tile(perHour === null ? 'unknown' : usd(perHour * 24), contained === null ? 'a day is what it burned (estimate)' : 'a day is the burn that was stopped (estimate)')}
</div>`;
}

function sideBySide(report: Report): HtmlPart {
  const { incident, milestones } = report;
  if (incident === null) return null;
  const marks: TimelineMark[] = (
    [
      ['misuse begins', milestones.misuseBegan],
      ['leakguard starts', milestones.opened],
      ['key off', milestones.keyOff],
      ['last launch', milestones.lastLaunch],
      ['last termination', milestones.lastTermination],
      ['contained', milestones.contained],
    ] as const
  ).flatMap(([label, at]) => (at === null ? [] : [{ time: ms(at), label }]));
  const responses = report.actions
    .filter(isDone)
    .map((action) => ({ time: ms(action.endedAt ?? action.at), label: action.title }));
  const end = report.closed?.at ?? report.sweeps.at(-1)?.at ?? report.actions.at(-1)?.at ?? milestones.opened;
  const whole = span([...incidentTimes(incident), ...marks.map(({ time }) => time), ms(end)]);
  if (whole === null) return null;
  const chart = ([from, to]: [number, number]): Html =>
    timelineChart({
      from: from - (to - from) * 0.02,
      to: to + (to - from) * 0.02,
      launches: incident.launches,
      credentials: incident.credentials,
      deeds: worthKnowing(incident.deeds),
      responses,
      marks,
    });
  const response = span([ms(milestones.opened), ms(end)]);
  const zoom = response !== null && response[1] - response[0] < zoomBelow * (whole[1] - whole[0]);
  return section(
    'The misuse and the response, side by side',
    html`<p class="small soft">Above the axis what the misuse did, below it what was done against it. Pale bars: launches tried in vain.</p>`,
    chart(whole),
    zoom && [html`<h3>The response, closer</h3>`, chart(response)],
  );
}

function leftTable(report: Report): HtmlPart {
  if (report.left.length === 0) return null;
  const alike = [
    ...groupBy(report.left, ({ cause, type, region, state, detail }) =>
      [cause, type, region, state, detail].join('\n'),
    ).values(),
  ];
  return section(
    `What is left: ${count(report.left.length, 'resource')}`,
    table(
      ['cause', 'what', 'region', 'state', 'detail'],
      alike.slice(0, mostLeft).map((group) => {
        const { cause, type, region, state, detail } = group[0] as LeftOver;
        return [
          html`<b class="c-held">${cause}</b>`,
          html`${count(group.length, type)}<div class="ids mono">${group.map(({ id }) => id).join(' ')}</div>`,
          region,
          state,
          detail ?? '',
        ];
      }),
      [10, 40, 15, 10, 25],
    ),
    alike.length > mostLeft &&
      html`<p class="small soft">and ${alike.length - mostLeft} more rows: the JSON report has all.</p>`,
  );
}

/** How much of a value the page shows; the JSON report has all of it. */
const valueLength = 240;

function compact(label: string, value: Json): HtmlPart {
  if (value === null || JSON.stringify(value) === '{}') return null;
  return html`<div class="ids">${label} <span class="mono">${visible(JSON.stringify(value), valueLength)}</span></div>`;
}

function undoOf({ undo }: ReportAction): HtmlPart {
  if ('none' in undo) return html`<span class="soft">none: ${undo.none}</span>`;
  const flag = undo.needsFlag === undefined ? '' : ` (${undo.needsFlag})`;
  return `${undo.calls.map(({ operation }) => operation).join(', ') || 'nothing to call'}${flag}`;
}

function actionTable(report: Report): HtmlPart {
  if (report.actions.length === 0) return section('What was done', html`<p>Nothing.</p>`);
  const results = tally(report.actions.map(({ result }) => result)).map(([result, n]) => `${n} ${result}`);
  return section(
    'What was done',
    html`<p>${count(report.actions.length, 'action')}: ${results.join(', ')}. Each was written to the journal before it was called.</p>`,
    table(
      ['when', 'phase', 'what', 'region', 'result', 'request id', 'undo'],
      report.actions
        .slice(0, mostActions)
        .map((action) => [
          html`<span class="small">${utcSeconds(ms(action.at)).slice(0, 10)}<br>${utcSeconds(ms(action.at)).slice(11, 19)}</span>`,
          action.phase,
          html`${action.title}<br><span class="small soft">${action.reason}${action.undoes !== null && `; takes back ${action.undoes}`}</span>${
            action.actor !== report.identity.arn && html`<br><span class="ids mono">${action.actor}</span>`
          }${compact('before', action.before)}${compact('after', action.after)}`,
          action.call.region,
          html`<span class="r-${action.result}">${action.result}</span>${
            action.error !== null &&
            html`<br><span class="small">${action.error.code}: ${action.error.message}</span>`
          }`,
          html`<span class="ids mono">${action.requestId ?? 'none'}</span>`,
          undoOf(action),
        ]),
      [10, 10, 35, 10, 10, 10, 15],
    ),
    report.actions.length > mostActions &&
      html`<p class="small soft">and ${report.actions.length - mostActions} more: the JSON report has all.</p>`,
  );
}

function sweeps(report: Report): HtmlPart {
  if (report.sweeps.length === 0)
    return section('Sweeps', html`<p>No sweep was made: nothing confirms the result.</p>`);
  return section(
    'Sweeps',
    table(
      ['#round', 'when', 'result', 'what it saw', 'CloudTrail settles'],
      report.sweeps.map((sweep) => [
        sweep.round,
        utcSeconds(ms(sweep.at)),
        html`<b class="${sweep.clean ? 'c-own' : 'c-rogue'}">${sweep.clean ? 'clean' : 'not clean'}</b>`,
        sweep.message,
        sweep.settlesAt === null ? '' : utc(ms(sweep.settlesAt)),
      ]),
    ),
  );
}

function cloudfront(report: Report): HtmlPart {
  if (report.cloudfront.length === 0) return null;
  return section(
    'CloudFront',
    table(
      ['when', 'API', 'host', 'state', 'detail'],
      report.cloudfront.flatMap(({ at, facts }) =>
        (facts.hosts.length > 0 ? facts.hosts : [{ host: '', state: '', detail: null }]).map((host) => [
          utcSeconds(ms(at)),
          html`${facts.api.state}${facts.api.detail !== null && html`<br><span class="small soft">${facts.api.detail}</span>`}`,
          html`<span class="mono">${host.host}</span>`,
          host.state,
          host.detail ?? '',
        ]),
      ),
    ),
  );
}

function proof(report: Report): Html {
  const { agreed, evidence, notes, resumed, journal, closed } = report;
  return section(
    'Proof',
    html`<p>Journal of ${journal.records} records; the hash of the last one covers all before it:<br><span class="mono">${journal.head}</span></p>`,
    list([
      ...agreed.map(({ at, what, by }) => `${utcSeconds(ms(at))}: agreed to ${what}, by ${by}`),
      ...resumed.map(({ at, actor }) => `${utcSeconds(ms(at))}: taken up again by ${actor}`),
      ...notes.map(({ at, message }) => `${utcSeconds(ms(at))}: ${message}`),
      closed === null
        ? 'The journal has no closing line.'
        : `${utcSeconds(ms(closed.at))}: closed with exit code ${closed.exitCode}: ${closed.summary}`,
    ]),
    evidence.length > 0 &&
      table(
        ['when', 'evidence', 'of', 'file', 'SHA-256'],
        evidence.map(({ at, what, of, file, sha256 }) => [
          utcSeconds(ms(at)),
          what,
          some(of, 2),
          html`<span class="mono">${file}</span>`,
          html`<span class="ids mono">${sha256}</span>`,
        ]),
      ),
  );
}
