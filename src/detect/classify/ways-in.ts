import { lastPart } from '../../facts/index.js';
import { isInstance, asText, type Finding, type Resource, resourceKey } from '../../model/index.js';
import type { Case } from './case.js';
import type { Tainted } from '../credentials/tainted.js';
import { earlierOf } from './was-before.js';

type Principal = { kind: 'user' | 'role'; name: string };

/**
 * A grant of which nothing shows whether it stood before is held only while every way of the incident into its
 * principal is contained, or is being contained: where one is open, or could not be read, it goes back. Pure.
 */
export function withOpenWays(findings: readonly Finding[], its: Case): Finding[] {
  const byKey = new Map(findings.map((finding) => [resourceKey(finding.resource), finding]));
  return findings.map((finding) => {
    const { resource } = finding;
    if (finding.class !== 'held' || resource.play !== 'iam-grants') return finding;
    const history = its.histories.get(resourceKey(resource));
    if (history === undefined || earlierOf(resource, history, its)?.was !== 'unknown') return finding;
    for (const principal of principalsOf(resource, its)) {
      const way = openWay(principal, byKey, its);
      if (way === null) continue;
      const why = `a way of the incident into ${principal.kind} ${principal.name} is open: ${way}`;
      return { ...finding, class: 'rogue', rule: 'grant.open-way', reasons: [why, ...finding.reasons] };
    }
    return finding;
  });
}

/** Who may use the grant. */
function principalsOf({ properties }: Resource, its: Case): Principal[] {
  const name = asText(properties['name']) ?? '';
  if (properties['kind'] === 'member') return [{ kind: 'user', name: asText(properties['what']) ?? '' }];
  if (properties['holder'] !== 'Group')
    return [{ kind: properties['holder'] === 'Role' ? 'role' : 'user', name }];
  return its.facts.inventory.flatMap(({ play, properties: of }): Principal[] => {
    const isMember = play === 'iam-grants' && of['kind'] === 'member' && of['name'] === name;
    return isMember ? [{ kind: 'user', name: asText(of['what']) ?? '' }] : [];
  });
}

/** In words; null where every way is contained. */
function openWay(principal: Principal, byKey: ReadonlyMap<string, Finding>, its: Case): string | null {
  return principal.kind === 'user'
    ? (unread(['access-keys', 'login-profiles', 'user-sessions'], its) ??
        intoUser(principal.name, byKey, its))
    : (unread(['role-sessions', 'role-trust'], its) ?? intoRole(principal.name, byKey, its));
}

function unread(plays: readonly string[], its: Case): string | null {
  const cell = its.facts.coverage.find(
    ({ subject, status }) => plays.includes(subject) && status !== 'complete' && status !== 'not-enabled',
  );
  return cell === undefined ? null : `${cell.subject} could not be read`;
}

function intoUser(user: string, byKey: ReadonlyMap<string, Finding>, its: Case): string | null {
  for (const credential of its.taint?.credentials.values() ?? []) {
    if (credential.kind === 'role-session' || credential.kind === 'instance-role') continue;
    if ((credential.mint?.userName ?? ownerOf(credential.id, its)) !== user) continue;
    const isKey = credential.kind === 'access-key' || credential.id === its.key;
    const id = isKey ? `access-keys|global|${credential.id}` : `user-sessions|global|${user}`;
    const finding = byKey.get(id);
    // A key that is not listed is gone. Sessions of the key's own user are cut with it.
    if (finding === undefined ? isKey : isContained(finding)) continue;
    if (!isKey && (isOver(credential, its) || user === ownerOf(its.key, its))) continue;
    return `${credential.id} is not contained`;
  }
  const neighbour = its.taint?.neighbours.find((id) => ownerOf(id, its) === user);
  if (neighbour !== undefined) return `${neighbour} called from the same place as the misuse`;
  const password = byKey.get(`login-profiles|global|${user}`);
  if (password !== undefined && password.class === 'held') return 'its password is held';
  return null;
}

function intoRole(role: string, byKey: ReadonlyMap<string, Finding>, its: Case): string | null {
  const sessions = byKey.get(`role-sessions|global|${role}`);
  const session = [...(its.taint?.credentials.values() ?? [])].find(
    (credential) => roleOf(credential, its) === role && !isOver(credential, its),
  );
  if (session !== undefined && (sessions === undefined || !isContained(sessions)))
    return `session ${session.id} is not contained`;
  const trust = byKey.get(`role-trust|global|${role}`);
  if (trust !== undefined && isLeftOpen(trust)) return 'its trust was changed, and cannot be put back';
  const profiles = new Set(sessions?.resource.links.map(({ id }) => id));
  for (const finding of byKey.values()) {
    const { resource } = finding;
    const hasRole = resource.links.some(
      ({ kind, id }) =>
        (kind === 'role' && lastPart(id) === role && resource.play.startsWith('lambda-')) ||
        (kind === 'instance-profile' && profiles.has(lastPart(id)) && isInstance(resource)),
    );
    if (!hasRole || !resource.live) continue;
    const reached = finding.class !== 'rogue' && its.taint?.reached.has(resource.id) === true;
    if (reached || isLeftOpen(finding)) return `${resource.type} ${resource.id} has it, and is not contained`;
  }
  return null;
}

/** Off already, or what this containment puts off. */
function isContained({ class: judged, resource }: Finding): boolean {
  return !resource.live || judged === 'rogue' || judged === 'tampered';
}

/** The incident's, and nothing that is planned ends it: code that was put into a function stays. */
function isLeftOpen({ class: judged, before, evidence }: Finding): boolean {
  if (judged === 'held') return true;
  return (
    judged === 'tampered' &&
    (before === null || evidence.some(({ name }) => name.startsWith('UpdateFunctionCode')))
  );
}

function isOver({ mint }: Tainted, its: Case): boolean {
  const end = mint?.expiresAt ?? null;
  return end !== null && end <= its.facts.now;
}

function ownerOf(id: string, its: Case): string | null {
  if (id === its.key && its.facts.keyOwner != null) return its.facts.keyOwner;
  const listed = its.facts.inventory.find((one) => one.play === 'access-keys' && one.id === id);
  return asText(listed?.properties['userName']) ?? its.graph.bySigner.get(id)?.[0]?.actor.userName ?? null;
}

function roleOf({ id, mint }: Tainted, its: Case): string | null {
  const issuer = its.graph.bySigner.get(id)?.[0]?.actor.issuerArn ?? null;
  return mint?.roleName ?? (issuer?.includes(':role/') === true ? lastPart(issuer) : null);
}
