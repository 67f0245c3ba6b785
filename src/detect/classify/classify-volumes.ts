import {
  asObject,
  asText,
  type Finding,
  type JsonObject,
  type Resource,
  resourceKey,
  worked,
} from '../../model/index.js';
import { launchRequestOf, type LaunchRequest } from '../records/launch-request.js';
import { countOf, isOn, itemsOf, requestOf, responseOf, valueOf } from '../records/record-fields.js';
import { timeInWords } from '../records/evidence.js';
import type { Case } from './case.js';
import { classify, finding } from './classify.js';

/** A volume that a launch makes is there at once with its instance, milliseconds. */
const withInstance = 30_000;
/** Records tell a launch's time by the second; its volumes come up to so much later, milliseconds. */
const beforeLaunch = 2000;
const afterLaunch = 30_000;

/**
 * The class of a volume: by whoever made it; else by the instance that it was made with. CloudTrail has no event of the
 * volumes that a launch makes, and no volume says whose it was once its instance has ended: then the launch's own record
 * ties it, by second, zone, size and type of a mapping that outlives the instance.
 * @param instances findings of instances, by `region|id`
 */
export function classifyVolume(
  resource: Resource,
  its: Case,
  instances: ReadonlyMap<string, Finding>,
): Finding {
  const history = its.histories.get(resourceKey(resource));
  if (history !== undefined && history.made.length > 0) return classify(resource, its);
  const attached = resource.links.find(({ kind }) => kind === 'instance');
  if (attached === undefined) return byRecord(resource, its) ?? classify(resource, its);
  const owner = instances.get(`${resource.region}|${attached.id}`);
  const ages = [resource.createdAt, owner?.resource.createdAt ?? null];
  const isOfLaunch = ages.every((age) => age !== null) && apart(ages) <= withInstance;
  // Somebody's older volume that was attached to it is none of the launch.
  if (owner === undefined || !isOfLaunch) return classify(resource, its);
  // What was done to an innocent's instance is no word on its volumes.
  const classed = owner.class === 'tampered' ? 'not-tied' : owner.class;
  return finding(
    resource,
    classed,
    'volume.with-instance',
    [`made with instance ${attached.id}`, ...owner.reasons],
    {
      tiedTo: owner.tiedTo,
      evidence: owner.evidence,
      settlesAt: owner.settlesAt,
    },
  );
}

function apart([a, b]: readonly (number | null)[]): number {
  return Math.abs((a ?? 0) - (b ?? 0));
}

/** By the record of a launch of the incident; null where none fits. */
function byRecord(resource: Resource, its: Case): Finding | null {
  const launches = its.graph.events.flatMap((event) => {
    if (event.region !== resource.region || !worked(event)) return [];
    const request = launchRequestOf(event);
    return request !== null && isAtTheTime(resource, request) ? [request] : [];
  });
  const tainted = launches.flatMap(({ event }) => its.launches.get(event.key) ?? []);
  const rogue = tainted.find(({ launch }) => launch.class === 'rogue');
  if (rogue === undefined) return null;
  const { launch, request } = rogue;
  const when = `in the seconds of ${request.event.name} at ${timeInWords(request.time)}`;
  const more = { tiedTo: rogue.tainted.id, events: [request.event] };
  const isSure =
    tainted.length === launches.length &&
    tainted.some((one) => one.launch.class === 'rogue' && outlives(resource, one.request));
  return isSure
    ? finding(
        resource,
        'rogue',
        'volume.of-launch',
        [`made ${when}, which asked for such a volume to outlive it`, ...launch.reasons],
        more,
      )
    : finding(
        resource,
        'held',
        'volume.of-launch-doubt',
        [`made ${when}, which does not tell whether it is its own`, ...launch.reasons],
        more,
      );
}

function isAtTheTime({ createdAt }: Resource, { time }: LaunchRequest): boolean {
  return createdAt !== null && createdAt >= time - beforeLaunch && createdAt <= time + afterLaunch;
}

/** The request asks for a volume of this size and type, in this zone, that does not go with its instance: what is not
 *  told of a volume besides the root's stays (EC2 API reference, EbsBlockDevice). */
function outlives({ properties }: Resource, { event }: LaunchRequest): boolean {
  const zones = itemsOf(responseOf(event).instancesSet).map((one) =>
    valueOf(asObject(one.placement)?.availabilityZone),
  );
  if (!zones.includes(asText(properties['availabilityZone']))) return false;
  const mappings = itemsOf(requestOf(event).blockDeviceMapping).flatMap(({ ebs }): JsonObject[] => {
    const object = asObject(ebs);
    return object === null ? [] : [object];
  });
  return mappings.some((ebs) => !isOn(ebs.deleteOnTermination) && isLike(ebs, properties));
}

function isLike({ volumeSize, volumeType }: JsonObject, { sizeGiB, volumeType: type }: JsonObject): boolean {
  const size = countOf(volumeSize);
  return size !== null && size === sizeGiB && (volumeType === undefined || valueOf(volumeType) === type);
}
