import { idInKey, type Phase, type Report, type ReportAction } from '../model/index.js';
import { groupBy } from './facts.js';

/** Actions that are one to a reader: the same call with the same result, of one phase. */
interface DoneGroup {
  phase: Phase;
  /** The call's name at AWS. */
  operation: string;
  result: ReportAction['result'];
  actions: readonly [ReportAction, ...ReportAction[]];
  /** Ids of what they act on, each once. */
  ids: readonly string[];
  regions: readonly string[];
  /** Why, and what AWS said against it; each once. */
  reasons: readonly string[];
  errors: readonly string[];
}

/** What was done, grouped: what stayed undone (`unfinished`) first, then in the order in which it was done. Pure. */
export function doneGroups({ actions }: Report, unfinished: readonly ReportAction[]): DoneGroup[] {
  const open = new Set(unfinished);
  const alike = groupBy(actions, ({ phase, play, call, result }) =>
    [phase, play, call.operation, result].join(),
  );
  return [...alike.values()]
    .map((group) => {
      const all = group as [ReportAction, ...ReportAction[]];
      const [{ phase, call, result }] = all;
      return {
        ...{ phase, operation: call.operation, result, actions: all },
        ids: once(all.flatMap(({ targets }) => targets.map(idInKey))),
        regions: once(all.map((action) => action.call.region)),
        reasons: once(all.map(({ reason }) => reason)),
        errors: once(all.flatMap(({ error }) => (error === null ? [] : [`${error.code}: ${error.message}`]))),
      };
    })
    .sort((a, b) => Number(isOpen(b, open)) - Number(isOpen(a, open)));
}

function isOpen({ actions }: DoneGroup, open: ReadonlySet<ReportAction>): boolean {
  return actions.some((action) => open.has(action));
}

function once(values: readonly string[]): string[] {
  return [...new Set(values)];
}
