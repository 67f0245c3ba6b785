import { asObject, asText, type Json, type JsonObject, type TrailEvent } from '../../model/index.js';
import { itemsOf, requestOf, responseOf, valueOf } from './record-fields.js';
import { plainName } from './sensitive-acts.js';

/** Fields that say what a call was about, most telling first. */
const fields = [
  'userName',
  'roleName',
  'roleArn',
  'groupName',
  'functionName',
  'secretId',
  'trailName',
  'snapshotId',
  'dBSnapshotIdentifier',
  'launchConfigurationName',
  'autoScalingGroupName',
  'launchTemplateName',
  'imageId',
  'bucketName',
  'keyName',
  'instanceId',
  'regionName',
  'quotaCode',
  'modelId',
  'policyArn',
  'policyName',
  'name',
  'groupId',
  'clusterName',
  'detectorId',
  'target',
  'arn',
  'resource',
  'emailIdentity',
  'identity',
  'domainName',
  'hostedZoneId',
];
/** Of a service that is not listed above: its first field that names something. */
const naming = /(name|id|identifier|arn)$/i;
/** What names the call and no thing. */
const ofTheCall = /request_?id|token/i;
const lists = ['instanceIds', 'names', 'secretIdList', 'flowLogIds', 'hostIds', 'hostIdSet', 'instancesSet'];

/** What the call was done to, as far as its record says; null where it does not (refused IAM calls among them). */
export function targetOf(event: TrailEvent): string | null {
  const named = fromFields(requestOf(event)) ?? fromFields(responseOf(event));
  if (named !== null) return named.slice(0, 300);
  // "… is not authorized to perform: iam:CreateUser on resource: arn:…", older: "… on resource: user NAME"
  return (
    /on resource: (?:(?:user|role|group|policy|instance profile) )?([^\s]+)/
      .exec(event.errorMessage ?? '')?.[1]
      ?.slice(0, 300) ?? null
  );
}

/** What the call made, where its answer names it; else what it was done to. */
export function madeBy(event: TrailEvent): string | null {
  const made = idsMade(event);
  return made.length > 0 ? made.slice(0, mostNamed).join(', ').slice(0, 300) : targetOf(event);
}

/** So many things of one call are named. */
const mostNamed = 10;

/** The ids of what the call made, as its answer has them, by the field that says most of what the call is called by. */
export function idsMade(event: TrailEvent): string[] {
  const name = plainName(event.name);
  const stated = idFields[name];
  const thing = name.replace(/^[A-Z][a-z]+/, '');
  const found = new Map<string, string[]>();
  walk(responseOf(event), (field, value) => {
    if (stated === undefined ? !isIdOf(field, thing) : field !== stated) return;
    found.set(field, [...(found.get(field) ?? []), ...textsIn(value)]);
  });
  // `vpcEndpointId` before `vpcId`, which a VPC endpoint has as well.
  const [ids = []] = [...found].sort(([one], [other]) => other.length - one.length).map(([, list]) => list);
  return [...new Set(ids)].sort();
}

/** Where the field that holds the id is not named after the call (Amazon EC2 API reference, by action). */
const idFields: Record<string, string> = {
  AllocateHosts: 'hostIdSet',
  CreateTransitGatewayVpcAttachment: 'transitGatewayAttachmentId',
  PurchaseCapacityBlock: 'capacityReservationId',
};

/** Deeper than this no answer has what it made. */
const deepest = 4;

function walk(part: Json, visit: (field: string, value: Json) => void, depth = 0): void {
  if (depth > deepest) return;
  if (Array.isArray(part)) return part.forEach((one) => walk(one, visit, depth + 1));
  for (const [field, value] of Object.entries(asObject(part) ?? {})) {
    visit(field, value);
    walk(value, visit, depth + 1);
  }
}

/** A text, or those in a set, as `{"item": "h-1"}` or `{"items": [{"item": "h-1"}]}`. */
function textsIn(value: Json): string[] {
  const text = asText(value);
  if (text !== null) return [text];
  return (Array.isArray(value) ? value : Object.values(asObject(value) ?? {})).flatMap(textsIn);
}

/** `volumeId` of CreateVolume, `allocationId` of AllocateAddress, `dBSnapshotIdentifier` of CreateDBSnapshot. */
function isIdOf(field: string, thing: string): boolean {
  if (!/(id|identifier)$/i.test(field) || ofTheCall.test(field)) return false;
  const noun = field.replace(/(id|identifier)$/i, '').toLowerCase();
  return noun !== '' && (thing.toLowerCase().startsWith(noun) || noun === 'allocation');
}

function fromFields(part: JsonObject): string | null {
  for (const field of fields) {
    const value = valueOf(part[field]) ?? valueOf(part[field.charAt(0).toUpperCase() + field.slice(1)]);
    if (value !== null) return value;
  }
  for (const field of lists) {
    const value = part[field];
    const texts = Array.isArray(value)
      ? value.map((item) => asText(item)).filter((item) => item !== null)
      : itemsOf(value)
          .map((item) => valueOf(item.instanceId) ?? valueOf(item.hostId) ?? valueOf(item.item))
          .filter((item) => item !== null);
    if (texts.length > 0) return texts.sort().slice(0, 10).join(', ');
  }
  const field = Object.keys(part).find(
    (name) => naming.test(name) && !ofTheCall.test(name) && valueOf(part[name]) !== null,
  );
  return field === undefined ? null : valueOf(part[field]);
}
