import type { TrailEvent } from '../../model/trail-event.js';
import type { CredentialGraph } from './credential-graph.js';
import { isConsole, isForwarded } from '../records/record-fields.js';

/** A service goes on with a call for so long at most before it passes its first one on. Milliseconds. */
const longest = 3600_000;

interface Callers {
  /** Signers of an ARN that call themselves. */
  own: string[];
  /** Sessions under which services pass on calls of that ARN: no event mints them. */
  forwarded: string[];
}

/** Each graph is asked for the same ARNs again and again. */
const known = new WeakMap<CredentialGraph, Map<string, Callers>>();

/** The sessions under which services (CloudFormation, Auto Scaling, …) pass on the calls of `signer`, as forward access
 *  sessions: the caller's identity under a key id that no event mints (IAM user guide, "Forward access sessions"). */
export function forwardedFor(graph: CredentialGraph, signer: string): string[] {
  const arn = graph.bySigner.get(signer)?.[0]?.actor.arn ?? null;
  if (arn === null || isPassedOn(graph, signer)) return [];
  return callersOf(graph, arn).forwarded.filter((one) => callerOf(graph, one) === signer);
}

/** Whose call a service passed on under this session: who called that service last; else the only one who acts under
 *  that name. Null where `session` is no such session, or it cannot be told. */
export function callerOf(graph: CredentialGraph, session: string): string | null {
  const first = graph.bySigner.get(session)?.[0];
  const arn = first?.actor.arn ?? null;
  if (first === undefined || arn === null || !isPassedOn(graph, session)) return null;
  const { own } = callersOf(graph, arn);
  if (own.length <= 1) return own[0] ?? null;
  const asked = own.flatMap((signer) => {
    const call = lastBefore(graph.bySigner.get(signer) ?? [], first);
    return call === null ? [] : [{ signer, time: call }];
  });
  return asked.sort((a, b) => b.time - a.time || (a.signer < b.signer ? -1 : 1))[0]?.signer ?? null;
}

function isPassedOn(graph: CredentialGraph, signer: string): boolean {
  const first = graph.bySigner.get(signer)?.[0];
  const isMinted = graph.mints.has(signer) || !/^[AL]SIA/.test(signer);
  return first !== undefined && !isMinted && isForwarded(first) && !isConsole(first);
}

function callersOf(graph: CredentialGraph, arn: string): Callers {
  const ofGraph = known.get(graph) ?? new Map<string, Callers>();
  known.set(graph, ofGraph);
  const found = ofGraph.get(arn);
  if (found !== undefined) return found;
  const callers: Callers = { own: [], forwarded: [] };
  for (const signer of [...(graph.signersOfArn.get(arn) ?? [])].sort())
    callers[isPassedOn(graph, signer) ? 'forwarded' : 'own'].push(signer);
  ofGraph.set(arn, callers);
  return callers;
}

/** When `events` last called the service that passes on, in its region, within the hour before. */
function lastBefore(
  events: readonly TrailEvent[],
  { time, region, actor, sourceIp }: TrailEvent,
): number | null {
  if (time === null) return null;
  const service = actor.invokedBy ?? sourceIp;
  const call = events.findLast(
    (event) =>
      event.time !== null && event.time <= time && event.source === service && event.region === region,
  );
  return call?.time == null || call.time < time - longest ? null : call.time;
}
