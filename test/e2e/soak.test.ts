import pLimit from 'p-limit';
import { beforeAll, describe, expect, it } from 'vitest';
import { soakLine } from '../../src/rehearsal/report/rehearsal-soak.js';
import { withChaos } from '../../src/rehearsal/chaos.js';
import { rehearse, type Rehearsal } from '../../src/rehearsal/rehearse.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { entries } from './scene.js';
import { runProductWarm } from './warm-cli.js';

// A few dozen bad days of the shorter scenarios; `npm run soak` is all of it: 500 seeds of every scenario.
const names = ['same-host', 'doors', 'serverless', 'persistence', 'quiet', 'attempt-only', 'fleets', 'mail'];
const scenarios = await Promise.all(names.map((name) => loadScenario(name, 'fixtures/scenarios')));
const [first = 1, last = 24] = (process.env['SOAK_SEEDS'] ?? '1..24').split('..').map(Number);
const days = Array.from({ length: last - first + 1 }, (_, index) => first + index).map((seed) => ({
  seed,
  named: withChaos(scenarios[seed % scenarios.length]!, seed),
}));
const atOnce = pLimit(3);

describe('on a bad day', () => {
  const running = new Map<number, Promise<Rehearsal>>();
  beforeAll(() => {
    for (const { seed, named } of days) {
      const rehearsal = atOnce(() => rehearse(named, { ...entries, run: runProductWarm, seed }));
      rehearsal.catch(() => undefined);
      running.set(seed, rehearsal);
    }
  });

  it.each(days.map(({ seed }) => seed))(
    'seed %i: no innocent is touched, no journal entry lost, no all-clear wrong',
    { timeout: 900_000 },
    async (seed) => {
      const rehearsal = await running.get(seed)!;
      const { innocentsTouched, actionsWithoutJournal, journalWithoutAction, falseAllClear, exits } =
        rehearsal.score;
      const harm = { innocentsTouched, actionsWithoutJournal, journalWithoutAction, falseAllClear };
      expect(harm, soakLine(rehearsal)).toEqual({
        innocentsTouched: [],
        actionsWithoutJournal: [],
        journalWithoutAction: [],
        falseAllClear: [],
      });
      // It always ends in a code that has a meaning, never in an unexpected error.
      for (const code of [exits.scan, exits.contain])
        if (code !== null) expect([0, 3, 4, 5, 6]).toContain(code);
    },
  );
});
