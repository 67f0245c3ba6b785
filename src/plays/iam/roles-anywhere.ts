import { change } from '../../aws/index.js';
import { type Change, asText, type Finding, type OriginRule, type Resource } from '../../model/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

function rules(kind: 'trustAnchor' | 'profile', Kind: 'TrustAnchor' | 'Profile'): OriginRule[] {
  const common = { source: 'rolesanywhere.amazonaws.com' };
  const named = fromRequest(`${kind}Id`);
  return [
    { ...common, name: `Create${Kind}`, effect: 'made', ids: fromResponse(kind, `${kind}Id`) },
    {
      ...common,
      name: `Enable${Kind}`,
      effect: 'changed',
      ids: named,
      before: () => ({ enabled: false }),
      mayChangeNothing: {
        unproven: 'nobody is known to have come in by it before',
        usedBy: ['CreateSession'],
      },
    },
    { ...common, name: `Disable${Kind}`, effect: 'undone', ids: named },
    { ...common, name: `Delete${Kind}`, effect: 'undone', ids: named },
  ];
}

/** Roles Anywhere: whoever holds a certificate of a trusted authority gets sessions of roles, without any key. */
export const rolesAnywhere: Play = {
  id: 'roles-anywhere',
  move: 'trusts an authority of its own (Roles Anywhere)',
  noun: 'trust anchors and profiles (Roles Anywhere)',
  phase: 'cut',
  service: 'rolesanywhere',
  scope: 'regional',
  permissions: {
    find: ['rolesanywhere:ListTrustAnchors', 'rolesanywhere:ListProfiles'],
    contain: ['rolesanywhere:DisableTrustAnchor', 'rolesanywhere:DisableProfile'],
    undo: ['rolesanywhere:EnableTrustAnchor', 'rolesanywhere:EnableProfile'],
  },

  async *find(reader, region) {
    for await (const page of reader.pages('rolesanywhere', 'ListTrustAnchors', region, {})) {
      for (const { trustAnchorId, name, enabled, createdAt } of page.trustAnchors ?? []) {
        yield asResource('trust anchor', trustAnchorId, name, enabled, createdAt, region);
      }
    }
    for await (const page of reader.pages('rolesanywhere', 'ListProfiles', region, {})) {
      for (const { profileId, name, enabled, createdAt } of page.profiles ?? []) {
        yield asResource('profile', profileId, name, enabled, createdAt, region);
      }
    }
  },

  origin: [...rules('trustAnchor', 'TrustAnchor'), ...rules('profile', 'Profile')],

  /** One that the attacker switched on was off before. */
  contain: (finding) =>
    finding.resource.live && (finding.class !== 'tampered' || finding.before !== null)
      ? [disable(finding)]
      : [],
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'persistence',
};

function disable(finding: Finding) {
  const { id, type, properties } = finding.resource;
  const call = (verb: 'Disable' | 'Enable'): Change =>
    type === 'trust anchor'
      ? change('rolesanywhere', `${verb}TrustAnchor`, { trustAnchorId: id })
      : change('rolesanywhere', `${verb}Profile`, { profileId: id });
  return makeAction(rolesAnywhere, [finding], {
    ...call('Disable'),
    title: `disable Roles Anywhere ${type} ${asText(properties['name']) ?? id}`,
    before: { enabled: true },
    undo: [call('Enable')],
  });
}

function asResource(
  type: 'trust anchor' | 'profile',
  id: string | undefined,
  name: string | undefined,
  enabled: boolean | undefined,
  createdAt: Date | undefined,
  region: string,
): Resource {
  return makeResource({
    play: 'roles-anywhere',
    type,
    id,
    region,
    state: enabled === false ? 'disabled' : 'enabled',
    live: enabled !== false,
    createdAt,
    properties: { name: name ?? null },
  });
}
