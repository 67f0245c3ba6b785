import { accountOfArn, lastPart } from '../../facts/index.js';
import type { CredentialGraph } from './credential-graph.js';
import { evidenceOf } from '../records/evidence.js';
import type { TaintedCredential } from '../../model/index.js';
import type { Tainted } from './taint.js';

/** The tainted credentials as the incident tells them: the key first, then by the time of their taint. */
export function credentialsOf(
  graph: CredentialGraph,
  tainted: Iterable<Tainted>,
  key: string,
  owner: string | null,
  account: string | null,
): TaintedCredential[] {
  return [...tainted]
    .map((one) => credentialOf(graph, one, key, owner, account))
    .sort(
      (a, b) =>
        Number(b.id === key) - Number(a.id === key) ||
        (a.since ?? 0) - (b.since ?? 0) ||
        (a.id < b.id ? -1 : 1),
    );
}

function credentialOf(
  graph: CredentialGraph,
  { id, kind, parent, mint, since }: Tainted,
  key: string,
  owner: string | null,
  account: string | null,
): TaintedCredential {
  const signed = graph.bySigner.get(id) ?? [];
  const used = signed[0]?.actor ?? null;
  const roleArn = used?.issuerArn ?? null;
  const session = kind === 'role-session' || kind === 'instance-role' || used?.type === 'AssumedRole';
  const home = accountOfArn(mint?.principal ?? used?.arn ?? null);
  return {
    id,
    kind,
    principal: mint?.principal ?? used?.arn ?? null,
    userName: id === key ? owner : (mint?.userName ?? (session ? null : (used?.userName ?? null))),
    roleName: mint?.roleName ?? (session && roleArn !== null ? lastPart(roleArn) : null),
    userId: mint?.userId ?? (session ? (used?.principalId ?? null) : null),
    parent,
    mintedBy: mint === null ? null : evidenceOf(mint.event),
    since,
    expiresAt: mint?.expiresAt ?? null,
    otherAccount: mint?.otherAccount ?? (account !== null && home !== null && home !== account ? home : null),
    calls: signed.filter(({ time }) => since === null || time === null || time >= since).length,
  };
}
