import { credentialsThrough, plainCall, type Plain, type Through } from './from-outside.js';
import { credentialsInside, type Inside } from './inside.js';
import type { World } from './world/world.js';

/** What happens to an account by calls that are none of the range's services: by the name of a scenario's `range:` call. */
export const ownCalls: Record<string, (world: World, asked: object) => object> = {
  CredentialsInside: (world, asked) => credentialsInside(world, asked as Inside),
  CredentialsThrough: (world, asked) => credentialsThrough(world, asked as Through),
  PlainCall: (world, asked) => plainCall(world, asked as Plain),
};
