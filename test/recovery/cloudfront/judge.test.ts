import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, verdictOf } from '../../../src/recovery/cloudfront/judge.js';
import {
  distributionStates,
  type ApiObservation,
  type ApiState,
  type ConfigurationChange,
  type DnsAnswer,
  type DnsOutcome,
  type NameVerdict,
} from '../../../src/recovery/cloudfront/state.js';
import {
  answer,
  answers,
  configuration,
  distribution,
  edgeAnswers,
  name,
  restricted,
  withdrawn,
} from './sample.js';

const api = (state: ApiState): ApiObservation => ({ ...restricted, state, reason: state });
const tampering: ConfigurationChange = {
  at: 1,
  eventName: 'UpdateDistribution',
  eventId: null,
  by: 'AKIAEXAMPLE',
  tainted: true,
  standing: true,
  what: ['origin app changed from app.example.com to evil.example'],
};

describe('what the resolvers say together', () => {
  const working = new Set(['one', 'two']);
  it.each<[string, DnsAnswer[], NameVerdict]>([
    ['no resolver was asked', [], 'unknown'],
    ['both give addresses', [answer('addresses'), answer('addresses', 'two')], 'resolves'],
    ['NXDOMAIN', [answer('nxdomain')], 'withdrawn'],
    ['NODATA is as much withdrawn as NXDOMAIN', [answer('nodata')], 'withdrawn'],
    ['one has it still, one has not', [answer('addresses'), answer('nxdomain', 'two')], 'partly'],
    ['SERVFAIL', [answer('servfail')], 'failing'],
    ['time-out of a working resolver', [answer('timeout')], 'failing'],
    ['no DNS', [answer('malformed')], 'failing'],
    ['REFUSED says nothing of the name', [answer('refused')], 'unknown'],
    ['unreachable says nothing of the name', [answer('unreachable')], 'unknown'],
    ['refused by one, withdrawn by the other', [answer('refused'), answer('nxdomain', 'two')], 'withdrawn'],
    ['one fails, the other has it not', [answer('servfail'), answer('nodata', 'two')], 'withdrawn'],
    ['a resolver that is no evidence', [answer('nxdomain', 'three')], 'unknown'],
    ['A but no AAAA', [answer('addresses'), { ...answer('nodata'), type: 'AAAA' }], 'resolves'],
    ['no A, and AAAA fails', [answer('nodata'), { ...answer('servfail'), type: 'AAAA' }], 'failing'],
  ])('%s', (_, given, verdict) => {
    expect(verdictOf(given, working)).toBe(verdict);
  });

  it('never says withdrawn while a working resolver gives an address', () => {
    const outcomes: DnsOutcome[] = [
      'addresses',
      'nodata',
      'nxdomain',
      'servfail',
      'refused',
      'timeout',
      'unreachable',
    ];
    const some = fc.array(fc.tuple(fc.constantFrom(...outcomes), fc.constantFrom('one', 'two', 'three')));
    fc.assert(
      fc.property(some, (given) => {
        const list = given.map(([outcome, resolver]) => answer(outcome, resolver));
        const has = list.some(({ outcome, resolver }) => outcome === 'addresses' && working.has(resolver));
        expect(['resolves', 'partly'].includes(verdictOf(list, working))).toBe(has);
      }),
    );
  });
});

describe('the one state of a distribution', () => {
  it('is serving when API, DNS and edge answer', () => {
    expect(judge(answers, distribution())).toMatchObject({ state: 'serving', serving: true, next: [] });
  });

  it.each<[ApiState, NameVerdict, string, boolean | null]>([
    ['answers', 'withdrawn', 'unlocked-dns-withdrawn', false],
    ['restricted', 'withdrawn', 'api-locked-and-dns-withdrawn', false],
    ['denied', 'withdrawn', 'dns-withdrawn', false],
    ['cannot-tell', 'withdrawn', 'dns-withdrawn', false],
    ['failed', 'withdrawn', 'dns-withdrawn', false],
    ['not-asked', 'withdrawn', 'dns-withdrawn', false],
    ['restricted', 'resolves', 'api-locked', true],
    ['restricted', 'unknown', 'api-locked', null],
    ['restricted', 'partly', 'api-locked', null],
    ['restricted', 'failing', 'api-locked', false],
    ['answers', 'partly', 'dns-partly', null],
    ['answers', 'failing', 'not-serving', false],
    ['answers', 'unknown', 'cannot-tell', null],
    ['denied', 'resolves', 'serving', true],
    ['not-asked', 'resolves', 'serving', true],
    ['cannot-tell', 'resolves', 'cannot-tell', true],
    ['failed', 'resolves', 'cannot-tell', true],
  ])('with the API %s and a name that is %s: %s', (state, verdict, expected, serving) => {
    const host = name({ ...(verdict === 'withdrawn' ? withdrawn : {}), verdict });
    const observed = distribution({ host, configuration: state === 'answers' ? configuration : null });
    expect(judge(state === 'answers' ? answers : api(state), observed)).toMatchObject({
      state: expected,
      serving,
    });
  });

  it('says reset only where the API answers and the distribution is enabled and deployed', () => {
    const gone = { host: name(withdrawn) };
    expect(judge(answers, distribution(gone)).next.join()).toContain('reset');
    const disabled = distribution({ ...gone, configuration: { ...configuration, enabled: false } });
    expect(judge(answers, disabled)).toMatchObject({ state: 'not-serving', serving: false });
    const deploying = distribution({ ...gone, configuration: { ...configuration, deployed: false } });
    expect(judge(answers, deploying)).toMatchObject({ state: 'not-serving', serving: false });
  });

  it('is misconfigured where a credential of the incident changed it', () => {
    const judgement = judge(answers, distribution({ changes: [tampering] }));
    expect(judgement.state).toBe('misconfigured-by-attacker');
    expect(judgement.reasons.join()).toContain('evil.example');
    const own = { ...tampering, tainted: false };
    expect(judge(answers, distribution({ changes: [own] })).state).toBe('serving');
    const undone = { ...tampering, standing: false };
    expect(judge(answers, distribution({ changes: [undone] })).state).toBe('serving');
  });

  it('is locked first and misconfigured second, and says both', () => {
    const judgement = judge(restricted, distribution({ host: name(withdrawn), changes: [tampering] }));
    expect(judgement.state).toBe('api-locked-and-dns-withdrawn');
    expect(judgement.reasons.join()).toContain('evil.example');
  });

  it.each([
    ['errors', 'not-serving'],
    ['bad-certificate', 'not-serving'],
    ['no-answer', 'not-serving'],
    ['not-probed', 'serving'],
  ] as const)('with an edge of %s is %s', (outcome, state) => {
    const host = name({ edge: { ...edgeAnswers, outcome, detail: outcome } });
    expect(judge(answers, distribution({ host })).state).toBe(state);
  });

  it.each([
    ['leads elsewhere', { leadsHere: false, chain: ['elsewhere.example'] }],
    ['does not resolve', withdrawn],
    ['no resolver can look up', { verdict: 'failing' as const, answers: [answer('servfail')] }],
    ['gets errors', { edge: { ...edgeAnswers, outcome: 'errors' as const, detail: 'HTTP 502' } }],
    ['runs in a circle', { chainProblem: 'its CNAMEs run in a circle', verdict: 'failing' as const }],
    [
      'has a certificate of another name',
      { edge: { ...edgeAnswers, outcome: 'bad-certificate' as const, detail: 'not valid' } },
    ],
  ])('tells an alternate name that %s', (_, over) => {
    const alias = name({ name: 'www.example.com', leadsHere: true, ...over });
    const judgement = judge(answers, distribution({ aliases: [alias] }));
    expect(judgement.state).toBe('alias-astray');
    expect(judgement.reasons.join()).toContain('www.example.com');
  });

  it('does not call an alternate name clean that nobody could ask for', () => {
    const state = (verdict: NameVerdict) =>
      judge(answers, distribution({ aliases: [name({ name: 'www.example.com', verdict })] })).state;
    expect([state('unknown'), state('partly'), state('resolves')]).toEqual([
      'cannot-tell',
      'dns-partly',
      'serving',
    ]);
  });

  it('always gives a reason, and is serving only where somebody answered for the name', () => {
    const states: ApiState[] = ['answers', 'denied', 'restricted', 'failed', 'cannot-tell', 'not-asked'];
    const verdicts: NameVerdict[] = ['resolves', 'partly', 'withdrawn', 'failing', 'unknown'];
    for (const state of states)
      for (const verdict of verdicts) {
        const judgement = judge(api(state), distribution({ host: name({ verdict }) }));
        expect(distributionStates).toContain(judgement.state);
        expect(judgement.reasons.length).toBeGreaterThan(0);
        if (judgement.state === 'serving') expect(verdict).toBe('resolves');
        if (judgement.serving === true) expect(verdict).toBe('resolves');
      }
  });
});
