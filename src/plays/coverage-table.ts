import { cloudTypeOfEvent, holdsData, idleBecause } from '../facts/index.js';
import type { Play } from './kit/play.js';

/** An event as CloudTrail names it. */
export interface NamedEvent {
  source: string;
  name: string;
}

/** What becomes of an event of a tainted credential that wrote: a play, or why it is idle, or told as left. Pure. */
export function coverageOf({ source, name }: NamedEvent, plays: readonly Play[]): string {
  const speaks = plays.filter(({ origin }) =>
    origin.some(
      (rule) =>
        rule.source === source &&
        rule.tellsOnly !== true &&
        (rule.prefix === true ? name.startsWith(rule.name) : rule.name === name),
    ),
  );
  if (speaks.length > 0) return `play ${speaks.map(({ id }) => `\`${id}\``).join(', ')}`;
  const idle = idleBecause(source, name);
  if (idle !== null) return `idle: ${idle}`;
  const type = cloudTypeOfEvent(source, name)?.type;
  return type === undefined || holdsData(type)
    ? 'stands: told with its step and its ids, until it is taken back'
    : 'generic: stands until it is taken back; play `cloud-control` reads it, and deletes it where the person names it';
}

/** How each kind of thing is looked at, in Markdown. Pure. */
export function lookedTable(plays: readonly Play[], without: readonly string[]): string {
  const ids = (byTrail: boolean): string =>
    plays.flatMap(({ id, askedById }) => ((askedById === true) === byTrail ? `\`${id}\`` : [])).join(' ');
  return [
    '| looked at | plays |',
    '| --- | --- |',
    `| by list: all that the account has | ${ids(false)} |`,
    `| by trail: what the events of the misuse name is asked for by its id, since nothing lists it | ${ids(true)} |`,
    `| not at all: only the trail tells what was done there | ${without.join(' ')} |`,
  ].join('\n');
}

/** The table of docs/coverage.md, in Markdown: a line for each service and what becomes of its events. Pure. */
export function coverageTable(events: readonly NamedEvent[], plays: readonly Play[]): string {
  const lines = new Map<string, Set<string>>();
  for (const event of events) {
    const line = `${event.source.replace(/\.amazonaws\.com$/, '')} | ${coverageOf(event, plays)}`;
    lines.set(line, (lines.get(line) ?? new Set()).add(event.name));
  }
  const rows = [...lines].map(([line, names]) => {
    const [service = '', what = ''] = line.split(' | ');
    return `| ${service} | ${what} | ${[...names].sort().join(' ')} |`;
  });
  return ['| service | what becomes of it | events |', '| --- | --- | --- |', ...rows.sort()].join('\n');
}
