import { change } from '../../aws/index.js';
import { type Change, type Action, asText, type Finding } from '../../model/index.js';
import { principalPages } from './principal-pages.js';
import { decodedDocument } from './deny.js';
import { fromRequest, requestText } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';

const source = 'iam.amazonaws.com';
const region = 'global' as const;

/**
 * Who may assume a role. A trust that the attacker changed lets an outsider in without any key; it is put back to
 * what an untainted principal had set. The role that the attacker made is denied everything by role-sessions.
 */
export const roleTrust: Play = {
  id: 'role-trust',
  move: 'changes who may assume a role',
  noun: 'trust policies of roles',
  phase: 'evict',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:GetAccountAuthorizationDetails'],
    contain: ['iam:UpdateAssumeRolePolicy'],
    undo: [],
  },

  async *find(reader) {
    for await (const page of principalPages(reader)) {
      for (const role of page.RoleDetailList ?? []) {
        yield {
          play: 'role-trust',
          type: 'role trust',
          id: role.RoleName ?? '',
          region: 'global',
          state: 'set',
          live: true,
          createdAt: role.CreateDate?.getTime() ?? null,
          tags: {},
          links: [{ kind: 'role', id: role.RoleName ?? '' }],
          properties: { document: decodedDocument(role.AssumeRolePolicyDocument) },
        };
      }
    }
  },

  origin: [
    {
      source,
      region,
      name: 'UpdateAssumeRolePolicy',
      effect: 'changed',
      ids: fromRequest('roleName'),
      sets: (event) => requestText(event, 'policyDocument'),
      mayChangeNothing: { unproven: 'whom a role trusts may come in without any key' },
    },
    {
      source,
      region,
      // Not `made`: of a role that the attacker made, role-sessions speaks. Here it only tells what the trust was.
      name: 'CreateRole',
      effect: 'changed',
      ids: fromRequest('roleName'),
      sets: (event) => requestText(event, 'assumeRolePolicyDocument'),
      before: () => ({ role: 'none' }),
    },
    { source, region, name: 'DeleteRole', effect: 'undone', ids: fromRequest('roleName') },
  ],

  contain,
  verify: () => false,
  noUndo: null,
  scenario: 'persistence',
};

function contain(finding: Finding): Action[] {
  const { id, properties } = finding.resource;
  const document = asText(properties['document']);
  const before = asText(finding.before);
  if (finding.class !== 'tampered' || before === null || isSame(before, document)) return [];
  const put = (text: string): Change =>
    change('iam', 'UpdateAssumeRolePolicy', { RoleName: id, PolicyDocument: text });
  return [
    makeAction(roleTrust, [finding], {
      ...put(before),
      title: `restore who may assume role ${id}`,
      before: document,
      undo: document === null ? { none: 'Whom it trusted was not readable.' } : [put(document)],
    }),
  ];
}

/** The same policy, whatever its spacing: IAM hands documents out as they were put. */
function isSame(a: string, b: string | null): boolean {
  if (b === null) return false;
  try {
    return JSON.stringify(JSON.parse(a)) === JSON.stringify(JSON.parse(b));
  } catch {
    // Not JSON, so not a policy that IAM took: compared as it stands.
    return a === b;
  }
}
