/**
 * What a check of CloudFront saw, and the one state that it means for each distribution. Four questions are kept
 * apart, since each can fail without the others: the API, the DNS, the edge and the configuration.
 */

/**
 * The API. answers · denied: the caller lacks a permission · restricted: AWS has limited the account · failed: no
 * answer that says anything · cannot-tell: refused, and nothing tells a lock from a missing permission · not-asked.
 */
export type ApiState = 'answers' | 'denied' | 'restricted' | 'failed' | 'cannot-tell' | 'not-asked';

export interface ApiObservation {
  state: ApiState;
  /** AWS's error code and message, as it sent them; null where it answered. */
  code: string | null;
  message: string | null;
  /** How the state was told, in words. */
  reason: string;
  /** What to do about it; empty where it answers. */
  next: string[];
}

/** How one resolver answered one question. `unreachable` says nothing about the name. */
export type DnsOutcome =
  | 'addresses'
  | 'nodata'
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'timeout'
  | 'malformed'
  | 'unreachable';

export interface DnsAnswer {
  /** The resolver's name, as in `ResolverObservation`. */
  resolver: string;
  type: 'A' | 'AAAA';
  outcome: DnsOutcome;
  addresses: string[];
  /** The resolver's own error, bounded; null where there is none. */
  detail: string | null;
}

/** A resolver that cannot answer a control question is no evidence for or against any name. */
export interface ResolverObservation {
  /** `system`, `1.1.1.1`, `127.0.0.1:5353` or the URL. */
  name: string;
  working: boolean;
  /** Why it is not evidence; null where it is. */
  detail: string | null;
}

/** What the resolvers that are evidence say together. `failing`: they answer, but not about this name. */
export type NameVerdict = 'resolves' | 'partly' | 'withdrawn' | 'failing' | 'unknown';

export interface EdgeObservation {
  /** answers: HTTP below 500 · errors: 5xx · bad-certificate: it answers, with a certificate that is not valid for
   *  the name · no-answer · not-probed: off, nothing to connect to, or an address that must not be connected to. */
  outcome: 'answers' | 'errors' | 'bad-certificate' | 'no-answer' | 'not-probed';
  address: string | null;
  status: number | null;
  /** The `x-cache` header, such as `Hit from cloudfront`; null where missing. */
  xCache: string | null;
  /** ISO 8601; null where none was seen. */
  certificateUntil: string | null;
  /** Why, where it is not `answers`. */
  detail: string | null;
}

/** One host name: the distribution's own, or an alternate domain name. */
export interface NameObservation {
  name: string;
  verdict: NameVerdict;
  answers: DnsAnswer[];
  /** The CNAMEs that it leads through, without itself. */
  chain: string[];
  /** A loop, or more links than a resolver follows; null where the chain is sound. */
  chainProblem: string | null;
  /** For alternate names: does it lead to the distribution? Null where that cannot be told. */
  leadsHere: boolean | null;
  edge: EdgeObservation;
}

/** A change of a distribution, as CloudTrail shows it. */
export interface ConfigurationChange {
  /** Epoch milliseconds; null where the record has no readable time. */
  at: number | null;
  eventName: string;
  eventId: string | null;
  by: string;
  /** It was made by a credential of the incident. */
  tainted: boolean;
  /** What it set is still so, as far as later events show. */
  standing: boolean;
  /** In words: `origin app changed from a.example to b.example`. Never empty. */
  what: string[];
}

export interface Origin {
  id: string;
  domain: string;
  kind: 's3' | 'custom';
  /** S3 through an origin access identity or control: not readable without CloudFront. */
  private: boolean;
}

/** What GetDistribution or ListDistributions says; null members where the API did not answer. */
export interface Configuration {
  enabled: boolean;
  deployed: boolean;
  /** ISO 8601. */
  lastModified: string | null;
  origins: Origin[];
  /** ARNs of Lambda@Edge and CloudFront functions. */
  functions: string[];
}

export interface DistributionObservation {
  /** Distribution id; null where only its host is known. */
  id: string | null;
  /** `dXXXX.cloudfront.net`, or whatever `--host` named. */
  host: NameObservation;
  aliases: NameObservation[];
  configuration: Configuration | null;
  /** Since the incident began, oldest first; null where CloudTrail was not read. */
  changes: ConfigurationChange[] | null;
}

export const distributionStates = [
  'serving',
  'dns-withdrawn',
  'api-locked',
  'api-locked-and-dns-withdrawn',
  'unlocked-dns-withdrawn',
  'dns-partly',
  'misconfigured-by-attacker',
  'alias-astray',
  'not-serving',
  'cannot-tell',
] as const;
export type DistributionState = (typeof distributionStates)[number];

/** Each state in a manager's words. */
export const stateWords: Record<DistributionState, string> = {
  serving: 'serving',
  'dns-withdrawn': 'DNS withdrawn',
  'api-locked': 'API locked',
  'api-locked-and-dns-withdrawn': 'API locked and DNS withdrawn',
  'unlocked-dns-withdrawn': 'unlocked, but DNS still withdrawn',
  'dns-partly': 'DNS in place at some resolvers only',
  'misconfigured-by-attacker': 'misconfigured by the attacker',
  'alias-astray': 'serving, but not under every alternate name',
  'not-serving': 'not serving',
  'cannot-tell': 'cannot tell',
};

export interface Judgement {
  state: DistributionState;
  /** Do visitors of the distribution's host get answers? Null where that is not known. */
  serving: boolean | null;
  /** Why, strongest first. Never empty. */
  reasons: string[];
  /** What to do now; empty where nothing is to be done. */
  next: string[];
}

export interface DistributionCheck extends DistributionObservation {
  judgement: Judgement;
}

/** One check. What the JSON document, the watch's journal and the screen are made of. */
export interface CloudFrontCheck {
  /** ISO 8601, UTC. */
  at: string;
  simulated: boolean;
  api: ApiObservation;
  resolvers: ResolverObservation[];
  distributions: DistributionCheck[];
  /** What could not be looked at, and why: never empty-handed silence. */
  notes: string[];
}
