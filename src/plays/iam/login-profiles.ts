import { change } from '../../aws/index.js';
import pLimit from 'p-limit';
import { fromRequest } from '../kit/event-ids.js';
import { unlessGone, userNames } from './iam-users.js';
import { makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';

const source = 'iam.amazonaws.com';
const region = 'global' as const;

/**
 * Console passwords that the attacker set. On an innocent's user too the password is removed, not restored: what it
 * was is known to nobody any more, and what it is now is known to the attacker.
 */
export const loginProfiles: Play = {
  id: 'login-profiles',
  move: 'sets console passwords',
  noun: 'console passwords',
  phase: 'cut',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: ['iam:ListUsers', 'iam:GetLoginProfile'],
    contain: ['iam:DeleteLoginProfile'],
    undo: [],
  },

  async *find(reader) {
    const limit = pLimit(8);
    const perUser = await Promise.all(
      (await userNames(reader)).map((user) =>
        limit(() => unlessGone(() => reader.call('iam', 'GetLoginProfile', 'global', { UserName: user }))),
      ),
    );
    for (const answer of perUser) {
      const profile = answer?.LoginProfile;
      if (profile === undefined) continue;
      const user = profile.UserName ?? '';
      yield {
        play: 'login-profiles',
        type: 'console password',
        id: user,
        region: 'global',
        state: 'set',
        live: true,
        createdAt: profile.CreateDate?.getTime() ?? null,
        tags: {},
        links: [{ kind: 'user', id: user }],
        properties: { resetRequired: profile.PasswordResetRequired ?? false },
      };
    }
  },

  origin: [
    { source, region, name: 'CreateLoginProfile', effect: 'made', ids: fromRequest('userName') },
    { source, region, name: 'UpdateLoginProfile', effect: 'changed', ids: fromRequest('userName') },
    { source, region, name: 'DeleteLoginProfile', effect: 'undone', ids: fromRequest('userName') },
  ],

  contain: (finding) => [
    makeAction(loginProfiles, [finding], {
      ...change('iam', 'DeleteLoginProfile', { UserName: finding.resource.id }),
      title: `remove the console password that was set on user ${finding.resource.id}`,
      before: finding.resource.properties,
      undo: { none: 'Passwords cannot be read, so none can be put back; a new one can be set.' },
    }),
  ],
  // One that is there is one that lets somebody in.
  verify: () => false,
  noUndo: 'Passwords cannot be read, so none can be put back; a new one can be set.',
  scenario: 'persistence',
};
