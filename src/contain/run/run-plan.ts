import { type Action, type Executed, lanes, type Phase, phases } from '../../model/index.js';
import { run, type Effects, type Remedy } from './run.js';

/** What stands between stop and terminate: evidence, bounded in time. */
export interface RunPlanOptions {
  remedy: Remedy;
  /** Called once, beside `stop`; terminate waits for it. */
  record: () => Promise<void>;
}

/**
 * Runs a plan in the order of its phases. First the credentials, everywhere; then each region by itself, so that one
 * that hangs holds back no other: stop, terminate, evict.
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
  const runAll = async (chosen: Action[]): Promise<void> => {
    if (chosen.length > 0) executed.push(...(await run(chosen, options.remedy, effects)));
  };
  for (const name of phases) {
    const count = of(name).length;
    if (count === 0) continue;
    await effects.journal.write({ kind: 'phase', phase: name, actions: count });
    effects.emit({ type: 'phase', phase: name, actions: count });
  }
  for (const name of lanes.everywhere) await runAll(of(name));

  const recorded = options.record();
  const regions = [...new Set(lanes.eachRegion.flatMap((name) => of(name)).map(({ region }) => region))];
  const inRegions = regions.map(async (region) => {
    for (const name of lanes.eachRegion) {
      if (name === lanes.afterEvidence) await recorded;
      await runAll(of(name, region));
    }
  });
  const results = await Promise.allSettled([recorded, ...inRegions]);
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return executed;
}
