import { lastPart, longestRoleSession } from '../../facts/index.js';
import type { Case } from './case.js';
import type { OtherSession } from '../../model/index.js';

/**
 * Sessions of a role that are no part of the incident and may be in use now, the latest first: what a cut of the whole
 * role breaks. As far as the trail tells: minted and not expired yet, or seen to act in the last twelve hours.
 */
export function otherSessionsOf(roleArn: string, its: Case): OtherSession[] {
  const { graph, facts, taint } = its;
  const sessions = new Map<string, OtherSession>();
  const see = (id: string, name: string | null, at: number | null, source: string | null): void => {
    if (at === null || at < facts.now - longestRoleSession || taint?.credentials.has(id) === true) return;
    const known = sessions.get(id);
    sessions.set(id, {
      id,
      name: name ?? known?.name ?? null,
      lastSeen: Math.max(at, known?.lastSeen ?? 0),
      source: source ?? known?.source ?? null,
    });
  };
  for (const { id, roleName, otherAccount, expiresAt, event, sessionName } of graph.mints.values()) {
    if (id === null || roleName !== lastPart(roleArn) || otherAccount !== null) continue;
    if (expiresAt !== null && expiresAt <= facts.now) continue;
    see(id, sessionName, event.time, event.actor.invokedBy ?? event.sourceIp);
  }
  for (const id of graph.signersOfRole.get(roleArn) ?? []) {
    const last = graph.bySigner.get(id)?.findLast(({ time }) => time !== null);
    const expiresAt = graph.mints.get(id)?.expiresAt ?? null;
    if (last === undefined || (expiresAt !== null && expiresAt <= facts.now)) continue;
    see(id, last.actor.sessionName, last.time, last.sourceIp);
  }
  return [...sessions.values()].sort((a, b) => b.lastSeen - a.lastSeen || (a.id < b.id ? -1 : 1));
}
