import { durationMs, durationPattern } from '../scenario/duration.js';
import { goalsSchema, type Goals } from '../scenario/scenario.js';
import type { Score } from './score.js';

/** One goal, and whether it was reached. */
export interface Judgement {
  goal: string;
  wanted: string;
  got: string;
  reached: boolean;
}

/** Judges a score by its goals. Pure. */
export function judge(score: Score, goals: Goals): Judgement[] {
  const judgements: Judgement[] = [];
  const say = (goal: string, wanted: string, got: string, reached: boolean) =>
    judgements.push({ goal, wanted, got, reached });
  const atMost = (goal: keyof Goals & keyof Score, limit: number | undefined) => {
    if (limit === undefined) return;
    const value: unknown = score[goal];
    const got = Array.isArray(value) ? value.length : Number(value);
    say(goal, limit === 0 ? '0' : `≤ ${limit}`, String(got), got <= limit);
  };
  atMost('rogueAlive', goals.rogueAlive);
  atMost('toolsLeft', goals.toolsLeft);
  atMost('innocentsTouched', goals.innocentsTouched);
  atMost('tamperedLeft', goals.tamperedLeft);
  atMost('principalsOpen', goals.principalsOpen);
  if (goals.keyOffFirst && score.exits.contain !== null) {
    const got = score.keyOffFirst === null ? 'never off' : score.keyOffFirst ? 'first' : 'not first';
    say('keyOffFirst', 'first', got, score.keyOffFirst === true);
  }
  const within = (goal: string, limit: number | undefined, seconds: number | null) => {
    if (limit === undefined) return;
    const reached = seconds !== null && seconds * 1000 <= limit;
    say(goal, `≤ ${limit / 1000} s`, seconds === null ? 'never' : `${seconds} s`, reached);
  };
  within('keyOffWithin', goals.keyOffWithin, score.keyOff);
  within('lastRogueStoppedWithin', goals.lastRogueStoppedWithin, score.lastRogueStopped);
  atMost('actionsWithoutJournal', goals.actionsWithoutJournal);
  atMost('journalWithoutAction', goals.journalWithoutAction);
  atMost('falseAllClear', goals.falseAllClear);
  atMost('changes', goals.changes);
  atMost('calls', goals.calls);
  atMost('throttles', goals.throttles);
  for (const [command, goal] of [
    ['scan', 'scanExit'],
    ['contain', 'containExit'],
  ] as const) {
    const wanted = goals[goal];
    if (wanted === undefined) continue;
    const got = score.exits[command];
    say(goal, wanted.join(' or '), String(got ?? 'not run'), got !== null && wanted.includes(got));
  }
  return judgements;
}

/** `key=value` of `--goal`, set into the goals of a scenario. @throws Error that says what is expected */
export function withGoals(goals: Goals, settings: readonly string[]): Goals {
  const known = Object.keys(goalsSchema.shape);
  const changed: Record<string, unknown> = { ...goals };
  for (const setting of settings) {
    const [, name = '', text = ''] = /^([^=]+)=(.*)$/.exec(setting) ?? [];
    if (!known.includes(name))
      throw new Error(`no goal is called ${JSON.stringify(name || setting)}: ${known.join(', ')}`);
    changed[name] = goalValue(name, text);
  }
  return changed as Goals;
}

function goalValue(name: string, text: string): unknown {
  if (/Within$/.test(name)) {
    if (!durationPattern.test(text))
      throw new Error(`goal ${name}: expected a duration such as 60s, not ${text}`);
    return durationMs(text);
  }
  if (name === 'keyOffFirst') {
    if (text !== 'true' && text !== 'false')
      throw new Error(`goal ${name}: expected true or false, not ${text}`);
    return text === 'true';
  }
  const numbers = text.split(',').map(Number);
  if (text === '' || numbers.some((number) => !Number.isInteger(number) || number < 0))
    throw new Error(`goal ${name}: expected a whole number, not ${JSON.stringify(text)}`);
  return /Exit$/.test(name) ? numbers : numbers[0];
}
