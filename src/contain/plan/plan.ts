import { roleOfSession, userOfArn } from '../../facts/index.js';
import {
  type Action,
  asText,
  type Deed,
  type Finding,
  type Identity,
  type Incident,
  type LeftOver,
  neverDeleted,
  type Phase,
  type RemovalStep,
  phases,
  resourceKey,
  shellWord,
} from '../../model/index.js';
import { type PlanContext, type Play, readDeny } from '../../plays/index.js';

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
      if (finding.class === 'held' && !isActedOn(finding, include)) {
        if (finding.rule === 'session.tie-likely' && play.contain(finding, context).length === 0) continue;
        left.push(leftOver(finding, 'held', finding.reasons[0] ?? null));
      } else if (finding.class === 'settling') {
        left.push(leftOver(finding, 'settling', finding.reasons[0] ?? null));
      }
    }
    const planned =
      play.containAll?.(acted, context) ?? acted.flatMap((finding) => play.contain(finding, context));
    const cuts = (action: Action): boolean => locksOut(action, identity, incident, include);
    const kept = planned.filter((action) => !cuts(action));
    actions.push(...kept);
    const targeted = new Set(kept.flatMap(({ targets }) => targets));
    const lockedOut = new Set(planned.filter(cuts).flatMap(({ targets }) => targets));
    for (const finding of acted) {
      const key = resourceKey(finding.resource);
      if (targeted.has(key) || play.goesWith?.(finding, context) === true) continue;
      if (lockedOut.has(key)) {
        left.push(
          leftOver(
            finding,
            'held',
            `it is your own role, user or group: cutting it could lock you out. Use another principal${
              play.id === 'iam-grants' ? agreeTo(finding.resource.id) : ''
            }`,
          ),
        );
      } else if (finding.class === 'tampered') {
        // With a before-value on record, no action means that it is restored already.
        if (play.restored?.(finding) ?? finding.before !== null) continue;
        left.push(
          leftOver(
            finding,
            'held',
            finding.before === null
              ? 'an innocent’s resource was changed, and what it was before is not on record'
              : 'an innocent’s resource was changed, and no action of this play puts it back',
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
  const { class: classed, resource, rule } = finding;
  if (classed === 'rogue' || classed === 'tampered') return true;
  return classed !== 'not-tied' && include.has(resource.id) && !neverDeleted.has(rule);
}

/** Nothing is left to do for it, as far as the resource shows. A tampered resource works on as it should: whether it
 *  is restored shows in its play planning nothing more. */
export function isContained(finding: Finding, play: Play): boolean {
  if (finding.undone) return true;
  if (finding.class === 'tampered') return false;
  return !finding.resource.live || play.verify(finding.resource);
}

/** The caller's own user, role or group, taken from its ARN: a cut of it would end the containment in the middle. A Deny
 *  that names other sessions than the caller's spares it; what is taken from its group, the person may agree to. */
function locksOut(
  action: Action,
  { arn, userId, accessKeyId }: Identity,
  { findings }: Incident,
  include: ReadonlySet<string>,
): boolean {
  const role = roleOfSession(arn);
  const user = userOfArn(arn);
  const { RoleName, UserName, AccessKeyId, GroupName } = action.input;
  if (AccessKeyId !== undefined) return AccessKeyId === accessKeyId;
  const deny = readDeny(asText(action.input['PolicyDocument']));
  if (deny?.kind === 'sessions' && !deny.userIds.includes(userId)) return false;
  const isGrant = findings.some(
    ({ resource }) =>
      resource.play === 'iam-grants' &&
      include.has(resource.id) &&
      action.targets.includes(resourceKey(resource)),
  );
  if (isGrant) return false;
  const isMine = (group: unknown): boolean =>
    findings.some(({ resource: { play, properties } }) => {
      const isMember =
        play === 'iam-grants' && properties['kind'] === 'member' && properties['name'] === group;
      return isMember && user !== null && properties['what'] === user;
    });
  return (
    (role !== null && RoleName === role) ||
    (user !== null && UserName === user) ||
    // The membership of somebody else goes without harm to the caller's.
    (action.play === 'iam-grants' && UserName === undefined && isMine(GroupName))
  );
}

export function leftOver(finding: Finding, cause: LeftOver['cause'], detail: string | null): LeftOver {
  const { play, type, id, region, state } = finding.resource;
  return { play, type, id, region, state, cause, detail };
}

/** `EC2 console: remove it: aws ec2 …`: where to go, and the command where there is one. */
export function stepInWords({ step, command }: RemovalStep): string {
  return command === null ? `${step}.` : `${step}: ${command}`;
}

/** What an act left that no play looks at: only a person can say whether it is still there. */
function beyondThePlays({ evidence, target, description, remove }: Deed): LeftOver {
  return {
    play: 'none',
    type: evidence.name,
    id: target ?? evidence.eventId ?? 'unnamed',
    region: evidence.region,
    state: 'not examined',
    cause: 'no-play',
    detail: remove === undefined ? description : `${description} ${stepInWords(remove)}`,
  };
}

function inPhaseOrder(actions: Action[]): Action[] {
  const rank = (phase: Phase): number => phases.indexOf(phase);
  return actions
    .map((action, at) => ({ action, at }))
    .sort((a, b) => rank(a.action.phase) - rank(b.action.phase) || a.at - b.at)
    .map(({ action }) => action);
}

/** How the person says so; what cannot be quoted for a shell, they do themselves. */
function agreeTo(id: string): string {
  const word = shellWord(id);
  return word === null ? ', or take it back in the console' : `, or agree to it with --include ${word}`;
}
