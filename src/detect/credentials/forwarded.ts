import type { CredentialGraph } from './credential-graph.js';
import { isConsole, isForwarded } from '../records/record-fields.js';

/** A service goes on with a call for so long at most before it passes its first one on. Milliseconds. */
const longest = 3600_000;

/** Who passed on whose calls under one ARN: by session, the signer that it was for; null where it cannot be told. */
type Callers = ReadonlyMap<string, string | null>;

/** Each graph is asked for the same ARNs again and again. */
const known = new WeakMap<CredentialGraph, Map<string, Callers>>();

/** The sessions under which services (CloudFormation, Auto Scaling, …) pass on the calls of `signer`, as forward access
 *  sessions: the caller's identity under a key id that no event mints (IAM user guide, "Forward access sessions"). */
export function forwardedFor(graph: CredentialGraph, signer: string): string[] {
  const arn = graph.bySigner.get(signer)?.[0]?.actor.arn ?? null;
  if (arn === null) return [];
  return [...callersOf(graph, arn)].filter(([, caller]) => caller === signer).map(([session]) => session);
}

/** Whose call a service passed on under this session: who called that service last; else the only one who acts under
 *  that name. Null where `session` is no such session, or it cannot be told. */
export function callerOf(graph: CredentialGraph, session: string): string | null {
  const arn = graph.bySigner.get(session)?.[0]?.actor.arn ?? null;
  return arn === null || !isPassedOn(graph, session) ? null : (callersOf(graph, arn).get(session) ?? null);
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
  const signers = [...(graph.signersOfArn.get(arn) ?? [])].sort();
  const own = signers.filter((signer) => !isPassedOn(graph, signer));
  const passedOn = signers.filter((signer) => isPassedOn(graph, signer));
  const calls = passedOn.length === 0 || own.length <= 1 ? null : callsOf(graph, own);
  const callers = new Map(
    passedOn.map((session) => [
      session,
      calls === null ? (own[0] ?? null) : lastCaller(graph, session, calls),
    ]),
  );
  ofGraph.set(arn, callers);
  return callers;
}

interface Call {
  time: number;
  signer: string;
}

/** By service and region, oldest first. */
function callsOf(graph: CredentialGraph, own: readonly string[]): Map<string, Call[]> {
  const calls = new Map<string, Call[]>();
  for (const signer of own) {
    for (const { time, source, region } of graph.bySigner.get(signer) ?? []) {
      if (time === null) continue;
      const name = `${source}|${region}`;
      const list = calls.get(name);
      if (list === undefined) calls.set(name, [{ time, signer }]);
      else list.push({ time, signer });
    }
  }
  for (const list of calls.values()) list.sort((a, b) => a.time - b.time || (a.signer < b.signer ? 1 : -1));
  return calls;
}

/** Who called the service that passes on last, in its region, within the hour before. */
function lastCaller(
  graph: CredentialGraph,
  session: string,
  calls: ReadonlyMap<string, Call[]>,
): string | null {
  const first = graph.bySigner.get(session)?.[0];
  const time = first?.time ?? null;
  if (first === undefined || time === null) return null;
  const list = calls.get(`${first.actor.invokedBy ?? first.sourceIp ?? ''}|${first.region}`) ?? [];
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  const last = list[low - 1];
  return last === undefined || last.time < time - longest ? null : last.signer;
}
