import { asObject, asText, type JsonObject, type TrailEvent } from '../../model/index.js';
import { itemsOf, requestOf, responseOf, valueOf } from './record-fields.js';

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

/** What the call made, where its answer names one thing; else what it was done to. */
export function madeBy(event: TrailEvent): string | null {
  const answer = responseOf(event);
  const inner = Object.values(answer)
    .map(asObject)
    .filter((part) => part !== null);
  const thing = event.name.replace(/^[A-Z][a-z]+/, '');
  for (const part of [answer, ...(inner.length === 1 ? inner : [])]) {
    const field = Object.keys(part).find((name) => isIdOf(name, thing) && valueOf(part[name]) !== null);
    if (field !== undefined) return valueOf(part[field])?.slice(0, 300) ?? null;
  }
  return targetOf(event);
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
