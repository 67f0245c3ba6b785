import type { Launch, Meanwhile, MeanwhileStep, Scenario } from '../scenario/scenario.js';

type AttackerPart = NonNullable<Scenario['attacker']>;

/**
 * What a mode does while the responder works, as steps like those that a scenario writes itself. Pure.
 * `credentials`: labels of everything the attacker holds; `user`: whose the misused key is.
 */
export function stepsOfMode(
  attacker: AttackerPart,
  credentials: readonly string[],
  key: string,
  user: string | null,
): Meanwhile[] {
  const launches = attacker.steps.filter(
    (step): step is Launch => 'launch' in step && step.launch.dryRun !== true,
  );
  const again: MeanwhileStep[] = launches.slice(0, 3).flatMap((step) =>
    credentials.map((as) => ({
      ...step,
      as,
      times: 1,
      ...(Array.isArray(step.regions) ? { regions: step.regions.slice(0, 2) } : { regions: ['us-east-1'] }),
    })),
  );
  const greedy: Meanwhile = { every: 4000, when: 'something-died', steps: again };
  switch (attacker.mode) {
    case 'asleep':
      return [];
    case 'greedy':
      return again.length === 0 ? [] : [greedy];
    case 'stubborn': {
      const back: MeanwhileStep[] = credentials.map((as) => ({
        takeBack: { key, ...(user === null ? {} : { user }) },
        as,
      }));
      // The Deny is enforced only seconds after it is there: whoever is quick can still delete it.
      const fight: Meanwhile = { every: 1500, times: 40, steps: back };
      return again.length === 0 ? [fight] : [fight, greedy];
    }
    case 'sly':
      return again.length === 0
        ? []
        : [{ when: 'key-is-off', every: 15_000, times: 6, steps: again.slice(-2) }];
  }
}
