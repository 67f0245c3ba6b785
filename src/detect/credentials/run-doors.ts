import { lastPart } from '../../facts/index.js';
import type { TrailEvent } from '../../model/index.js';
import type { Way } from './compute-doors.js';
import { buildSessionsIn, changedNothing, instancesIn, rolesIn, tasksIn, thingOf } from './door-records.js';
import type { Opening, Rule } from './granted-access.js';
import { plainName } from '../records/sensitive-acts.js';

/** Whose calls need name no role: what they run has one all the same, or runs as the caller. */
const byServiceAlone = new Set(['cloudformation', 'ecs', 'sagemaker']);

/** A way through what runs with a role. */
function running(of: (event: TrailEvent, opening: Opening) => Partial<Way> & { what: string }): Rule {
  return (opening) => {
    const { event, from, since } = opening;
    const arns = rolesOf(opening);
    const way = {
      event,
      from,
      since,
      service: null,
      sessions: [],
      unique: false,
      roles: arns.map(lastPart),
      roleArns: arns,
      goesOn: false,
      closedBy: [],
      ...of(event, opening),
    };
    if (way.sessions.length === 0 && way.roles.length === 0 && !byServiceAlone.has(way.service ?? ''))
      return {};
    return { ways: [way] };
  };
}

/** The roles that the call passes; where it names none, those that the thing was given before. */
function rolesOf({ event, since, ways }: Opening): string[] {
  const named = rolesIn(event);
  if (named.length > 0) return named;
  const earlier = ways.of(event).filter(({ time }) => (time ?? 0) <= since);
  return earlier.map(rolesIn).findLast((roles) => roles.length > 0) ?? [];
}

const nameOf = (event: TrailEvent): string => thingOf(event)?.split('|').at(-1) ?? 'what it runs';

export const functionDoor = (what: string, closedBy: string[]): Rule =>
  running((event) => ({
    service: 'lambda',
    sessions: [nameOf(event)],
    closedBy: [...closedBy, 'DeleteFunction'],
    what: `function ${nameOf(event)}, ${what}`,
  }));

export const unlessUnchanged =
  (rule: Rule): Rule =>
  (opening) => {
    const { event, since, ways } = opening;
    const earlier = ways.of(event).filter((one) => one !== event && (one.time ?? 0) <= since);
    return changedNothing(event, earlier) ? {} : rule(opening);
  };

export const task = running((event) => ({
  service: 'ecs-tasks',
  sessions: tasksIn(event),
  unique: true,
  goesOn: true,
  what: `a task of ${nameOf(event)}`,
}));

export const build = running((event) => ({
  service: 'codebuild',
  sessions: buildSessionsIn(event),
  unique: true,
  what: `a build of ${nameOf(event)}`,
}));

/** Whoever starts the builds of a project runs what was written into it. */
export const project = running((event, { ways, since }) => ({
  service: 'codebuild',
  sessions: ways
    .of(event)
    .filter(({ name, time }) => /^(Start|Retry)Build/.test(name) && (time ?? 0) >= since)
    .flatMap(buildSessionsIn),
  unique: true,
  closedBy: ['UpdateProject', 'DeleteProject'],
  what: `a build of ${nameOf(event)}`,
}));

export const stack = running((event) => ({
  service: 'cloudformation',
  // The session of a stack's role has the same name in all stacks.
  sessions: [],
  closedBy: ['DeleteStack', 'UpdateStack'],
  what: `stack ${nameOf(event)}`,
}));

const instance = running((event) => ({
  sessions: instancesIn(event),
  unique: true,
  goesOn: true,
  roles: [],
  what: `${instancesIn(event).slice(0, 3).join(', ')}, reached into with ${event.name}`,
}));

export const reach: Rule = (opening) => ({ instances: instancesIn(opening.event), ...instance(opening) });

export const passed = running((event) => ({
  service: event.source.split('.')[0] ?? null,
  closedBy: [],
  what: `what ${event.source.split('.')[0] ?? ''} runs for ${plainName(event.name)}`,
}));
