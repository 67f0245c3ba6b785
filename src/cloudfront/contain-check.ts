import type { Session } from '../aws/session.js';
import type { CloudFrontFacts } from '../contain/journal-record.js';
import type { Emit } from '../events.js';
import { checkCloudFront, toFacts, zoneOf } from './check.js';
import { rehearsalEndpoint, resolversFor } from './resolver-options.js';

/** The one look at CloudFront with which `contain` ends. A rehearsal's DNS is asked only where LEAKGUARD_RESOLVER
 *  names it: the internet's knows nothing of simulated distributions, and their state is then not known. */
export async function checkForContain(session: Session, emit: Emit): Promise<CloudFrontFacts> {
  const { identity, reader } = session;
  const { simulated } = identity;
  const check = await checkCloudFront({
    reader,
    resolvers: resolversFor({ resolvers: [], doh: [], simulated, env: process.env }),
    http: true,
    simulated,
    rehearsal: rehearsalEndpoint(identity),
    zone: zoneOf(identity.partition),
    emit,
  });
  return toFacts(check);
}
