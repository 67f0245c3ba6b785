import {
  allSeen,
  type Identity,
  type Incident,
  isInstance,
  leadInTitle,
  type Suspect,
} from '../../model/index.js';
import { html, type Html, type HtmlPart } from '../terminal/index.js';
import { byClass, joined, launchGrid, span } from '../index.js';
import { stepsOfScan, worthKnowing } from '../screens/index.js';
import { count, some, spent, usd, utc } from '../messages/index.js';
import { credentialGraph } from './credential-graph.js';
import { contents, list, nextCommands, page, section, stateBanner, table, tile } from './page.js';
import { regionChart } from './region-chart.js';
import { coverageMatrix, credentialTable, deedTable, gapBox, rankedList, resourceTables } from './tables.js';
import { timelineChart } from './timeline.js';

/** How many signs of misuse the head of the page names. */
const mostReasons = 6;

/** The incident as one self-contained page: no network, no script; hostile names are text and nothing else. */
export function incidentHtml(detected: Incident, identity: Identity): string {
  const incident = joined(detected);
  const title =
    incident.key === null ? `Scan of account ${identity.account}` : `Misuse of ${leadInTitle(incident.key)}`;
  const body = [
    gapBox(incident.coverage),
    incidentSections(incident, 'scan'),
    section('What was looked at', coverageMatrix(incident.coverage)),
  ];
  return page(title, identity, [
    html`<h1>${title}</h1>`,
    state(incident),
    tiles(incident),
    nextCommands(stepsOfScan(incident, identity)),
    lead(incident, identity),
    contents(body),
    body,
  ]);
}

/** Red while anything of the misuse lives or it is not known that nothing does; never green on a gap. */
function state(incident: Incident): Html {
  const live = incident.findings.filter(({ resource, class: cls }) => cls === 'rogue' && resource.live);
  const tampered = incident.findings.some(({ class: cls, undone }) => cls === 'tampered' && !undone);
  const instances = live.filter(({ resource }) => isInstance(resource)).length;
  const burn = incident.cost.usdPerHour > 0 ? `, about ${usd(incident.cost.usdPerHour)} an hour` : '';
  if (live.length > 0 || tampered) {
    const what = instances > 0 ? count(instances, 'instance') : count(live.length, 'resource');
    return stateBanner(
      'red',
      `ACTIVE, NOT CONTAINED: ${live.length > 0 ? what : 'things of yours were changed'}${burn}`,
    );
  }
  const doubts = incident.findings.filter(({ class: cls }) => cls === 'held' || cls === 'settling').length;
  if (doubts > 0)
    return stateBanner('amber', `IN DOUBT: ${count(doubts, 'resource')} held or too young to be judged`);
  if (!allSeen(incident.coverage) || (incident.fromTrail ?? []).length > 0)
    return stateBanner('amber', 'NOT KNOWN: not everything could be looked at');
  if (incident.misuse.at !== null || incident.suspects.length > 0)
    return stateBanner('amber', 'MISUSED: nothing that it made is live');
  return stateBanner('green', 'NOTHING FOUND, and everything that is looked at was looked at');
}

function lead(incident: Incident, identity: Identity): Html {
  const { misuse } = incident;
  const owner = incident.userName === null ? 'Its owner is not known' : `It is of user ${incident.userName}`;
  return html`<p class="soft">${incident.key !== null && `${owner}, `}account ${incident.account ?? identity.account}. How the key came to be misused is not known from these records.</p>
${
  misuse.at === null
    ? html`<p>No misuse was seen, as far as could be looked at.</p>`
    : html`<p>Misused since <b>${utc(misuse.at)}</b> (${misuse.source}, ${misuse.confidence}):</p>${list(misuse.reasons.slice(0, mostReasons))}${
        misuse.reasons.length > mostReasons &&
        html`<p class="small soft">and ${misuse.reasons.length - mostReasons} more reasons</p>`
      }`
}
${incident.notes.length > 0 && html`<div class="box warn">${list(incident.notes)}</div>`}`;
}

function tiles(incident: Incident): Html {
  const grid = launchGrid(incident);
  const groups = byClass(incident.findings);
  const n = (cls: 'rogue' | 'held' | 'tampered'): number => groups.get(cls)?.length ?? 0;
  return html`<div class="tiles">
${tile(`${grid.total}`, `instances launched by the misuse, in ${count(grid.rows.length, 'region')}`, grid.total > 0)}
${tile(usd(incident.cost.usdPerHour), `an hour (estimate); ${spent(incident.cost)} so far`, incident.cost.usdPerHour > 0)}
${tile(`${n('rogue')}`, 'rogue resources in all', n('rogue') > 0)}
${tile(`${n('tampered')} / ${n('held')}`, 'tampered with / held in doubt')}
${tile(`${Math.max(0, incident.credentials.length - 1)}`, 'credentials that descend from the key')}
</div>`;
}

/** Everything that an incident has to show below its head: shared with the report's page. */
export function incidentSections(incident: Incident, on: 'scan' | 'report'): HtmlPart {
  const deeds = worthKnowing(incident.deeds);
  const times = incidentTimes(incident);
  const domain = span(times);
  const credentials = incident.credentials;
  // A report has its own timeline, and says what is left after what was done.
  const standing = on === 'scan' ? rankedList(incident) : null;
  return [
    standing !== null && section('What still stands, worst first', standing),
    incident.key === null && suspects('Keys that look misused', incident.suspects),
    on === 'scan' &&
      domain !== null &&
      section(
        'What happened when',
        html`<p class="small soft">Bars: instances launched; pale: tried in vain. Letters and numbers are those of the tables below.</p>`,
        timelineChart({
          from: domain[0] - (domain[1] - domain[0]) * 0.03,
          to: domain[1] + (domain[1] - domain[0]) * 0.03,
          launches: incident.launches,
          credentials,
          deeds,
          responses: null,
          marks: incident.misuse.at === null ? [] : [{ time: incident.misuse.at, label: 'misuse begins' }],
        }),
      ),
    section('Launches by region', regionChart(launchGrid(incident))),
    credentials.length > 0 &&
      section('Credentials and who minted them', credentialGraph(incident), credentialTable(incident)),
    deeds.length > 0 && section('What else was done with them', deedTable(deeds)),
    section('Resources', resourceTables(incident)),
    section('Costs', costs(incident)),
    incident.key !== null && suspects('Other keys that stand out', otherSuspects(incident)),
  ];
}

/** Suspects that are no credentials of this incident: each would be an incident of its own. */
function otherSuspects(incident: Incident): Suspect[] {
  const known = new Set(incident.credentials.map(({ id }) => id));
  return incident.suspects.filter(({ accessKeyId }) => !known.has(accessKeyId));
}

function suspects(title: string, list: readonly Suspect[]): HtmlPart {
  if (list.length === 0) return null;
  return section(
    title,
    table(
      {
        caption: title,
        headers: ['key', 'of', '#score', '#launches', 'regions', 'why'],
        widths: [20, 10, 5, 10, 20, 35],
      },
      list.map((suspect) => [
        html`<span class="mono">${suspect.accessKeyId}</span>`,
        suspect.userName ?? 'unknown',
        `${Math.round(suspect.score * 100)} %`,
        suspect.launches,
        some(suspect.regions, 6),
        suspect.reasons.join('; '),
      ]),
    ),
  );
}

/** Times of everything that a tainted credential did, epoch milliseconds. */
export function incidentTimes(incident: Incident): number[] {
  return [
    incident.misuse.at,
    ...incident.launches.filter(({ class: cls }) => cls === 'rogue').map(({ evidence }) => evidence.time),
    ...incident.deeds.map(({ evidence }) => evidence.time),
    ...incident.credentials.map(({ mintedBy }) => mintedBy?.time ?? null),
  ].filter((time) => time !== null);
}

function costs({ cost }: Incident): Html {
  return html`<p>About <b>${usd(cost.usdPerHour)} an hour</b>, and <b>${spent(cost)}</b> so far. This is an estimate at on-demand prices, not a bill.</p>${list(
    [
      `Prices: ${cost.source}`,
      cost.unknownInstances > 0 &&
        `${count(cost.unknownInstances, 'instance')} of unknown price are not counted: ${cost.unknownTypes.join(', ')}`,
      cost.spotInstances > 0 &&
        `${count(cost.spotInstances, 'spot instance')} counted at the on-demand price: less in truth`,
    ].filter((line) => line !== false),
  )}`;
}
