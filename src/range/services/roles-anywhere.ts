import type { Operation, Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

/** Trust anchors and profiles differ in nothing but the name. */
function operationsFor(
  kind: 'TrustAnchor' | 'Profile',
  member: 'trustAnchor' | 'profile',
  path: string,
): Record<string, Operation> {
  const shelf = new Shelf(
    `rolesanywhere:${path}s`,
    ['ResourceNotFoundException', 404],
    null,
    ({ enabled }) => enabled === true,
  );
  const id = (input: Record<string, string>) => input[`${member}Id`];
  const answer = (thing: Thing) => ({ [member]: thing });
  return {
    [`Create${kind}`]: (context, input: { name: string; enabled?: boolean }) => {
      const uuid = context.world.random.uuid();
      return answer(
        shelf.add(context, uuid, {
          enabled: false,
          ...input,
          [`${member}Id`]: uuid,
          [`${member}Arn`]: context.region.arn('rolesanywhere', `${path}/${uuid}`),
          updatedAt: context.now,
          createdBy: context.caller.arn,
        }),
      );
    },
    [`List${kind}s`]: ({ region }, input: { nextToken?: string; pageSize?: number }) =>
      paged(`${member}s`, shelf.all(region), input.nextToken, input.pageSize ?? 50),
    [`Get${kind}`]: ({ region }, input: Record<string, string>) => answer(shelf.get(region, id(input))),
    [`Enable${kind}`]: (context, input: Record<string, string>) =>
      answer(shelf.change(context, id(input), { enabled: true, updatedAt: context.now })),
    [`Disable${kind}`]: (context, input: Record<string, string>) =>
      answer(shelf.change(context, id(input), { enabled: false, updatedAt: context.now })),
    [`Delete${kind}`]: (context, input: Record<string, string>) => answer(shelf.remove(context, id(input))),
  };
}

/** IAM Roles Anywhere: who may become a role with a certificate. */
export const rolesanywhere: Service = {
  operations: {
    ...operationsFor('TrustAnchor', 'trustAnchor', 'trust-anchor'),
    ...operationsFor('Profile', 'profile', 'profile'),
  },
};
