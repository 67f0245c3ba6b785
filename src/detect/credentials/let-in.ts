import { type TaintedCredential, type TrailEvent, worked } from '../../model/index.js';
import { Ways } from './compute-doors.js';
import { buildGraph } from './credential-graph.js';
import { doorOf, openedBy } from './doors.js';
import { requestOf, valueOf } from '../records/record-fields.js';
import type { Tainted } from './tainted.js';

/** Who may have come in by a door that the incident opened. */
export interface LetIn {
  /** A user's name, or a role session's: what LookupEvents calls Username. */
  name: string;
  /** Epoch milliseconds: when the door was opened. */
  since: number;
}

/** Whose events say who came in by the doors that `credentials` opened, each name once, the earliest door's time. Pure. */
export function letInBy(events: readonly TrailEvent[], credentials: readonly TaintedCredential[]): LetIn[] {
  const graph = buildGraph(events);
  const ways = new Ways(graph);
  const names = new Map<string, number>();
  for (const { id, since } of credentials) {
    for (const event of graph.bySigner.get(id) ?? []) {
      const time = event.time;
      if (time === null || (since !== null && time < since) || !worked(event) || doorOf(event) === null)
        continue;
      const opened = openedBy({ event, from: standIn(id), since: time, graph, ways });
      const user = event.source === 'iam.amazonaws.com' ? valueOf(requestOf(event).userName) : null;
      const sessions = opened.ways.flatMap((way) => way.sessions);
      for (const name of user === null ? sessions : [user, ...sessions])
        names.set(name, Math.min(time, names.get(name) ?? time));
    }
  }
  return [...names].map(([name, since]) => ({ name, since }));
}

/** Only names are asked of the doors here, and they do not depend on how the credential is tied. */
function standIn(id: string): Tainted {
  return {
    id,
    kind: 'unknown',
    parent: null,
    mint: null,
    since: null,
    strength: 'certain',
    fresh: false,
    samePrincipal: true,
    how: '',
  };
}
