import { roleOfSession, userOfArn } from '../../facts/identifiers.js';
import type { Identity } from '../../model/core-event.js';
import type { Deed, Finding, Incident } from '../../model/incident.js';
import type { Play, PlanContext } from '../../plays/kit/play.js';
import { resourceKey } from '../../model/resource.js';
import { type Action, type Phase, phases } from '../../model/action.js';
import type { LeftOver } from '../../model/journal-record.js';

/** What is to be done, in order, and what is deliberately not. */
export interface Plan {
  actions: Action[];
  /** Of the incident, and not acted on: held, settling, or nothing that undoes it. */
  left: LeftOver[];
}

/**
 * The plan: what the plays answer to the incident's findings. Only rogue and tampered resources are acted on, and
 * those that the person named (`include`). Pure: the same incident gives the same plan, byte for byte.
 */
export function plan(
  incident: Incident,
  plays: readonly Play[],
  context: PlanContext,
  include: ReadonlySet<string>,
  identity: Identity,
): Plan {
  const actions: Action[] = [];
  const left: LeftOver[] = [];
  for (const play of plays) {
    const findings = incident.findings.filter(({ resource }) => resource.play === play.id);
    const removing = play.onRequest?.(context.options) === true;
    const open = findings.filter(
      (finding) => !isContained(finding, play) || (removing && finding.class === 'rogue' && !finding.undone),
    );
    const acted = open.filter((finding) => isActedOn(finding, include));
    for (const finding of open) {
      if (finding.class === 'held' && !include.has(finding.resource.id)) {
        left.push(leftOver(finding, 'held', finding.reasons[0] ?? null));
      } else if (finding.class === 'settling') {
        left.push(leftOver(finding, 'settling', finding.reasons[0] ?? null));
      }
    }
    const planned =
      play.containAll?.(acted, context) ?? acted.flatMap((finding) => play.contain(finding, context));
    const kept = planned.filter((action) => !locksOut(action, identity));
    actions.push(...kept);
    const targeted = new Set(kept.flatMap(({ targets }) => targets));
    const lockedOut = new Set(
      planned.filter((action) => locksOut(action, identity)).flatMap(({ targets }) => targets),
    );
    for (const finding of acted) {
      const key = resourceKey(finding.resource);
      if (targeted.has(key)) continue;
      if (lockedOut.has(key)) {
        left.push(
          leftOver(
            finding,
            'held',
            'it is your own role or user: cutting it would lock you out. Use another principal',
          ),
        );
      } else if (finding.class === 'tampered') {
        // With a before-value on record, no action means that it is restored already.
        if (play.restored?.(finding) ?? finding.before !== null) continue;
        left.push(
          leftOver(
            finding,
            'held',
            'an innocent’s resource was changed, and what it was before is not on record',
          ),
        );
      } else {
        left.push(leftOver(finding, 'unknown', play.noUndo ?? 'no action of this play undoes it'));
      }
    }
  }
  left.push(...incident.deeds.filter(({ stands }) => stands).map(beyondThePlays));
  return { actions: inPhaseOrder(actions), left };
}

/** Rogue and tampered resources, and those whose id the person named. */
export function isActedOn(finding: Finding, include: ReadonlySet<string>): boolean {
  return finding.class === 'rogue' || finding.class === 'tampered' || include.has(finding.resource.id);
}

/** Nothing is left to do for it, as far as the resource shows. A tampered resource works on as it should: whether it
 *  is restored shows in its play planning nothing more. */
export function isContained(finding: Finding, play: Play): boolean {
  if (finding.undone) return true;
  if (finding.class === 'tampered') return false;
  return !finding.resource.live || play.verify(finding.resource);
}

/** The caller's own user or role, taken from its ARN: a Deny on it would end the containment in the middle. */
function locksOut(action: Action, identity: Identity): boolean {
  const role = roleOfSession(identity.arn);
  const user = userOfArn(identity.arn);
  const { RoleName, UserName, AccessKeyId } = action.input;
  if (AccessKeyId !== undefined) return AccessKeyId === identity.accessKeyId;
  return (role !== null && RoleName === role) || (user !== null && UserName === user);
}

export function leftOver(finding: Finding, cause: LeftOver['cause'], detail: string | null): LeftOver {
  const { play, type, id, region, state } = finding.resource;
  return { play, type, id, region, state, cause, detail };
}

/** What an act left that no play looks at: only a person can say whether it is still there. */
function beyondThePlays({ evidence, target, description }: Deed): LeftOver {
  return {
    play: 'none',
    type: evidence.name,
    id: target ?? evidence.eventId ?? 'unnamed',
    region: evidence.region,
    state: 'not examined',
    cause: 'no-play',
    detail: description,
  };
}

function inPhaseOrder(actions: Action[]): Action[] {
  const rank = (phase: Phase): number => phases.indexOf(phase);
  return actions
    .map((action, at) => ({ action, at }))
    .sort((a, b) => rank(a.action.phase) - rank(b.action.phase) || a.at - b.at)
    .map(({ action }) => action);
}
