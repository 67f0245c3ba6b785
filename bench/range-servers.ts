import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startRange } from '../src/range/server.js';
import { defaultRegions } from '../src/range/world/catalog.js';
import { launchInstances } from '../src/range/world/compute.js';
import { createAccessKey, createUser } from '../src/range/world/identity.js';
import { World } from '../src/range/world/world.js';

/** What a server tells whoever measures it, once it listens. */
export interface Listening {
  url: string;
  instances: number;
  /** Bytes. */
  resident: number;
  heap: number;
  key: { id: string; secret: string };
}

/** One request as it went over the wire: sent again, it is as good as new. */
export interface Recorded {
  headers: Record<string, string>;
  body: string;
}

/** Asked how much CPU it has used so far, a server answers with microseconds, user and system. It ends with whoever
 *  asks. */
function tellCpu(): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (message) => {
    if (message !== 'cpu') return;
    const { user, system } = process.cpuUsage();
    process.send!(user + system);
  });
}

/** The range with so many instances in the 17 regions of every account, in a process of its own. */
export async function serveRange(count: number): Promise<void> {
  const world = new World();
  const account = world.createAccount('111122223333');
  createUser(account, 'admin', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
  const { id, secret } = createAccessKey(account, 'admin');
  const each = Math.ceil(count / defaultRegions.length);
  for (const region of defaultRegions) {
    for (let left = each; left > 0; left -= 10) {
      const spec = { instanceType: 'g5.xlarge', tags: { team: 'training', job: 'nightly' } };
      launchInstances(account.region(region), spec, {
        most: Math.min(10, left),
        at: world.clock.now() - 3_600_000,
      });
    }
  }
  const { url } = await startRange({ world });
  tellCpu();
  const { rss: resident, heapUsed: heap } = process.memoryUsage();
  const listening: Listening = {
    url,
    instances: each * defaultRegions.length,
    resident,
    heap,
    key: { id, secret },
  };
  process.send!(listening);
}

/** The floor: a bare HTTP server that reads each request and answers with the bytes that the range gave for it. */
export function serveFloor(): void {
  const answers = new Map<string, Buffer>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const content = answers.get(Buffer.concat(chunks).toString())!;
      response.writeHead(200, { 'content-type': 'text/xml;charset=UTF-8', 'content-length': content.length });
      response.end(content);
    });
  });
  process.on('message', (message) => {
    if (message !== 'cpu') void learn(message as { url: string; requests: Recorded[] });
  });
  /** Asks the range once for each answer. */
  async function learn({ url, requests }: { url: string; requests: Recorded[] }): Promise<void> {
    answers.clear();
    for (const { headers, body } of requests) {
      const answer = await fetch(url, { method: 'POST', headers, body });
      answers.set(body, Buffer.from(await answer.arrayBuffer()));
    }
    process.send!('learnt');
  }
  server.listen(0, '127.0.0.1', () => {
    tellCpu();
    process.send!({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
}
