import { Random } from '../../range/index.js';
import type { Life, Scenario } from './scenario.js';
import {
  credentialsIn,
  filledIn,
  launchedIn,
  office,
  pickFrom,
  shotsOf,
  type Answer,
  type Shot,
} from './script.js';
import type { Json } from './scenario.js';

/** What the past needs of the world: its clock, and a way to call it without the wire. */
export interface Past {
  now(): number;
  advance(ms: number): void;
  /** Makes a call as the credential that `as` names. */
  perform(shot: Shot): Answer;
  /** From now on `as` may name what this answer holds. */
  keep(as: string, accessKeyId: string): void;
}

interface Moment {
  at: number;
  order: number;
  shots: Shot[];
  life: Life;
}

/** How far back the scenario's life goes, milliseconds. */
export function lengthOf(history: readonly Life[]): number {
  return Math.max(3_600_000, ...history.map(({ from }) => from));
}

/** Every call of the scenario's normal life, in the order of time. Pure: the same seed gives the same life.
 *  `end`: when the incident begins, epoch milliseconds. */
function momentsOf(history: readonly Life[], end: number, seed: number): Moment[] {
  const moments: Moment[] = [];
  for (const [index, life] of history.entries()) {
    // Each part of life has its own dice, so that adding one does not change the others.
    const random = new Random(seed * 1009 + index);
    const last = end - (life.until ?? 0);
    for (let at = end - life.from; at <= last; at += life.every ?? Infinity) {
      const all = shotsOf(life, { as: life.as ?? '', ...office }, random);
      const shots = life.pick === 'one' ? [random.pick(all)] : all;
      moments.push({
        at: Math.min(last, at + random.next() * (life.jitter ?? 0)),
        order: moments.length,
        shots,
        life,
      });
    }
  }
  return moments.sort((a, b) => a.at - b.at || a.order - b.order);
}

/** Lives the scenario's history from where the clock stands up to `end`. @throws where AWS refuses a call of it:
 *  a scenario whose past does not work is a wrong scenario. */
export function live({ history }: Scenario, past: Past, end: number, seed: number): void {
  const memory = new Map<string, Json>();
  const ends: { at: number; shot: Shot }[] = [];
  const until = (at: number) => past.advance(Math.max(0, at - past.now()));
  const endThose = (due: number) => {
    ends.sort((a, b) => a.at - b.at);
    while (ends[0] !== undefined && ends[0].at <= due) {
      const { at, shot } = ends.shift()!;
      until(at);
      mustWork(past.perform(shot), shot);
    }
  };
  for (const { at, shots, life } of momentsOf(history, end, seed)) {
    endThose(at);
    until(at);
    for (const shot of shots) {
      const answer = mustWork(
        past.perform({ ...shot, input: filledIn(shot.input, memory) as Shot['input'] }),
        shot,
      );
      for (const [name, path] of Object.entries(life.remember ?? {}))
        memory.set(name, pickFrom(answer, path));
      if ('saveAs' in life && life.saveAs !== undefined) {
        const kept = credentialsIn(answer);
        if (kept !== null) past.keep(life.saveAs, kept.accessKeyId);
      }
      const InstanceIds = launchedIn(answer);
      if (life.lives === undefined || InstanceIds.length === 0) continue;
      const ending = (operation: string, input: Shot['input']) =>
        ends.push({ at: at + life.lives!, shot: { ...shot, operation, input } });
      // Whoever protects what is theirs takes the protection off before they end it.
      if (shot.input['DisableApiTermination'] === true) {
        for (const InstanceId of InstanceIds)
          ending('ModifyInstanceAttribute', { InstanceId, DisableApiTermination: { Value: false } });
      }
      ending('TerminateInstances', { InstanceIds });
    }
  }
  endThose(end);
  until(end);
}

function mustWork(answer: Answer, shot: Shot): Json {
  if ('error' in answer)
    throw new Error(
      `the history’s ${shot.service}:${shot.operation} in ${shot.region} as ${shot.as} was refused: ${answer.error}`,
    );
  return answer.output;
}
