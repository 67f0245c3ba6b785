import { randomBytes } from 'node:crypto';
import { notProbed, probeEdge, type EdgeOptions } from './edge.js';
import { verdictOf } from './judge.js';
import type { NameResolver } from './resolvers.js';
import type { DnsAnswer, NameObservation } from './state.js';

/** Longer chains are not followed by resolvers either (BIND and Unbound stop between 8 and 17 links). */
const maxLinks = 16;

/** Each link may be answered as late as a server likes; the whole chain takes no longer, in milliseconds. */
const chainLimit = 15_000;

export interface NameContext {
  /** Those that answered the control question. */
  working: readonly NameResolver[];
  /** Null: no HTTPS. */
  edge: EdgeOptions | null;
}

/** A name that may be asked for: letters, digits, hyphens, underscores, in labels of 63. */
const hostName = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/;

/** `host` in lower case, without the final dot; null where it is no host name (names may be the attacker's). */
export function parseHost(host: string): string | null {
  const name = host.trim().toLowerCase().replace(/\.$/, '');
  return hostName.test(name) ? name : null;
}

/** What the DNS and the edge say of a distribution's own host. */
export async function observeHost(name: string, context: NameContext): Promise<NameObservation> {
  const answers = await askAll(name, context.working);
  return finish(name, answers, { chain: [], chainProblem: null }, null, context);
}

/** What they say of an alternate domain name of the distribution behind `host`. */
export async function observeAlias(
  name: string,
  host: NameObservation,
  context: NameContext,
): Promise<NameObservation> {
  const [answers, chain] = await Promise.all([
    askAll(name, context.working),
    followChain(name, context.working),
  ]);
  return finish(name, answers, chain, leadsTo(host, chain.chain, answers), context);
}

/** `*.example.com`: an alternate name for everything beneath, and no name that can be asked for itself. */
export function isWildcard(alias: string): boolean {
  return alias.startsWith('*.') && parseHost(alias.slice(2)) !== null;
}

/**
 * What they say of a wildcard: a name beneath it that nobody has asked for before is looked at in its stead, so that
 * no cache and no record of its own answers. Null where no wildcard record exists: each name beneath it then has a
 * record of its own, and which those are the DNS does not tell.
 */
export async function observeWildcard(
  alias: string,
  host: NameObservation,
  context: NameContext,
): Promise<NameObservation | null> {
  const beneath = `leakguard-${randomBytes(6).toString('hex')}${alias.slice(1)}`;
  const seen = await observeAlias(beneath, host, context);
  return seen.verdict === 'withdrawn' && seen.chain.length === 0 ? null : { ...seen, name: alias };
}

/**
 * Does the alias lead to the distribution? A CNAME says so itself. An ALIAS record (Route 53) is seen only by its
 * addresses: they are the distribution's own, as the same resolvers give them. Null where neither can be told. Pure.
 */
function leadsTo(
  host: NameObservation,
  chain: readonly string[],
  answers: readonly DnsAnswer[],
): boolean | null {
  if (chain.includes(host.name)) return true;
  const own = new Set(host.answers.flatMap(({ addresses }) => addresses));
  const its = answers.flatMap(({ addresses }) => addresses);
  if (its.some((address) => own.has(address))) return true;
  if (chain.length > 0) return false;
  return own.size === 0 || its.length === 0 ? null : false;
}

async function finish(
  name: string,
  answers: DnsAnswer[],
  { chain, chainProblem }: Pick<NameObservation, 'chain' | 'chainProblem'>,
  leadsHere: boolean | null,
  { working, edge }: NameContext,
): Promise<NameObservation> {
  const verdict = verdictOf(answers, new Set(working.map((resolver) => resolver.name)));
  const addresses = [...new Set(answers.flatMap((answer) => answer.addresses))];
  return {
    name,
    verdict,
    answers,
    chain,
    chainProblem,
    leadsHere,
    edge: edge === null ? notProbed('HTTPS was not asked for') : await probeEdge(name, addresses, edge),
  };
}

async function askAll(name: string, resolvers: readonly NameResolver[]): Promise<DnsAnswer[]> {
  const answers = await Promise.all(
    resolvers.flatMap((resolver) =>
      (['A', 'AAAA'] as const).map(async (type): Promise<DnsAnswer> => {
        return { resolver: resolver.name, type, ...(await resolver.ask(name, type)) };
      }),
    ),
  );
  return answers;
}

/** The CNAMEs that `name` leads through, link by link: each link may be another owner's. */
export async function followChain(
  name: string,
  resolvers: readonly NameResolver[],
  limit = chainLimit,
): Promise<Pick<NameObservation, 'chain' | 'chainProblem'>> {
  const until = performance.now() + limit;
  const chain: string[] = [];
  const seen = new Set([name]);
  let here = name;
  while (chain.length < maxLinks) {
    const next = await firstCname(here, resolvers);
    if (next === null) return { chain, chainProblem: null };
    chain.push(next);
    if (seen.has(next)) return { chain, chainProblem: `its CNAMEs run in a circle at ${next}` };
    if (performance.now() > until)
      return { chain, chainProblem: `its CNAMEs take longer than ${limit / 1000} s` };
    seen.add(next);
    here = next;
  }
  return { chain, chainProblem: `more than ${maxLinks} CNAMEs` };
}

async function firstCname(name: string, resolvers: readonly NameResolver[]): Promise<string | null> {
  const targets = await Promise.all(resolvers.map((resolver) => resolver.cname(name)));
  const target = targets.find((one) => one !== null);
  return target == null ? null : (parseHost(target) ?? target.slice(0, 253));
}
