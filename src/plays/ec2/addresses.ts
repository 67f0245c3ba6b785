import { change } from '../../aws/index.js';
import { addressUsdPerHour } from '../../facts/index.js';
import { asText } from '../../model/index.js';
import { fromRequest, fromResponse } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource, tagsOf } from '../kit/make-resource.js';
import { perHour } from '../kit/per-hour.js';
import type { Play } from '../kit/play.js';

const source = 'ec2.amazonaws.com';
const noUndo = 'A released address is AWS’s again; it can be had back only while nobody else has it.';

/** Elastic IP addresses: billed by the hour, whether anything uses them or not. */
export const addresses: Play = {
  id: 'addresses',
  move: 'leaves addresses that go on billing',
  noun: 'Elastic IP addresses',
  phase: 'evict',
  service: 'ec2',
  scope: 'regional',
  permissions: { find: ['ec2:DescribeAddresses'], contain: ['ec2:ReleaseAddress'], undo: [] },

  async *find(reader, region) {
    // DescribeAddresses has no pages.
    const { Addresses } = await reader.call('ec2', 'DescribeAddresses', region, {});
    for (const address of Addresses ?? []) {
      yield makeResource({
        play: 'addresses',
        type: 'address',
        id: address.AllocationId ?? address.PublicIp,
        region,
        state: address.AssociationId === undefined ? 'not associated' : 'associated',
        live: true,
        tags: tagsOf(address.Tags),
        links: linkTo('instance', address.InstanceId),
        properties: { ip: address.PublicIp ?? null, usdPerHour: addressUsdPerHour },
      });
    }
  },

  origin: [
    { source, name: 'AllocateAddress', effect: 'made', ids: fromResponse('allocationId') },
    { source, name: 'ReleaseAddress', effect: 'undone', ids: fromRequest('allocationId') },
  ],

  contain: (finding) => {
    const { id, properties } = finding.resource;
    if (finding.class === 'tampered') return [];
    return [
      makeAction(addresses, [finding], {
        ...change('ec2', 'ReleaseAddress', { AllocationId: id }),
        title: `release address ${asText(properties['ip']) ?? ''} (${id}), ${perHour(addressUsdPerHour)}`,
        before: properties,
        undo: { none: noUndo },
      }),
    ];
  },
  verify: ({ live }) => !live,
  noUndo,
  scenario: 'billing',
};
