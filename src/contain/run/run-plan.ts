import type { Action, Executed, Phase } from '../../model/index.js';
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
  for (const name of ['cut', 'stop', 'record', 'terminate', 'evict'] as const) {
    const count = of(name).length;
    if (count === 0) continue;
    await effects.journal.write({ kind: 'phase', phase: name, actions: count });
    effects.emit({ type: 'phase', phase: name, actions: count });
  }
  await runAll(of('cut'));

  const recorded = options.record();
  const regions = [
    ...new Set(actions.filter((action) => action.phase !== 'cut').map(({ region }) => region)),
  ];
  const lanes = regions.map(async (region) => {
    await runAll(of('stop', region));
    await runAll(of('record', region));
    await recorded;
    await runAll(of('terminate', region));
    await runAll(of('evict', region));
  });
  const results = await Promise.allSettled([recorded, ...lanes]);
  const broken = results.find((result) => result.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
  return executed;
}
