import { batchEnvironmentOf } from '../../facts/index.js';
import { isInstance, type Finding, type Resource, resourceKey } from '../../model/index.js';
import { isForwarded, isService } from '../records/record-fields.js';
import { whoDid, type Case } from './case.js';
import { finding } from './classify.js';
import { after } from './classify-by-launcher.js';

/** What a launcher launches, of `of`, as facts/launchers.ts says. Instances by their groups: classify-by-launcher.ts. */
interface Edge {
  launcher: string;
  of: string;
  /** In other regions too. */
  everywhere?: true;
  launched(launcher: Resource, one: Resource): boolean;
}

/** By the launcher's own record, which names its group. */
const byGroup: Edge['launched'] = (launcher, { id }) =>
  launcher.links.some((link) => link.kind === 'auto-scaling-group' && link.id === id);

const edges: readonly Edge[] = [
  {
    launcher: 'stack-sets',
    of: 'cloudformation-stacks',
    everywhere: true,
    launched: (launcher, { properties }) =>
      launcher.links.some((link) => link.kind === 'stack' && link.id === properties['arn']),
  },
  {
    launcher: 'cloudformation-stacks',
    of: 'any',
    launched: ({ properties }, { tags }) =>
      properties['arn'] !== null && tags['aws:cloudformation:stack-id'] === properties['arn'],
  },
  { launcher: 'eks-node-groups', of: 'auto-scaling-groups', launched: byGroup },
  { launcher: 'elastic-beanstalk-environments', of: 'auto-scaling-groups', launched: byGroup },
  {
    launcher: 'batch-compute-environments',
    of: 'auto-scaling-groups',
    launched: (launcher, { id }) => batchEnvironmentOf(id) === launcher.id,
  },
  {
    launcher: 'emr-clusters',
    of: 'emr-clusters',
    launched: (launcher, { links }) =>
      links.some((link) => link.kind === 'cluster' && link.id === launcher.id),
  },
  {
    launcher: 'emr-clusters',
    of: 'ec2-instances',
    launched: (launcher, { id, tags }) =>
      tags['aws:elasticmapreduce:job-flow-id'] === launcher.id ||
      launcher.links.some((link) => link.kind === 'instance' && link.id === id),
  },
];

/**
 * Taint goes down from launchers to what they launched: a service that makes a group for somebody is a courier, never
 * its maker. What a person outside the incident made, or what is older than its launcher, is not launched by it; an
 * innocent's launcher that was only changed hands nothing down here.
 */
export function followLaunchers(findings: Map<Resource, Finding>, its: Case): void {
  for (const edge of edges) {
    const all = [...findings.values()];
    const launchers = all.filter(
      ({ resource, class: classed, tiedTo }) =>
        resource.play === edge.launcher && tiedTo !== null && (classed === 'rogue' || classed === 'held'),
    );
    if (launchers.length === 0) continue;
    for (const { resource, class: classed, rule } of all) {
      if (edge.of !== 'any' && resource.play !== edge.of) continue;
      // Its own event says more than its launcher.
      if (classed === 'rogue' || classed === 'own') continue;
      if (isInstance(resource) && rule === 'maker.innocent') continue;
      const launcher = launchers.find(
        (one) =>
          (edge.everywhere === true || one.resource.region === resource.region) &&
          edge.launched(one.resource, resource) &&
          !isOlder(resource, one) &&
          !isOfAPerson(resource, its),
      );
      if (launcher !== undefined) findings.set(resource, launchedBy(resource, launcher));
    }
  }
}

function isOlder({ createdAt }: Resource, { resource, evidence }: Finding): boolean {
  const since = resource.createdAt ?? evidence[0]?.time ?? null;
  return createdAt === null || since === null || createdAt < since - after;
}

function isOfAPerson(resource: Resource, its: Case): boolean {
  const made = its.histories.get(resourceKey(resource))?.made.at(-1)?.event;
  return made !== undefined && !isService(made) && !isForwarded(made) && whoDid(made, its) !== 'tainted';
}

function launchedBy(resource: Resource, { resource: launcher, ...found }: Finding): Finding {
  return finding(
    resource,
    found.class,
    'launcher.of-misuse',
    [`launched by ${launcher.type} ${launcher.id}`, ...found.reasons],
    { tiedTo: found.tiedTo, evidence: found.evidence },
  );
}
