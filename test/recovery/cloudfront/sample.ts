import type {
  ApiObservation,
  Configuration,
  DistributionObservation,
  DnsAnswer,
  EdgeObservation,
  NameObservation,
} from '../../../src/recovery/cloudfront/state.js';

export const answers: ApiObservation = {
  state: 'answers',
  code: null,
  message: null,
  reason: 'it answers',
  next: [],
};

export const restricted: ApiObservation = {
  state: 'restricted',
  code: 'Blocked',
  message: 'This account is currently blocked and not recognized as a valid account.',
  reason: 'AWS has restricted the account (Blocked)',
  next: ['clear the account'],
};

export const edgeAnswers: EdgeObservation = {
  outcome: 'answers',
  address: '198.51.100.1',
  status: 200,
  xCache: 'Hit from cloudfront',
  certificateUntil: null,
  detail: null,
};

export const configuration: Configuration = {
  enabled: true,
  deployed: true,
  lastModified: null,
  origins: [{ id: 'app', domain: 'app.example.com', kind: 'custom', private: false }],
  functions: [],
};

export function answer(outcome: DnsAnswer['outcome'], resolver = 'one'): DnsAnswer {
  const addresses = outcome === 'addresses' ? ['198.51.100.1'] : [];
  return { resolver, type: 'A', outcome, addresses, detail: null };
}

export function name(over: Partial<NameObservation> = {}): NameObservation {
  return {
    name: 'd1.cloudfront.net',
    verdict: 'resolves',
    answers: [answer('addresses')],
    chain: [],
    chainProblem: null,
    leadsHere: null,
    edge: edgeAnswers,
    ...over,
  };
}

export const withdrawn: Partial<NameObservation> = {
  verdict: 'withdrawn',
  answers: [answer('nxdomain')],
  edge: { ...edgeAnswers, outcome: 'not-probed', address: null, status: null, detail: 'it has no address' },
};

export function distribution(over: Partial<DistributionObservation> = {}): DistributionObservation {
  return { id: 'E1', host: name(), aliases: [], configuration, changes: [], ...over };
}
