import { arnName } from '../../facts/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type JsonObject,
  type OriginRule,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { change, type OutputOf, type InputOfChange } from '../../aws/index.js';
import { ecsClusters } from './ecs-clusters.js';
import { requestText, requestValues } from '../kit/event-ids.js';
import { chunks, makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf, asAnswered } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** DescribeServices takes up to 10 services (ECS API reference, DescribeServices). */
const maxServices = 10;

/** `cluster/service`: names are unique in a cluster only. */
function idOf(event: TrailEvent, service: string | null): string[] {
  const name = arnName(service);
  const cluster = arnName(requestText(event, 'cluster')) ?? 'default';
  return name === null ? [] : [`${cluster}/${name}`];
}

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'ecs.amazonaws.com',
    name,
    effect,
    ids: (event) =>
      idOf(
        event,
        requestText(event, 'service') ??
          requestText(event, 'serviceName') ??
          textAt(event.response, 'service', 'serviceArn'),
      ),
    sets: (event) => {
      const asked = requestValues(event, { desiredCount: 'desiredCount', taskDefinition: 'taskDefinition' });
      // The answer says which revision the family's name stood for.
      const taskDefinition = textAt(event.response, 'service', 'taskDefinition');
      return taskDefinition === null ? asked : { ...asObject(asked), taskDefinition };
    },
    // Scaling policies and alarms call it too (ECS developer guide, "Automatically scale your Amazon ECS service").
    ...(effect === 'changed' ? { mayChangeNothing: { unproven: 'a service is told what to run' } } : {}),
  };
}

/** ECS services start a new task for each one that is stopped. */
export const ecsServices: Play = {
  id: 'ecs-services',
  move: 'relaunches by ECS services',
  noun: 'ECS services',
  phase: 'stop',
  service: 'ecs',
  scope: 'regional',
  permissions: {
    find: ['ecs:ListClusters', 'ecs:ListServices', 'ecs:DescribeServices'],
    contain: ['ecs:UpdateService'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const cluster of ecsClusters(reader, region)) {
      const arns: string[] = [];
      for await (const page of reader.pages('ecs', 'ListServices', region, { cluster, maxResults: 100 })) {
        arns.push(...(page.serviceArns ?? []));
      }
      for (const services of chunks(arns, maxServices)) {
        const answer = await reader.call('ecs', 'DescribeServices', region, {
          cluster,
          services,
          include: ['TAGS'],
        });
        for (const one of answer.services ?? []) {
          yield makeResource({
            play: 'ecs-services',
            type: 'ECS service',
            id: `${arnName(cluster) ?? ''}/${one.serviceName ?? ''}`,
            region,
            state: `${one.status ?? 'unknown'}, desired ${one.desiredCount ?? 0}`,
            live: one.status !== 'INACTIVE' && runsTasks(one),
            createdAt: one.createdAt,
            tags: tagsOf(one.tags),
            links: linkTo('cluster', arnName(cluster)),
            properties: {
              cluster,
              service: one.serviceName ?? null,
              desiredCount: one.desiredCount ?? null,
              taskDefinition: one.taskDefinition ?? null,
              launchType: one.launchType ?? null,
              schedulingStrategy: one.schedulingStrategy ?? null,
              ...(one.schedulingStrategy === 'DAEMON' ? { placementConstraints: constraintsOf(one) } : {}),
            },
          });
        }
      }
    }
  },

  origin: [rule('CreateService', 'made'), rule('UpdateService', 'changed'), rule('DeleteService', 'undone')],

  contain: (finding) => {
    const { live, properties } = finding.resource;
    if (finding.class === 'tampered') return restore(finding);
    if (!live) return [];
    if (properties['schedulingStrategy'] === 'DAEMON')
      return [update(finding, { placementConstraints: [nowhere] }, 'let no instance run the tasks of')];
    return [update(finding, { desiredCount: 0 }, 'set to 0 the tasks of')];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'containers',
};

type Service = NonNullable<OutputOf<'ecs', 'DescribeServices'>['services']>[number];

/**
 * A daemon service has no desired count: it runs one task on each instance that meets its placement constraints, and
 * stops those that no longer do (ECS API reference, Service, schedulingStrategy). This is one that no instance meets.
 */
const nowhere = { type: 'memberOf' as const, expression: 'attribute:leakguard.contained exists' };

function constraintsOf({ placementConstraints }: Service): JsonObject[] {
  return (placementConstraints ?? []).map(({ type, expression }) => ({
    ...(type === undefined ? {} : { type }),
    ...(expression === undefined ? {} : { expression }),
  }));
}

function runsTasks(service: Service): boolean {
  if (service.schedulingStrategy !== 'DAEMON') return (service.desiredCount ?? 0) > 0;
  return !constraintsOf(service).some(({ expression }) => expression === nowhere.expression);
}

/** What an update sets. */
type Values = Pick<
  InputOfChange<'ecs', 'UpdateService'>,
  'desiredCount' | 'taskDefinition' | 'placementConstraints'
>;

function restore(finding: Finding): Action[] {
  const before = asObject(finding.before) ?? {};
  const { properties } = finding.resource;
  const changed: Values = {};
  const count = Number(before['desiredCount']);
  if (before['desiredCount'] !== undefined && Number.isInteger(count) && count !== properties['desiredCount'])
    changed.desiredCount = count;
  const definition = before['taskDefinition'];
  // A definition may be named without its revision or by its ARN; the service always answers with the ARN.
  const named = (text: string) => text.split('/').at(-1) ?? text;
  const running = named(asText(properties['taskDefinition']) ?? '');
  const family = running.replace(/:\d+$/, '');
  if (typeof definition === 'string' && ![running, family].includes(named(definition)))
    changed.taskDefinition = definition;
  return Object.keys(changed).length === 0
    ? []
    : [update(finding, changed, 'restore', causesOf(finding, changed))];
}

/** ECS ends and starts tasks by itself until a service is as it is told to be (ECS developer guide, "Services"). */
function causesOf({ resource: { id, properties } }: Finding, changed: Values): string[] {
  if (changed.taskDefinition !== undefined) return [`ECS replaces every running task of ${id}.`];
  const more = Number(changed.desiredCount) - Number(properties['desiredCount'] ?? 0);
  if (more > 0) return [`ECS starts ${more} more tasks of ${id}.`];
  return [`ECS stops ${-more} tasks of ${id}, and chooses which, held ones among them.`];
}

function update(finding: Finding, to: Values, what: string, causes: readonly string[] = []): Action {
  const { id, properties } = finding.resource;
  const before = Object.fromEntries(Object.keys(to).map((name) => [name, properties[name] ?? null]));
  const call = (values: Values) =>
    change('ecs', 'UpdateService', {
      cluster: asText(properties['cluster']) ?? '',
      service: asText(properties['service']) ?? '',
      ...values,
    });
  return makeAction(ecsServices, [finding], {
    ...call(to),
    title: `${what} ECS service ${id}`,
    causes,
    before,
    undo: [call(asAnswered<Values>(before))],
  });
}
