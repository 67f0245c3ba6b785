import type { TrailEvent } from '../../model/index.js';
import { rolesIn } from './door-records.js';
import {
  asNewDirectoryUser,
  asNewRole,
  asNewUser,
  byCredentialOfService,
  throughNewTrust,
  throughPassword,
  throughProviders,
  type Opened,
  type Opening,
  type Rule,
} from './granted-access.js';
import { build, functionDoor, passed, project, reach, stack, task, unlessUnchanged } from './run-doors.js';
import { plainName } from '../records/sensitive-acts.js';

/** A call that lets somebody in, as somebody else. */
export interface Door {
  source: string;
  /** Event names, without the API dates that Lambda's carry; empty: whichever call passes a role. */
  names: readonly string[];
  /** What it opens, in words. */
  opens: string;
  /** By what the records tie who came in. */
  tie: string;
  /** certain: a name ties. likely: only time and role do; what comes in is held, and never destroyed. */
  strength: 'certain' | 'likely';
  rule: Rule;
}

const service = (name: string): string => `${name}.amazonaws.com`;

function door(
  source: string,
  names: string,
  opens: string,
  tie: string,
  strength: Door['strength'],
  rule: Rule,
): Door {
  return {
    source: source === '*' ? '*' : service(source),
    names: names.split(' '),
    opens,
    tie,
    strength,
    rule,
  };
}

const named = 'the user’s name';
const provider = 'the provider, anchor or profile that the session came through';
const byTime = 'role, service and time';

/** Every call that lets somebody in, each once: code, docs/doors.md and tests are from here. Other services have users
 *  and roles of the same names: the source decides. */
export const doors: readonly Door[] = [
  door('iam', 'CreateUser', 'a user', named, 'certain', asNewUser),
  door('iam', 'CreateLoginProfile UpdateLoginProfile', 'a user’s console', named, 'likely', throughPassword),
  door(
    'iam',
    'CreateServiceSpecificCredential ResetServiceSpecificCredential',
    'one service, as an existing user',
    'user and service of calls without an access key',
    'certain',
    byCredentialOfService,
  ),
  door('iam', 'CreateRole', 'a role', 'the role’s name', 'certain', asNewRole),
  door(
    'iam',
    'UpdateAssumeRolePolicy',
    'a role, to outsiders',
    'the role’s name, and a caller from outside',
    'certain',
    throughNewTrust,
  ),
  door(
    'iam',
    'CreateSAMLProvider UpdateSAMLProvider CreateOpenIDConnectProvider UpdateOpenIDConnectProviderThumbprint AddClientIDToOpenIDConnectProvider',
    'roles, to people of a provider',
    provider,
    'certain',
    throughProviders,
  ),
  door('rolesanywhere', 'CreateTrustAnchor', 'roles, to certificates', provider, 'certain', throughProviders),
  door('identitystore', 'CreateUser', 'a user of IAM Identity Center', named, 'certain', asNewDirectoryUser),
  door('sso-directory', 'CreateUser', 'a user of IAM Identity Center', named, 'certain', asNewDirectoryUser),
  door(
    'lambda',
    'CreateFunction',
    'a function’s role',
    'session named after the function',
    'certain',
    functionDoor('which the misuse made', ['UpdateFunctionCode']),
  ),
  door(
    'lambda',
    'UpdateFunctionCode',
    'a function’s role',
    'session named after the function',
    'certain',
    unlessUnchanged(functionDoor('whose code the misuse replaced', ['UpdateFunctionCode'])),
  ),
  door(
    'lambda',
    'UpdateFunctionConfiguration',
    'a function’s role',
    'session named after the function',
    'certain',
    unlessUnchanged(functionDoor('whose settings the misuse changed', ['UpdateFunctionConfiguration'])),
  ),
  door(
    'ecs',
    'RunTask StartTask ExecuteCommand',
    'a task’s role',
    'session named by the task’s id',
    'certain',
    task,
  ),
  door('ecs', 'CreateService UpdateService', 'a task’s role', byTime, 'likely', unlessUnchanged(passed)),
  door(
    'codebuild',
    'StartBuild StartBuildBatch RetryBuild RetryBuildBatch',
    'a build’s role',
    'session named by the build’s id',
    'certain',
    build,
  ),
  door(
    'codebuild',
    'CreateProject UpdateProject',
    'the role of the project’s later builds',
    'session named by the build’s id',
    'certain',
    project,
  ),
  door(
    'cloudformation',
    'CreateStack UpdateStack CreateChangeSet',
    'a stack’s role, or the caller’s own rights',
    'the stack’s tags in the request; else role, service and time (likely)',
    'certain',
    stack,
  ),
  door(
    'sagemaker',
    'CreateNotebookInstance UpdateNotebookInstance StartNotebookInstance CreatePresignedNotebookInstanceUrl',
    'a notebook’s role',
    byTime,
    'likely',
    passed,
  ),
  door(
    'ssm',
    'SendCommand StartSession',
    'an instance’s role, or a task’s',
    'session named by the instance’s or task’s id',
    'certain',
    reach,
  ),
  door(
    'ec2-instance-connect',
    'SendSSHPublicKey SendSerialConsoleSSHPublicKey',
    'an instance’s role',
    'session named by the instance’s id',
    'certain',
    reach,
  ),
  door(
    'ec2',
    'ModifyInstanceAttribute AssociateIamInstanceProfile ReplaceIamInstanceProfileAssociation',
    'an instance’s role',
    'session named by the instance’s id',
    'certain',
    reach,
  ),
  door(
    '*',
    '*',
    'the role that any other call passes to a service (SageMaker’s and Glue’s jobs, …)',
    byTime,
    'likely',
    passed,
  ),
];

const byAct = new Map(doors.flatMap((one) => one.names.map((name) => [`${one.source}|${name}`, one])));
/** What names roles and passes none to a service. */
const passesNone = new Set(
  ['iam', 'sts', 'rolesanywhere', 'signin', 'kms', 's3', 'organizations', 'ram', 'secretsmanager', 'sso'].map(
    service,
  ),
);

/** The door that a call opens; null for most. */
export function doorOf(event: TrailEvent): Door | null {
  const known = byAct.get(`${event.source}|${plainName(event.name)}`);
  if (known !== undefined) return known;
  const passes = event.readOnly !== true && !passesNone.has(event.source) && rolesIn(event).length > 0;
  return passes ? (byAct.get('*|*') ?? null) : null;
}

/** What the call opened, and who came in. `event` is by `from`, and worked. */
export function openedBy(opening: Opening): Opened {
  const nothing = { user: null, role: null, instances: [], letIn: [], ways: [], asks: [] };
  return { ...nothing, ...doorOf(opening.event)?.rule(opening) };
}

/** The table of docs/doors.md, in Markdown: generated, so that it cannot say what is not so. Pure. */
export function doorTable(): string {
  const rows = doors.map(({ source, names, opens, tie, strength }) => [
    source === '*' ? 'any other' : source.replace('.amazonaws.com', ''),
    names[0] === '*' ? 'any that names a role' : names.map((name) => `\`${name}\``).join(' '),
    opens,
    tie,
    strength,
  ]);
  const head = ['service', 'call', 'opens', 'who comes in is known by', 'tie'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
