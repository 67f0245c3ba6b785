import { change } from '../../aws/index.js';
import type { OriginRule } from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const noUndo = 'A deleted identity has to be made and verified anew.';

function rule(name: string, effect: OriginRule['effect'], field: string): OriginRule {
  // Works as well for what is verified already, and changes nothing then (SES API reference, 2010-12-01).
  const mayChangeNothing = name.startsWith('Verify') ? { mayChangeNothing: {} } : {};
  return { source: 'ses.amazonaws.com', name, effect, ids: fromRequest(field), ...mayChangeNothing };
}

/** Mail identities send nothing by themselves, once whoever used them is denied: they are reported, and removed on
 *  request. */
export const sesIdentities: Play = {
  id: 'ses-identities',
  move: 'leaves mail identities behind (SES)',
  noun: 'mail identities (SES)',
  phase: 'evict',
  service: 'sesv2',
  scope: 'regional',
  permissions: { find: ['ses:ListEmailIdentities'], contain: ['ses:DeleteEmailIdentity'], undo: [] },

  async *find(reader, region) {
    for await (const page of reader.pages('sesv2', 'ListEmailIdentities', region, { PageSize: 1000 })) {
      for (const one of page.EmailIdentities ?? []) {
        yield makeResource({
          play: 'ses-identities',
          type: 'mail identity',
          id: one.IdentityName,
          region,
          state: one.SendingEnabled === true ? 'may send' : 'may not send',
          live: false,
          properties: { identityType: one.IdentityType ?? null },
        });
      }
    }
  },

  origin: [
    rule('CreateEmailIdentity', 'made', 'emailIdentity'),
    rule('VerifyEmailIdentity', 'made', 'emailAddress'),
    rule('VerifyDomainIdentity', 'made', 'domain'),
    rule('DeleteEmailIdentity', 'undone', 'emailIdentity'),
    rule('DeleteIdentity', 'undone', 'identity'),
  ],

  contain: (finding, { options }) =>
    options.evict === 'remove' && finding.class !== 'tampered'
      ? [
          makeAction(sesIdentities, [finding], {
            ...change('sesv2', 'DeleteEmailIdentity', { EmailIdentity: finding.resource.id }),
            title: `delete mail identity ${finding.resource.id}`,
            before: finding.resource.properties,
            undo: { none: noUndo },
          }),
        ]
      : [],
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'mail',
};
