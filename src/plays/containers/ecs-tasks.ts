import { asText } from '../../model/index.js';
import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import { ecsClusters } from './ecs-clusters.js';
import { idsIn, requestText } from '../kit/event-ids.js';
import { chunks, makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'ecs.amazonaws.com';
const noUndo = 'A stopped task cannot be started again; it can be run anew.';

/** DescribeTasks takes up to 100 tasks (ECS API reference, DescribeTasks). */
const maxTasks = 100;

/** ECS tasks, among them those of Fargate, which no instance shows. */
export const ecsTasks: Play = {
  id: 'ecs-tasks',
  move: 'runs ECS tasks',
  noun: 'ECS tasks',
  phase: 'terminate',
  service: 'ecs',
  scope: 'regional',
  permissions: {
    find: ['ecs:ListClusters', 'ecs:ListTasks', 'ecs:DescribeTasks'],
    contain: ['ecs:StopTask'],
    undo: [],
  },

  async *find(reader, region) {
    for await (const cluster of ecsClusters(reader, region)) {
      const arns: string[] = [];
      for await (const page of reader.pages('ecs', 'ListTasks', region, { cluster, maxResults: 100 })) {
        arns.push(...(page.taskArns ?? []));
      }
      for (const tasks of chunks(arns, maxTasks)) {
        const answer = await reader.call('ecs', 'DescribeTasks', region, {
          cluster,
          tasks,
          include: ['TAGS'],
        });
        for (const task of answer.tasks ?? []) {
          const service = /^service:(.+)$/.exec(task.group ?? '')?.[1];
          yield makeResource({
            play: 'ecs-tasks',
            type: 'ECS task',
            id: task.taskArn,
            region,
            state: task.lastStatus,
            live: task.desiredStatus !== 'STOPPED',
            createdAt: task.createdAt,
            tags: tagsOf(task.tags),
            links: [
              ...linkTo('cluster', arnName(cluster)),
              ...(service === undefined ? [] : linkTo('service', `${arnName(cluster) ?? ''}/${service}`)),
            ],
            properties: {
              cluster,
              taskDefinition: task.taskDefinitionArn ?? null,
              launchType: task.launchType ?? null,
              cpu: task.cpu ?? null,
              images: (task.containers ?? []).map(({ image }) => image ?? ''),
            },
          });
        }
      }
    }
  },

  origin: [
    {
      source,
      name: 'RunTask',
      effect: 'made',
      ids: ({ response }) => idsIn(response, /arn:aws[\w-]*:ecs:[\w-]+:\d+:task\/.+/),
    },
    {
      source,
      name: 'StopTask',
      effect: 'undone',
      ids: (event) => {
        const task = requestText(event, 'task');
        return task !== null && task.startsWith('arn:')
          ? [task]
          : idsIn(event.response, /arn:aws[\w-]*:ecs:[\w-]+:\d+:task\/.+/);
      },
    },
  ],

  contain: (finding) =>
    !finding.resource.live || finding.class === 'tampered'
      ? []
      : [
          makeAction(ecsTasks, [finding], {
            ...change('ecs', 'StopTask', {
              cluster: asText(finding.resource.properties['cluster']) ?? '',
              task: finding.resource.id,
              reason: 'leakguard: run with a misused key',
            }),
            title: `stop ECS task ${arnName(finding.resource.id) ?? ''}`,
            before: { status: finding.resource.state },
            undo: { none: noUndo },
          }),
        ],
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'containers',
};
