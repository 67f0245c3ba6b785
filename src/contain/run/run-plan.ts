import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, type Executed, lanes, type Phase, phases } from '../../model/index.js';
import type { Evidence } from './evidence.js';
import { run, type Effects, type Remedy } from './run.js';

export interface RunPlanOptions {
  remedy: Remedy;
  /** Begins to take the evidence: called once, beside `stop`. */
  record: () => Evidence;
}

/** What can be read of what has ended waits so long for the end of all: AWS shows it for a while. Milliseconds. */
const endsAwaited = 3_000;

/**
 * Runs a plan in the order of its phases. First the credentials, everywhere; then each region by itself, so that one
 * that hangs holds back no other: stop, terminate, evict. What destroys waits for the evidence of what it destroys, and
 * for no other's; what is left of the evidence is read when all have ended, and before anything is evicted.
 * @returns everything that was called, and what came of it. @throws JournalBroken: then nothing more is called.
 */
export async function runPlan(
  actions: readonly Action[],
  options: RunPlanOptions,
  effects: Effects,
): Promise<Executed[]> {
  const executed: Executed[] = [];
  const of = (name: Phase, region?: string): Action[] =>
    actions.filter((action) => action.phase === name && (region === undefined || action.region === region));
  const runAll = async (chosen: Action[], itsEffects: Effects): Promise<void> => {
    if (chosen.length > 0) executed.push(...(await run(chosen, options.remedy, itsEffects)));
  };
  for (const name of phases) {
    const count = of(name).length;
    if (count === 0) continue;
    await effects.journal.write({ kind: 'phase', phase: name, actions: count });
    effects.emit({ type: 'phase', phase: name, actions: count });
  }
  for (const name of lanes.everywhere) await runAll(of(name), effects);

  const evidence = options.record();
  // What can be taken back destroys nothing.
  const ready: Effects['ready'] = async ({ undo, targets }) => {
    if (!('calls' in undo)) await evidence.before(targets);
  };
  const regions = [...new Set(lanes.eachRegion.flatMap((name) => of(name)).map(({ region }) => region))];
  const ends = regions.map(async (region) => {
    for (const name of lanes.ends)
      await runAll(of(name, region), name === 'terminate' ? { ...effects, ready } : effects);
  });
  const recorded = Promise.race([Promise.allSettled(ends), sleep(endsAwaited, null, { ref: false })]).then(
    () => evidence.afterwards(),
  );
  const evictions = regions.map(async (region, i) => {
    await Promise.all([ends[i], recorded]);
    await runAll(of('evict', region), { ...effects, ready });
  });
  const results = await Promise.allSettled([...ends, recorded, ...evictions]);
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return executed;
}
