import { Screen, type ScreenOptions, type Style, visible } from '../../report/terminal/index.js';
import { duration, utcSeconds } from '../../report/messages/index.js';
import type { StandInPlan } from './stand-in.js';
import { stateWords, type CloudFrontCheck, type DistributionCheck, type NameObservation } from './state.js';
import type { Outage, StateChange } from './watch.js';

/** Distributions shown in full; the rest are counted by state. */
const shownInFull = 20;

/** One check as a person reads it: who was asked, the state of each distribution and why, and what to do. */
export function cloudFrontScreen(
  check: CloudFrontCheck,
  more: { endpoint: string | null; reset: string | null; standIn: StandInPlan | null },
  options: ScreenOptions,
): string {
  const screen = new Screen(options);
  if (check.simulated)
    screen.line([` SIMULATED: not AWS (${more.endpoint ?? ''}). Nothing here is real. `, 'banner']);
  const { api } = check;
  screen.row('API', [api.state.replace('-', ' '), api.state === 'answers' ? 'green' : 'yellow']);
  if (api.state !== 'answers') {
    screen.text('', api.reason, 'dim');
    if (api.message !== null) screen.text('', `AWS says: ${api.message}`, 'dim');
  }
  const working = check.resolvers.filter((resolver) => resolver.working).map(({ name }) => name);
  screen.row('DNS asked', working.length > 0 ? working.join(', ') : ['no working resolver', 'yellow']);
  for (const { name, detail } of check.resolvers.filter((resolver) => !resolver.working))
    screen.row('', [`no evidence: ${name}: ${detail ?? ''}`, 'dim']);
  screen.gap();
  const ordered = [...check.distributions].sort(
    (a, b) => Number(a.judgement.state === 'serving') - Number(b.judgement.state === 'serving'),
  );
  const shown = options.verbose ? ordered : ordered.slice(0, shownInFull);
  for (const distribution of shown) show(screen, distribution);
  if (shown.length < ordered.length)
    screen.row('', [`and ${ordered.length - shown.length} more (--verbose)`, 'dim']);
  for (const note of check.notes) screen.text('note', note, 'yellow');
  if (more.standIn !== null) standIn(screen, more.standIn);
  const steps = check.distributions.flatMap(({ judgement }) => judgement.next);
  // What a locked API asks for is what each of its distributions says already.
  const next = [...new Set(steps.length > 0 && api.state === 'restricted' ? steps : [...steps, ...api.next])];
  if (next.length > 0) {
    screen.gap();
    for (const [i, step] of next.entries()) screen.text(i === 0 ? 'next' : '', step, 'bold');
  }
  return more.reset === null ? screen.toString() : `${screen.toString()}\n\n${toSend(more.reset)}`;
}

/** A text for the support case, set apart so that it can be copied whole. */
export function toSend(text: string): string {
  const lines = text.split('\n').map((line) => (line === '' ? '' : `  ${visible(line, 1000)}`));
  return ['To send to AWS Support:', '', ...lines].join('\n');
}

function show(screen: Screen, { id, host, aliases, configuration, judgement }: DistributionCheck): void {
  const { state, reasons } = judgement;
  const style: Style = state === 'serving' ? 'green' : state === 'cannot-tell' ? 'yellow' : 'red';
  screen.line([host.name, 'bold'], id === null ? '' : `  ${id}`, '  ', [stateWords[state], style]);
  if (state !== 'serving') for (const reason of reasons) screen.text('', reason);
  if (screen.options.verbose || state !== 'serving') screen.row('', [edgeWords(host), 'dim']);
  for (const alias of aliases) screen.row('', [`${alias.name}: ${aliasWords(alias)}`, 'dim']);
  if (configuration !== null && screen.options.verbose)
    screen.row('', [`origins: ${configuration.origins.map(({ domain }) => domain).join(', ')}`, 'dim']);
}

function edgeWords({ edge }: NameObservation): string {
  const cache = edge.xCache === null ? '' : `, x-cache: ${edge.xCache}`;
  if (edge.outcome === 'answers') return `HTTPS: ${edge.status ?? ''}${cache}`;
  return `HTTPS: ${edge.outcome.replace('-', ' ')}${edge.detail === null ? '' : `: ${edge.detail}`}`;
}

function aliasWords(alias: NameObservation): string {
  const leads =
    alias.leadsHere === true
      ? 'leads here'
      : alias.leadsHere === false
        ? 'leads elsewhere'
        : 'cannot tell where it leads';
  return `${leads}, ${alias.verdict}; ${edgeWords(alias)}`;
}

function standIn(screen: Screen, { rows, notes }: StandInPlan): void {
  screen.gap();
  screen.line(['What could restore service meanwhile. Nothing was changed.', 'bold']);
  for (const { alias, origin, source, lacks } of rows) {
    screen.line(`${alias} → ${origin.domain}`, [`  (origin ${origin.id}, from ${source})`, 'dim']);
    for (const lack of lacks) screen.text('', `lacks ${lack}`);
  }
  for (const note of notes) screen.text('note', note);
}

/** `2026-11-23 03:10:00 UTC  d1.cloudfront.net: DNS withdrawn → serving` */
export function changeLine({ at, host, from, to }: StateChange): string {
  const words = from === null ? to : `${from} → ${to}`;
  return visible(`${utcSeconds(Date.parse(at))}  ${host}: ${words}`, 300);
}

/** `d1.cloudfront.net: not serving for 3 h 20 min (… to …)` */
export function outageLine({ host, from, until }: Outage, now: number): string {
  const [start, end] = [Date.parse(from), until === null ? now : Date.parse(until)];
  const last = until === null ? 'and lasting' : `to ${utcSeconds(end)}`;
  return visible(
    `${host}: seen not serving for ${duration(end - start)} (${utcSeconds(start)} ${last}; it may have begun earlier)`,
    300,
  );
}
