import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { control } from './control.js';
import { Dispatcher } from './dispatch.js';
import { startDns } from './dns.js';
import { Luck } from './luck.js';
import type { WireRequest } from './protocol/codec.js';
import { parseAuthorization } from './sigv4.js';
import { edgeAnswer, recordsOf } from './visitors.js';
import { latencyByArea } from './world/catalog.js';
import { World } from './world/world.js';

export interface RangeOptions {
  /** The world to serve; an empty one where none is given. */
  world?: World;
  /** 0 or absent: any free port. */
  port?: number;
}

export interface Range {
  /** `http://127.0.0.1:PORT`: the endpoint of every service. */
  url: string;
  /** `127.0.0.1:PORT`: a resolver that knows the names of the world's distributions, and no others. */
  resolver: string;
  world: World;
  close(): Promise<void>;
}

/** Starts a simulated AWS on loopback. Every service answers on the one port; the signature's scope says which. */
export async function startRange(options: RangeOptions = {}): Promise<Range> {
  const world = options.world ?? new World();
  const dispatcher = new Dispatcher(world);
  const luck = new Luck(world.settings.seed);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(world, dispatcher, luck, request, response).catch((error: unknown) =>
      response.destroy(error as Error),
    );
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const dns = await startDns({ lookup: (name) => recordsOf(world, name) });
  return {
    resolver: `${dns.address}:${dns.port}`,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    world,
    close: async () => {
      await dns.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

const largestBody = 10 * 1024 * 1024;

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > largestBody) reject(new Error('the request body is too large'));
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

/** A byte a second, for as long as somebody listens. */
async function drip(content: Buffer, response: ServerResponse): Promise<void> {
  for (const byte of content) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await sleep(1000);
  }
  response.end();
}

/** 100 MB of white space behind the content. */
async function flood(content: Buffer, response: ServerResponse): Promise<void> {
  response.write(content);
  const space = Buffer.alloc(1024 * 1024, ' ');
  for (let sent = 0; sent < 100 && !response.destroyed; sent += 1) {
    await new Promise((resolve) => response.write(space, resolve));
  }
  response.end();
}

async function serve(
  world: World,
  dispatcher: Dispatcher,
  luck: Luck,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const wire: WireRequest = {
    method: request.method ?? 'GET',
    path,
    query: new URLSearchParams(search),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : value,
      ]),
    ),
    body,
  };
  if (path.startsWith('/_range/')) {
    // A page in somebody's browser must not steer the world.
    if (wire.headers.origin !== undefined) {
      response.writeHead(403).end();
      return;
    }
    const { status, value } = control(world, wire);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    return;
  }
  const edge = edgeAnswer(world, wire);
  if (edge !== null) {
    response.writeHead(edge.status, edge.headers).end();
    return;
  }
  const { faults, settings, clock } = world;
  const {
    accessKeyId = '',
    service = '',
    region = '',
  } = parseAuthorization(wire.headers.authorization) ?? {};
  const strikes = (fault: string, chance: number | undefined) =>
    luck.strikes(fault, chance, `${accessKeyId} ${service} ${region}`);
  // A dark region takes the connection and never answers.
  if (faults.darkRegions?.includes(region)) return;
  if (strikes('drop', faults.drop)) {
    response.destroy();
    return;
  }
  if (strikes('slow', faults.slow)) await sleep(faults.slowMs ?? 5000);
  if (settings.latency && clock.speed > 0)
    await sleep((latencyByArea[region.split('-')[0] ?? ''] ?? 100) / clock.speed);
  const answer = dispatcher.handle(wire);
  const content = Buffer.from(answer.body);
  if (answer.sent !== undefined) {
    response.writeHead(answer.status, answer.headers);
    await (answer.sent === 'drip' ? drip(content, response) : flood(content, response));
    return;
  }
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(content.length) });
  if (strikes('truncate', faults.truncate)) {
    response.write(content.subarray(0, Math.floor(content.length / 2)), () => response.destroy());
    return;
  }
  response.end(content);
}
