import { change, type OutputOf } from '../../aws/index.js';
import {
  asObject,
  type Finding,
  type OriginRule,
  type Resource,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

type Environment = NonNullable<OutputOf<'elasticbeanstalk', 'DescribeEnvironments'>['Environments']>[number];
type Made = NonNullable<OutputOf<'elasticbeanstalk', 'DescribeEnvironmentResources'>['EnvironmentResources']>;

/** Elastic Beanstalk asks for, and CloudFormation deletes, what an environment is made of in the name of its caller
 *  (Elastic Beanstalk developer guide, "Managing Elastic Beanstalk user policies"; the policy
 *  AdministratorAccess-AWSElasticBeanstalk). */
const inOurName = [
  'autoscaling:DeleteAutoScalingGroup',
  'autoscaling:DeletePolicy',
  'autoscaling:UpdateAutoScalingGroup',
  'cloudformation:DeleteStack',
  'cloudwatch:DeleteAlarms',
  'ec2:DeleteLaunchTemplate',
  'ec2:DeleteSecurityGroup',
  'ec2:TerminateInstances',
  'elasticloadbalancing:DeleteListener',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
];

const noUndo = 'A terminated environment has to be made anew; what it was is kept in the record.';

/** By id, which AWS gives: names are used again. The answer has it even where the request names the environment. */
function idOf(event: TrailEvent): string[] {
  const id = textAt(event.response, 'environmentId') ?? requestText(event, 'environmentId');
  return id === null ? [] : [id];
}

/** ComposeEnvironments makes several. */
function idsOf({ response }: TrailEvent): string[] {
  const made = response?.['environments'];
  return (Array.isArray(made) ? made : []).flatMap((one) => textAt(asObject(one), 'environmentId') ?? []);
}

function rule(name: string, effect: OriginRule['effect'], ids: OriginRule['ids'] = idOf): OriginRule {
  return { source: 'elasticbeanstalk.amazonaws.com', name, effect, ids };
}

/** Elastic Beanstalk: each environment keeps an Auto Scaling group, which goes with it. */
export const elasticBeanstalkEnvironments: Play = {
  id: 'elastic-beanstalk-environments',
  move: 'launches by Elastic Beanstalk environments',
  noun: 'Elastic Beanstalk environments',
  phase: 'stop',
  service: 'elasticbeanstalk',
  scope: 'regional',
  permissions: {
    find: [
      'elasticbeanstalk:DescribeEnvironments',
      'elasticbeanstalk:DescribeEnvironmentResources',
      'cloudformation:DescribeStackResources',
      'elasticloadbalancing:DescribeLoadBalancers',
    ],
    contain: ['elasticbeanstalk:TerminateEnvironment', ...inOurName],
    undo: [],
  },

  async *find(reader, region) {
    const listed = { IncludeDeleted: false, MaxRecords: 1000 };
    for await (const page of reader.pages('elasticbeanstalk', 'DescribeEnvironments', region, listed)) {
      for (const environment of page.Environments ?? []) {
        if (!isLive(environment)) {
          yield asResource(environment, {}, region);
          continue;
        }
        const { EnvironmentResources = {} } = await reader.call(
          'elasticbeanstalk',
          'DescribeEnvironmentResources',
          region,
          { EnvironmentId: environment.EnvironmentId },
        );
        yield asResource(environment, EnvironmentResources, region);
      }
    }
  },

  origin: [
    rule('CreateEnvironment', 'made'),
    rule('ComposeEnvironments', 'made', idsOf),
    rule('UpdateEnvironment', 'changed'),
    rule('TerminateEnvironment', 'undone'),
  ],

  contain: (finding) => {
    if (!finding.resource.live || finding.class === 'tampered') return [];
    return [terminate(finding)];
  },
  // What an innocent's environment was set to before is in no record that can be put back whole.
  restored: () => false,
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'launchers',
};

function terminate(finding: Finding) {
  const { id, properties } = finding.resource;
  return makeAction(elasticBeanstalkEnvironments, [finding], {
    ...change('elasticbeanstalk', 'TerminateEnvironment', { EnvironmentId: id, TerminateResources: true }),
    title: `terminate Elastic Beanstalk environment ${id}`,
    causes: [
      `Elastic Beanstalk deletes the Auto Scaling group and load balancer of ${id}, and ends its instances.`,
    ],
    before: properties,
    undo: { none: noUndo },
    alsoPermissions: inOurName,
  });
}

function isLive({ Status }: Environment): boolean {
  return Status !== 'Terminating' && Status !== 'Terminated';
}

function asResource(environment: Environment, made: Made, region: string): Resource {
  return makeResource({
    play: 'elastic-beanstalk-environments',
    type: 'Elastic Beanstalk environment',
    id: environment.EnvironmentId,
    region,
    state: environment.Status,
    live: isLive(environment),
    createdAt: environment.DateCreated,
    links: (made.AutoScalingGroups ?? []).flatMap(({ Name }) => linkTo('auto-scaling-group', Name)),
    properties: {
      name: environment.EnvironmentName ?? null,
      application: environment.ApplicationName ?? null,
      platform: environment.PlatformArn ?? environment.SolutionStackName ?? null,
      version: environment.VersionLabel ?? null,
      instances: (made.Instances ?? []).flatMap(({ Id }) => Id ?? []),
      loadBalancers: (made.LoadBalancers ?? []).flatMap(({ Name }) => Name ?? []),
    },
  });
}
