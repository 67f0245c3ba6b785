import { Dispatcher } from '../../src/range/dispatch.js';
import { lengthOf, live } from '../../src/rehearsal/scenario/history.js';
import { pastOf } from '../../src/rehearsal/scenario/past.js';
import type { Json, Scenario } from '../../src/rehearsal/scenario/scenario.js';
import {
  credentialsIn,
  filledIn,
  pickFrom,
  shotsOf,
  type Answer,
  type Shot,
} from '../../src/rehearsal/scenario/script.js';
import { seedWorld } from '../../src/rehearsal/scenario/seed.js';
import { Random } from '../../src/range/world/ids.js';
import type { AccessKey } from '../../src/range/world/identity.js';
import type { LogEntry, World } from '../../src/range/world/world.js';

interface Call {
  shot: Shot;
  answer: Answer;
  /** Null for what is none of the range's services. */
  entry: LogEntry | null;
  /** By somebody of the account, who works on meanwhile. */
  ours: boolean;
}

/** A scenario on the range without the wire: its past is lived, and each call of its attacker can be made in turn. */
export interface InProcess {
  world: World;
  keys: ReadonlyMap<string, AccessKey>;
  /** Virtual epoch milliseconds: when the attacker's first call is made. */
  misuseAt: number;
  /** Makes the attacker's calls one by one: each is made when it is asked for, with the range's own record of it. */
  calls: Iterable<Call>;
}

/** What AWS answers to an attacker of a scenario without a wire between them. */
export function inProcess(scenario: Scenario): InProcess {
  const { attacker, seed, history } = scenario;
  const now = Date.now();
  const { world, keys } = seedWorld(scenario, seed, now - lengthOf(history));
  const past = pastOf(world, new Dispatcher(world), keys);
  live(scenario, past, now, seed);
  const misuseAt = world.clock.now();
  const memory = new Map<string, Json>();
  function* attack(): Generator<Call> {
    if (attacker === undefined) return;
    const random = new Random(seed);
    for (const step of attacker.steps) {
      if ('wait' in step) {
        past.advance(step.wait);
        continue;
      }
      for (const shot of shotsOf(step, attacker, random)) {
        const at = world.log.length;
        const answer = past.perform({ ...shot, input: filledIn(shot.input, memory) as Shot['input'] });
        past.advance(500);
        if ('output' in answer) {
          for (const [name, path] of Object.entries(step.remember ?? {}))
            memory.set(name, pickFrom(answer.output, path));
          const kept = 'saveAs' in step ? credentialsIn(answer.output) : null;
          if ('saveAs' in step && step.saveAs !== undefined && kept !== null)
            past.keep(step.saveAs, kept.accessKeyId);
        }
        if (shot.service === 'range') {
          // What code finds inside of what runs is no call.
          yield { shot, answer, entry: null, ours: step.ours === true };
          continue;
        }
        const entry = world.log[at];
        if (entry === undefined) throw new Error(`the range has no record of ${shot.operation}`);
        yield { shot, answer, entry, ours: step.ours === true };
      }
    }
  }
  return { world, keys, misuseAt, calls: attack() };
}
