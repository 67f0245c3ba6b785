import { AwsFailure, type Session } from '../../aws/index.js';
import type { CloudFrontFacts, Emit } from '../../model/index.js';
import { checkCloudFront, toFacts, zoneOf } from './check.js';
import { readTrail } from './gather.js';
import type { KnownHost } from './known-hosts.js';
import { rehearsalEndpoint, resolversFor } from './resolver-options.js';
import type { CloudFrontCheck } from './state.js';

/** As far back as the event history goes, in milliseconds (CloudTrail user guide, "Working with CloudTrail event
 *  history": 90 days). */
const history = 90 * 86_400_000;

/**
 * The one look at CloudFront with which `contain` ends. Where the API is locked it lists nothing: the hosts are then
 * those that CloudTrail names. A rehearsal's DNS is asked only where LEAKGUARD_RESOLVER names it: the internet's knows
 * nothing of simulated distributions, and their state is then not known.
 */
export async function checkForContain(session: Session, emit: Emit): Promise<CloudFrontFacts> {
  const { identity, reader } = session;
  const { simulated } = identity;
  const look = (hosts: readonly KnownHost[]): Promise<CloudFrontCheck> =>
    checkCloudFront({
      reader,
      resolvers: resolversFor({ resolvers: [], doh: [], simulated, env: process.env }),
      hosts,
      http: true,
      simulated,
      rehearsal: rehearsalEndpoint(identity),
      zone: zoneOf(identity.partition),
      emit,
    });
  const check = await look([]);
  if (check.api.state === 'answers' || check.distributions.length > 0) return toFacts(check);
  const hosts = await hostsOfTrail(session, emit);
  return toFacts(hosts.length === 0 ? check : await look(hosts));
}

/** Without the trail the state of the API is all there is to say, and it is said. */
async function hostsOfTrail(session: Session, emit: Emit): Promise<KnownHost[]> {
  try {
    const from = session.reader.now() - history;
    const { hosts, notes } = await readTrail(session, { from, credentials: [], incidentAt: null, emit });
    for (const message of notes) emit({ type: 'warning', message });
    return hosts;
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    emit({ type: 'warning', message: `CloudFront’s hosts are not known: ${error.describe()}` });
    return [];
  }
}
