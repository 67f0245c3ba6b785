import { type TaintedCredential, type TrailEvent, worked } from '../../model/index.js';
import { type Way, Ways } from './compute-doors.js';
import { buildGraph, type CredentialGraph } from './credential-graph.js';
import { doorOf, openedBy } from './doors.js';
import type { Ask } from './granted-access.js';
import { isService } from '../records/record-fields.js';
import type { Tainted } from './tainted.js';

/** What shows who may have come in by a door that the incident opened. */
export interface LetIn extends Ask {
  /** Epoch milliseconds: when the door was opened. */
  since: number;
  /** It is asked for from long before: what is routine, and what gave a thing its role. */
  before: boolean;
}

/** Of a role's sessions from before the door was opened, so many names show what its routine is. */
const earlierNames = 20;
/** The service's own name for the sessions of all its stacks (CloudFormation user guide, "CloudFormation service role"). */
const stackSession = 'AWSCloudFormation';
/** What says which role a service's task has. */
const givesRole: Record<string, string> = {
  ecs: 'RegisterTaskDefinition',
  sagemaker: 'CreateNotebookInstance',
};

/** Whose events say who came in by the doors that `credentials` opened, each once, the earliest door's time. Pure. */
export function letInBy(events: readonly TrailEvent[], credentials: readonly TaintedCredential[]): LetIn[] {
  const graph = buildGraph(events);
  const ways = new Ways(graph);
  const found = new Map<string, LetIn>();
  const add = (by: Ask['by'], names: readonly string[], since: number, before = true): void => {
    for (const name of names) {
      const known = found.get(`${by}=${name}`);
      found.set(`${by}=${name}`, { by, name, since: Math.min(since, known?.since ?? since), before });
    }
  };
  for (const { id, since } of credentials) {
    for (const event of graph.bySigner.get(id) ?? []) {
      const time = event.time;
      if (time === null || (since !== null && time < since) || !worked(event) || doorOf(event) === null)
        continue;
      const opened = openedBy({ event, from: standIn(id), since: time, graph, ways });
      for (const { by, name } of opened.asks) add(by, [name], time, by !== 'call');
      for (const way of opened.ways) {
        add('who', way.sessions.length > 0 ? way.sessions : sessionsOf(way, graph), time);
        if (way.sessions.length > 0) continue;
        add('role', way.roleArns, time);
        const call = givesRole[way.service ?? ''];
        if (way.roles.length === 0 && call !== undefined) add('call', [call], time);
      }
    }
  }
  return [...found.values()];
}

/** The names of a role's sessions, as far as their making was read: since the door was opened, and a few from before. */
function sessionsOf({ roles, since, service }: Way, graph: CredentialGraph): string[] {
  const mints = [...graph.mints.values()]
    .filter(({ roleName, event }) => roles.includes(roleName ?? '') && isService(event))
    .sort((a, b) => (b.event.time ?? 0) - (a.event.time ?? 0));
  const first = mints.findIndex(({ event }) => (event.time ?? 0) < since);
  const some = first === -1 ? mints : mints.slice(0, first + earlierNames);
  const names = some.flatMap(({ sessionName }) => sessionName ?? []);
  return [...new Set(service === 'cloudformation' ? [stackSession, ...names] : names)];
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
