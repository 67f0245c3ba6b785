import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dohResolver } from '../../../src/recovery/cloudfront/doh.js';
import { followChain, observeAlias, observeHost, parseHost } from '../../../src/recovery/cloudfront/names.js';
import {
  addressesOrNone,
  askLimit,
  parseResolver,
  resolverAt,
  type NameResolver,
} from '../../../src/recovery/cloudfront/resolvers.js';
import { resolversFor } from '../../../src/recovery/cloudfront/resolver-options.js';
import type { DnsOutcome, NameVerdict } from '../../../src/recovery/cloudfront/state.js';
import { startDns, type DnsServer } from '../../../src/range/dns.js';
import type { DnsBehaviour } from '../../../src/range/dns-reply.js';

const host = 'd1.cloudfront.net';
const addresses = { a: ['198.51.100.1'], aaaa: ['2001:db8::1'] };
interface Stand {
  dns: DnsServer;
  doh: Server;
  byUdp: NameResolver;
  byDoh: NameResolver;
}

/** The range's DNS, asked over UDP and TCP, and over HTTP. */
async function setUp(): Promise<Stand> {
  const dns = await startDns({ zones: ['cloudfront.net', 'example.com'], answers: { [host]: addresses } });
  const doh = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const reply = dns.answer(Buffer.concat(chunks), 'tcp');
      if (reply !== null) response.writeHead(200, { 'content-type': 'application/dns-message' }).end(reply);
    });
  });
  await new Promise<void>((resolve) => doh.listen(0, '127.0.0.1', resolve));
  const { port } = doh.address() as { port: number };
  const byUdp = resolverAt(parseResolver(`${dns.address}:${dns.port}`));
  return { dns, doh, byUdp, byDoh: dohResolver(`http://127.0.0.1:${port}/dns-query`, true) };
}

async function tearDown({ dns, doh }: Stand): Promise<void> {
  doh.closeAllConnections();
  await Promise.all([dns.close(), new Promise((resolve) => doh.close(resolve))]);
}

/** By UDP, by DoH: one behaviour may look different to each. */
const table: [DnsBehaviour, DnsOutcome, DnsOutcome, NameVerdict][] = [
  [addresses, 'addresses', 'addresses', 'resolves'],
  [{ truncated: addresses }, 'addresses', 'addresses', 'resolves'],
  ['nxdomain', 'nxdomain', 'nxdomain', 'withdrawn'],
  ['nodata', 'nodata', 'nodata', 'withdrawn'],
  ['servfail', 'servfail', 'servfail', 'failing'],
  ['refused', 'refused', 'refused', 'unknown'],
  ['notimp', 'refused', 'refused', 'unknown'],
  ['formerr', 'malformed', 'malformed', 'failing'],
  ['silence', 'timeout', 'timeout', 'failing'],
  ['compression-loop', 'malformed', 'malformed', 'failing'],
  ['garbage', 'malformed', 'malformed', 'failing'],
  ['cut', 'malformed', 'malformed', 'failing'],
  // Over UDP an answer to another question is none, and the wait goes on: the forger must not end it.
  ['wrong-id', 'timeout', 'addresses', 'partly'],
  ['wrong-question', 'timeout', 'malformed', 'failing'],
  ['huge-txt', 'nodata', 'nodata', 'withdrawn'],
];

describe('every answer that a resolver can give', () => {
  let observed: { outcomes: (DnsOutcome | undefined)[]; verdict: NameVerdict }[];

  // All at once: each wait for silence takes seconds. None takes longer than the limit of one question, whatever the
  // server does.
  beforeAll(async () => {
    const stand = await setUp();
    const { dns, byUdp, byDoh } = stand;
    observed = await Promise.all(
      table.map(async ([behaviour], i) => {
        dns.set(`n${i}.cloudfront.net`, behaviour);
        const { answers, verdict } = await observeHost(`n${i}.cloudfront.net`, {
          working: [byUdp, byDoh],
          edge: null,
        });
        const outcomes = [byUdp, byDoh].map(
          ({ name }) => answers.find(({ resolver, type }) => resolver === name && type === 'A')?.outcome,
        );
        return { outcomes, verdict };
      }),
    );
    await tearDown(stand);
  }, askLimit + 4_000);

  it.each(table)('tells %j apart: %s over UDP, %s over DoH, together %s', (behaviour, udp, doh, verdict) => {
    const i = table.findIndex(([other]) => other === behaviour);
    expect(observed[i]).toEqual({ outcomes: [udp, doh], verdict });
  });
});

let stand: Stand;
let dns: DnsServer;
let byUdp: NameResolver;
let byDoh: NameResolver;
beforeEach(async () => {
  stand = await setUp();
  ({ dns, byUdp, byDoh } = stand);
});
afterEach(async () => {
  await tearDown(stand);
});

describe('a lying or missing server', () => {
  it('never has an address of a forged answer kept', async () => {
    dns.set(host, 'wrong-question');
    expect((await byDoh.ask(host, 'A')).addresses).toEqual([]);
  });

  it('is unreachable where nothing listens, and no evidence', async () => {
    const gone = await startDns();
    await gone.close();
    const closed = [
      resolverAt(`127.0.0.1:${gone.port}`),
      dohResolver(`http://127.0.0.1:${gone.port}/dns-query`, true),
      dohResolver(`https://127.0.0.1:${gone.port}/dns-query`, false),
    ];
    for (const resolver of closed) {
      expect((await resolver.ask(host, 'A')).outcome).toBe('unreachable');
      expect(await resolver.cname(host)).toBeNull();
      expect(await resolver.control('cloudfront.net')).toMatchObject({
        working: false,
        detail: 'it cannot be reached',
      });
    }
  });

  it('is no evidence where DoH is spoken to it without TLS', async () => {
    const { port } = stand.doh.address() as { port: number };
    const resolver = dohResolver(`https://127.0.0.1:${port}/dns-query`, false);
    expect((await resolver.ask(host, 'A')).outcome).toBe('unreachable');
  });

  it('has no more than 32 addresses of one answer kept', async () => {
    dns.set(host, { truncated: { a: Array.from({ length: 500 }, (_, i) => `198.51.${i >> 8}.${i & 255}`) } });
    for (const resolver of [byUdp, byDoh]) expect((await resolver.ask(host, 'A')).addresses).toHaveLength(32);
  });

  it('cannot pass a text for an address', () => {
    expect(addressesOrNone(['198.51.100.1', 'evil.example'])).toMatchObject({
      outcome: 'malformed',
      addresses: [],
    });
  });
});

describe('a resolver is evidence', () => {
  it('when it knows the zone of all distributions', async () => {
    expect(await byUdp.control('cloudfront.net')).toMatchObject({ working: true });
    expect(await byDoh.control('cloudfront.net')).toMatchObject({ working: true });
  });

  it.each([
    ['nxdomain', 'does not see the public DNS'],
    ['servfail', 'it fails for cloudfront.net itself'],
    ['refused', 'it refuses'],
    ['notimp', 'it refuses'],
    ['garbage', 'what it answers is not DNS'],
  ] as const)('not when it answers %s for the zone itself', async (behaviour, detail) => {
    dns.set('cloudfront.net', behaviour);
    for (const resolver of [byUdp, byDoh]) {
      const control = await resolver.control('cloudfront.net');
      expect(control.working).toBe(false);
      expect(control.detail).toContain(detail);
    }
  });

  it('when it knows the zone and no name server of it', async () => {
    dns.set('cloudfront.net', 'nodata');
    for (const resolver of [byUdp, byDoh])
      expect(await resolver.control('cloudfront.net')).toMatchObject({ working: true });
  });

  it('not when it is silent', async () => {
    dns.set('cloudfront.net', 'silence');
    expect(await byUdp.control('cloudfront.net')).toMatchObject({
      working: false,
      detail: 'it does not answer',
    });
  });

  it('not when its DoH server answers with a page, a redirect or without end', async () => {
    const reply = { status: 200, type: 'text/html', body: '<html>' as string | null };
    const server = createServer((_, response) => {
      response.writeHead(reply.status, { 'content-type': reply.type, location: 'http://127.0.0.1:1/' });
      if (reply.body !== null) response.end(reply.body);
      else setInterval(() => response.write('x'.repeat(9_000)), 1).unref();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const resolver = dohResolver(`http://127.0.0.1:${port}/`, true);
    expect((await resolver.ask(host, 'A')).outcome).toBe('malformed');
    reply.status = 302;
    expect(await resolver.ask(host, 'A')).toMatchObject({ outcome: 'unreachable', detail: 'HTTP 302' });
    Object.assign(reply, { status: 200, type: 'application/dns-message', body: null });
    expect((await resolver.ask(host, 'A')).detail).toContain('larger than any DNS message');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('A and AAAA', () => {
  const here = async (behaviour: DnsBehaviour) => {
    dns.set(host, behaviour);
    const { answers, verdict } = await observeHost(host, { working: [byUdp, byDoh], edge: null });
    return {
      verdict,
      outcomes: answers.map(({ resolver, type, outcome }) =>
        resolver === byUdp.name ? `UDP ${type} ${outcome}` : `DoH ${type} ${outcome}`,
      ),
    };
  };

  it.each<[string, DnsBehaviour, string, string]>([
    ['IPv4 alone', { a: ['198.51.100.1'] }, 'addresses', 'nodata'],
    ['IPv6 alone', { aaaa: ['2001:db8::1'] }, 'nodata', 'addresses'],
    ['both', addresses, 'addresses', 'addresses'],
  ])('are asked apart, and %s is enough', async (_, behaviour, a, aaaa) => {
    expect(await here(behaviour)).toEqual({
      verdict: 'resolves',
      outcomes: [`UDP A ${a}`, `UDP AAAA ${aaaa}`, `DoH A ${a}`, `DoH AAAA ${aaaa}`],
    });
  });

  it.each<[string, DnsBehaviour, string]>([
    ['to nowhere', { cname: 'gone.cloudfront.net' }, 'nxdomain'],
    ['to a name without addresses', { cname: 'empty.cloudfront.net' }, 'nodata'],
  ])('are both missing behind a CNAME %s', async (_, behaviour, outcome) => {
    dns.set('empty.cloudfront.net', 'nodata');
    const { verdict, outcomes } = await here(behaviour);
    expect(verdict).toBe('withdrawn');
    for (const one of outcomes) expect(one).toContain(outcome);
  });

  it('come to an end behind a CNAME to itself', { timeout: askLimit + 4_000 }, async () => {
    expect((await here({ cname: host })).verdict).not.toBe('resolves');
  });
});

describe('an alternate domain name', () => {
  const observe = async (name: string) => {
    const context = { working: [byUdp], edge: null };
    return observeAlias(name, await observeHost(host, context), context);
  };

  it('leads to the distribution by its CNAMEs', async () => {
    dns.set('www.example.com', { cname: 'cdn.example.com' });
    dns.set('cdn.example.com', { cname: host });
    const alias = await observe('www.example.com');
    expect(alias).toMatchObject({
      verdict: 'resolves',
      leadsHere: true,
      chain: ['cdn.example.com', host],
      chainProblem: null,
    });
  });

  it('still leads there when the DNS of the distribution is withdrawn', async () => {
    dns.set('www.example.com', { cname: host });
    dns.set(host, 'nxdomain');
    expect(await observe('www.example.com')).toMatchObject({ verdict: 'withdrawn', leadsHere: true });
  });

  it('leads there as an ALIAS, by the same addresses', async () => {
    dns.set('example.com', addresses);
    expect(await observe('example.com')).toMatchObject({ verdict: 'resolves', leadsHere: true, chain: [] });
  });

  it('leads elsewhere by its CNAME or by other addresses', async () => {
    dns.set('www.example.com', { cname: 'evil.example.com' });
    dns.set('evil.example.com', { a: ['198.51.100.66'] });
    expect(await observe('www.example.com')).toMatchObject({ leadsHere: false, chain: ['evil.example.com'] });
    dns.set('example.com', { a: ['198.51.100.66'] });
    expect(await observe('example.com')).toMatchObject({ leadsHere: false });
  });

  it('cannot be told as an ALIAS while the distribution has no address', async () => {
    dns.set('example.com', addresses);
    dns.set(host, 'nodata');
    expect(await observe('example.com')).toMatchObject({ leadsHere: null });
  });

  it('with CNAMEs in a circle, or without end, comes to an end', async () => {
    dns.set('www.example.com', { cname: 'b.example.com' });
    dns.set('b.example.com', { cname: 'www.example.com' });
    const circle = await observe('www.example.com');
    expect(circle.chainProblem).toContain('circle');
    expect(circle.verdict).not.toBe('resolves');
    for (let i = 0; i < 40; i += 1) dns.set(`n${i}.example.com`, { cname: `n${i + 1}.example.com` });
    expect((await observe('n0.example.com')).chainProblem).toContain('more than 16');
  });
});

describe('a chain of CNAMEs', () => {
  /** A server that answers every question late, with yet another name. */
  const late = (milliseconds: number): NameResolver => {
    let links = 0;
    return {
      ...byUdp,
      cname: async () => {
        await sleep(milliseconds);
        links += 1;
        return `n${links}.example.com`;
      },
    };
  };

  it('is given up when each link comes late, whatever else may follow', async () => {
    const { chain, chainProblem } = await followChain('www.example.com', [late(100)], 250);
    expect(chainProblem).toContain('take longer than 0.25 s');
    expect(chain.length).toBeLessThan(16);
  });

  it('is the same whichever resolver is late', async () => {
    dns.set('www.example.com', { cname: host });
    const { chain } = await followChain('www.example.com', [byUdp, late(50)], 100);
    expect(chain[0]).toBe(host);
  });
});

describe('resolvers on the command line', () => {
  it.each(['1.1.1.1', '127.0.0.1:5353', '::1', '[::1]:5353'])('takes %s', (text) => {
    expect(parseResolver(text)).toBe(text);
  });
  it.each(['', 'dns.google', '1.1.1.1:0', '1.1.1.1:99999', '1.1.1', '[::1', '1.1.1.1;x'])(
    'refuses %j',
    (text) => {
      expect(() => parseResolver(text)).toThrow('Not a resolver');
    },
  );
  it.each(['http://1.1.1.1/dns-query', 'ftp://x/', 'nonsense'])('refuses the DoH URL %j', (url) => {
    expect(() => dohResolver(url, false)).toThrow('Not a DNS-over-HTTPS URL');
    expect(() => dohResolver(url, true)).toThrow('Not a DNS-over-HTTPS URL');
  });
  it('asks the system and public resolvers on AWS, and only given ones in a rehearsal', () => {
    const names = (simulated: boolean, env = {}, resolvers: string[] = []) =>
      resolversFor({ resolvers, doh: [], simulated, env }).map((resolver) => resolver.name);
    expect(names(false)).toEqual(['system', '1.1.1.1', '8.8.8.8', '9.9.9.9']);
    expect(names(true)).toEqual([]);
    expect(names(true, { LEAKGUARD_RESOLVER: '127.0.0.1:5,127.0.0.1:6' })).toEqual([
      '127.0.0.1:5',
      '127.0.0.1:6',
    ]);
    expect(names(false, { LEAKGUARD_RESOLVER: '127.0.0.1:5' }, ['9.9.9.9'])).toEqual(['9.9.9.9']);
  });
});

describe('host names', () => {
  it('are lower-cased, without the final dot', () => {
    expect(parseHost('D1.CloudFront.net.')).toBe('d1.cloudfront.net');
  });
  it.each([
    '',
    '-x.example',
    'a b.example',
    'x',
    '127.0.0.1\n',
    'a..b',
    `${'a'.repeat(64)}.example`,
    '*.example.com',
  ])('refuses %j', (text) => {
    expect(parseHost(text)).toBeNull();
  });
});
