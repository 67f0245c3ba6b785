import { type Action, callIn, type Change, type Finding, type Json, resourceKey } from '../../model/index.js';
import { actionId } from './action-id.js';
import { iamAction } from '../permissions/iam-action.js';
import type { Play } from './play.js';

/** A change in the region of its findings, and what its action says that does not follow from them. */
export interface Step extends Change {
  title: string;
  before: Json;
  /** How it is taken back, in order; or why it cannot be. */
  undo: Change[] | { none: string };
  /** The flag without which the undo is not done. */
  undoNeedsFlag?: string;
  after?: readonly Action[];
  /** What else it makes AWS do, one sentence each. */
  causes?: readonly string[];
  /** Where it is not the play's own. */
  phase?: Action['phase'];
  /** IAM actions that the call takes besides its own. */
  alsoPermissions?: readonly string[];
}

/** The action that does `step` to `findings`, which are of one region. */
export function makeAction(
  play: Pick<Play, 'id' | 'phase'>,
  findings: readonly Finding[],
  step: Step,
): Action {
  const [first] = findings;
  if (first === undefined) throw new Error(`${play.id}: an action without a finding`);
  const { region } = first.resource;
  const call = callIn(region, step);
  return {
    ...call,
    id: actionId(play.id, call),
    play: play.id,
    phase: step.phase ?? play.phase,
    targets: findings.map(({ resource }) => resourceKey(resource)),
    after: (step.after ?? []).map(({ id }) => id),
    title: step.title,
    on: subjectOf(findings),
    ...(step.causes === undefined || step.causes.length === 0 ? {} : { causes: [...step.causes] }),
    reason: first.reasons[0] ?? 'named by the person',
    permissions: [iamAction(call.service, call.operation), ...(step.alsoPermissions ?? [])],
    before: step.before,
    undo: Array.isArray(step.undo)
      ? {
          calls: step.undo.map((back) => callIn(region, back)),
          ...(step.undoNeedsFlag === undefined ? {} : { needsFlag: step.undoNeedsFlag }),
        }
      : { none: step.undo.none },
  };
}

/** The class of them all, by the trail's own word: one rogue thing among them makes it rogue. */
function subjectOf(findings: readonly Finding[]): NonNullable<Action['on']> {
  const classes = findings.map((finding) => finding.judged ?? finding.class);
  return {
    class: classes.includes('rogue') ? 'rogue' : (classes[0] ?? 'rogue'),
    reasons: [...new Set(findings.flatMap(({ reasons }) => reasons.slice(0, 2)))].slice(0, 5),
  };
}

/** `items` in runs of at most `size`, in order. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  const runs: T[][] = [];
  for (let start = 0; start < items.length; start += size) runs.push(items.slice(start, start + size));
  return runs;
}

/** `items` by what `key` says of each, keys in order. */
export function groupedBy<T>(items: readonly T[], key: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
