import { isTemporary, lastPart } from '../../facts/index.js';
import { asObject, type TrailEvent } from '../../model/index.js';
import type { Way, Ways } from './compute-doors.js';
import { userKey, type CredentialGraph } from './credential-graph.js';
import type { Mint } from '../records/mints.js';
import { isConsole, isService, requestOf, responseOf, valueOf } from '../records/record-fields.js';
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
  /** Ways into a role's rights through what runs with it. */
  ways: Way[];
  /** What shows who came in, in records that name neither the key nor what it opened. */
  asks: Ask[];
}

/** A question to CloudTrail: `who`, a user or a role's session; `role`, whose sessions' making is asked for; `call`, all
 *  calls of that name. */
export interface Ask {
  by: 'who' | 'role' | 'call';
  name: string;
}

/** One call as the rules below see it. `since`: epoch milliseconds from which on what comes in is tainted. */
export interface Opening {
  event: TrailEvent;
  from: Tainted;
  since: number;
  graph: CredentialGraph;
  ways: Ways;
}

export type Rule = (opening: Opening) => Partial<Opened>;

const made =
  (
    name: (event: TrailEvent) => string | null,
    rule: (opening: Opening, name: string) => Partial<Opened>,
  ): Rule =>
  (opening) => {
    const found = name(opening.event);
    return found === null ? {} : rule(opening, found);
  };

const who = (name: string): Ask[] => [{ by: 'who', name }];
/** By what a provider or a trust anchor lets people in. */
const visits: Ask[] = ['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity', 'CreateSession'].map((name) => ({
  by: 'call',
  name,
}));
const sessionsOfRole = ({ event }: Opening, name: string): Ask[] => [
  { by: 'role', name: roleArnOf(event, name) },
];

export const throughProviders: Rule = (opening) => ({ letIn: throughProvider(opening), asks: visits });
export const throughPassword = made(userOf, (opening, name) => ({
  letIn: asUser(opening, name, false),
  asks: who(name),
}));
export const asNewUser = made(userOf, (opening, name) => ({
  user: name,
  letIn: asUser(opening, name, true),
  asks: who(name),
}));
export const asNewRole = made(roleOf, (opening, name) => ({
  role: name,
  letIn: [...asRole(opening, name), ...throughTrust(opening, name)],
  asks: sessionsOfRole(opening, name),
}));
export const throughNewTrust = made(roleOf, (opening, name) => ({
  letIn: throughTrust(opening, name),
  asks: sessionsOfRole(opening, name),
}));
export const asNewDirectoryUser = made(directoryNameOf, (opening, name) => ({
  letIn: asDirectoryUser(opening, name),
  asks: who(name),
}));
export const byCredentialOfService = made(userOf, (opening, name) => ({
  letIn: throughServiceCredential(opening, name),
  asks: who(name),
}));

/** A password opens the console only: an innocent user's own keys are spared. */
function asUser({ event, from, since, graph }: Opening, name: string, isMade: boolean): Tainted[] {
  const signers = [...(graph.signersOfUser.get(userKey(event.account ?? event.actor.account, name)) ?? [])];
  const callsOf = (signer: string): TrailEvent[] => graph.bySigner.get(signer) ?? [];
  const before = signers.flatMap(callsOf).filter(({ time }) => time !== null && time < since);
  const usual = new Set(before.map(({ sourceIp }) => sourceIp));
  return signers.flatMap((signer): Tainted[] => {
    const mint = graph.mints.get(signer) ?? null;
    const console = (isTemporary(signer) || signer.startsWith('arn:')) && mint === null;
    if (!isUsedAfter(graph, signer, since) || (!isMade && !console)) return [];
    return [
      {
        id: signer,
        kind: console ? kindWithoutAccessKey(graph, signer) : (mint?.kind ?? 'access-key'),
        parent: from.id,
        mint,
        since,
        strength: isMade ? from.strength : 'likely',
        fresh: true,
        // Its owner may be signed in still, from where he always is: where that was not read, nobody can tell.
        samePrincipal:
          isMade || (before.length > 0 && callsOf(signer).every(({ sourceIp }) => !usual.has(sourceIp))),
        how: isMade
          ? `belongs to ${name}, a user that ${from.id} made`
          : `signed in as ${name} after ${from.id} set the password`,
      },
    ];
  });
}

/** What calls as a user without an access key that is known: the console, or a credential of one service. */
function kindWithoutAccessKey(graph: CredentialGraph, signer: string): Tainted['kind'] {
  const calls = graph.bySigner.get(signer) ?? [];
  const isBearer =
    signer.startsWith('arn:') &&
    !calls.some((event) => event.source === 'signin.amazonaws.com' || isConsole(event));
  return isBearer ? 'unknown' : 'console';
}

/**
 * A credential of one service (`ACCA…`) signs with no access key: its calls carry the user alone. The user's keys, and
 * the calls that he made so before, are spared (IAM user guide, "API keys for Amazon Bedrock").
 */
function throughServiceCredential({ event, from, since, graph }: Opening, name: string): Tainted[] {
  const key = userKey(event.account ?? event.actor.account, name);
  const service =
    valueOf(requestOf(event).serviceName) ??
    valueOf(asObject(responseOf(event).serviceSpecificCredential)?.serviceName);
  const ofService = ({ source }: TrailEvent): boolean =>
    service === null
      ? source !== 'signin.amazonaws.com'
      : source.split('.')[0]?.startsWith(service.split('.')[0] ?? '') === true;
  return [...(graph.signersOfUser.get(key) ?? [])].flatMap((signer): Tainted[] => {
    if (!signer.startsWith('arn:') || graph.mints.has(signer)) return [];
    const calls = (graph.bySigner.get(signer) ?? []).filter(ofService);
    const before = new Set(
      calls.filter(({ time }) => time !== null && time < since).map(({ sourceIp }) => sourceIp),
    );
    const spares = (one: TrailEvent): boolean => !ofService(one) || before.has(one.sourceIp);
    if (!calls.some((one) => (one.time ?? since) >= since && !spares(one))) return [];
    return [
      {
        id: signer,
        kind: 'unknown',
        parent: from.id,
        mint: null,
        since,
        strength: before.size === 0 ? from.strength : 'likely',
        fresh: true,
        samePrincipal: before.size === 0,
        how: `calls ${service ?? 'a service'} as ${name} without an access key, after ${from.id} made a credential for that`,
        spares,
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

/** An opened trust lets outsiders in; who assumed the role before, from inside or outside, goes on as before. */
function throughTrust(opening: Opening, role: string): Tainted[] {
  const { from, since, graph } = opening;
  const outsiders = [...graph.minted.values()].flat().filter(({ event }) => isFromOutside(event));
  const visits = [...graph.unsigned, ...outsiders].filter(
    ({ roleName, event }) => roleName === role && !isService(event),
  );
  const isBefore = ({ event }: Mint): boolean => event.time !== null && event.time < since;
  const earlier = visits.filter(isBefore);
  const known = new Set(earlier.map(visitorOf));
  const usual = new Set(earlier.flatMap(providersOf));
  return visits
    .filter((mint) => !isBefore(mint) && !known.has(visitorOf(mint)))
    .flatMap((mint) => {
      const how = `let in by the trust of ${role} that ${from.id} set`;
      // The new trust may name other people of the same provider; so may their company.
      const isNew = !providersOf(mint).some((one) => usual.has(one));
      return session(opening, mint.id, how, isNew ? from.strength : 'likely');
    });
}

/** Who came, and through what; a session of somebody else's role has another name each time. */
function visitorOf(mint: Mint): string {
  const { account, type, userName, principalId } = mint.event.actor;
  const who = type === 'AWSAccount' ? principalId?.split(':')[0] : (userName ?? principalId);
  return [account, who, ...providersOf(mint)].join('|');
}

const providersOf = ({ through }: Mint): string[] => through.filter((one) => one.startsWith('arn:'));

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
  // Records name an OIDC provider by its host too, and its people by either with a colon (CloudTrail user guide, "userIdentity").
  const known = providers.flatMap((arn) => [arn, ...(/:oidc-provider\/(.+)$/.exec(arn)?.slice(1) ?? [])]);
  const passes = (name: string): boolean =>
    known.some((provider) => name === provider || name.startsWith(`${provider}:`));
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

function session(
  { from, since, graph }: Opening,
  id: string | null,
  how: string,
  strength = from.strength,
): Tainted[] {
  const mint = id === null ? null : (graph.mints.get(id) ?? null);
  if (id === null || (mint === null && !isUsedAfter(graph, id, since))) return [];
  return [
    {
      id,
      kind: mint?.kind ?? 'role-session',
      parent: from.id,
      mint,
      since,
      strength,
      fresh: true,
      samePrincipal: strength === from.strength,
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

/** A role's ARN; where the record does not say it, that of one without a path. */
function roleArnOf(event: TrailEvent, name: string): string {
  const said = valueOf(asObject(responseOf(event).role)?.arn);
  const partition = event.actor.arn?.split(':')[1] ?? 'aws';
  return said ?? `arn:${partition}:iam::${event.account ?? event.actor.account ?? ''}:role/${name}`;
}

/** The caller belongs to another account, or to none. */
function isFromOutside(event: TrailEvent): boolean {
  const { account, type } = event.actor;
  return type === 'AWSAccount' || (account !== null && event.account !== null && account !== event.account);
}

function isUsedAfter(graph: CredentialGraph, signer: string, since: number): boolean {
  return graph.bySigner.get(signer)?.some(({ time }) => time === null || time >= since) ?? false;
}
