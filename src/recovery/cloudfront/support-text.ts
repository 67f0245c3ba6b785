import { dnsReason } from './judge.js';
import type { CloudFrontCheck } from './state.js';

/** More hosts than this are counted in the text, not named: AWS's reply form takes 8,000 characters. */
const maxNamed = 40;

/**
 * What to send to AWS Support where the API answers again but the DNS of distributions is still withdrawn: support then
 * starts, or sends the address of, a reset. Plain text that survives a web form; every sentence is from the check.
 * Null where there is nothing to ask for. Pure.
 */
export function resetText(check: CloudFrontCheck, account: string | null): string | null {
  const gone = check.distributions.filter(({ judgement }) => judgement.state === 'unlocked-dns-withdrawn');
  if (gone.length === 0) return null;
  const named = gone.slice(0, maxNamed);
  return [
    `Account ${account ?? '(unknown)'}. The CloudFront API answers again, but the host names of ${
      gone.length === 1 ? '1 distribution' : `${gone.length} distributions`
    } still do not resolve.`,
    'Please reset their DNS, or send the address at which it can be reset.',
    '',
    `Seen at ${check.at} (UTC):`,
    ...named.map(({ id, host }) => `- ${host.name} (distribution ${id ?? 'unknown'}): ${dnsReason(host)}`),
    ...(gone.length > named.length ? [`- and ${gone.length - named.length} more`] : []),
    '',
    `Each is enabled and deployed as GetDistribution and ListDistributions say. Resolvers asked: ${check.resolvers
      .filter(({ working }) => working)
      .map(({ name }) => name)
      .join(', ')}; each of them resolves the zone of CloudFront itself.`,
  ].join('\n');
}
