import { asText, type Finding, type Resource, resourceKey } from '../../model/index.js';
import { chunks, groupedBy } from '../kit/make-action.js';
import type { EvidenceRead } from '../kit/play.js';

/** DescribeInstances takes up to 1000 ids (EC2 API reference, DescribeInstances). */
const maxIds = 1000;

/**
 * What is read of instances before they are gone, the most telling first: descriptions of all; user data, console
 * output and screenshot of one for each launch group, since the rest of a group was made by the same call; the
 * security groups.
 */
export function instanceEvidence(findings: Finding[]): EvidenceRead[] {
  const resources = findings.map(({ resource }) => resource);
  const regions = groupedBy(resources, ({ region }) => region);
  const groups = groupedBy(resources, (resource) => `${resource.region}|${launchGroup(resource)}`);
  const ofEachGroup = (operation: string, what: string, input: (id: string) => EvidenceRead['input']) =>
    groups.flatMap(([, [one]]) =>
      one === undefined ? [] : [read([one], operation, input(one.id), what, true)],
    );
  return [
    ...regions.flatMap(([, some]) =>
      chunks(some, maxIds).map((run) =>
        read(run, 'DescribeInstances', { InstanceIds: run.map(({ id }) => id) }, 'description', false),
      ),
    ),
    ...ofEachGroup('DescribeInstanceAttribute', 'user data', (id) => ({
      InstanceId: id,
      Attribute: 'userData',
    })),
    ...ofEachGroup('GetConsoleOutput', 'console output', (id) => ({ InstanceId: id })),
    ...regions.flatMap(([, some]) => {
      const ids = [...new Set(some.flatMap(securityGroups))].sort();
      return ids.length === 0
        ? []
        : [read(some, 'DescribeSecurityGroups', { GroupIds: ids }, 'security groups', false)];
    }),
    ...ofEachGroup('GetConsoleScreenshot', 'screenshot', (id) => ({ InstanceId: id })),
  ];
}

/** What was launched together: one group, fleet or reservation, of one image. */
function launchGroup({ links, properties }: Resource): string {
  const by =
    links.find(({ kind }) => kind === 'auto-scaling-group') ??
    links.find(({ kind }) => kind === 'fleet' || kind === 'spot-fleet') ??
    links.find(({ kind }) => kind === 'reservation');
  return `${by?.kind ?? ''}|${by?.id ?? ''}|${asText(properties['imageId']) ?? ''}`;
}

function securityGroups({ links }: Resource): string[] {
  return links.filter(({ kind }) => kind === 'security-group').map(({ id }) => id);
}

function read(
  resources: Resource[],
  operation: string,
  input: EvidenceRead['input'],
  what: string,
  secret: boolean,
): EvidenceRead {
  const region = resources[0]?.region ?? '';
  return { service: 'ec2', operation, region, input, secret, of: resources.map(resourceKey), what };
}
