import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { requestOf, type RecordedRequest } from './requests.js';

/** What becomes of a request. */
export type Fate =
  /** It goes to the server, and the answer back. */
  | 'through'
  /** It goes to the server, but the answer never comes back: the connection is cut. */
  | 'unanswered';

export interface Tap {
  url: string;
  close(): Promise<void>;
}

/** A tap on the wire to a server: `decide` sees each request, and says what becomes of it. `lost` is told when the
 *  server has done what nobody will hear of. */
export async function startTap(
  target: string,
  decide: (request: RecordedRequest) => Fate | Promise<Fate>,
  lost: (request: RecordedRequest) => void = () => undefined,
): Promise<Tap> {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await read(incoming);
      const { method = 'GET', url = '/', headers } = incoming;
      const request = requestOf(method, url, headers, body.toString('utf8'));
      const fate = await decide(request);
      const passed = forward({ host: hostname.replace(/^\[|\]$/g, ''), port, method, path: url, headers });
      passed.on('error', () => outgoing.destroy());
      passed.end(body);
      const [answer] = (await once(passed, 'response')) as [IncomingMessage];
      const content = await read(answer);
      if (fate === 'unanswered') {
        outgoing.destroy();
        lost(request);
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      outgoing.end(content);
    })().catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
