import { change, type Reader } from '../../aws/index.js';
import { type Action, type Finding, type OriginRule, type Resource, wasStopped } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** As in their ARNs: fleets and image builders may have one name. */
type Kind = 'fleet' | 'image-builder';

function rule(name: string, kind: Kind, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'appstream.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const named = requestText(event, 'name');
      return named === null ? [] : [`${kind}/${named}`];
    },
  };
}

/** AppStream fleets and image builders: their instances run in an account of AWS's, and show in no list of EC2's. */
export const appstream: Play = {
  id: 'appstream',
  move: 'runs on AppStream fleets and image builders',
  noun: 'AppStream fleets and image builders',
  phase: 'stop',
  service: 'appstream',
  scope: 'regional',
  permissions: {
    find: ['appstream:DescribeFleets', 'appstream:DescribeImageBuilders'],
    contain: ['appstream:StopFleet', 'appstream:StopImageBuilder'],
    undo: ['appstream:StartFleet', 'appstream:StartImageBuilder'],
  },

  async *find(reader, region) {
    yield* fleets(reader, region);
    yield* builders(reader, region);
  },

  origin: [
    rule('CreateFleet', 'fleet', 'made'),
    rule('UpdateFleet', 'fleet', 'changed'),
    rule('StartFleet', 'fleet', 'started'),
    rule('StopFleet', 'fleet', 'stopped'),
    rule('StopFleet', 'fleet', 'undone'),
    rule('DeleteFleet', 'fleet', 'undone'),
    rule('CreateImageBuilder', 'image-builder', 'made'),
    rule('StartImageBuilder', 'image-builder', 'started'),
    rule('StopImageBuilder', 'image-builder', 'stopped'),
    rule('StopImageBuilder', 'image-builder', 'undone'),
    rule('DeleteImageBuilder', 'image-builder', 'undone'),
  ],

  contain: (finding) => {
    if (!finding.resource.live || (finding.class === 'tampered' && !wasStopped(finding))) return [];
    return [stop(finding)];
  },
  // How large an innocent's fleet was is in no record.
  restored: ({ resource, before }) => before !== null && !resource.live,
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'launchers',
};

function stop(finding: Finding): Action {
  const { id, state, properties } = finding.resource;
  const [kind = '', Name = ''] = id.split('/');
  const isFleet = kind === 'fleet';
  return makeAction(appstream, [finding], {
    ...(isFleet
      ? change('appstream', 'StopFleet', { Name })
      : change('appstream', 'StopImageBuilder', { Name })),
    title: `stop AppStream ${isFleet ? 'fleet' : 'image builder'} ${Name}`,
    causes: isFleet ? [`Whoever is connected to ${Name} is cut off.`] : [],
    before: { state, ...properties },
    undo: [
      isFleet
        ? change('appstream', 'StartFleet', { Name })
        : change('appstream', 'StartImageBuilder', { Name }),
    ],
  });
}

async function* fleets(reader: Reader, region: string): AsyncGenerator<Resource> {
  for await (const { Fleets = [] } of reader.pages('appstream', 'DescribeFleets', region, {}))
    for (const { Name, State, CreatedTime, InstanceType, ComputeCapacityStatus } of Fleets)
      yield asResource('fleet', region, {
        ...{ Name, State, CreatedTime, InstanceType },
        desired: ComputeCapacityStatus?.Desired,
      });
}

async function* builders(reader: Reader, region: string): AsyncGenerator<Resource> {
  for await (const { ImageBuilders = [] } of reader.pages('appstream', 'DescribeImageBuilders', region, {}))
    for (const one of ImageBuilders) yield asResource('image-builder', region, one);
}

interface Described {
  Name?: string | undefined;
  State?: string | undefined;
  CreatedTime?: Date | undefined;
  InstanceType?: string | undefined;
  desired?: number | undefined;
}

function asResource(kind: Kind, region: string, one: Described): Resource {
  return makeResource({
    play: 'appstream',
    type: kind === 'fleet' ? 'AppStream fleet' : 'AppStream image builder',
    id: `${kind}/${one.Name ?? ''}`,
    region,
    state: one.State,
    live: !/^(STOPP(ED|ING)|DELETING|FAILED)$/.test(one.State ?? ''),
    createdAt: one.CreatedTime,
    properties: {
      type: one.InstanceType ?? null,
      ...(one.desired === undefined ? {} : { desired: one.desired }),
    },
  });
}
