import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../src/recovery/cloudfront/addresses.js';
import { probeEdge } from '../../../src/recovery/cloudfront/edge.js';

const name = 'd1.cloudfront.net';
let directory: string;
let key: Buffer;
let cert: Buffer;
const open: (Server | TcpServer)[] = [];

/** A certificate for the distribution's host, made for this run. */
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-edge-'));
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'pipe' });
  key = readFileSync(keyFile);
  cert = readFileSync(certFile);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});
afterEach(() => {
  for (const server of open.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server | TcpServer, scheme: string): Promise<URL> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return new URL(`${scheme}://127.0.0.1:${(server.address() as { port: number }).port}`);
}
const https = (listener: RequestListener): Promise<URL> =>
  listen(createHttpsServer({ key, cert }, listener), 'https');
const probe = (rehearsal: URL, host = name, ca = cert.toString()) =>
  probeEdge(host, ['127.0.0.1'], { rehearsal, ca, timeLimit: 2_000 });

describe('the edge', () => {
  it('is asked once, with HEAD / under its own name, and answers', async () => {
    const seen: unknown[] = [];
    const url = await https((request, response) => {
      seen.push([request.method, request.url, request.headers.host]);
      response.writeHead(200, { 'x-cache': 'Hit from cloudfront' }).end();
    });
    const edge = await probe(url);
    expect(edge).toMatchObject({
      outcome: 'answers',
      status: 200,
      xCache: 'Hit from cloudfront',
      address: '127.0.0.1',
      detail: null,
    });
    expect(edge.certificateUntil).not.toBeNull();
    expect(seen).toEqual([['HEAD', '/', name]]);
  });

  it('has a certificate that is not valid for another name, or not trusted', async () => {
    const url = await https((_, response) => response.end());
    const other = await probe(url, 'www.example.com');
    expect(other).toMatchObject({ outcome: 'bad-certificate', status: 200 });
    expect(other.detail).toContain('not valid for the name');
    const untrusted = await probeEdge(name, ['127.0.0.1'], { rehearsal: url });
    expect(untrusted.outcome).toBe('bad-certificate');
  });

  it('answers with errors', async () => {
    const url = await https((_, response) =>
      response.writeHead(502, { 'x-cache': 'Error from cloudfront' }).end(),
    );
    expect(await probe(url)).toMatchObject({
      outcome: 'errors',
      status: 502,
      detail: 'HTTP 502 (x-cache: Error from cloudfront)',
    });
  });

  it('is not followed where it redirects to', async () => {
    let elsewhere = 0;
    const target = await listen(
      createHttpServer(() => (elsewhere += 1)),
      'http',
    );
    const url = await https((_, response) => response.writeHead(301, { location: target.href }).end());
    expect(await probe(url)).toMatchObject({ outcome: 'answers', status: 301 });
    expect(elsewhere).toBe(0);
  });

  it('that does not answer, cuts the connection, is no HTTP, or sends endless headers is no answer', async () => {
    const silent = await listen(
      createTcpServer(() => undefined),
      'http',
    );
    expect(await probe(silent)).toMatchObject({ outcome: 'no-answer', detail: 'no answer within 2 s' });
    const cutting = await listen(
      createTcpServer((socket) => socket.destroy()),
      'http',
    );
    expect((await probe(cutting)).outcome).toBe('no-answer');
    const other = await listen(
      createTcpServer((socket) => socket.end('SSH-2.0-x\r\n')),
      'http',
    );
    expect((await probe(other)).outcome).toBe('no-answer');
    const endless = await listen(
      createTcpServer((socket) => {
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write(`x-a: ${'x'.repeat(8_000)}\r\n`), 1);
        socket.on('close', () => clearInterval(timer));
      }),
      'http',
    );
    expect((await probe(endless)).outcome).toBe('no-answer');
  });

  it.each([
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '0.0.0.0',
    'nonsense',
  ])('is never asked at %s', async (address) => {
    expect(isPublicAddress(address)).toBe(false);
    const edge = await probeEdge(name, [address], { rehearsal: null });
    expect(edge).toMatchObject({ outcome: 'not-probed', address: null });
    expect(edge.detail).toContain('not a public address');
  });

  it('in a rehearsal is asked at the endpoint only', async () => {
    const url = await https((_, response) => response.end());
    for (const address of ['127.0.0.2', '198.51.100.1', '8.8.8.8'])
      expect((await probeEdge(name, [address], { rehearsal: url })).outcome).toBe('not-probed');
  });

  it('without an address is not asked', async () => {
    expect(await probeEdge(name, [], { rehearsal: null })).toMatchObject({
      outcome: 'not-probed',
      detail: 'it has no address',
    });
  });

  it.each(['1.1.1.1', '13.32.1.1', '2600:9000:2000::1', '2606:4700:4700::1111'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});
