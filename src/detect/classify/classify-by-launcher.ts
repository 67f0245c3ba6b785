import { asObject, type Finding, type Link, type Resource, type TrailEvent } from '../../model/index.js';
import { whoDid, type Case } from './case.js';
import { beforeMisuse, finding, principalOf } from './classify.js';
import { linkKey, type Making } from './makers.js';
import { countOf } from '../records/record-fields.js';

/** What starts instances for as long as it exists. */
export const launchers = new Set<Link['kind']>([
  'auto-scaling-group',
  'fleet',
  'spot-fleet',
  'spot-request',
  'cluster',
]);

/** A launch's event may lie this long after the instance's own time, milliseconds. */
export const after = 90_000;

/** The class of an instance by the group, fleet or spot request that it hangs on; null where none is of the incident. */
export function byLauncher(
  resource: Resource,
  its: Case,
  others: ReadonlyMap<string, Finding[]>,
  groups: ReadonlyMap<string, Resource[]>,
): Finding | null {
  for (const link of resource.links) {
    if (!launchers.has(link.kind) || wasAttached(resource, link, its)) continue;
    const making = its.makers.get(linkKey(link.kind, resource.region, link.id));
    const found = others.get(`${resource.region}|${link.id}`)?.find(({ tiedTo }) => tiedTo !== null);
    const classed = throughLauncher(resource, link, making, found, its, groups);
    if (classed !== null) return classed;
  }
  return null;
}

/** Put into the group by a call, or older than the group: it did not launch it, and its class says nothing of it. */
export function wasAttached({ id, region, createdAt }: Resource, link: Link, its: Case): boolean {
  if (link.kind !== 'auto-scaling-group') return false;
  const making = its.makers.get(linkKey(link.kind, region, link.id));
  const first = making?.made.at(-1)?.time ?? null;
  const isOlder =
    making?.made.length === 1 && first !== null && createdAt !== null && createdAt < first - after;
  return isOlder || making?.attached?.has(id) === true;
}

function throughLauncher(
  resource: Resource,
  link: Link,
  making: Making | undefined,
  found: Finding | undefined,
  its: Case,
  groups: ReadonlyMap<string, Resource[]>,
): Finding | null {
  const name = `${link.kind} ${link.id}`;
  const made = making?.made
    .filter(({ time }) => (time ?? 0) <= (resource.createdAt ?? Infinity) + after)
    .at(-1);
  const changed = making?.changed.filter((event) => whoDid(event, its) === 'tainted') ?? [];
  if (made !== undefined && whoDid(made, its) === 'tainted') {
    const judged = its.launches.get(made.key);
    const classed = judged?.launch.class ?? found?.class ?? 'held';
    const reasons = judged?.launch.reasons ?? found?.reasons ?? ['its maker is tainted'];
    const rule = judged?.launch.rule ?? found?.rule ?? 'launcher.of-misuse';
    return finding(
      resource,
      classed,
      rule,
      [`launched by ${name}, which ${principalOf(made)} made`, ...reasons],
      {
        tiedTo: judged?.tainted.id ?? found?.tiedTo ?? null,
        events: [made],
      },
    );
  }
  if (changed.length > 0 || found?.class === 'tampered') {
    return beyondEarlierSize(
      resource,
      name,
      changed,
      found,
      its,
      groups.get(`${resource.region}|${link.id}`) ?? [],
    );
  }
  if (made !== undefined && whoDid(made, its) === 'family') return beforeMisuse(resource, made, its);
  if (found !== undefined) {
    return finding(resource, found.class, found.rule, [`launched by ${name}`, ...found.reasons], {
      tiedTo: found.tiedTo,
      evidence: found.evidence,
    });
  }
  return null;
}

/** An innocent's group that was made larger: which instances are beyond its earlier size cannot always be told. */
function beyondEarlierSize(
  resource: Resource,
  name: string,
  changed: readonly TrailEvent[],
  found: Finding | undefined,
  its: Case,
  members: readonly Resource[],
): Finding {
  const first = changed[0];
  const since = first?.time ?? found?.evidence[0]?.time ?? its.start.at ?? 0;
  const judged = first === undefined ? null : its.taint?.of(first);
  const more = { tiedTo: judged?.id ?? found?.tiedTo ?? null, events: [...changed] };
  if (resource.createdAt !== null && resource.createdAt < since) {
    return finding(
      resource,
      'not-tied',
      'launcher.before-change',
      [`launched by ${name} before it was tampered with`],
      {
        events: more.events,
      },
    );
  }
  if (found?.class === 'own' || found?.class === 'not-tied') {
    return finding(resource, found.class, found.rule, [`launched by ${name}`, ...found.reasons], {
      tiedTo: more.tiedTo,
      events: more.events,
    });
  }
  const size = earlierSize(found);
  const place = members.findIndex(({ id }) => id === resource.id);
  if (size !== null && place >= 0 && place < size) {
    return finding(
      resource,
      'not-tied',
      'launcher.earlier-size',
      [`one of the ${size} instances that ${name} had before it was tampered with`],
      { events: more.events },
    );
  }
  const beyond = size === null ? 'its earlier size is not known' : `beyond its earlier size of ${size}`;
  return finding(
    resource,
    'held',
    'launcher.beyond-size',
    [`launched by ${name} after a tainted credential changed it; ${beyond}`],
    more,
  );
}

function earlierSize(found: Finding | undefined): number | null {
  const values = asObject(found?.before ?? null);
  if (values === null) return null;
  for (const name of ['DesiredCapacity', 'desiredCapacity', 'targetCapacity', 'TargetCapacity']) {
    const size = countOf(values[name]);
    if (size !== null) return size;
  }
  return null;
}
