import { change } from '../../aws/index.js';
import type { OriginRule, TrailEvent } from '../../model/index.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** The one switch of a region. */
const id = 'account';

/** The older API names the field `enabled`. */
function switchedOn(event: TrailEvent): boolean {
  return event.request?.['sendingEnabled'] === true || event.request?.['enabled'] === true;
}

function rule(name: string, effect: 'changed' | 'undone'): OriginRule {
  return {
    source: 'ses.amazonaws.com',
    name,
    effect,
    ids: (event) => (switchedOn(event) === (effect === 'changed') ? [id] : []),
    // Who switches it on found it switched off, unless it was on: an account sends from the beginning.
    ...(effect === 'changed' ? { before: () => ({ SendingEnabled: false }), mayChangeNothing: {} } : {}),
  };
}

/** SES sending, which is one switch for the whole account in each region: switched off only where the attacker
 *  switched it on. */
export const sesSending: Play = {
  id: 'ses-sending',
  move: 'switches mail sending on (SES)',
  noun: 'account-wide mail sending (SES)',
  phase: 'stop',
  service: 'sesv2',
  scope: 'regional',
  permissions: {
    find: ['ses:GetAccount'],
    contain: ['ses:PutAccountSendingAttributes'],
    undo: [],
  },

  async *find(reader, region) {
    const account = await reader.call('sesv2', 'GetAccount', region, {});
    const on = account.SendingEnabled === true;
    yield makeResource({
      play: 'ses-sending',
      type: 'SES sending',
      id,
      region,
      state: on ? 'enabled' : 'disabled',
      live: on,
      properties: { production: account.ProductionAccessEnabled ?? null },
    });
  },

  origin: [
    ...['PutAccountSendingAttributes', 'UpdateAccountSendingEnabled'].flatMap((name) => [
      rule(name, 'changed'),
      rule(name, 'undone'),
    ]),
  ],

  contain: (finding) => {
    if (!finding.resource.live || finding.class !== 'tampered' || finding.before === null) return [];
    const to = (SendingEnabled: boolean) =>
      change('sesv2', 'PutAccountSendingAttributes', { SendingEnabled });
    return [
      makeAction(sesSending, [finding], {
        ...to(false),
        title: `switch SES sending off again in ${finding.resource.region}`,
        before: { SendingEnabled: true },
        undo: [to(true)],
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'mail',
};
