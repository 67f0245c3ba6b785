import { change } from '../../aws/index.js';
import { eventHistory } from '../../facts/index.js';
import {
  type Change,
  type Action,
  asObject,
  asText,
  at,
  type Finding,
  type Json,
  type JsonObject,
  textAt,
} from '../../model/index.js';
import { decodedDocument } from './deny.js';
import { fromRequest, fromResponse, requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import type { Play, PlanContext } from '../kit/play.js';

const source = 'iam.amazonaws.com';
const region = 'global' as const;
/** IAM and CloudTrail note the same call by clocks of their own, milliseconds. */
const clockSlack = 1000;
const removed = 'A policy that was removed has to be made anew; its versions are kept in the record.';

/**
 * Customer managed policies. Of an innocent one that the attacker gave a new default version, the last version from
 * before is made the default again: IAM keeps up to five (IAM user guide, "Versioning IAM policies"). The attacker's
 * versions grant nothing then, and could be made the default once more: they are deleted on request. A policy that the
 * attacker made grants nothing once iam-grants has detached it; it is removed on request.
 */
export const managedPolicies: Play = {
  id: 'managed-policies',
  move: 'makes policies, or new versions of them',
  noun: 'managed policies',
  phase: 'evict',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: ['iam:SetDefaultPolicyVersion', 'iam:DeletePolicyVersion', 'iam:DeletePolicy'],
    undo: ['iam:CreatePolicyVersion'],
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
            versions: (policy.PolicyVersionList ?? []).map(({ VersionId, CreateDate, Document }) => ({
              id: VersionId ?? '',
              createdAt: CreateDate?.getTime() ?? null,
              // For the way back: only what the event history may tie to the incident.
              ...((CreateDate?.getTime() ?? 0) > reader.now() - eventHistory
                ? { document: decodedDocument(Document) }
                : {}),
            })),
          },
        };
      }
    }
  },

  origin: [
    {
      source,
      region,
      name: 'CreatePolicy',
      effect: 'made',
      ids: fromResponse('policy', 'arn'),
      sets: () => ({ default: 'v1' }),
    },
    {
      source,
      region,
      name: 'CreatePolicyVersion',
      effect: 'changed',
      ids: fromRequest('policyArn'),
      sets: ({ response }) => {
        const isDefault = at(response, 'policyVersion', 'isDefaultVersion') === true;
        return isDefault ? { default: textAt(response, 'policyVersion', 'versionId') } : null;
      },
    },
    {
      source,
      region,
      name: 'SetDefaultPolicyVersion',
      effect: 'changed',
      ids: fromRequest('policyArn'),
      sets: (event) => ({ default: requestText(event, 'versionId') }),
      // Of what is the default already.
      mayChangeNothing: {},
    },
    { source, region, name: 'DeletePolicy', effect: 'undone', ids: fromRequest('policyArn') },
  ],

  contain: (finding, context) =>
    finding.class === 'tampered' ? restore(finding, context.options) : remove(finding, context.options),
  onRequest: ({ evict }) => evict === 'remove',
  restored: (finding) => versionBefore(finding)?.id === asText(finding.resource.properties['defaultVersion']),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'persistence',
};

interface Version {
  id: string;
  createdAt: number | null;
  document: string | null;
}

/** The version that was the default, where that is on record; else the newest from before the first of the tainted
 *  changes; null where none is left, or no change is dated. */
function versionBefore({ resource, evidence, before }: Finding): Version | null {
  const stated = textAt(before, 'default');
  const known = versionsOf(resource.properties['versions']).find(({ id }) => id === stated);
  if (known !== undefined) return known;
  // IAM keeps whole seconds, and so does CloudTrail: a version of the same second is the change itself.
  const first = Math.min(...evidence.flatMap(({ time }) => time ?? []));
  const [newest] = versionsOf(resource.properties['versions'])
    .filter(({ createdAt }) => createdAt !== null && createdAt < first)
    .sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
  return evidence.some(({ time }) => time !== null) ? (newest ?? null) : null;
}

/** The versions that tainted calls made: by their time, which IAM and CloudTrail keep in whole seconds. */
function versionsMade({ resource, evidence }: Finding): Version[] {
  const times = evidence.flatMap(({ name, time }) =>
    name === 'CreatePolicyVersion' && time !== null ? [time] : [],
  );
  return versionsOf(resource.properties['versions']).filter(({ createdAt }) =>
    times.some((time) => createdAt !== null && Math.abs(createdAt - time) <= clockSlack),
  );
}

function restore(finding: Finding, { evict }: PlanContext['options']): Action[] {
  const newest = versionBefore(finding);
  if (newest === null) return [];
  const made = versionsMade(finding).filter((version) => version.id !== newest.id);
  const back = setBack(finding, newest, made, evict);
  if (evict !== 'remove') return back;
  return [...back, ...made.map((version) => deleteMade(finding, version, back))];
}

function deleteMade(finding: Finding, version: Version, after: Action[]): Action {
  const { id, properties } = finding.resource;
  const isDefault = version.id === asText(properties['defaultVersion']);
  return makeAction(managedPolicies, [finding], {
    ...change('iam', 'DeletePolicyVersion', { PolicyArn: id, VersionId: version.id }),
    title: `delete ${version.id} of ${id}, which the incident made`,
    before: { ...version },
    // Under a new number: IAM gives none twice.
    undo:
      version.document === null
        ? { none: removed }
        : [
            change('iam', 'CreatePolicyVersion', {
              PolicyArn: id,
              PolicyDocument: version.document,
              SetAsDefault: isDefault,
            }),
          ],
    after,
  });
}

function setBack(
  finding: Finding,
  newest: Version,
  made: readonly Version[],
  evict: PlanContext['options']['evict'],
): Action[] {
  const { id, properties } = finding.resource;
  const current = asText(properties['defaultVersion']);
  if (newest.id === current) return [];
  const kept = evict === 'remove' ? [] : made.map((version) => version.id);
  const stays =
    kept.length === 0
      ? ''
      : ` (${kept.join(', ')} of the incident stays beside it: --evict remove deletes it)`;
  const to = (version: string): Change =>
    change('iam', 'SetDefaultPolicyVersion', { PolicyArn: id, VersionId: version });
  return [
    makeAction(managedPolicies, [finding], {
      ...to(newest.id),
      title: `make ${newest.id} the default version of ${id} again${stays}`,
      before: { defaultVersion: current },
      undo: current === null ? { none: 'Its default version was not readable.' } : [to(current)],
    }),
  ];
}

function remove(finding: Finding, { evict }: PlanContext['options']): Action[] {
  if (evict !== 'remove') return [];
  const { id, properties } = finding.resource;
  const action = (call: Change, title: string, after: Action[]): Action =>
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
        change('iam', 'DeletePolicyVersion', { PolicyArn: id, VersionId: version }),
        `delete ${version} of ${id}`,
        [],
      ),
    );
  return [...versions, action(change('iam', 'DeletePolicy', { PolicyArn: id }), `delete ${id}`, versions)];
}

function versionsOf(value: Json | undefined): Version[] {
  return (Array.isArray(value) ? value : [])
    .map(asObject)
    .filter((one): one is JsonObject => one !== null)
    .map(({ id, createdAt, document }) => ({
      id: asText(id) ?? '',
      createdAt: typeof createdAt === 'number' ? createdAt : null,
      document: asText(document),
    }));
}
