import pLimit from 'p-limit';
import { change, type Reader } from '../../aws/index.js';
import {
  type Action,
  asText,
  type Finding,
  type Resource,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { unlessGone, userNames } from './iam-users.js';
import { makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';

const source = 'iam.amazonaws.com';
const region = 'global' as const;

/**
 * Access keys of whichever user: an attacker puts a second key on an innocent's user, whose own key must go on
 * working. Root's keys are not listed by IAM.
 */
export const accessKeys: Play = {
  id: 'access-keys',
  move: 'uses, and makes, access keys',
  noun: 'access keys',
  phase: 'cut',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:ListUsers', 'iam:ListAccessKeys'],
    contain: ['iam:UpdateAccessKey'],
    undo: [],
  },

  async *find(reader) {
    const limit = pLimit(8);
    // All at once: a refusal that nobody waits for yet would end the process.
    const perUser = await Promise.all(
      (await userNames(reader)).map((user) => limit(() => unlessGone(() => keysOf(reader, user)))),
    );
    for (const keys of perUser) yield* keys ?? [];
  },

  origin: [
    {
      source,
      region,
      name: 'CreateAccessKey',
      effect: 'made',
      ids: (event) => listed(textAt(event.response, 'accessKey', 'accessKeyId')),
    },
    {
      source,
      region,
      name: 'UpdateAccessKey',
      effect: 'changed',
      ids: (event) => (status(event) === 'Inactive' ? [] : fromRequest('accessKeyId')(event)),
      // Who wakes a key found it switched off; where it was on already, was-before.ts says so.
      before: () => ({ Status: 'Inactive' }),
      // A key that is put off can be put on again.
      mayChangeNothing: { unproven: 'no use of it before is on record' },
    },
    {
      source,
      region,
      name: 'UpdateAccessKey',
      effect: 'undone',
      ids: (event) => (status(event) === 'Inactive' ? fromRequest('accessKeyId')(event) : []),
    },
    { source, region, name: 'DeleteAccessKey', effect: 'undone', ids: fromRequest('accessKeyId') },
  ],

  /** A key that a tainted credential switched on was Inactive before: restored, it is Inactive again. */
  contain: (finding) => (finding.resource.live ? [disable(finding)] : []),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'mass-gpu',
};

function disable(finding: Finding): Action {
  const { id, properties } = finding.resource;
  const to = (Status: 'Active' | 'Inactive') =>
    change('iam', 'UpdateAccessKey', {
      UserName: asText(properties['userName']) ?? '',
      AccessKeyId: id,
      Status,
    });
  return makeAction(accessKeys, [finding], {
    ...to('Inactive'),
    title: `disable access key ${id} of user ${asText(properties['userName']) ?? '?'}`,
    before: { status: finding.resource.state },
    undo: [to('Active')],
    undoNeedsFlag: '--reactivate-key',
  });
}

async function keysOf(reader: Reader, user: string): Promise<Resource[]> {
  const keys: Resource[] = [];
  for await (const page of reader.pages('iam', 'ListAccessKeys', 'global', { UserName: user })) {
    for (const { AccessKeyId, Status, CreateDate } of page.AccessKeyMetadata ?? []) {
      keys.push({
        play: 'access-keys',
        type: 'access key',
        id: AccessKeyId ?? '',
        region: 'global',
        state: Status ?? 'unknown',
        live: Status !== 'Inactive',
        createdAt: CreateDate?.getTime() ?? null,
        tags: {},
        links: [{ kind: 'user', id: user }],
        properties: { userName: user },
      });
    }
  }
  return keys;
}

function status(event: TrailEvent): string | null {
  return textAt(event.request, 'status');
}

function listed(id: string | null): string[] {
  return id === null ? [] : [id];
}
