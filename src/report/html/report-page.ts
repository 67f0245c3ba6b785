import { type LeftOver, type Report, type ReportAction, isDone, leadInTitle } from '../../model/index.js';
import { html, type Html, type HtmlPart } from '../terminal/index.js';
import { doneGroups, groupBy, joined, launchGrid, span, tally } from '../index.js';
import { stepsOfReport, verdictText, verifyText, worthKnowing } from '../screens/index.js';
import { unfinishedActions } from '../../outcome/index.js';
import { clock, count, duration, some, usd, utc, utcSeconds } from '../messages/index.js';
import { incidentSections, incidentTimes } from './incident-page.js';
import { contents, ids, list, nextCommands, page, section, stateBanner, table, tile } from './page.js';
import { coverageMatrix, gapBox } from './tables.js';
import { timelineChart, type TimelineMark } from './timeline.js';

/** A response that takes less than this part of the whole time gets a chart of its own. */
const zoomBelow = 0.35;

const ms = (iso: string): number => Date.parse(iso);

/**
 * The report as one self-contained page for whoever commands the response: how it stands, what is left and the next
 * command first. No network, no script; hostile names are text only. `path`: the journal's.
 */
export function reportHtml(report: Report, path = 'JOURNAL'): string {
  const title = `Containment of ${report.key === null ? 'an unknown key' : leadInTitle(report.key)}`;
  const body = [
    leftTable(report),
    gapBox(report.coverage),
    doneTable(report),
    sideBySide(report),
    report.incident !== null && incidentSections(joined(report.incident), 'report'),
    cloudfront(report),
    sweeps(report),
    section('What was looked at', coverageMatrix(report.coverage)),
    proof(report),
  ];
  return page(title, report.identity, [
    html`<h1>${title}</h1><p class="soft">Account ${report.identity.account}, begun ${utc(ms(report.milestones.opened))} by <span class="mono">${report.identity.arn}</span></p>`,
    state(report),
    tiles(report),
    nextCommands(stepsOfReport(report, path)),
    contents(body),
    body,
  ]);
}

/** Green is for what `verify` has proven, which comes after every report. */
function state(report: Report): Html {
  const { state, reasons } = report.verdict;
  const words =
    state === 'contained' ? `${verdictText(report.verdict)}, not verified yet` : verdictText(report.verdict);
  return stateBanner(
    state === 'not-contained' ? 'red' : 'amber',
    words.toUpperCase(),
    reasons.length > 0 && list(reasons),
    html`<p>${capital(verifyText(report))}.</p>`,
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function between(from: string | null, to: string | null): string {
  return from === null || to === null ? 'unknown' : duration(ms(to) - ms(from));
}

function tiles(report: Report): Html {
  const { misuseBegan, cutAgreed, opened, keyOff, lastLaunch, contained } = report.milestones;
  const perHour = report.incident?.cost.usdPerHour ?? null;
  const launched = report.incident === null ? null : launchGrid(report.incident).total;
  const after = keyOff !== null && lastLaunch !== null && ms(lastLaunch) > ms(keyOff);
  const off =
    keyOff === null
      ? 'no record that the key is off'
      : `key off, ${between(cutAgreed ?? opened, keyOff)} after the word; misused for ${between(misuseBegan, keyOff)}`;
  return html`<div class="tiles">
${tile(keyOff === null ? 'unknown' : clock(ms(keyOff)), off, keyOff === null)}
${tile(launched === null ? 'unknown' : String(launched), 'instances launched by the misuse')}
${tile(perHour === null ? 'unknown' : usd(perHour), contained === null ? 'an hour was its price (estimate)' : `an hour stopped (estimate), ${between(opened, contained)} after the start`)}
${tile(String(report.left.length), 'left: held, open or not known', report.left.length > 0)}
${tile(
  keyOff === null || lastLaunch === null ? 'unknown' : after ? between(keyOff, lastLaunch) : 'none',
  after ? 'from key off until the last launch' : 'launches seen after the key was off',
  after,
)}
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
      {
        caption: 'What is left',
        headers: ['cause', 'what', 'region', 'state', 'detail'],
        widths: [10, 40, 15, 10, 25],
      },
      alike.map((group) => {
        const { cause, type, region, state, detail } = group[0] as LeftOver;
        return [
          html`<b class="c-held">${cause}</b>`,
          html`${count(group.length, type)}${ids(group.map(({ id }) => id))}`,
          region,
          state,
          detail ?? '',
        ];
      }),
    ),
  );
}

/** How many reasons and errors one row shows. */
const fewWords = 2;

function doneTable(report: Report): HtmlPart {
  if (report.actions.length === 0) return section('What was done', html`<p>Nothing.</p>`);
  const results = tally(report.actions.map(({ result }) => result)).map(([result, n]) => `${n} ${result}`);
  return section(
    'What was done',
    html`<p>${count(report.actions.length, 'action')}: ${results.join(', ')}. Each was written to the journal before it was called; request ids and the values before and after stand there and in the JSON.</p>`,
    table(
      {
        caption: 'What was done',
        headers: ['phase', 'what', 'where', 'result', 'why'],
        widths: [10, 35, 15, 15, 25],
      },
      doneGroups(report, unfinishedActions(report)).map(
        ({ phase, operation, result, actions, ids: targets, regions, reasons, errors }) => [
          phase,
          html`<b>${actions.length} × ${operation}</b> on ${count(targets.length, 'resource')}<br><span class="small soft">${undoOf(actions[0])}</span>${ids(targets)}`,
          some(regions, 3),
          html`<span class="r-${result}">${result}</span>${errors.length > 0 && html`<br><span class="small">${some(errors, fewWords)}</span>`}`,
          html`<span class="small">${some(reasons, fewWords)}</span>`,
        ],
      ),
    ),
  );
}

function undoOf({ undo }: ReportAction): string {
  if ('none' in undo) return 'no undo';
  const flag = undo.needsFlag === undefined ? '' : ` with ${undo.needsFlag}`;
  const calls = [...new Set(undo.calls.map(({ operation }) => operation))];
  return calls.length === 0 ? 'nothing to undo' : `undo${flag}: ${calls.join(', ')}`;
}

function sweeps(report: Report): HtmlPart {
  if (report.sweeps.length === 0)
    return section('Sweeps', html`<p>No sweep was made: nothing confirms the result.</p>`);
  return section(
    'Sweeps',
    table(
      {
        caption: 'Sweeps',
        headers: ['#round', 'when', 'result', 'what it saw', 'CloudTrail settles'],
        shown: 4,
      },
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
      { caption: 'CloudFront', headers: ['when', 'API', 'host', 'state', 'detail'] },
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
      html`<p class="small soft">${count(evidence.length, 'piece')} of evidence, with their hashes: in the JSON.</p>`,
  );
}
