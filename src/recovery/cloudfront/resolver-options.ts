import type { Identity } from '../../model/index.js';
import { dohResolver } from './doh.js';
import {
  parseResolver,
  publicResolvers,
  resolverAt,
  systemResolver,
  type NameResolver,
} from './resolvers.js';

/**
 * The resolvers to ask: those of the flags, else of LEAKGUARD_RESOLVER (separated by commas), else the system's and
 * the public ones. In a rehearsal only the given ones: nothing of it leaves the machine.
 * @throws Error for what is no resolver
 */
export function resolversFor(options: {
  resolvers: readonly string[];
  doh: readonly string[];
  simulated: boolean;
  env: Record<string, string | undefined>;
}): NameResolver[] {
  const fromEnvironment = (options.env['LEAKGUARD_RESOLVER'] ?? '').split(',').filter((text) => text !== '');
  const texts = options.resolvers.length > 0 ? options.resolvers : fromEnvironment;
  const given = [...new Set(texts.map(parseResolver))].map(resolverAt);
  const doh = options.doh.map((url) => dohResolver(url, options.simulated));
  if (given.length > 0 || options.simulated) return [...given, ...doh];
  return [systemResolver(), ...publicResolvers.map(resolverAt), ...doh];
}

/** The endpoint that stands for the edge in a rehearsal; null outside of one. */
export function rehearsalEndpoint(identity: Identity): URL | null {
  const url = identity.endpoints['cloudfront'];
  return identity.simulated && url !== undefined ? new URL(url) : null;
}
