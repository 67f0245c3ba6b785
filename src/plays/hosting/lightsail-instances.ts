import { change } from '../../aws/index.js';
import { type Action, type Finding, textAt, type TrailEvent, wasStopped } from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'lightsail.amazonaws.com';

/** CreateInstances names many, the other calls one. */
function named(event: TrailEvent): string[] {
  const many = event.request?.['instanceNames'];
  if (Array.isArray(many)) return many.filter((name) => typeof name === 'string');
  const one = fromRequest('instanceName')(event);
  return one.length > 0 ? one : [textAt(event.request, 'instanceNames')].filter((name) => name !== null);
}

export const lightsailInstances: Play = {
  id: 'lightsail-instances',
  move: 'runs Lightsail instances',
  noun: 'Lightsail instances',
  phase: 'stop',
  service: 'lightsail',
  scope: 'regional',
  permissions: {
    find: ['lightsail:GetInstances'],
    contain: ['lightsail:StopInstance', 'lightsail:DeleteInstance'],
    undo: ['lightsail:StartInstance'],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('lightsail', 'GetInstances', region, {})) {
      for (const instance of page.instances ?? []) {
        const state = instance.state?.name;
        yield makeResource({
          play: 'lightsail-instances',
          type: 'Lightsail instance',
          id: instance.name,
          region,
          state,
          live: state === undefined || ['pending', 'running', 'starting'].includes(state),
          createdAt: instance.createdAt,
          tags: tagsOf(instance.tags),
          properties: { bundle: instance.bundleId ?? null, blueprint: instance.blueprintId ?? null },
        });
      }
    }
  },

  origin: [
    { source, name: 'CreateInstances', effect: 'made', ids: named },
    { source, name: 'CreateInstancesFromSnapshot', effect: 'made', ids: named },
    { source, name: 'StartInstance', effect: 'started', ids: named },
    { source, name: 'StopInstance', effect: 'stopped', ids: named },
    { source, name: 'StopInstance', effect: 'undone', ids: named },
    { source, name: 'DeleteInstance', effect: 'undone', ids: named },
  ],

  contain: (finding, { options }) => {
    const stopped = finding.resource.live ? [stop(finding)] : [];
    if (finding.class === 'tampered') return wasStopped(finding) ? stopped : [];
    return options.evict === 'remove' ? [...stopped, remove(finding, stopped)] : stopped;
  },
  // A stopped one is billed as before: it is told, and ends on the person's word.
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'hosting',
};

function stop(finding: Finding): Action {
  const { id, state } = finding.resource;
  const input = { instanceName: id };
  return makeAction(lightsailInstances, [finding], {
    ...change('lightsail', 'StopInstance', input),
    title: `stop Lightsail instance ${id}`,
    before: { state },
    undo: [change('lightsail', 'StartInstance', input)],
  });
}

function remove(finding: Finding, after: readonly Action[]): Action {
  const { id, properties } = finding.resource;
  return makeAction(lightsailInstances, [finding], {
    ...change('lightsail', 'DeleteInstance', { instanceName: id }),
    title: `delete Lightsail instance ${id}, which is billed until then`,
    before: properties,
    undo: { none: 'A deleted Lightsail instance cannot be brought back; what it was is kept in the record.' },
    after,
    phase: 'evict',
  });
}
