import {
  type ApiObservation,
  type ConfigurationChange,
  type DistributionObservation,
  type DistributionState,
  type DnsAnswer,
  type DnsOutcome,
  type Judgement,
  type NameObservation,
  type NameVerdict,
  stateWords,
} from './state.js';

/** What the answers about one name mean together. `working`: the names of resolvers that are evidence. Pure. */
export function verdictOf(answers: readonly DnsAnswer[], working: ReadonlySet<string>): NameVerdict {
  const perResolver = groupBy(
    answers.filter(({ resolver }) => working.has(resolver)),
    ({ resolver }) => resolver,
  );
  const verdicts = [...perResolver.values()].map(verdictOfOne);
  const telling = verdicts.filter((verdict) => verdict !== null);
  if (telling.length === 0) return 'unknown';
  if (telling.every((verdict) => verdict === telling[0])) return telling[0] ?? 'unknown';
  return telling.includes('resolves') ? 'partly' : telling.includes('withdrawn') ? 'withdrawn' : 'failing';
}

/** A and AAAA of one resolver: one address is enough, and no address only where both questions were answered so.
 *  `refused` is the resolver's policy and says nothing of the name. */
function verdictOfOne(answers: readonly DnsAnswer[]): 'resolves' | 'withdrawn' | 'failing' | null {
  const outcomes = new Set(answers.map(({ outcome }) => outcome));
  if (outcomes.has('addresses')) return 'resolves';
  if (outcomes.has('servfail') || outcomes.has('timeout') || outcomes.has('malformed')) return 'failing';
  if (outcomes.has('refused') || outcomes.has('unreachable')) return null;
  return 'withdrawn';
}

/** The one state that the four observations mean. Pure. */
export function judge(api: ApiObservation, distribution: DistributionObservation): Judgement {
  const { host, configuration } = distribution;
  const locked = api.state === 'restricted';
  const reasons = reasonsOf(api, distribution);
  const make = (state: DistributionState, serving: boolean | null, next: string[]): Judgement => ({
    state,
    serving,
    reasons: reasons.length > 0 ? reasons : [stateWords[state]],
    next,
  });

  if (host.verdict === 'withdrawn') {
    if (locked) return make('api-locked-and-dns-withdrawn', false, nextSteps.locked);
    if (api.state !== 'answers') return make('dns-withdrawn', false, api.next);
    if (configuration?.enabled === false) return make('not-serving', false, nextSteps.disabled);
    if (configuration?.deployed === false) return make('not-serving', false, nextSteps.deploying);
    return make('unlocked-dns-withdrawn', false, nextSteps.reset);
  }
  const serving = servesVisitors(distribution);
  if (locked) return make('api-locked', serving, nextSteps.locked);
  if (host.verdict === 'partly') return make('dns-partly', null, nextSteps.partly);
  if (host.verdict === 'unknown') return make('cannot-tell', null, nextSteps.otherResolver);
  if (distribution.changes?.some(isTampering) === true)
    return make('misconfigured-by-attacker', serving, nextSteps.restore);
  if (serving === false)
    return make('not-serving', false, configuration?.enabled === false ? nextSteps.disabled : nextSteps.look);
  if (distribution.aliases.some(isAstray)) return make('alias-astray', serving, nextSteps.alias);
  if (distribution.aliases.some(({ verdict }) => verdict === 'partly'))
    return make('dns-partly', null, nextSteps.partly);
  if (distribution.aliases.some(({ verdict }) => verdict === 'unknown'))
    return make('cannot-tell', serving, nextSteps.otherResolver);
  if (api.state === 'cannot-tell' || api.state === 'failed') return make('cannot-tell', serving, api.next);
  return make('serving', true, []);
}

/** A credential of the incident changed it, and nobody has changed that back. */
function isTampering({ tainted, standing }: ConfigurationChange): boolean {
  return tainted && standing;
}

/** An alternate name that leads elsewhere or nowhere, or under which the edge does not answer as it should. */
function isAstray({ verdict, leadsHere, chainProblem, edge }: NameObservation): boolean {
  return (
    leadsHere === false ||
    chainProblem !== null ||
    verdict === 'withdrawn' ||
    verdict === 'failing' ||
    !['answers', 'not-probed'].includes(edge.outcome)
  );
}

function servesVisitors({ host, configuration }: DistributionObservation): boolean | null {
  if (configuration?.enabled === false) return false;
  if (host.verdict === 'failing') return false;
  if (host.verdict !== 'resolves') return null;
  return host.edge.outcome === 'answers' || host.edge.outcome === 'not-probed';
}

function reasonsOf(
  api: ApiObservation,
  { host, aliases, configuration, changes }: DistributionObservation,
): string[] {
  const reasons: string[] = [];
  if (api.state !== 'answers') reasons.push(`API: ${api.reason}`);
  if (host.verdict !== 'resolves') reasons.push(`DNS: ${dnsReason(host)}`);
  if (configuration?.enabled === false) reasons.push('configuration: the distribution is disabled');
  if (configuration?.deployed === false) reasons.push('configuration: a change is still being deployed');
  for (const change of changes?.filter(isTampering) ?? [])
    reasons.push(`configuration: ${change.what.join('; ')} (by ${change.by})`);
  if (host.edge.outcome !== 'answers' && host.verdict === 'resolves')
    reasons.push(`edge: ${host.edge.detail ?? host.edge.outcome}`);
  for (const alias of aliases) {
    if (alias.chainProblem !== null) reasons.push(`${alias.name}: ${alias.chainProblem}`);
    else if (alias.verdict !== 'resolves') reasons.push(`${alias.name}: ${dnsReason(alias)}`);
    else if (alias.leadsHere === false)
      reasons.push(`${alias.name}: leads to ${alias.chain.at(-1) ?? 'other addresses'}, not to ${host.name}`);
    if (!['answers', 'not-probed'].includes(alias.edge.outcome))
      reasons.push(`${alias.name}: ${alias.edge.detail ?? alias.edge.outcome}`);
  }
  return reasons;
}

const outcomeWords: Record<DnsOutcome, string> = {
  addresses: 'addresses',
  nodata: 'no address (NODATA)',
  nxdomain: 'no such name (NXDOMAIN)',
  servfail: 'the resolver failed (SERVFAIL)',
  refused: 'refused (REFUSED)',
  timeout: 'no answer in time',
  malformed: 'an answer that is not DNS',
  unreachable: 'the resolver is unreachable',
};

/** `no such name (NXDOMAIN) at system, 1.1.1.1; addresses at 9.9.9.9`: who answered what. */
export function dnsReason({ answers }: Pick<NameObservation, 'answers'>): string {
  if (answers.length === 0) return 'no working resolver was asked';
  const byOutcome = groupBy(answers, ({ outcome }) => outcome);
  return [...byOutcome]
    .map(
      ([outcome, same]) =>
        `${outcomeWords[outcome]} at ${[...new Set(same.map((a) => a.resolver))].join(', ')}`,
    )
    .join('; ');
}

const nextSteps = {
  locked: [
    'Nothing in CloudFront can be changed until AWS lifts the restriction: clear the whole account, answer the case (leakguard case REPORT), then leakguard cloudfront --watch.',
  ],
  reset: ['Ask AWS Support for the reset of the DNS of this distribution: the text to send stands below.'],
  disabled: [
    'It is disabled in its configuration. If you did not do that, see who did in CloudTrail, then enable it.',
  ],
  deploying: ['Wait for the deployment (minutes), then check again: leakguard cloudfront --watch.'],
  partly: [
    'The change is spreading; old answers live in resolvers until their time is over: leakguard cloudfront --watch.',
  ],
  otherResolver: ['Ask other resolvers: --resolver IP or --doh URL.'],
  restore: ['Compare the configuration with the one you know, and restore it: the changes are listed above.'],
  look: ['Look at the origin and at the certificate; the edge answers, but not as it should.'],
  alias: [
    'If you did not point the alternate name elsewhere yourself, see who changed its DNS record, and restore it.',
  ],
};

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
