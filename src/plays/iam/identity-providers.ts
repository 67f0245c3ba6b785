import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import { type Action, asText, type Finding } from '../../model/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { unlessGone } from './iam-users.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf, textsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'iam.amazonaws.com';
const region = 'global' as const;

/** Identity providers: whoever runs one may assume every role that trusts it. They cannot be switched off, so they
 *  are deleted, and what it takes to make them anew is kept. */
export const identityProviders: Play = {
  id: 'identity-providers',
  move: 'makes identity providers (OIDC, SAML)',
  noun: 'identity providers (OIDC, SAML)',
  phase: 'cut',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: [
      'iam:ListOpenIDConnectProviders',
      'iam:GetOpenIDConnectProvider',
      'iam:ListSAMLProviders',
      'iam:GetSAMLProvider',
    ],
    contain: ['iam:DeleteOpenIDConnectProvider', 'iam:DeleteSAMLProvider'],
    undo: ['iam:CreateOpenIDConnectProvider', 'iam:CreateSAMLProvider'],
  },

  async *find(reader) {
    const common = { play: 'identity-providers', region: 'global', state: 'trusted', live: true };
    const oidc = await reader.call('iam', 'ListOpenIDConnectProviders', 'global', {});
    for (const { Arn: id } of oidc.OpenIDConnectProviderList ?? []) {
      const one = await unlessGone(() =>
        reader.call('iam', 'GetOpenIDConnectProvider', 'global', { OpenIDConnectProviderArn: id }),
      );
      if (one === null) continue;
      yield makeResource({
        ...common,
        type: 'OIDC provider',
        id,
        createdAt: one.CreateDate,
        tags: tagsOf(one.Tags),
        properties: {
          Url: one.Url === undefined ? null : `https://${one.Url.replace(/^https:\/\//, '')}`,
          ClientIDList: one.ClientIDList ?? [],
          ThumbprintList: one.ThumbprintList ?? [],
        },
      });
    }
    const saml = await reader.call('iam', 'ListSAMLProviders', 'global', {});
    for (const { Arn: id } of saml.SAMLProviderList ?? []) {
      const one = await unlessGone(() =>
        reader.call('iam', 'GetSAMLProvider', 'global', { SAMLProviderArn: id }),
      );
      if (one === null) continue;
      yield makeResource({
        ...common,
        type: 'SAML provider',
        id,
        createdAt: one.CreateDate,
        tags: tagsOf(one.Tags),
        properties: { Name: arnName(id ?? null), SAMLMetadataDocument: one.SAMLMetadataDocument ?? null },
      });
    }
  },

  origin: [
    {
      source,
      region,
      name: 'CreateOpenIDConnectProvider',
      effect: 'made',
      ids: fromResponse('openIDConnectProviderArn'),
    },
    {
      source,
      region,
      name: 'DeleteOpenIDConnectProvider',
      effect: 'undone',
      ids: fromRequest('openIDConnectProviderArn'),
    },
    { source, region, name: 'CreateSAMLProvider', effect: 'made', ids: fromResponse('sAMLProviderArn') },
    { source, region, name: 'UpdateSAMLProvider', effect: 'changed', ids: fromRequest('sAMLProviderArn') },
    { source, region, name: 'DeleteSAMLProvider', effect: 'undone', ids: fromRequest('sAMLProviderArn') },
  ],

  contain: (finding) => (finding.class === 'tampered' ? [] : [remove(finding)]),
  // One that is there is one that is trusted.
  verify: () => false,
  noUndo: null,
  scenario: 'persistence',
};

function remove(finding: Finding): Action {
  const { id, type, properties } = finding.resource;
  const url = asText(properties['Url']);
  const name = asText(properties['Name']);
  const document = asText(properties['SAMLMetadataDocument']);
  const common = { title: `delete ${type} ${asText(arnName(id)) ?? id}`, before: properties };
  return type === 'OIDC provider'
    ? makeAction(identityProviders, [finding], {
        ...common,
        ...change('iam', 'DeleteOpenIDConnectProvider', { OpenIDConnectProviderArn: id }),
        undo:
          url === null
            ? { none: 'Its URL was not readable.' }
            : [
                change('iam', 'CreateOpenIDConnectProvider', {
                  Url: url,
                  ClientIDList: textsOf(properties['ClientIDList']),
                  ThumbprintList: textsOf(properties['ThumbprintList']),
                }),
              ],
      })
    : makeAction(identityProviders, [finding], {
        ...common,
        ...change('iam', 'DeleteSAMLProvider', { SAMLProviderArn: id }),
        undo:
          name === null || document === null
            ? { none: 'Its metadata was not readable.' }
            : [change('iam', 'CreateSAMLProvider', { Name: name, SAMLMetadataDocument: document })],
      });
}
