import pLimit from 'p-limit';
import type { Reader } from '../../aws/index.js';
import type { CloudFrontFacts, Emit } from '../../model/index.js';
import { lookAtApi, notAsked, type ApiLook } from './api.js';
import type { EdgeOptions } from './edge.js';
import { dnsReason, judge } from './judge.js';
import type { KnownHost } from './known-hosts.js';
import {
  isWildcard,
  observeAlias,
  observeHost,
  observeWildcard,
  parseHost,
  type NameContext,
} from './names.js';
import type { NameResolver } from './resolvers.js';
import {
  stateWords,
  type CloudFrontCheck,
  type ConfigurationChange,
  type DistributionCheck,
  type DistributionObservation,
  type NameObservation,
} from './state.js';

export interface CheckRequest {
  /** Null: no credentials; the API is not asked. */
  reader: Reader | null;
  resolvers: readonly NameResolver[];
  /** Looked at besides those that the API lists. */
  hosts?: readonly KnownHost[];
  /** HTTPS HEAD to each name. */
  http: boolean;
  simulated: boolean;
  /** The rehearsal's endpoint; null outside of one. */
  rehearsal?: URL | null;
  /** The zone that the resolvers are tried with. */
  zone?: string;
  /** Changes by distribution id since the incident began; absent where CloudTrail was not read. */
  changes?: ReadonlyMap<string, ConfigurationChange[]>;
  emit: Emit;
  /** Epoch milliseconds. */
  now?: () => number;
  edge?: Pick<EdgeOptions, 'ca' | 'timeLimit'>;
}

/** The zone of all distributions' names; AWS China has its own (CloudFront developer guide, Amazon CloudFront in
 *  China: `dxxx.cloudfront.cn`). */
export function zoneOf(partition: string): string {
  return partition === 'aws-cn' ? 'cloudfront.cn' : 'cloudfront.net';
}

/** Names looked at together: resolvers and edges are other people's. */
const atOnce = 16;
/** Beyond this many names a check says what it left out. */
const maxDistributions = 2_000;

/**
 * One look at CloudFront: the API, the DNS, the edge and the configuration, and the one state that they mean for each
 * distribution. Changes nothing. Failures are observations; only defects are thrown.
 */
export async function checkCloudFront(request: CheckRequest): Promise<CloudFrontCheck> {
  const { reader, resolvers, simulated, emit, now = Date.now } = request;
  const notes: string[] = [];
  const zone = request.zone ?? zoneOf('aws');
  const [look, controls] = await Promise.all([
    reader === null
      ? { api: notAsked('there are no credentials, so the API was not asked'), distributions: [] }
      : lookAtApi(reader),
    Promise.all(resolvers.map(async (resolver) => resolver.control(zone))),
  ]);
  const working = resolvers.filter((_, i) => controls[i]?.working === true);
  if (resolvers.length === 0) notes.push('No resolver was asked: nothing is known of the DNS.');
  else if (working.length === 0)
    notes.push('No resolver is working: nothing is known of the DNS. See --resolver and --doh.');

  const context: NameContext = {
    working,
    edge: request.http ? { rehearsal: request.rehearsal ?? null, ...request.edge } : null,
  };
  const targets = merge(look, request.hosts ?? [], notes);
  if (targets.length === 0 && look.api.state !== 'answers')
    notes.push('The API lists no distribution: name the hosts with --host, --hosts-file or --report.');
  const limit = pLimit(atOnce);
  let done = 0;
  const distributions = await Promise.all(
    targets.map((target) =>
      limit(async (): Promise<DistributionCheck> => {
        const observation = await observe(target, context, request.changes, notes);
        done += 1;
        const judgement = judge(look.api, observation);
        emit({
          type: 'progress',
          subject: 'CloudFront',
          region: null,
          done,
          total: targets.length,
          message: `${observation.host.name}: ${stateWords[judgement.state]}`,
        });
        return { ...observation, judgement };
      }),
    ),
  );
  return {
    at: new Date(now()).toISOString(),
    simulated,
    api: look.api,
    resolvers: controls,
    distributions,
    notes: [...new Set(notes)],
  };
}

type Target = Omit<KnownHost, 'lastKnown'> & Pick<DistributionObservation, 'configuration'>;

/** The API's list first; then the hosts from elsewhere that are not in it. */
function merge(look: ApiLook, hosts: readonly KnownHost[], notes: string[]): Target[] {
  const targets = new Map<string, Target>();
  const put = (target: Target): void => {
    const host = parseHost(target.host);
    if (host === null) notes.push(`Not a host name, and not looked at: ${target.host.slice(0, 100)}`);
    else {
      const earlier = targets.get(host) ?? { ...target, host, aliases: [] };
      const aliases = [...new Set([...earlier.aliases, ...askable(target.aliases, notes)])];
      targets.set(host, { ...earlier, aliases });
    }
  };
  for (const { id, host, aliases, configuration } of look.distributions)
    put({ id, host, aliases, configuration });
  for (const { host, id, aliases } of hosts) put({ host, id, aliases, configuration: null });
  const all = [...targets.values()];
  if (all.length > maxDistributions)
    notes.push(
      `Only the first ${maxDistributions} of ${all.length} distributions were looked at: name others with --host.`,
    );
  return all.slice(0, maxDistributions);
}

/** The alternate names that can be asked for; what is left out is said. */
function askable(aliases: readonly string[], notes: string[]): string[] {
  return aliases.flatMap((alias) => {
    const name = isWildcard(alias) ? alias.toLowerCase() : parseHost(alias);
    if (name === null) notes.push(`${alias.slice(0, 253)}: not a host name, so it was not looked at.`);
    return name ?? [];
  });
}

async function observe(
  target: Target,
  context: NameContext,
  changes: CheckRequest['changes'],
  notes: string[],
): Promise<DistributionObservation> {
  const host = await observeHost(target.host, context);
  const lookAt = async (alias: string): Promise<NameObservation[]> => {
    if (!isWildcard(alias)) return [await observeAlias(alias, host, context)];
    const seen = await observeWildcard(alias, host, context);
    if (seen !== null) return [seen];
    notes.push(
      `${alias}: its DNS has no wildcard, so the names beneath it are not known. Name those in use with --hosts-file (a line: ${host.name} NAME …).`,
    );
    return [];
  };
  return {
    id: target.id,
    host,
    aliases: (await Promise.all(target.aliases.map(lookAt))).flat(),
    configuration: target.configuration,
    changes: changes === undefined || target.id === null ? null : (changes.get(target.id) ?? []),
  };
}

/** The check as it is with what CloudTrail says by now. Pure. */
export function withChanges(
  check: CloudFrontCheck,
  changes: ReadonlyMap<string, ConfigurationChange[]>,
): CloudFrontCheck {
  const distributions = check.distributions.map((one) => {
    const observation = { ...one, changes: one.id === null ? null : (changes.get(one.id) ?? []) };
    return { ...observation, judgement: judge(check.api, observation) };
  });
  return { ...check, distributions };
}

/** The check as contain's journal and the report keep it. Pure. */
export function toFacts(check: CloudFrontCheck): CloudFrontFacts {
  const { api } = check;
  return {
    api: {
      state: api.state === 'not-asked' ? 'cannot-tell' : api.state,
      detail: api.state === 'answers' ? null : api.reason,
    },
    hosts: check.distributions.map(({ id, host, judgement }) => ({
      host: host.name,
      distribution: id,
      state: stateWords[judgement.state],
      // Only `serving` is good news: a lock, or a name that leads astray, is not, though visitors get answers.
      serving: judgement.state === 'serving' ? true : judgement.serving === false ? false : null,
      detail:
        judgement.state === 'serving' ? null : `${judgement.reasons.join('; ')} (DNS: ${dnsReason(host)})`,
    })),
  };
}
