import { Random } from '../world/ids.js';
import type { NamedScenario } from './scenario-file.js';

/**
 * The same scenario on a bad day, by seed: connections are dropped, answers are cut, slow or 500, and AWS throttles.
 * Goals that speak of completeness are loosened, those that speak of harm are not: under chaos leakguard may end
 * without having done everything, but never with harm done, an action unjournalled, or an all-clear that is wrong.
 */
export function withChaos(named: NamedScenario, seed: number | null): NamedScenario {
  const { scenario } = named;
  const random = new Random((seed ?? scenario.seed) * 7919);
  const some = (most: number) => (random.next() < 0.5 ? 0 : random.next() * most);
  const faults = {
    ...scenario.aws.faults,
    drop: some(0.03),
    status500: some(0.05),
    status503: some(0.05),
    throttle: some(0.1),
    truncate: some(0.02),
    slow: some(0.02),
    slowMs: 300,
  };
  const any = Number.MAX_SAFE_INTEGER;
  const { containExit: _contain, scanExit: _scan, ...goals } = scenario.goals;
  return {
    ...named,
    scenario: {
      ...scenario,
      aws: { ...scenario.aws, faults },
      goals: { ...goals, rogueAlive: any, principalsOpen: any, tamperedLeft: any, keyOffFirst: false },
    },
  };
}
