import type { TrailEvent } from '../../model/index.js';
import type { Baseline } from '../behaviour/baseline.js';
import { signerOf, type CredentialGraph } from '../credentials/credential-graph.js';
import { scoreOf } from '../behaviour/departures.js';
import type { Facts } from '../facts.js';
import { launchRequestOf } from '../records/launch-request.js';
import { launchedByFleet, launchOf, type JudgedLaunch } from '../launches/launches.js';
import type { Tainted } from '../credentials/tainted.js';

/** Nothing shows misuse: what the key does again and again is its own, the rest cannot be told. */
export function withoutStart(mine: readonly TrailEvent[], baseline: Baseline, facts: Facts): JudgedLaunch[] {
  const judged: JudgedLaunch[] = [];
  for (const event of mine) {
    const request = launchedByFleet(event) ? null : launchRequestOf(event);
    if (request === null) continue;
    const habit = baseline.habit(request);
    const usual = habit !== null && habit.count >= 3 && habit.days.size >= 2;
    const reasons = usual
      ? [`one of ${habit.count} such launches on ${habit.days.size} days`]
      : ['nothing shows when the misuse of its key began, and it is no habit of the key'];
    const launch = launchOf(
      request,
      usual
        ? { class: 'own', rule: 'launch.fits-habit', score: scoreOf([]), reasons }
        : { class: 'held', rule: 'launch.no-start', score: scoreOf([]), reasons },
      facts.accelerators,
    );
    const id = signerOf(event) ?? '';
    judged.push({
      request,
      tainted: {
        id,
        kind: 'unknown',
        parent: null,
        mint: null,
        since: null,
        strength: 'likely',
        fresh: false,
        samePrincipal: true,
        how: '',
      },
      launch,
    });
  }
  return judged;
}

/** Without a beginning nothing is tainted but the key itself. */
export function alone(graph: CredentialGraph, key: string | null): Tainted[] {
  if (key === null) return [];
  const mint = graph.mints.get(key) ?? null;
  return [
    {
      id: key,
      kind: mint?.kind ?? ('access-key' as const),
      parent: null,
      mint,
      since: null,
      strength: 'certain' as const,
      fresh: false,
      samePrincipal: true,
      how: '',
    },
  ];
}
