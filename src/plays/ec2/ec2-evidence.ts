import { asText, type Finding, type Resource } from '../../model/index.js';
import { chunks, groupedBy } from '../kit/make-action.js';
import { type EvidenceRead, evidenceRead } from '../kit/play.js';

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
  const ofEachGroup = (read: (one: Resource) => EvidenceRead): EvidenceRead[] =>
    groups.flatMap(([, [one]]) => (one === undefined ? [] : [read(one)]));
  return [
    ...regions.flatMap(([, some]) =>
      chunks(some, maxIds).map((run) =>
        evidenceRead('ec2', 'DescribeInstances', { InstanceIds: run.map(({ id }) => id) }, run, {
          what: 'description',
          secret: false,
        }),
      ),
    ),
    ...ofEachGroup((one) => {
      const input = { InstanceId: one.id, Attribute: 'userData' } as const;
      return evidenceRead('ec2', 'DescribeInstanceAttribute', input, [one], {
        what: 'user data',
        secret: true,
      });
    }),
    ...ofEachGroup((one) =>
      evidenceRead('ec2', 'GetConsoleOutput', { InstanceId: one.id }, [one], {
        what: 'console output',
        secret: true,
      }),
    ),
    ...regions.flatMap(([, some]) => {
      const ids = [...new Set(some.flatMap(securityGroups))].sort();
      return ids.length === 0
        ? []
        : [
            evidenceRead('ec2', 'DescribeSecurityGroups', { GroupIds: ids }, some, {
              what: 'security groups',
              secret: false,
            }),
          ];
    }),
    ...ofEachGroup((one) =>
      evidenceRead('ec2', 'GetConsoleScreenshot', { InstanceId: one.id }, [one], {
        what: 'screenshot',
        secret: true,
      }),
    ),
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
