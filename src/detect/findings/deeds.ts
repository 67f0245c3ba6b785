import { cloudPlay, eventOfInterest, type EventOfInterest, takingOf } from '../../facts/index.js';
import { type Deed, resourceKey, type TrailEvent, wasDryRun, worked } from '../../model/index.js';
import type { Case } from '../classify/case.js';
import { cloudKeyOf } from '../classify/cloud-made.js';
import { evidenceOf } from '../records/evidence.js';
import { launchRequestOf } from '../records/launch-request.js';
import { mintOf } from '../records/mints.js';
import type { OriginRules } from '../classify/origins.js';
import { itemsOf, requestOf, valueOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';
import { removalOfAct } from './removal.js';
import type { StandingActs } from './standing.js';
import { madeBy, targetOf } from '../records/targets.js';

/** What takes a deed back, by the deed's name: same target, later. */
const undoing: Record<string, readonly string[]> = {
  CreateUser: ['DeleteUser'],
  CreateAccessKey: ['DeleteAccessKey'],
  CreateLoginProfile: ['DeleteLoginProfile'],
  UpdateLoginProfile: ['DeleteLoginProfile'],
  AttachUserPolicy: ['DetachUserPolicy', 'DeleteUser'],
  PutUserPolicy: ['DeleteUserPolicy', 'DeleteUser'],
  AddUserToGroup: ['RemoveUserFromGroup', 'DeleteUser'],
  CreateRole: ['DeleteRole'],
  AttachRolePolicy: ['DetachRolePolicy', 'DeleteRole'],
  PutRolePolicy: ['DeleteRolePolicy', 'DeleteRole'],
  CreateGroup: ['DeleteGroup'],
  StopLogging: ['StartLogging'],
  CreateKeyPair: ['DeleteKeyPair'],
  ImportKeyPair: ['DeleteKeyPair'],
  CreateSecurityGroup: ['DeleteSecurityGroup'],
  CreateFunction: ['DeleteFunction'],
  AddPermission: ['RemovePermission', 'DeleteFunction'],
  CreateTrustAnchor: ['DeleteTrustAnchor', 'DisableTrustAnchor'],
  CreateProfile: ['DeleteProfile', 'DisableProfile'],
  CreateCluster: ['DeleteCluster'],
  CreateService: ['DeleteService'],
  CreateAutoScalingGroup: ['DeleteAutoScalingGroup'],
  CreateLaunchTemplate: ['DeleteLaunchTemplate'],
  EnableRegion: ['DisableRegion'],
  PutRule: ['DisableRule', 'DeleteRule'],
  CreateEmailIdentity: ['DeleteEmailIdentity'],
};

/** Everything of interest that tainted credentials did or tried, like ones folded, oldest first. Launches are told
 *  apart. */
export function deedsOf(its: Case, rules: OriginRules, standing: StandingActs): Deed[] {
  const deeds = new Map<string, Deed>();
  const undone = undoneBy(its.graph.events);
  // What Cloud Control read of things that the misuse made: found, or gone.
  const read = new Map(
    its.facts.inventory.flatMap((one) => (one.play === cloudPlay ? [[resourceKey(one), one.live]] : [])),
  );
  const taintedBy = (event: TrailEvent) => its.taint?.of(event) ?? null;
  const isTainted = (event: TrailEvent): boolean => taintedBy(event) !== null;
  for (const event of its.graph.events) {
    if (!isTainted(event) || launchRequestOf(event) !== null) continue;
    const leaves = standing.leaves(event);
    const named = eventOfInterest(event.source, event.name) ?? (leaves ? beyondThePlays(event) : null);
    const usual = its.baseline.acts.get(`${event.source}|${event.name}`) ?? 0;
    const unlisted = isChange(event) ? anyChange(event) : takingOf(event.source, event.name);
    const interest = named ?? (usual < usualFrom ? unlisted : null);
    if (interest === null) continue;
    // What IAM makes is told by whom it is for.
    const byMade = leaves && event.source !== 'iam.amazonaws.com';
    const target = byMade ? madeBy(event) : (targetOf(event) ?? (leaves ? madeBy(event) : null));
    const result = resultOf(event);
    // What comes in masses, an application's writes among it: one line for all of a name.
    const folded = named === null ? '*' : (target ?? '');
    const key = leaves ? cloudKeyOf(event) : null;
    const isLive = key === null ? undefined : read.get(key);
    const isUndone =
      result === 'worked' &&
      ((undoing[plainName(event.name)] ?? []).some((name) => later(undone, name, event)) ||
        (leaves && (standing.takenBack(event) || isLive === false)));
    const strange =
      its.baseline.isNewPlace(event) ||
      its.baseline.isNewRegion(event) ||
      // What only the misuse made has no life of its own.
      taintedBy(event)?.fresh === true;
    const stands = leaves && !isUndone && isLive !== true && (usual < usualFrom || strange);
    // What stands is told for each region: a person has to look there.
    const where = stands ? event.region : '';
    const fold = `${event.source}|${event.name}|${folded}|${result}|${where}`;
    const known = deeds.get(fold);
    if (known !== undefined) {
      known.count += 1;
      known.undone &&= isUndone;
      known.stands ||= stands;
      continue;
    }
    deeds.set(fold, {
      evidence: evidenceOf(event),
      tactic: interest.tactic,
      target,
      result,
      errorCode: event.errorCode,
      description: [interest.description, ...remarks(event, usual)].join(' '),
      undone: isUndone,
      count: 1,
      play:
        rules.answering(event).find(({ rule }) => !ends.has(rule.effect))?.play ??
        (isLive === true ? cloudPlay : null),
      stands,
      ...(stands ? { remove: removalOfAct(event, target ?? event.eventId ?? event.key) } : {}),
    });
  }
  return [...deeds.values()];
}

/** Effects of what takes a thing away: no play puts it back by name. */
const ends = new Set(['undone', 'stopped']);

/** So often done before the misuse, an act is part of the key's own life. */
const usualFrom = 3;

/** An act that no published incident has, in a service that no play examines. */
function beyondThePlays({ name, source }: TrailEvent): EventOfInterest {
  return { tactic: 'unclassified', description: `${name} of ${source}, which no play examines.` };
}

/** What reads under a name of its own, in records that do not say `readOnly`. */
const reads =
  /^(Get|List|Describe|Head|BatchGet|Search|Lookup|Query|Scan|Select|Check|Validate|Test|Simulate|Preview|Estimate|Decode|Decrypt|Download|View)/;

function isChange({ name, readOnly }: TrailEvent): boolean {
  return readOnly === null ? !reads.test(name) : !readOnly;
}

/** What a play looks for, or what ends by itself: told, since trail files alone show nothing of what runs now. */
function anyChange({ name, source }: TrailEvent): EventOfInterest {
  return { tactic: 'unclassified', description: `${name} of ${source}.` };
}

function remarks(event: TrailEvent, usual: number): string[] {
  const other = mintOf(event)?.otherAccount ?? null;
  return [
    ...(other === null ? [] : [`In account ${other}: not contained outside this account.`]),
    ...sharedWith(event),
    ...(usual >= usualFrom ? [`The key did so ${usual} times before the misuse too.`] : []),
  ];
}

/** Whom a snapshot or an image was shared with. */
function sharedWith(event: TrailEvent): string[] {
  const request = requestOf(event);
  const added = [request.createVolumePermission, request.launchPermission].flatMap((change) =>
    itemsOf((change as { add?: unknown } | null | undefined)?.add),
  );
  const whom = added.map((item) => valueOf(item.userId) ?? valueOf(item.group)).filter((one) => one !== null);
  const values = Array.isArray(request.valuesToAdd)
    ? request.valuesToAdd.filter((one) => typeof one === 'string')
    : [];
  const all = [...whom, ...values];
  return all.length === 0 ? [] : [`Shared with ${all.slice(0, 10).join(', ')}.`];
}

function resultOf(event: TrailEvent): Deed['result'] {
  if (worked(event)) return 'worked';
  if (wasDryRun(event)) return 'dry-run';
  return /AccessDenied|Unauthorized|NotAuthorized|Forbidden/i.test(event.errorCode ?? '')
    ? 'denied'
    : 'failed';
}

type Undoings = Map<string, number>;

const undoers = new Set(Object.values(undoing).flat());

/** The latest time of each undoing, by what it was done to, whoever did it. */
function undoneBy(events: readonly TrailEvent[]): Undoings {
  const latest: Undoings = new Map();
  for (const event of events) {
    const name = plainName(event.name);
    if (!undoers.has(name) || !worked(event)) continue;
    latest.set(undoingOf(name, event), event.time ?? 0);
  }
  return latest;
}

/** Names repeat in other services and regions. */
function undoingOf(name: string, event: TrailEvent): string {
  return `${event.source}|${event.region}|${name}|${targetOf(event) ?? ''}`;
}

function later(undone: Undoings, name: string, event: TrailEvent): boolean {
  const time = targetOf(event) === null ? undefined : undone.get(undoingOf(name, event));
  return time !== undefined && time >= (event.time ?? 0);
}
