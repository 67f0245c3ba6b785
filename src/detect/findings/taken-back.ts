import { asText, resourceKey, type TrailEvent, worked } from '../../model/index.js';
import type { Case } from '../classify/case.js';
import type { History } from '../classify/origins.js';
import { itemsOf, requestOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';
import { idsMade, targetOf } from '../records/targets.js';
import { noPlay } from './removal.js';
import { setsAllOf, type StandingActs } from './standing.js';

/** A thing that the incident made or changed, by its key, with the incident's acts on it in the order of time. */
export interface Traced {
  play: string;
  region: string;
  id: string;
  events: TrailEvent[];
}

/** Which principal or thing a thing goes with. */
function parentOf({ play, region, id }: Traced): string | null {
  const key = (parent: string, of: string, where = region): string =>
    resourceKey({ play: parent, region: where, id: of });
  const [holder = '', name = ''] = id.split('|');
  if (play === 'iam-grants' && holder !== 'Group')
    return key('iam-principals', `${holder.toLowerCase()}|${name}`);
  if (play === 'login-profiles') return key('iam-principals', `user|${id}`);
  if (play === 'lambda-permissions' || play === 'lambda-urls')
    return key('lambda-functions', id.slice(0, id.lastIndexOf(':')));
  return null;
}

/** Something later shows that it is gone, off again, or set anew by somebody outside the incident. */
export function isTakenBack(
  one: Traced,
  last: TrailEvent,
  its: Case,
  standing: StandingActs,
  deletions: Deletions,
): boolean {
  if (one.play === noPlay)
    return standing.takenBack(last) || isUnshared(last, its) || isDeleted(last, deletions);
  if (one.play === 'security-group-rules' && isDeleted(last, deletions)) return true;
  const parent = parentOf(one);
  const history = its.histories.get(resourceKey(one));
  const above = parent === null ? undefined : its.histories.get(parent);
  return (
    [history, above].some((known) => known?.undone.some((event) => isAfter(event, last)) === true) ||
    (history !== undefined && isSetAnew(history, last, its))
  );
}

/** What whole things were deleted, the latest time of each: what was changed of them went with them. */
export type Deletions = ReadonlyMap<string, number>;

const deletesWhole =
  /^(Delete(Bucket|Secret|SecurityGroup|Role|User|InstanceProfile|Function|Parameters?|Topic|Queue|Repository|Snapshot|Volume|DBInstance|DBCluster|DBSnapshot|DBClusterSnapshot|Trail|Stack|Cluster|KeyPair|Vpc|NatGateway|Detector|Identity|Table|FileSystem)|TerminateInstances|DeregisterImage|ReleaseAddress)$/;

export function deletionsIn(events: readonly TrailEvent[]): Deletions {
  const latest = new Map<string, number>();
  for (const event of events) {
    if (!deletesWhole.test(plainName(event.name)) || !worked(event)) continue;
    for (const id of namesIn(event)) latest.set(`${event.source}|${id}`, event.time ?? 0);
  }
  return latest;
}

function isDeleted(act: TrailEvent, deletions: Deletions): boolean {
  const isGone = (id: string): boolean =>
    (deletions.get(`${act.source}|${id}`) ?? -1) >= (act.time ?? Infinity);
  const made = idsMade(act);
  return namesIn(act).some(isGone) || (made.length > 0 && made.every(isGone));
}

/** The things that the call's request names, whole and as the last part of an ARN. */
function namesIn(event: TrailEvent): string[] {
  const names = deleted
    .flatMap((field) => requestOf(event)[field] ?? [])
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .map((value) => asText(value))
    .filter((value) => value !== null);
  const listed = itemsOf(requestOf(event)['instancesSet']).flatMap(
    (item) => asText(item['instanceId']) ?? [],
  );
  return [...names, ...listed].flatMap((name) => [name, name.slice(name.lastIndexOf(':') + 1)]);
}

/** Fields that say which thing a call deletes, or is about. */
const deleted = [
  'bucketName',
  'secretId',
  'groupId',
  'roleName',
  'userName',
  'instanceProfileName',
  'functionName',
  'name',
  'names',
  'topicArn',
  'queueUrl',
  'repositoryName',
  'snapshotId',
  'volumeId',
  'allocationId',
  'dBInstanceIdentifier',
  'dBClusterIdentifier',
  'dBSnapshotIdentifier',
  'dBClusterSnapshotIdentifier',
  'trailName',
  'stackName',
  'clusterName',
  'imageId',
  'instanceId',
  'keyName',
  'vpcId',
  'natGatewayId',
  'detectorId',
  'tableName',
  'fileSystemId',
];

/** What was made and undone in one second was made first; what was changed in that second may stand. */
function isAfter(event: TrailEvent, than: TrailEvent): boolean {
  const [at, since] = [event.time ?? 0, than.time ?? Infinity];
  return at > since || (at === since && /^(Create|Attach|Put|Add|Run|Upload|Import)/.test(than.name));
}

function isSetAnew({ made, changed }: History, last: TrailEvent, { taint }: Case): boolean {
  if (!/^(Put|Update|Set|Modify)/.test(last.name) || last.name === 'UpdateAccessKey') return false;
  return [...made, ...changed].some(
    ({ event }) =>
      event.name === last.name &&
      (event.time ?? 0) > (last.time ?? Infinity) &&
      taint?.of(event) === null &&
      setsAllOf(last, event),
  );
}

/** A later call took the share back from all that it was given to. */
function isUnshared(event: TrailEvent, { graph }: Case): boolean {
  if (!/^Modify\w*(Snapshot|Image)Attribute$/.test(event.name)) return false;
  const whom = accountsIn(event);
  const target = targetOf(event);
  const back = new Set<string>();
  for (const later of graph.events) {
    const about = later.name === event.name && targetOf(later) === target && later.region === event.region;
    if (!about || !worked(later) || (later.time ?? 0) < (event.time ?? Infinity) || !sharesNothing(later))
      continue;
    for (const account of accountsIn(later)) back.add(account);
  }
  return whom.length > 0 && whom.every((account) => back.has(account));
}

function accountsIn(event: TrailEvent): string[] {
  return JSON.stringify(requestOf(event)).match(/(?<=")(\d{12}|all)(?=")/g) ?? [];
}

/** A call that only takes a share back. */
export function sharesNothing(event: TrailEvent): boolean {
  if (!/^Modify\w*(Snapshot|Image)Attribute$/.test(event.name)) return false;
  const text = JSON.stringify(requestOf(event));
  return /"(remove|valuesToRemove)"/i.test(text) && !/"(add|valuesToAdd)"/i.test(text);
}
