import type { Identity } from '../../model/index.js';
import { padEnd, Screen, type ScreenOptions, type Style } from '../../report/terminal/index.js';
import type { AccessState } from './classify.js';
import type { ServiceAccess } from './restrictions.js';
import type { Signal } from './signals.js';

const words: Record<AccessState, readonly [string, Style]> = {
  answers: ['answers', 'green'],
  denied: ['permission missing', 'yellow'],
  restricted: ['restricted', 'red'],
  'not-enabled': ['not enabled', 'dim'],
  failed: ['no answer', 'yellow'],
  'cannot-tell': ['cannot tell', 'yellow'],
};

/** What is locked, and what only looks so: one line for each service and region. */
export function restrictionsScreen(
  rows: readonly ServiceAccess[],
  signals: readonly Signal[],
  identity: Identity,
  options: ScreenOptions,
): string {
  const screen = new Screen(options).simulated(identity);
  for (const { service, region, state, reason } of rows) {
    const [word, style] = words[state];
    screen.line(padEnd(service, 18), padEnd(region, 16), [word, style]);
    if (state !== 'answers' && state !== 'not-enabled') screen.text('', reason, 'dim');
  }
  screen.gap();
  for (const { source, region, status, details } of signals) {
    if (status === 'none' && !options.verbose) continue;
    screen.line(padEnd(source, 18), padEnd(region, 16), [
      status.replace('-', ' '),
      status === 'found' ? 'red' : 'dim',
    ]);
    for (const detail of details) screen.text('', detail, 'dim');
  }
  const next = [...new Set(rows.filter(({ state }) => state !== 'not-enabled').flatMap((row) => row.next))];
  for (const [i, step] of next.entries()) screen.text(i === 0 ? 'next' : '', step, 'bold');
  return screen.toString();
}
