import { asText, type Finding, type Resource } from '../../model/index.js';
import { chunks, groupedBy } from '../kit/make-action.js';
import { type EvidenceRead, evidenceRead } from '../kit/play.js';

/** DescribeInstances takes up to 1000 ids (EC2 API reference, DescribeInstances). */
const maxIds = 1000;

/**
 * What is read of instances as they end. Before: the user data of one for each launch group, since the rest of a group
 * was made by the same call, and the screen of one for each kind. Afterwards, while they shut down: their descriptions
 * (EC2 user guide, "Terminate your instance": they stay visible for a while), the console output of one for each group
 * (EC2 API reference, GetConsoleOutput: at least an hour after it was written), the security groups.
 */
export function instanceEvidence(findings: Finding[]): EvidenceRead[] {
  const resources = findings.map(({ resource }) => resource);
  const regions = groupedBy(resources, ({ region }) => region);
  const groups = groupedBy(resources, (resource) => `${resource.region}|${launchGroup(resource)}`);
  const kinds = groupedBy(findings, ({ tiedTo, resource }) => `${tiedTo}|${kindOf(resource)}`);
  return [
    ...oneOfEach(groups, (one, standsFor) => {
      const input = { InstanceId: one.id, Attribute: 'userData' } as const;
      const about = { what: 'user data', secret: true, standsFor };
      return evidenceRead('ec2', 'DescribeInstanceAttribute', input, [one], about);
    }),
    ...oneOfEach(
      kinds.map(([kind, some]) => [kind, some.map(({ resource }) => resource)]),
      (one, standsFor) => {
        const about = { what: 'screenshot', secret: true, standsFor };
        return evidenceRead('ec2', 'GetConsoleScreenshot', { InstanceId: one.id }, [one], about);
      },
    ),
    ...regions.flatMap(([, some]) =>
      chunks(some, maxIds).map((run) => {
        const about = { what: 'description', secret: false, afterwards: true };
        const input = { InstanceIds: run.map(({ id }) => id) };
        return evidenceRead('ec2', 'DescribeInstances', input, run, about);
      }),
    ),
    ...oneOfEach(groups, (one, standsFor) => {
      const about = { what: 'console output', secret: true, afterwards: true, standsFor };
      return evidenceRead('ec2', 'GetConsoleOutput', { InstanceId: one.id }, [one], about);
    }),
    ...regions.flatMap(([, some]) => {
      const ids = [...new Set(some.flatMap(securityGroups))].sort();
      const about = { what: 'security groups', secret: false, afterwards: true };
      return ids.length === 0
        ? []
        : [evidenceRead('ec2', 'DescribeSecurityGroups', { GroupIds: ids }, some, about)];
    }),
  ];
}

function oneOfEach(
  groups: readonly (readonly [string, readonly Resource[]])[],
  read: (one: Resource, standsFor: number) => EvidenceRead,
): EvidenceRead[] {
  return groups.flatMap(([, some]) => (some[0] === undefined ? [] : [read(some[0], some.length)]));
}

/** What was launched together: one group, fleet or reservation, of one image. */
function launchGroup({ links, properties }: Resource): string {
  const by =
    links.find(({ kind }) => kind === 'auto-scaling-group') ??
    links.find(({ kind }) => kind === 'fleet' || kind === 'spot-fleet') ??
    links.find(({ kind }) => kind === 'reservation');
  return `${by?.kind ?? ''}|${by?.id ?? ''}|${asText(properties['imageId']) ?? ''}`;
}

/** What shows the same screen, as far as anything can: images have another id in each region. */
function kindOf({ properties }: Resource): string {
  return `${asText(properties['instanceType'])}|${asText(properties['keyName'])}|${asText(properties['iamInstanceProfile'])}`;
}

function securityGroups({ links }: Resource): string[] {
  return links.filter(({ kind }) => kind === 'security-group').map(({ id }) => id);
}
