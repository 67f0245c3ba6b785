import { rankOfAct } from '../../facts/index.js';
import {
  asText,
  type Json,
  type RemovalStep,
  type Resource,
  shellWord,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { itemsOf, requestOf, responseOf, valueOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';

/** `CreateDBSubnetGroup` → `DB subnet group`. */
export function thingIn(name: string): string {
  const noun = name.replace(/^[A-Z][a-z]+(?=[A-Z])/, '');
  return noun
    .replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}

/** One word of a command, or several values of one option; null: the record does not say, so there is no command. */
type Word = string | null;

/** For what no play looks at. */
export const noPlay = 'no-play';

/** What the table below makes a command of. */
interface Subject {
  event: TrailEvent;
  resource: Resource;
  /** The value before, where the records hold it. */
  before: Json;
}

/**
 * How to take away what this act left: a command of the AWS command line where every foreign text in it is safe in a
 * shell, and always a step in words.
 */
export function removalOf(subject: Subject): RemovalStep {
  const { event, resource } = subject;
  const service = event.source.replace(/\.amazonaws\.com$/, '');
  const name = plainName(event.name);
  const words = commands[`${service}|${name}`]?.(subject) ?? null;
  const where = resource.region === 'global' ? [] : [option('region', resource.region)];
  const what = `${resource.type} ${shownName(resource)}`;
  return {
    command: words === null ? null : commandOf([...words, ...where]),
    step: steps[`${service}|${name}`]?.(what, subject) ?? stepOf(service, name, what, resource.region),
  };
}

/** The same for an act that no play speaks of, on `id`. */
export function removalOfAct(event: TrailEvent, id: string): RemovalStep {
  const type = rankOfAct(event.source, event.name)?.thing ?? thingIn(plainName(event.name));
  const region = event.source === 'iam.amazonaws.com' ? 'global' : event.region;
  const resource = {
    play: noPlay,
    type,
    id,
    region,
    state: 'not examined',
    live: true,
    createdAt: event.time,
    tags: {},
    links: [],
    properties: {},
  };
  return removalOf({ event, resource, before: null });
}

/** The name of a thing as people know it: without the parts that make its id unlike others. */
function shownName({ id, play }: Resource): string {
  if (play === 'iam-principals') return id.replace(/^(user|role)\|/, '');
  const [holder = '', name = '', , ...what] = play === 'iam-grants' ? id.split('|') : [];
  return play === 'iam-grants' ? `${what.join('|')} of ${holder.toLowerCase()} ${name}` : id;
}

function stepOf(service: string, name: string, what: string, region: string): string {
  const verb = /^(Create|Run|Start|Request|Allocate|Import|Upload|Register|Launch|Submit|Copy|Add)/.test(name)
    ? 'remove'
    : /^(Delete|Stop|Disable|Detach|Deactivate|Disassociate|Leave)/.test(name)
      ? 'set up again'
      : 'set back as it was';
  const where = region === 'global' ? '' : ` in ${region}`;
  return `${service} console${where}: ${verb} ${what}`;
}

/** Where the words of the table's verb would not say it. */
const steps: Record<string, (what: string, subject: Subject) => string> = {
  'iam|CreateUser': (what) =>
    `IAM console, Users: delete ${what} (the command works once its keys, password and policies are gone)`,
  'iam|CreateRole': (what) =>
    `IAM console, Roles: delete ${what} (the command works once its policies and instance profiles are gone)`,
  'iam|UpdateAssumeRolePolicy': (what, { before }) =>
    `IAM console, Roles, Trust relationships: put back ${what}${asText(before) === null ? '; what it was is not in these records' : ''}`,
  'iam|UpdateLoginProfile': (what) =>
    `IAM console, Users, Security credentials: remove ${what}; its owner sets a new one`,
  'lambda|UpdateFunctionCode': (what) =>
    `Lambda console: deploy the code of ${what} again from its source; AWS keeps no earlier code`,
  'cloudtrail|StopLogging': (what) => `CloudTrail console, Trails: start ${what} again`,
  'ec2|RunInstances': (what) => `EC2 console, Instances: terminate ${what}, after evidence is secured`,
  'ssm|SendCommand': (what, { event }) =>
    `Systems Manager console in ${event.region}, Run Command: see what the command did on ${what}, and take that back there`,
  'kms|ScheduleKeyDeletion': (what, { event }) =>
    `KMS console in ${event.region}: cancel the deletion of ${what} before its waiting period ends, and enable it`,
  'kms|DisableKey': (what, { event }) => `KMS console in ${event.region}: enable ${what} again`,
  's3|PutBucketPolicy': (what) => `S3 console, Permissions: take out of ${what} what was put in`,
};

/** `--name=value`, so that no value passes for an option; null where the value is not safe to paste. */
function option(name: string, value: Word): Word {
  // The AWS command line reads such a value from there (AWS CLI user guide, "Loading a parameter from a file").
  if (value === null || value === '' || /^(file|fileb|https?):\/\//i.test(value)) return null;
  const word = shellWord(value);
  return word === null ? null : `--${name}=${word}`;
}
const of =
  (field: string) =>
  ({ event }: Subject): Word =>
    valueOf(requestOf(event)[field]) ?? valueOf(responseOf(event)[field]);
const id = ({ resource }: Subject): Word => resource.id;

/** `aws SERVICE OPERATION --OPTION=VALUE …`. */
function call(
  service: string,
  operation: string,
  options: Record<string, (subject: Subject) => Word>,
  ...more: string[]
): (subject: Subject) => Word[] {
  return (subject) => [
    service,
    operation,
    ...Object.entries(options).map(([name, value]) => option(name, value(subject))),
    ...more,
  ];
}

const user = ({ event }: Subject): Word =>
  textAt(event.response, 'accessKey', 'userName') ??
  valueOf(requestOf(event)['userName']) ??
  event.actor.userName;
const grant =
  (part: 1 | 3) =>
  ({ resource }: Subject): Word =>
    asText(part === 1 ? resource.id.split('|')[1] : resource.id.split('|').slice(3).join('|'));
/** A policy on one line; null for what is no JSON. */
function compact(document: string): Word {
  try {
    return JSON.stringify(JSON.parse(document));
  } catch {
    return null;
  }
}
const isAccount = (value: Word): value is string => value !== null && /^\d{12}$/.test(value);

/** Accounts that a snapshot or an image was shared with, all of them as account ids; else null: a person looks. */
function sharedAccounts(event: TrailEvent): string[] | null {
  const request = requestOf(event);
  const items = [request['createVolumePermission'], request['launchPermission']]
    .flatMap((change) => itemsOf((change as { add?: unknown } | null | undefined)?.add))
    .map((item) => valueOf(item['userId']));
  const values = Array.isArray(request['valuesToAdd'])
    ? request['valuesToAdd'].map((one) => asText(one))
    : [];
  const all = [...items, ...values];
  return all.length > 0 && all.every(isAccount) ? all : null;
}

const holders = ['user', 'role', 'group'].map((holder) => ({
  holder,
  Holder: holder.charAt(0).toUpperCase() + holder.slice(1),
}));

/** By `service|event name`. What is not here has a step in words alone. */
const commands: Record<string, (subject: Subject) => Word[] | null> = {
  'iam|CreateAccessKey': call('iam', 'delete-access-key', { 'user-name': user, 'access-key-id': id }),
  'iam|UpdateAccessKey': call(
    'iam',
    'update-access-key',
    { 'user-name': user, 'access-key-id': id },
    '--status=Inactive',
  ),
  'iam|CreateLoginProfile': call('iam', 'delete-login-profile', { 'user-name': user }),
  'iam|UpdateLoginProfile': call('iam', 'delete-login-profile', { 'user-name': user }),
  'iam|CreateUser': call('iam', 'delete-user', { 'user-name': of('userName') }),
  'iam|CreateRole': call('iam', 'delete-role', { 'role-name': of('roleName') }),
  'iam|CreatePolicy': call('iam', 'delete-policy', { 'policy-arn': id }),
  'iam|CreateSAMLProvider': call('iam', 'delete-saml-provider', { 'saml-provider-arn': id }),
  'iam|CreateOpenIDConnectProvider': call('iam', 'delete-open-id-connect-provider', {
    'open-id-connect-provider-arn': id,
  }),
  'iam|CreateServiceSpecificCredential': call('iam', 'delete-service-specific-credential', {
    'user-name': user,
    'service-specific-credential-id': id,
  }),
  'iam|UploadSSHPublicKey': call('iam', 'delete-ssh-public-key', {
    'user-name': user,
    'ssh-public-key-id': id,
  }),
  'iam|UploadSigningCertificate': call('iam', 'delete-signing-certificate', {
    'user-name': user,
    'certificate-id': id,
  }),
  'iam|AddUserToGroup': call('iam', 'remove-user-from-group', {
    'group-name': grant(1),
    'user-name': grant(3),
  }),
  'iam|UpdateAssumeRolePolicy': ({ before, resource }) => {
    const document = asText(before);
    return document === null
      ? null
      : [
          'iam',
          'update-assume-role-policy',
          option('role-name', resource.id),
          option('policy-document', compact(document)),
        ];
  },
  ...Object.fromEntries(
    holders.flatMap(({ holder, Holder }) => [
      [
        `iam|Attach${Holder}Policy`,
        call('iam', `detach-${holder}-policy`, { [`${holder}-name`]: grant(1), 'policy-arn': grant(3) }),
      ],
      [
        `iam|Put${Holder}Policy`,
        (subject: Subject): Word[] => {
          const document = asText(subject.before);
          const named = [
            option(`${holder}-name`, grant(1)(subject)),
            option('policy-name', grant(3)(subject)),
          ];
          return document === null
            ? ['iam', `delete-${holder}-policy`, ...named]
            : ['iam', `put-${holder}-policy`, ...named, option('policy-document', compact(document))];
        },
      ],
    ]),
  ),
  'rolesanywhere|CreateTrustAnchor': call('rolesanywhere', 'delete-trust-anchor', { 'trust-anchor-id': id }),
  'rolesanywhere|EnableTrustAnchor': call('rolesanywhere', 'disable-trust-anchor', { 'trust-anchor-id': id }),
  'rolesanywhere|CreateProfile': call('rolesanywhere', 'delete-profile', { 'profile-id': id }),
  'rolesanywhere|EnableProfile': call('rolesanywhere', 'disable-profile', { 'profile-id': id }),
  'lambda|CreateFunction': call('lambda', 'delete-function', { 'function-name': id }),
  'lambda|CreateFunctionUrlConfig': call('lambda', 'delete-function-url-config', {
    'function-name': of('functionName'),
  }),
  'lambda|AddPermission': call('lambda', 'remove-permission', {
    'function-name': of('functionName'),
    'statement-id': of('statementId'),
  }),
  'ec2|RunInstances': call('ec2', 'terminate-instances', { 'instance-ids': id }),
  'ec2|CreateKeyPair': call('ec2', 'delete-key-pair', { 'key-name': of('keyName') }),
  'ec2|ImportKeyPair': call('ec2', 'delete-key-pair', { 'key-name': of('keyName') }),
  'ec2|CreateLaunchTemplate': call('ec2', 'delete-launch-template', { 'launch-template-id': id }),
  'ec2|RequestSpotInstances': call('ec2', 'cancel-spot-instance-requests', {
    'spot-instance-request-ids': id,
  }),
  'ec2|RequestSpotFleet': call(
    'ec2',
    'cancel-spot-fleet-requests',
    { 'spot-fleet-request-ids': id },
    '--terminate-instances',
  ),
  'ec2|CreateFleet': ({ resource }) =>
    resource.play === 'ec2-fleets'
      ? ['ec2', 'delete-fleets', option('fleet-ids', resource.id), '--terminate-instances']
      : ['ec2', 'terminate-instances', option('instance-ids', resource.id)],
  'ec2|AuthorizeSecurityGroupIngress': (subject) => revoke('ingress', subject),
  'ec2|AuthorizeSecurityGroupEgress': (subject) => revoke('egress', subject),
  'ec2|ModifySnapshotAttribute': ({ event }) => {
    const accounts = sharedAccounts(event);
    const snapshot = option('snapshot-id', valueOf(requestOf(event)['snapshotId']));
    return accounts === null
      ? null
      : [
          'ec2',
          'modify-snapshot-attribute',
          snapshot,
          '--attribute=createVolumePermission',
          '--operation-type=remove',
          '--user-ids',
          ...accounts,
        ];
  },
  'ec2|ModifyImageAttribute': ({ event }) => {
    const accounts = sharedAccounts(event);
    const image = option('image-id', valueOf(requestOf(event)['imageId']));
    return accounts === null
      ? null
      : [
          'ec2',
          'modify-image-attribute',
          image,
          '--attribute=launchPermission',
          '--operation-type=remove',
          '--user-ids',
          ...accounts,
        ];
  },
  'rds|ModifyDBSnapshotAttribute': ({ event }) => {
    const accounts = sharedAccounts(event);
    const snapshot = option('db-snapshot-identifier', valueOf(requestOf(event)['dBSnapshotIdentifier']));
    return accounts === null
      ? null
      : [
          'rds',
          'modify-db-snapshot-attribute',
          snapshot,
          '--attribute-name=restore',
          '--values-to-remove',
          ...accounts,
        ];
  },
  'autoscaling|CreateAutoScalingGroup': call(
    'autoscaling',
    'delete-auto-scaling-group',
    { 'auto-scaling-group-name': of('autoScalingGroupName') },
    '--force-delete',
  ),
  'autoscaling|CreateLaunchConfiguration': call('autoscaling', 'delete-launch-configuration', {
    'launch-configuration-name': of('launchConfigurationName'),
  }),
  'cloudformation|CreateStack': call('cloudformation', 'delete-stack', { 'stack-name': of('stackName') }),
  'kms|ScheduleKeyDeletion': call('kms', 'cancel-key-deletion', { 'key-id': of('keyId') }),
  'kms|DisableKey': call('kms', 'enable-key', { 'key-id': of('keyId') }),
  'cloudtrail|StopLogging': call('cloudtrail', 'start-logging', { name: of('name') }),
};

function revoke(way: 'ingress' | 'egress', { event, resource }: Subject): Word[] | null {
  if (resource.play !== 'security-group-rules') return null;
  const group = option('group-id', valueOf(requestOf(event)['groupId']));
  return ['ec2', `revoke-security-group-${way}`, group, option('security-group-rule-ids', resource.id)];
}

/** Null where a word of it is missing. Foreign text is quoted by option(). */
function commandOf(words: readonly Word[]): string | null {
  return words.includes(null) ? null : `aws ${words.join(' ')}`;
}
