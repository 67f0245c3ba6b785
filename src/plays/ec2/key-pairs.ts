import { change } from '../../aws/index.js';
import { textAt, type TrailEvent } from '../../model/index.js';
import { fromRequest, idsIn } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource, tagsOf } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = 'ec2.amazonaws.com';
const noUndo = 'A deleted key pair has to be imported anew by whoever holds it.';

/** The name, from the request or the answer. */
function named(event: TrailEvent): string[] {
  const name = fromRequest('keyName')(event)[0] ?? textAt(event.response, 'keyName');
  return name === null ? idsIn(event.request, /key-[0-9a-f]{8,17}/) : [name];
}

/** Key pairs open no instance that was made without them: they are reported, and removed on request. */
export const keyPairs: Play = {
  id: 'key-pairs',
  move: 'leaves key pairs behind',
  noun: 'key pairs',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: { find: ['ec2:DescribeKeyPairs'], contain: ['ec2:DeleteKeyPair'], undo: [] },

  async *find(reader, region) {
    // DescribeKeyPairs has no pages.
    const { KeyPairs } = await reader.call('ec2', 'DescribeKeyPairs', region, {});
    for (const pair of KeyPairs ?? []) {
      yield makeResource({
        play: 'key-pairs',
        type: 'key pair',
        id: pair.KeyName,
        region,
        state: 'there',
        live: false,
        createdAt: pair.CreateTime,
        tags: tagsOf(pair.Tags),
        properties: { keyPairId: pair.KeyPairId ?? null, fingerprint: pair.KeyFingerprint ?? null },
      });
    }
  },

  origin: [
    { source, name: 'CreateKeyPair', effect: 'made', ids: named },
    { source, name: 'ImportKeyPair', effect: 'made', ids: named },
    { source, name: 'DeleteKeyPair', effect: 'undone', ids: named },
  ],

  contain: (finding, { options }) =>
    options.evict === 'remove' && finding.class !== 'tampered'
      ? [
          makeAction(keyPairs, [finding], {
            ...change('ec2', 'DeleteKeyPair', { KeyName: finding.resource.id }),
            title: `delete key pair ${finding.resource.id}`,
            before: finding.resource.properties,
            undo: { none: noUndo },
          }),
        ]
      : [],
  onRequest: ({ evict }) => evict === 'remove',
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'doors',
};
