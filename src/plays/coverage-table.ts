import { idleBecause } from '../facts/index.js';
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
  return idle === null ? 'stands: told with its step and its ids, until it is taken back' : `idle: ${idle}`;
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
