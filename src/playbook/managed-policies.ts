import type { Action } from '../contain/action.js';
import type { Finding } from '../detect/incident.js';
import { asObject, asText, type Json, type JsonObject } from '../json.js';
import { fromRequest, fromResponse } from './event-ids.js';
import { makeAction, type Call } from './make-action.js';
import type { Play, PlanContext } from './play.js';

const source = 'iam.amazonaws.com';
const region = 'global' as const;
const removed = 'A policy that was removed has to be made anew; its versions are kept in the record.';

/**
 * Customer managed policies. Of an innocent one that the attacker gave a new default version, the last version from
 * before is made the default again: IAM keeps up to five (IAM user guide, "Versioning IAM policies"). One that the
 * attacker made grants nothing once iam-grants has detached it; it is removed on request.
 */
export const managedPolicies: Play = {
  id: 'managed-policies',
  title: 'makes policies, or new versions of them',
  phase: 'evict',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: ['iam:SetDefaultPolicyVersion', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
    undo: [],
  },

  async *find(reader) {
    for await (const page of reader.pages('iam', 'GetAccountAuthorizationDetails', 'global', {
      Filter: ['LocalManagedPolicy'],
    })) {
      for (const policy of page.Policies ?? []) {
        const attached = policy.AttachmentCount ?? 0;
        yield {
          play: 'managed-policies',
          type: 'managed policy',
          id: policy.Arn ?? '',
          region: 'global',
          state: attached === 0 ? 'not attached' : `attached to ${attached}`,
          live: attached > 0,
          createdAt: policy.CreateDate?.getTime() ?? null,
          tags: {},
          links: [],
          properties: {
            defaultVersion: policy.DefaultVersionId ?? null,
            versions: (policy.PolicyVersionList ?? []).map(({ VersionId, CreateDate }) => ({
              id: VersionId ?? '',
              createdAt: CreateDate?.getTime() ?? null,
            })),
          },
        };
      }
    }
  },

  origin: [
    { source, region, name: 'CreatePolicy', effect: 'made', ids: fromResponse('policy', 'arn') },
    { source, region, name: 'CreatePolicyVersion', effect: 'changed', ids: fromRequest('policyArn') },
    { source, region, name: 'SetDefaultPolicyVersion', effect: 'changed', ids: fromRequest('policyArn') },
    { source, region, name: 'DeletePolicy', effect: 'undone', ids: fromRequest('policyArn') },
  ],

  contain: (finding, context) =>
    finding.class === 'tampered' ? restore(finding) : remove(finding, context.options),
  onRequest: ({ evict }) => evict === 'remove',
  restored: (finding) => versionBefore(finding)?.id === asText(finding.resource.properties['defaultVersion']),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'persistence',
};

interface Version {
  id: string;
  createdAt: number | null;
}

/** The newest version from before the first of the tainted changes; null where none is left, or no change is dated. */
function versionBefore({ resource, evidence }: Finding): Version | null {
  // IAM keeps whole seconds, and so does CloudTrail: a version of the same second is the change itself.
  const first = Math.min(...evidence.flatMap(({ time }) => time ?? []));
  const [newest] = versionsOf(resource.properties['versions'])
    .filter(({ createdAt }) => createdAt !== null && createdAt < first)
    .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
  return evidence.some(({ time }) => time !== null) ? (newest ?? null) : null;
}

function restore(finding: Finding): Action[] {
  const { id, properties } = finding.resource;
  const newest = versionBefore(finding);
  const current = asText(properties['defaultVersion']);
  if (newest === null || newest.id === current) return [];
  const to = (version: string | null): Call => ({
    operation: 'SetDefaultPolicyVersion',
    input: { PolicyArn: id, VersionId: version },
  });
  return [
    makeAction(managedPolicies, [finding], {
      ...to(newest.id),
      title: `make ${newest.id} the default version of ${id} again`,
      before: { defaultVersion: current },
      undo: [to(current)],
    }),
  ];
}

function remove(finding: Finding, { evict }: PlanContext['options']): Action[] {
  if (evict !== 'remove') return [];
  const { id, properties } = finding.resource;
  const action = (call: Call, title: string, after: Action[]): Action =>
    makeAction(managedPolicies, [finding], {
      ...call,
      title,
      before: properties,
      undo: { none: removed },
      after,
    });
  const versions = versionsOf(properties['versions'])
    .filter(({ id: version }) => version !== properties['defaultVersion'])
    .map(({ id: version }) =>
      action(
        { operation: 'DeletePolicyVersion', input: { PolicyArn: id, VersionId: version } },
        `delete ${version} of ${id}`,
        [],
      ),
    );
  return [
    ...versions,
    action({ operation: 'DeletePolicy', input: { PolicyArn: id } }, `delete ${id}`, versions),
  ];
}

function versionsOf(value: Json | undefined): Version[] {
  return (Array.isArray(value) ? value : [])
    .map(asObject)
    .filter((one): one is JsonObject => one !== null)
    .map(({ id, createdAt }) => ({
      id: asText(id) ?? '',
      createdAt: typeof createdAt === 'number' ? createdAt : null,
    }));
}
