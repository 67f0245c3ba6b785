import { ExitCode, outcomeRules, type Reason, type Verdict } from '../model/index.js';

/**
 * What a command that only looks tells its caller: findings before what is unknown, since both are worse than one.
 * 0 only where there is no reason against it. Pure.
 */
export function exitCodeOfLook(reasons: readonly Reason[]): ExitCode {
  return firstOf(reasons, [1, 2, 6, 4, 3, 5]);
}

/** What a command that acts tells its caller: what failed or is unknown before what is pending. Pure. */
export function exitCodeOfAct(reasons: readonly Reason[]): ExitCode {
  return firstOf(reasons, [1, 2, 6, 4, 5, 3]);
}

function firstOf(reasons: readonly Reason[], order: readonly ExitCode[]): ExitCode {
  const asked = new Set<ExitCode>(reasons.map(({ rule }) => outcomeRules[rule].exit));
  return order.find((code) => asked.has(code)) ?? ExitCode.ok;
}

/** What may be said of a containment: the worst that any reason makes of it. Pure. */
export function verdictOf(reasons: readonly Reason[]): Verdict {
  const of = (state: Verdict['state']): Reason[] => reasons.filter(({ rule }) => stateOf(rule) === state);
  const [against, unknown, held] = [of('not-contained'), of('unknown'), of('held')];
  const told = [...against, ...unknown, ...held];
  const state =
    against.length > 0
      ? 'not-contained'
      : unknown.length > 0
        ? 'unknown'
        : held.length > 0
          ? 'held'
          : 'contained';
  return { state, reasons: told.map(({ words }) => words), rules: told.map(({ rule }) => rule) };
}

function stateOf(rule: Reason['rule']): Verdict['state'] | null {
  const meaning = outcomeRules[rule];
  return 'verdict' in meaning ? meaning.verdict : null;
}
