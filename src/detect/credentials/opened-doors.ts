import { isTemporary, lastPart } from '../../facts/identifiers.js';
import { asObject, asText } from '../../model/json.js';
import type { TrailEvent } from '../../model/trail-event.js';
import { userKey, type CredentialGraph } from './credential-graph.js';
import type { Mint } from '../records/mints.js';
import { isService, requestOf, responseOf, valueOf } from '../records/record-fields.js';
import type { Tainted } from './tainted.js';

/** What a tainted call opened that lets somebody in. */
export interface Opened {
  /** A user and a role that it made, by name. */
  user: string | null;
  role: string | null;
  /** Instances that it reached into. */
  instances: string[];
  /** The credentials that came in through it. */
  letIn: Tainted[];
}

/** One call as the rules below see it. `since`: epoch milliseconds from which on what comes in is tainted. */
interface Opening {
  event: TrailEvent;
  from: Tainted;
  since: number;
  graph: CredentialGraph;
}

type Rule = (opening: Opening) => Partial<Opened>;

const made =
  (
    name: (event: TrailEvent) => string | null,
    rule: (opening: Opening, name: string) => Partial<Opened>,
  ): Rule =>
  (opening) => {
    const found = name(opening.event);
    return found === null ? {} : rule(opening, found);
  };

const reach: Rule = ({ event }) => ({ instances: instancesIn(event) });
const provider: Rule = (opening) => ({ letIn: throughProvider(opening) });
const password = made(userOf, (opening, name) => ({ letIn: asUser(opening, name, false) }));
const directoryUser = made(directoryNameOf, (opening, name) => ({ letIn: asDirectoryUser(opening, name) }));

/** Other services have users and roles of the same names: the source decides. */
const rules: Record<string, Rule> = {
  'iam.amazonaws.com|CreateUser': made(userOf, (opening, name) => ({
    user: name,
    letIn: asUser(opening, name, true),
  })),
  'iam.amazonaws.com|CreateLoginProfile': password,
  'iam.amazonaws.com|UpdateLoginProfile': password,
  'iam.amazonaws.com|CreateRole': made(roleOf, (opening, name) => ({
    role: name,
    letIn: [...asRole(opening, name), ...throughTrust(opening, name)],
  })),
  'iam.amazonaws.com|UpdateAssumeRolePolicy': made(roleOf, (opening, name) => ({
    letIn: throughTrust(opening, name),
  })),
  'iam.amazonaws.com|CreateSAMLProvider': provider,
  'iam.amazonaws.com|UpdateSAMLProvider': provider,
  'iam.amazonaws.com|CreateOpenIDConnectProvider': provider,
  'iam.amazonaws.com|UpdateOpenIDConnectProviderThumbprint': provider,
  'iam.amazonaws.com|AddClientIDToOpenIDConnectProvider': provider,
  'rolesanywhere.amazonaws.com|CreateTrustAnchor': provider,
  'identitystore.amazonaws.com|CreateUser': directoryUser,
  'sso-directory.amazonaws.com|CreateUser': directoryUser,
  'ssm.amazonaws.com|SendCommand': reach,
  'ssm.amazonaws.com|StartSession': reach,
  'ec2-instance-connect.amazonaws.com|SendSSHPublicKey': reach,
  'ec2-instance-connect.amazonaws.com|SendSerialConsoleSSHPublicKey': reach,
  'ec2.amazonaws.com|ModifyInstanceAttribute': reach,
};

/** What the call opened, and who came in. `event` is by `from`, and worked. */
export function openedBy(event: TrailEvent, from: Tainted, since: number, graph: CredentialGraph): Opened {
  const rule = rules[`${event.source}|${event.name}`];
  const nothing = { user: null, role: null, instances: [], letIn: [] };
  return rule === undefined ? nothing : { ...nothing, ...rule({ event, from, since, graph }) };
}

/** A password opens the console only: an innocent user's own keys are spared. */
function asUser({ event, from, since, graph }: Opening, name: string, isMade: boolean): Tainted[] {
  const key = userKey(event.account ?? event.actor.account, name);
  return [...(graph.signersOfUser.get(key) ?? [])].flatMap((signer): Tainted[] => {
    const mint = graph.mints.get(signer) ?? null;
    const console = (isTemporary(signer) || signer.startsWith('arn:')) && mint === null;
    if (!isUsedAfter(graph, signer, since) || (!isMade && !console)) return [];
    return [
      {
        id: signer,
        kind: console ? 'console' : (mint?.kind ?? 'access-key'),
        parent: from.id,
        mint,
        since,
        strength: isMade ? 'certain' : 'likely',
        fresh: true,
        samePrincipal: true,
        how: isMade
          ? `belongs to ${name}, a user that ${from.id} made`
          : `signed in as ${name} after ${from.id} set the password`,
      },
    ];
  });
}

/** Sessions of a role carry its ARN. */
function asRole(opening: Opening, name: string): Tainted[] {
  const { from, graph } = opening;
  return [...graph.signersOfRole]
    .filter(([arn]) => lastPart(arn) === name)
    .flatMap(([, signers]) => [...signers])
    .flatMap((signer) => session(opening, signer, `a session of ${name}, a role that ${from.id} made`));
}

/** An opened trust lets outsiders in; who assumed the role from inside before goes on as before. */
function throughTrust(opening: Opening, role: string): Tainted[] {
  const { from, since, graph } = opening;
  const outsiders = [...graph.minted.values()].flat().filter(({ event }) => isFromOutside(event));
  return [...graph.unsigned, ...outsiders]
    .filter(({ roleName, event }) => roleName === role && (event.time ?? 0) >= since && !isService(event))
    .flatMap((mint) => session(opening, mint.id, `let in by the trust of ${role} that ${from.id} set`));
}

/** A trust anchor's certificates, an identity provider's people. */
function throughProvider(opening: Opening): Tainted[] {
  const { event, from, since, graph } = opening;
  const names = [
    'SAMLProviderArn',
    'sAMLProviderArn',
    'OpenIDConnectProviderArn',
    'openIDConnectProviderArn',
  ];
  const providers = [requestOf(event), responseOf(event)]
    .flatMap((part) => [
      ...names.map((name) => valueOf(part[name])),
      valueOf(asObject(part.trustAnchor)?.trustAnchorArn),
    ])
    .filter((arn) => arn !== null);
  const passes = (name: string): boolean =>
    providers.some((arn) => name === arn || name.includes(lastPart(arn)));
  return [...graph.mints.values()]
    .filter(({ event: minted }) => (minted.time ?? 0) >= since)
    .flatMap((mint: Mint) => {
      const through = mint.through.find(passes);
      if (through === undefined) return [];
      return session(opening, mint.id, `let in through ${through}, which ${from.id} made or changed`);
    });
}

/** People of IAM Identity Center take roles named AWSReservedSSO_*, in sessions named after them (IAM Identity Center
 *  user guide, "Referencing permission sets in resource policies"). */
function asDirectoryUser(opening: Opening, name: string): Tainted[] {
  const { from, since, graph } = opening;
  return [...graph.mints.values()]
    .filter(({ event, roleName, sessionName }) => {
      const sso = roleName?.startsWith('AWSReservedSSO_') === true;
      return sso && sessionName === name && (event.time ?? 0) >= since;
    })
    .flatMap(({ id }) =>
      session(opening, id, `signed in as ${name}, an Identity Center user that ${from.id} made`),
    );
}

function session({ from, since, graph }: Opening, id: string | null, how: string): Tainted[] {
  const mint = id === null ? null : (graph.mints.get(id) ?? null);
  if (id === null || (mint === null && !isUsedAfter(graph, id, since))) return [];
  return [
    {
      id,
      kind: mint?.kind ?? 'role-session',
      parent: from.id,
      mint,
      since,
      strength: from.strength,
      fresh: true,
      samePrincipal: true,
      how,
    },
  ];
}

function userOf(event: TrailEvent): string | null {
  const response = responseOf(event);
  return (
    valueOf(requestOf(event).userName) ??
    valueOf(asObject(response.user)?.userName) ??
    valueOf(asObject(response.loginProfile)?.userName)
  );
}

function directoryNameOf(event: TrailEvent): string | null {
  const name = valueOf(requestOf(event).userName);
  // Identity Center hides its people's names in some records.
  return name === null || /HIDDEN/i.test(name) ? null : name;
}

function roleOf(event: TrailEvent): string | null {
  const arn = valueOf(asObject(responseOf(event).role)?.arn);
  return valueOf(requestOf(event).roleName) ?? (arn === null ? null : lastPart(arn));
}

/** The caller belongs to another account, or to none. */
function isFromOutside(event: TrailEvent): boolean {
  const { account, type } = event.actor;
  return type === 'AWSAccount' || (account !== null && event.account !== null && account !== event.account);
}

function isUsedAfter(graph: CredentialGraph, signer: string, since: number): boolean {
  return graph.bySigner.get(signer)?.some(({ time }) => time === null || time >= since) ?? false;
}

function instancesIn(event: TrailEvent): string[] {
  const request = requestOf(event);
  const list = Array.isArray(request.instanceIds) ? request.instanceIds : [];
  return [...list, request.target ?? null, request.instanceId ?? null]
    .map((id) => asText(id))
    .filter((id) => id?.startsWith('i-') === true) as string[];
}
