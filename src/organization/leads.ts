import { roleOfSession } from '../facts/index.js';
import type { Incident, TaintedCredential } from '../model/index.js';

/** A session of the incident that works in another account than the one that its making shows in. */
export interface Edge {
  id: string;
  /** Where it works. */
  account: string;
  /** Where it was made from. */
  from: string;
  /** Id of what minted it; null where the trail does not say. */
  parent: string | null;
  roleName: string | null;
  /** Epoch milliseconds from which on its acts belong to the incident. */
  since: number | null;
}

/** The ways out of `from` into other accounts that the incident took. */
export function edgesOf({ credentials }: Incident, from: string): Edge[] {
  return credentials.flatMap((one) => {
    const { id, otherAccount: account, parent, since } = one;
    if (account === null) return [];
    return [{ id, account, from, parent, roleName: roleNameOf(one), since }];
  });
}

function roleNameOf({ roleName, principal }: TaintedCredential): string | null {
  return roleName ?? roleOfSession(principal);
}

/** True where CloudTrail can be asked for what it did. */
export function canBeFollowed({ id }: Pick<Edge, 'id'>): boolean {
  return /^ASIA[A-Z0-9]{12,}$/.test(id);
}

/** Why an account is dark that `n` sessions moved to which cannot be followed. */
export function blindInWords(n: number): string {
  const sessions = n === 1 ? '1 session made there has' : `${n} sessions made there have`;
  return `${sessions} no id in the trail: what was done with it cannot be asked for`;
}

/** What one scan of an account starts from: a session by itself, or a role and those sessions of it. */
export interface AccountLead {
  key: string;
  include: string[];
  roleName: string | null;
  /** All that it did from then on is the incident's, epoch milliseconds; null where that is to be estimated. */
  since: number | null;
}

/** The fewest scans that follow these sessions into one account: one for each role. */
export function leadsOf(edges: readonly Edge[]): AccountLead[] {
  const byRole = new Map<string, Edge[]>();
  for (const edge of edges) {
    const role = edge.roleName ?? edge.id;
    byRole.set(role, [...(byRole.get(role) ?? []), edge]);
  }
  return [...byRole.values()].map((sessions) => {
    const roleName = sessions[0]?.roleName ?? null;
    const ids = sessions.map(({ id }) => id);
    const [only = ''] = ids;
    const times = sessions.flatMap((one) => one.since ?? []);
    const since = times.length < sessions.length ? null : Math.min(...times);
    return ids.length === 1 || roleName === null
      ? { key: only, include: [], roleName, since }
      : { key: `role/${roleName}`, include: ids, roleName, since };
  });
}
