import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { encodeReply, type DnsBehaviour } from './dns-reply.js';

export interface DnsOptions {
  /** Zones that the server knows: names in them that are not set do not exist; other names are refused. */
  zones?: readonly string[];
  /** What to answer, by name. */
  answers?: Readonly<Record<string, DnsBehaviour>>;
  /** Asked, in lower case, for every name that is not set; null: it does not exist. */
  lookup?: (name: string) => DnsBehaviour | null;
}

export interface DnsServer {
  address: string;
  port: number;
  /** How `name` is answered from now on; null: it does not exist any more. */
  set(name: string, behaviour: DnsBehaviour | null): void;
  /** Every question so far, as `A www.example.com`. */
  questions: string[];
  /** The answer to one DNS message, as it would be sent; null for silence. Serves DNS over HTTPS, too. */
  answer(query: Buffer, transport: 'udp' | 'tcp'): Buffer | null;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';

/**
 * The range's own DNS: a name server on loopback, UDP and TCP on one port, that gives every answer that there is, and
 * some that there must not be.
 */
export async function startDns(options: DnsOptions = {}): Promise<DnsServer> {
  const zones = (options.zones ?? ['cloudfront.net']).map((zone) => zone.toLowerCase());
  const answers = new Map(
    Object.entries(options.answers ?? {}).map(([name, behaviour]) => [name.toLowerCase(), behaviour]),
  );
  const questions: string[] = [];
  const { lookup = () => null } = options;
  const answer = (query: Buffer, transport: 'udp' | 'tcp'): Buffer | null =>
    encodeReply(query, transport, { zones, answers, lookup, questions });
  const connections = new Set<Socket>();
  const { tcp, udp, port } = await bindBoth((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    // The asker goes away in the middle: its own affair.
    socket.on('error', () => socket.destroy());
    serveTcp(socket, (query) => answer(query, 'tcp'));
  });
  udp.on('message', (query, from) => {
    const reply = answer(query, 'udp');
    if (reply !== null) udp.send(reply, from.port, from.address);
  });
  return {
    address: loopback,
    port,
    questions,
    answer,
    set: (name, behaviour) => {
      if (behaviour === null) answers.delete(name.toLowerCase());
      else answers.set(name.toLowerCase(), behaviour);
    },
    close: async () => {
      for (const socket of connections) socket.destroy();
      await Promise.all([
        new Promise<void>((resolve) => udp.close(() => resolve())),
        new Promise<void>((resolve) => tcp.close(() => resolve())),
      ]);
    },
  };
}

/** Binds a free port for both; another process may hold the other half of the first choice. */
async function bindBoth(
  onConnection: (socket: Socket) => void,
): Promise<{ tcp: Server; udp: UdpSocket; port: number }> {
  for (let tries = 1; ; tries += 1) {
    const tcp = createServer(onConnection).listen(0, loopback);
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    const udp = createSocket('udp4');
    try {
      udp.bind(port, loopback);
      await once(udp, 'listening');
      return { tcp, udp, port };
    } catch (error) {
      udp.close();
      tcp.close();
      if (tries >= 10) throw error;
    }
  }
}

/** DNS over TCP: each message after its length in two bytes (RFC 1035, section 4.2.2). */
function serveTcp(socket: Socket, answer: (query: Buffer) => Buffer | null): void {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const reply = answer(received.subarray(2, end));
      received = received.subarray(end);
      if (reply === null) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(reply.length);
      socket.write(Buffer.concat([length, reply]));
    }
  });
}
