import { type Finding, type Resource, resourceKey, type TrailEvent, worked } from '../../model/index.js';
import { whoDid, type Case } from './case.js';
import { beforeMisuse, finding, isDatedBefore, principalOf, repeatedOrHis } from './classify.js';
import { after, byLauncher, launchers, wasAttached } from './classify-by-launcher.js';
import { timeInWords } from '../records/evidence.js';
import { launchRequestOf } from '../records/launch-request.js';
import { launchedByFleet } from '../launches/launches.js';
import { linkKey } from './makers.js';
import { isForwarded, isService } from '../records/record-fields.js';
import { judgeUnknown } from './unknown-origin.js';

/** A launch's event may lie this far from the instance's own time, milliseconds. */
const before = 3 * 60_000;

export interface InstanceIndex {
  /** The event that names each instance, by instance id. */
  launchOf: Map<string, TrailEvent>;
  /** Launches whose records were cut, and name none. */
  cut: TrailEvent[];
}

export function indexInstances(its: Case): InstanceIndex {
  const index: InstanceIndex = { launchOf: new Map(), cut: [] };
  for (const event of its.graph.events) {
    const request = launchRequestOf(event);
    if (request === null) continue;
    if (worked(event) && request.instanceIds.length === 0 && request.kind === 'instances') {
      if (event.truncated || event.response === null) index.cut.push(event);
    }
    for (const id of request.instanceIds) if (!index.launchOf.has(id)) index.launchOf.set(id, event);
  }
  return index;
}

/**
 * The class of an instance: by the event that launched it; by the group, fleet or spot request that it hangs on; by
 * what it was made with; by a record cut for size; else by what the trail can say at all.
 * @param others findings of everything that is no instance, by `region|id`
 * @param groups instances by launcher, oldest first, to tell which are beyond a group's earlier size
 */
export function classifyInstance(
  resource: Resource,
  its: Case,
  index: InstanceIndex,
  others: ReadonlyMap<string, Finding[]>,
  groups: ReadonlyMap<string, Resource[]>,
): Finding {
  const named = index.launchOf.get(resource.id);
  const launched = named === undefined || isRepeat(named, resource) ? undefined : named;
  if (launched !== undefined && !isService(launched) && !launchedByFleet(launched)) {
    return byLaunch(resource, launched, its, others);
  }
  const through = byLauncher(resource, its, others, groups);
  if (through !== null) return through;
  if (launched !== undefined) return byService(resource, launched, its, others);
  const ties = byMaterial(resource, null, its, others);
  if (ties !== null) return ties;
  return byCutRecord(resource, its, index) ?? unknown(resource, its, index);
}

/**
 * The instance was there before the call that names it: EC2 answers a request whose client token was used before with
 * what that one launched (EC2 developer guide, "Ensuring idempotency in Amazon EC2 API requests").
 */
function isRepeat({ time }: TrailEvent, { createdAt }: Resource): boolean {
  return time !== null && createdAt !== null && time > createdAt + before;
}

function unknown(resource: Resource, its: Case, index: InstanceIndex): Finding {
  // A group of nobody in the incident launched it, however young it is.
  const launcher = resource.links.find(
    (link) => launchers.has(link.kind) && link.kind !== 'spot-request' && !wasAttached(resource, link, its),
  );
  if (
    launcher !== undefined &&
    its.makers.get(linkKey(launcher.kind, resource.region, launcher.id)) !== undefined
  ) {
    return finding(resource, 'not-tied', 'launcher.innocent', [
      `launched by ${launcher.kind} ${launcher.id}, which is no part of the incident`,
    ]);
  }
  const verdict = judgeUnknown(resource, its);
  const unlogged = verdict.rule === 'origin.no-tainted-maker' && !isExplained(resource, index);
  if (unlogged) return notLogged(resource, its);
  return finding(resource, verdict.class, verdict.rule, verdict.reasons, { settlesAt: verdict.settlesAt });
}

/** What only AWS can put on an instance that a service of its own launched (EC2 user guide, "Tag your Amazon EC2
 *  resources": the prefix aws: is reserved). */
const launcherTag =
  /^aws:(autoscaling:groupName|ec2:fleet-id|ec2spot:fleet-request-id|eks:|elasticmapreduce:|batch:)/;

/** A launcher of AWS's own, or a record that was cut for size, may have launched it: that is no absence. */
function isExplained(resource: Resource, { cut }: InstanceIndex): boolean {
  const { tags, links, createdAt } = resource;
  return (
    Object.keys(tags).some((name) => launcherTag.test(name)) ||
    links.some(({ kind }) => launchers.has(kind)) ||
    cut.some((event) => fits(event, resource, createdAt ?? 0))
  );
}

const notInTrail = 'origin.launch-not-in-trail';
const words = 'launch not in the trail';

/** Every launch is logged: a trail without it leaves out events, and clears nobody. */
function notLogged(resource: Resource, { facts }: Case): Finding {
  const made = `made at ${timeInWords(resource.createdAt)}, after the misuse began`;
  if (facts.launchesAsked === undefined)
    return finding(resource, 'not-tied', notInTrail, [`${words}: ${made}`]);
  const why = facts.launchesAsked.has(resourceKey(resource))
    ? 'no event by its name launches it'
    : 'its launch was not asked for by name yet';
  return finding(resource, 'held', notInTrail, [`${words}: ${made}, and ${why}`]);
}

/** True of an instance that runs and that nobody in the trail launched. Pure. */
export function isUnlogged({ rule }: Finding): boolean {
  return rule === notInTrail;
}

function byLaunch(
  resource: Resource,
  event: TrailEvent,
  its: Case,
  others: ReadonlyMap<string, Finding[]>,
): Finding {
  switch (whoDid(event, its)) {
    case 'tainted': {
      const judged = its.launches.get(event.key);
      if (judged === undefined)
        return finding(resource, 'held', 'launch.not-judged', ['its launch could not be judged'], {
          events: [event],
        });
      const { launch, tainted } = judged;
      if (launch.class === 'rogue' && isDatedBefore(event, resource))
        return repeatedOrHis(resource, event, tainted.id);
      return finding(resource, launch.class, launch.rule, launch.reasons, {
        tiedTo: tainted.id,
        events: [event],
      });
    }
    case 'family':
      return beforeMisuse(resource, event, its);
    case 'other':
      // A service that passes on somebody's call is a courier: what it launched for says whose it is.
      if (isForwarded(event)) return byService(resource, event, its, others);
      return (
        byMaterial(resource, event, its, others) ??
        finding(
          resource,
          'not-tied',
          'maker.innocent',
          [`launched by ${principalOf(event)}, who is no part of the incident`],
          {
            events: [event],
          },
        )
      );
  }
}

/** A service launched it: on behalf of somebody. */
function byService(
  resource: Resource,
  event: TrailEvent,
  its: Case,
  others: ReadonlyMap<string, Finding[]>,
): Finding {
  const by = its.taint?.of(event);
  const service = event.actor.invokedBy ?? event.sourceIp ?? 'a service';
  if (by != null && by.strength === 'likely') {
    return finding(
      resource,
      'held',
      'service.of-misuse-likely',
      [`launched by ${service} for ${principalOf(event)}: ${by.how}`],
      {
        tiedTo: by.id,
        events: [event],
      },
    );
  }
  if (by != null) {
    return finding(
      resource,
      'held',
      'service.of-misuse',
      [`launched by ${service} for ${by.id}; by which request is not known`],
      {
        tiedTo: by.id,
        events: [event],
      },
    );
  }
  return (
    byMaterial(resource, event, its, others) ??
    finding(
      resource,
      'not-tied',
      'service.innocent',
      [`launched by ${service}; nothing ties what it was launched for to the incident`],
      { events: [event] },
    )
  );
}

/** Made with a key pair, security group, profile, image or template that the incident made: tied by it. */
function byMaterial(
  resource: Resource,
  launcher: TrailEvent | null,
  its: Case,
  others: ReadonlyMap<string, Finding[]>,
): Finding | null {
  for (const link of resource.links) {
    if (launchers.has(link.kind)) continue;
    const making = its.makers.get(linkKey(link.kind, resource.region, link.id));
    const event = [...(making?.made ?? []), ...(making?.changed ?? [])].find(
      (one) => whoDid(one, its) === 'tainted',
    );
    if (event === undefined || (event.time ?? 0) > (resource.createdAt ?? Infinity) + after) continue;
    const tainted = its.taint?.of(event);
    const what = `made with ${link.kind} ${link.id}, which ${principalOf(event)} ${making?.made.includes(event) === true ? 'made' : 'changed'} at ${timeInWords(event.time)}`;
    const material = others.get(`${resource.region}|${link.id}`)?.find(({ tiedTo }) => tiedTo !== null);
    const who =
      launcher === null
        ? 'no event names its launcher'
        : `launched by ${principalOf(launcher)}, who is not known to be tainted`;
    const usual = its.baseline.acts.get(`${event.source}|${event.name}`) ?? 0;
    const rogue =
      launcher === null &&
      making?.made.includes(event) === true &&
      usual === 0 &&
      tainted?.strength === 'certain';
    const more = { tiedTo: tainted?.id ?? null, events: launcher === null ? [event] : [event, launcher] };
    return rogue && material?.class !== 'own'
      ? finding(resource, 'rogue', 'material.of-misuse', [what, who], more)
      : finding(resource, 'held', 'material.shared', [what, who], more);
  }
  return null;
}

/** A record that was cut may be that of its launch. */
function fits(event: TrailEvent, { region, properties }: Resource, createdAt: number): boolean {
  const request = launchRequestOf(event);
  if (event.region !== region || event.time === null || request === null) return false;
  if (request.reservationId !== null) return request.reservationId === properties['reservationId'];
  if (event.time < createdAt - before || event.time > createdAt + after) return false;
  const type = properties['instanceType'];
  return request.types.length === 0 || typeof type !== 'string' || request.types.includes(type);
}

/** A RunInstances record cut for size names no instance: tied by reservation, else by time, type and region. */
function byCutRecord(resource: Resource, its: Case, index: InstanceIndex): Finding | null {
  const { createdAt } = resource;
  if (createdAt === null) return null;
  const fitting = index.cut.filter((event) => fits(event, resource, createdAt));
  const tied = fitting.filter((event) => whoDid(event, its) === 'tainted');
  const event = tied[0];
  if (event === undefined) {
    const family = fitting.find((one) => whoDid(one, its) === 'family');
    return family === undefined ? null : beforeMisuse(resource, family, its);
  }
  const judged = its.launches.get(event.key);
  const tiedTo = judged?.tainted.id ?? null;
  const how = `its launch record was cut for size; tied by ${launchRequestOf(event)?.reservationId != null ? 'reservation' : 'time, region and caller'}`;
  if (tied.length < fitting.length) {
    return finding(
      resource,
      'held',
      'launch.record-cut-shared',
      [`${how}; somebody else launched at the same time, so whose it is cannot be told`],
      { tiedTo, events: fitting },
    );
  }
  const classes = new Set(tied.map((one) => its.launches.get(one.key)?.launch.class ?? 'held'));
  const only = classes.size === 1 ? [...classes][0] : undefined;
  const rule = judged?.launch.rule ?? 'launch.record-cut';
  return finding(resource, only ?? 'held', rule, [how, ...(judged?.launch.reasons ?? [])], {
    tiedTo,
    events: tied,
  });
}
