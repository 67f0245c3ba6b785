import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { DnsAnswer, DnsOutcome, ResolverObservation } from './state.js';

type AddressType = DnsAnswer['type'];
export type Answered = Pick<DnsAnswer, 'outcome' | 'addresses' | 'detail'>;

/** One way of asking the DNS. No method throws, and none takes longer than `askLimit`. */
export interface NameResolver {
  readonly name: string;
  ask(host: string, type: AddressType): Promise<Answered>;
  /** The name that `host` is a CNAME of; null where it is none, or where that cannot be told. */
  cname(host: string): Promise<string | null>;
  /** Is it evidence? Asked about the zone that every distribution's name is in. */
  control(zone: string): Promise<ResolverObservation>;
}

/** No question takes longer, in milliseconds, whatever the server does. */
export const askLimit = 6_000;
const tryTimeout = 1_500;
const tries = 2;
/** Addresses kept of one answer: an honest one has eight at most. */
const maxAddresses = 32;

/** Asked where nothing else is said: Cloudflare, Google, Quad9. */
export const publicResolvers = ['1.1.1.1', '8.8.8.8', '9.9.9.9'] as const;

/** `1.1.1.1`, `127.0.0.1:5353`, `[::1]:5353` or `::1`. @throws Error where it is no address */
export function parseResolver(text: string): string {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text);
  const address = isIP(text) !== 0 ? text : (match?.[1] ?? match?.[2] ?? '');
  const port = isIP(text) !== 0 ? undefined : match?.[3];
  const version = isIP(address);
  if (version === 0 || (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)))
    throw new Error(`Not a resolver: ${JSON.stringify(text.slice(0, 80))}. Expected IP or IP:PORT.`);
  const host = version === 6 ? `[${address}]` : address;
  return port === undefined ? address : `${host}:${port}`;
}

/** The resolver that this machine is set up with; /etc/hosts and the like are not looked at, since visitors do not
 *  have them. */
export function systemResolver(): NameResolver {
  return plainResolver('system', null);
}

/** A resolver at an address, as parseResolver gives it. */
export function resolverAt(address: string): NameResolver {
  return plainResolver(address, [address]);
}

function plainResolver(name: string, servers: string[] | null): NameResolver {
  const query = async <T>(run: (resolver: Resolver) => Promise<T>): Promise<T> => {
    const resolver = new Resolver({ timeout: tryTimeout, tries });
    if (servers !== null) resolver.setServers(servers);
    const timer = setTimeout(() => {
      resolver.cancel();
    }, askLimit);
    try {
      return await run(resolver);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    name,
    ask: async (host, type) => {
      try {
        const addresses = await query((resolver) =>
          type === 'A' ? resolver.resolve4(host) : resolver.resolve6(host),
        );
        return addressesOrNone(addresses);
      } catch (error) {
        const code = codeOf(error);
        return { outcome: outcomeOf(code), addresses: [], detail: code };
      }
    },
    cname: async (host) => {
      try {
        return (await query((resolver) => resolver.resolveCname(host)))[0]?.toLowerCase() ?? null;
      } catch {
        // Not a CNAME, or not told: what the addresses say stands apart from this.
        return null;
      }
    },
    control: async (zone) => {
      try {
        await query((resolver) => resolver.resolveNs(zone));
        return { name, working: true, detail: null };
      } catch (error) {
        return judgeControl(name, zone, outcomeOf(codeOf(error)));
      }
    },
  };
}

/** A resolver that knows the zone is evidence; one that does not, or that does not answer, says nothing. */
export function judgeControl(name: string, zone: string, outcome: DnsOutcome): ResolverObservation {
  if (outcome === 'addresses' || outcome === 'nodata') return { name, working: true, detail: null };
  const why: Record<Exclude<DnsOutcome, 'addresses' | 'nodata'>, string> = {
    nxdomain: `it says that ${zone} does not exist: it does not see the public DNS`,
    servfail: `it fails for ${zone} itself`,
    refused: 'it refuses to answer',
    timeout: 'it does not answer',
    malformed: 'what it answers is not DNS',
    unreachable: 'it cannot be reached',
  };
  return { name, working: false, detail: why[outcome] };
}

/** An answer without error, which may still hold no address (a CNAME that leads nowhere). */
export function addressesOrNone(addresses: readonly string[]): Answered {
  if (!addresses.every((address) => isIP(address) !== 0))
    return { outcome: 'malformed', addresses: [], detail: 'an address that is none' };
  return addresses.length === 0
    ? { outcome: 'nodata', addresses: [], detail: null }
    : { outcome: 'addresses', addresses: addresses.slice(0, maxAddresses).sort(), detail: null };
}

/** c-ares's codes as Node gives them (Node.js documentation, "DNS: Error codes"). */
function outcomeOf(code: string): DnsOutcome {
  switch (code) {
    case 'ENODATA':
      return 'nodata';
    case 'ENOTFOUND':
      return 'nxdomain';
    case 'ESERVFAIL':
      return 'servfail';
    case 'EREFUSED':
    case 'ENOTIMP':
      return 'refused';
    case 'ETIMEOUT':
    case 'ECANCELLED':
      return 'timeout';
    case 'EBADRESP':
    case 'EBADNAME':
    case 'EBADFAMILY':
    case 'EFORMERR':
      return 'malformed';
    default:
      return 'unreachable';
  }
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : 'unknown';
}
