import { judge } from '../../src/rehearsal/score/goals.js';
import type { Rehearsal } from '../../src/rehearsal/rehearse.js';
import { goalsSchema } from '../../src/rehearsal/scenario/scenario.js';
import type { Score } from '../../src/rehearsal/score/score.js';

const begun = Date.UTC(2026, 10, 23, 3, 10);

/** A rehearsal that went well; `change` makes it go otherwise. `name` stands wherever an attacker may name a thing. */
export function sampleRehearsal(change: Partial<Score> = {}, name = 'i-0123'): Rehearsal {
  const score: Score = {
    keyOff: 2.5,
    lastAttackerCall: 4,
    lastRogueStopped: 21,
    rogue: 90,
    rogueAlive: [],
    rogueOutOfReach: [],
    toolsLeft: [],
    innocents: 12,
    innocentsTouched: [],
    tamperedLeft: [],
    principalsOpen: [],
    keyOffFirst: true,
    usdBurned: 120.5,
    usdPerHourLeft: 0,
    calls: 900,
    changes: 60,
    throttles: 3,
    attackerCalls: 300,
    attackerSuccesses: 100,
    actionsWithoutJournal: [],
    journalWithoutAction: [],
    falseAllClear: [],
    exits: { scan: 3, contain: 0 },
    ...change,
  };
  const judgements = judge(score, { ...goalsSchema.parse({}), scanExit: [3], containExit: [0] });
  return {
    name: 'mass-gpu',
    title: `Many at once ${name}`,
    seed: 7,
    score,
    judgements,
    reached: judgements.every(({ reached }) => reached),
    commands: [{ command: 'contain', exitCode: 0, took: 9000, stdout: '', stderr: '' }],
    tally: { calls: 300, worked: {}, refused: {} },
    timeline: {
      from: begun,
      to: begun + 3_600_000,
      respondedAt: begun + 3_000_000,
      attacker: Array.from({ length: 300 }, (_, at) => ({
        time: begun + at * 11_000,
        call: `ec2:RunInstances in ${name}`,
        worked: at % 3 === 0,
      })),
      responder: Array.from({ length: 60 }, (_, at) => ({
        time: begun + 3_002_500 + at * 300,
        call: `ec2:TerminateInstances in ${name}`,
      })),
      marks: [
        { time: begun, label: 'misuse begins' },
        { time: begun + 3_002_500, label: `key off ${name}` },
      ],
    },
    took: 30_000,
    unknownOperations: {},
  };
}
