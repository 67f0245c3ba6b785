import { decode, encode, RECURSION_DESIRED, streamEncode } from 'dns-packet';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDns, type DnsServer } from '../../src/range/dns.js';

let server: DnsServer;
beforeEach(async () => {
  server = await startDns({
    zones: ['cloudfront.net', 'example.com'],
    answers: { 'd1.cloudfront.net': { a: ['203.0.113.1', '203.0.113.2'], aaaa: ['2001:db8::1'] } },
  });
});
afterEach(async () => {
  await server.close();
});

function resolver(): Resolver {
  const made = new Resolver({ timeout: 300, tries: 1 });
  made.setServers([`${server.address}:${server.port}`]);
  return made;
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function query(name: string): Buffer {
  return encode({ type: 'query', id: 7, flags: RECURSION_DESIRED, questions: [{ name, type: 'A' }] });
}

async function askUdp(name: string): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve) => {
      socket.on('message', resolve);
      socket.send(query(name), server.port, server.address);
    });
  } finally {
    socket.close();
  }
}

describe("the range's DNS", () => {
  it('binds loopback only', () => {
    expect(server.address).toBe('127.0.0.1');
  });

  it('answers A, AAAA and the NS of its zones', async () => {
    expect((await resolver().resolve4('d1.cloudfront.net')).sort()).toEqual(['203.0.113.1', '203.0.113.2']);
    expect(await resolver().resolve6('d1.cloudfront.net')).toEqual(['2001:db8::1']);
    expect(await resolver().resolveNs('cloudfront.net')).toEqual(['ns1.cloudfront.net']);
    expect(server.questions).toContain('AAAA d1.cloudfront.net');
  });

  it('follows CNAMEs, and ends in the code of the last name', async () => {
    server.set('www.example.com', { cname: 'edge.example.com' });
    server.set('edge.example.com', { cname: 'd1.cloudfront.net' });
    expect(await resolver().resolve4('www.example.com')).toHaveLength(2);
    expect(await resolver().resolveCname('www.example.com')).toEqual(['edge.example.com']);
    server.set('d1.cloudfront.net', null);
    expect(await codeOf(resolver().resolve4('www.example.com'))).toBe('ENOTFOUND');
  });

  it.each([
    ['nxdomain', 'ENOTFOUND'],
    ['nodata', 'ENODATA'],
    ['servfail', 'ESERVFAIL'],
    ['refused', 'EREFUSED'],
    ['formerr', 'EFORMERR'],
    ['silence', 'ETIMEOUT'],
  ] as const)('gives %s, which a resolver library reads as %s', async (behaviour, code) => {
    server.set('d1.cloudfront.net', behaviour);
    expect(await codeOf(resolver().resolve4('d1.cloudfront.net'))).toBe(code);
  });

  it('refuses names outside of its zones, and knows nothing of names in them that are not set', async () => {
    expect(await codeOf(resolver().resolve4('d9.cloudfront.net'))).toBe('ENOTFOUND');
    expect(await codeOf(resolver().resolve4('example.org'))).toBe('EREFUSED');
  });

  it('truncates over UDP what it gives in full over TCP', async () => {
    server.set('d1.cloudfront.net', { truncated: { a: ['203.0.113.3'] } });
    expect(decode(await askUdp('d1.cloudfront.net'))).toMatchObject({ flag_tc: true, answers: [] });
    expect(await resolver().resolve4('d1.cloudfront.net')).toEqual(['203.0.113.3']);
  });

  it('sends a name that points to itself', async () => {
    server.set('d1.cloudfront.net', 'compression-loop');
    const bytes = await askUdp('d1.cloudfront.net');
    expect(bytes.readUInt16BE(bytes.length - 16) & 0x3fff).toBe(bytes.length - 16);
    expect(() => decode(bytes)).toThrow();
  });

  it('sends 60 kB of TXT over TCP', async () => {
    server.set('d1.cloudfront.net', 'huge-txt');
    const length = await new Promise<number>((resolve) => {
      const socket = connect(server.port, server.address, () => {
        socket.write(
          streamEncode({
            type: 'query',
            id: 7,
            flags: 0,
            questions: [{ name: 'd1.cloudfront.net', type: 'A' }],
          }),
        );
      });
      socket.once('data', (chunk) => {
        resolve(chunk.readUInt16BE(0));
        socket.destroy();
      });
    });
    expect(length).toBeGreaterThan(60_000);
  });

  it("answers under another question's id, and to another question", async () => {
    server.set('d1.cloudfront.net', 'wrong-id');
    expect(decode(await askUdp('d1.cloudfront.net')).id).toBe(8);
    server.set('d1.cloudfront.net', 'wrong-question');
    expect(decode(await askUdp('d1.cloudfront.net')).questions?.[0]?.name).toBe('not.d1.cloudfront.net');
  });

  it('closes although a connection is still open', async () => {
    const other = await startDns();
    const socket = connect(other.port, other.address);
    await new Promise((resolve) => socket.once('connect', resolve));
    await other.close();
    socket.destroy();
  });
});
