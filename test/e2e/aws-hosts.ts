import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultRegions } from '../../src/range/index.js';

const execute = promisify(execFile);
const openssl = (args: string[]) => execute('openssl', args);

/** AWS's real host names, answered by a server on loopback: reached through the proxy only, with TLS by a CA of its own. */
export interface AwsHosts {
  /** `http://127.0.0.1:PORT` of the CONNECT proxy. */
  proxy: string;
  /** PEM of the CA. */
  caFile: string;
  /** `host:port` of each CONNECT so far. */
  tunnels: string[];
  /** Where TLS itself is answered, for those who need no proxy. */
  port: number;
  /** Each host that was called. */
  called: Set<string>;
  /** The most that were open at a time. */
  most(): number;
  close(): Promise<void>;
}

/** The names of AWS's hosts where most are. */
const common = ['*.amazonaws.com', ...defaultRegions.map((name) => `*.${name}.amazonaws.com`)];

/** `backend`: the server that answers for all of them; `directory`: where keys and certificates go. */
export async function startAwsHosts(
  backend: string,
  directory: string,
  names: readonly string[] = common,
): Promise<AwsHosts> {
  const file = (name: string): string => join(directory, name);
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  await openssl([
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-subj',
    '/CN=test CA',
  ]);
  await openssl([
    ...['req', '-x509', ...key, '-keyout', file('host.key'), '-out', file('host.pem'), '-subj', '/CN=hosts'],
    ...['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE'],
    ...['-addext', `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')}`],
  ]);
  const called = new Set<string>();
  const tls = createTlsServer(
    { key: await readFile(file('host.key')), cert: await readFile(file('host.pem')) },
    (incoming, answer) => {
      const { method, url, headers } = incoming;
      called.add(headers.host ?? '');
      const onward = request(new URL(url ?? '/', backend), { method, headers }, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      incoming.pipe(onward);
    },
  );
  const tunnels: string[] = [];
  let open = 0;
  let most = 0;
  const proxy = createServer((_, answer) => answer.writeHead(405).end());
  proxy.on('connect', ({ url }: { url?: string }, socket) => {
    tunnels.push(url ?? '');
    most = Math.max(most, (open += 1));
    socket.once('close', () => (open -= 1));
    const through = connect((tls.address() as AddressInfo).port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      through.pipe(socket).pipe(through);
    });
    // As proxies do: whichever side ends, both are over.
    for (const side of [through, socket])
      for (const event of ['error', 'end'])
        side.on(event, () => [through, socket].forEach((one) => one.destroy()));
  });
  const listen = (server: Server | ReturnType<typeof createTlsServer>): Promise<void> =>
    new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  await listen(tls);
  await listen(proxy);
  return {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    caFile: file('ca.pem'),
    tunnels,
    port: (tls.address() as AddressInfo).port,
    called,
    most: () => most,
    close: async () => {
      for (const server of [proxy, tls]) {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      }
    },
  };
}
