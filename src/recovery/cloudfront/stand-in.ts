import { probeEdge, type EdgeOptions } from './edge.js';
import type { KnownHost } from './known-hosts.js';
import { observeHost, parseHost } from './names.js';
import type { NameResolver } from './resolvers.js';
import type { CloudFrontCheck, Configuration, EdgeObservation, Origin } from './state.js';

/** One origin as a stand-in for an alternate name while the distribution does not serve. */
interface StandIn {
  alias: string;
  /** The distribution's host. */
  host: string;
  origin: Origin;
  /** Where the origin is known from. */
  source: 'API' | 'CloudTrail';
  /** `HEAD` with the alias as the name, sent to the origin; null where it was not probed. */
  probe: EdgeObservation | null;
  /** What visitors would miss, or what keeps it from working. Empty: nothing known. */
  lacks: string[];
}

export interface StandInPlan {
  rows: StandIn[];
  /** Aliases for which there is nothing to say, and why. */
  notes: string[];
}

/** Probes one origin under the alias's name. */
export type ProbeOrigin = (alias: string, origin: Origin) => Promise<EdgeObservation>;

/**
 * For each alternate name: the origins that it could point at meanwhile, and what they lack. An alternate name is
 * unique across AWS, so it cannot be moved to another account while the lock holds (CloudFront developer guide, "Move
 * an alternate domain name"). Changes nothing; without `probe` nothing is sent either.
 */
export async function planStandIn(
  check: CloudFrontCheck,
  known: readonly KnownHost[],
  probe: ProbeOrigin | null,
): Promise<StandInPlan> {
  const rows: StandIn[] = [];
  const notes: string[] = [];
  for (const { host, aliases, configuration } of check.distributions) {
    const lastKnown = known.find((one) => one.host === host.name)?.lastKnown ?? null;
    const used: Configuration | null = configuration ?? lastKnown;
    if (aliases.length === 0) {
      notes.push(
        `${host.name}: no alternate name is known of it. Links to the host itself cannot be pointed elsewhere.`,
      );
      continue;
    }
    if (used === null || used.origins.length === 0) {
      notes.push(
        `${host.name}: its origins are not known. The API does not give them, and no event at hand names them.`,
      );
      continue;
    }
    for (const alias of aliases) {
      for (const origin of used.origins) {
        const seen = probe === null ? null : await probe(alias.name, origin);
        rows.push({
          alias: alias.name,
          host: host.name,
          origin,
          source: configuration === null ? 'CloudTrail' : 'API',
          probe: seen,
          lacks: lacksOf(origin, used, seen),
        });
      }
    }
  }
  return { rows, notes };
}

/** What the origin lacks as a stand-in. Pure. */
function lacksOf(
  origin: Origin,
  configuration: Pick<Configuration, 'functions' | 'origins'>,
  probe: EdgeObservation | null,
): string[] {
  const lacks: string[] = [];
  if (origin.kind === 's3') {
    lacks.push(
      origin.private
        ? 'private S3 origin: readable through CloudFront only'
        : 'S3 answers under a bucket of the alias’s own name only, and without TLS for it',
    );
  } else if (origin.private) lacks.push('private origin: reachable through CloudFront only');
  if (probe === null)
    lacks.push('not probed (--probe-origins): whether it can be reached, and its TLS, is not known');
  else if (probe.outcome === 'bad-certificate')
    lacks.push(`TLS for the alias: ${probe.detail ?? 'not valid'}`);
  else if (probe.outcome !== 'answers') lacks.push(`an answer: ${probe.detail ?? 'it does not answer'}`);
  if (configuration.functions.length > 0)
    lacks.push(`${configuration.functions.length} functions at the edge, which would not run`);
  if (configuration.origins.length > 1)
    lacks.push(`the ${configuration.origins.length - 1} other origins that the distribution joins by path`);
  lacks.push('caching and the capacity of the edge: all visitors reach the origin itself');
  return lacks;
}

/** Resolves the origin by the same resolvers, and refuses what is not public: an origin may be the attacker's. */
export function originProbe(working: readonly NameResolver[], edge: EdgeOptions): ProbeOrigin {
  return async (alias, origin) => {
    const domain = parseHost(origin.domain);
    const addresses =
      domain === null
        ? []
        : (await observeHost(domain, { working, edge: null })).answers.flatMap((answer) => answer.addresses);
    // A certificate for a wildcard is good for any name beneath.
    return probeEdge(alias.replace(/^\*/, 'www'), [...new Set(addresses)], edge);
  };
}
