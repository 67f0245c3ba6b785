import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ProxyAgent } from 'proxy-agent';
import type { LaneWidths } from './lanes.js';
import { proxyFor, proxyOf } from './proxy.js';

/** The settings say to use something that is not there: nothing was called. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
  constructor(
    message: string,
    /** What to do about it. */
    readonly next: string,
  ) {
    super(message);
  }
}

/** Of the proxies that can be called. PAC files are programs: who has one reads the proxy's name in it. */
const proxySchemes = new Set(['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:']);

/** How many connections a run keeps open: a company's proxy may allow 50, and a container 256 open files. With the 17
 *  regions that every account has, no more than about a hundred directly. */
interface Connections {
  lanes: LaneWidths;
  /** Idle ones that are kept, of all hosts together. */
  idle: number;
}
const direct: Connections = { lanes: { region: 5, global: 12, placeLasts: 1_500 }, idle: 32 };
// A proxy that is slow must not be asked for more of them.
const throughProxy: Connections = { lanes: { region: 2, global: 6, placeLasts: 8_000 }, idle: 8 };

/** Fewer open files than this, and connections are counted. */
const manyFiles = 256;
/** What a process has open besides: its own, and what it loads. */
const otherFiles = 40;

/** As many connections as the machine's limit of open files allows: some work, some are kept. */
function within({ lanes, idle }: Connections): Connections {
  const files = openFilesAllowed();
  if (files >= manyFiles) return { lanes, idle };
  const some = Math.max(4, Math.floor((files - otherFiles) / 2));
  return { lanes: { ...lanes, inAll: some }, idle: Math.min(idle, some) };
}

/** Node raises it as far as it may at its start; where it cannot be read it is many. */
function openFilesAllowed(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return limit === null ? Infinity : Number(limit[1]);
  } catch {
    return Infinity;
  }
}

/** Connect fast or not at all; an answer may take long (GetAccountAuthorizationDetails of a large account). */
const connectionTimeout = 4_000;
const requestTimeout = 20_000;

/**
 * How every request leaves this machine, those of the credential providers (STS, SSO) too: through the proxy of the
 * environment, trusting the CA bundle of AWS_CA_BUNDLE, else of the profile's `ca_bundle`
 * (AWS SDKs and Tools reference guide, "General configuration settings").
 * @throws BadSetting where the bundle cannot be read, or the proxy is no URL
 */
export async function httpHandler(settings: {
  env: Record<string, string | undefined>;
  /** The profile's `ca_bundle`. */
  caBundle: string | undefined;
  /** What is not AWS is called directly. */
  simulated: boolean;
}): Promise<{ requestHandler: NodeHttpHandler; lanes: LaneWidths }> {
  const { env, simulated } = settings;
  const ca = await certificates(env['AWS_CA_BUNDLE'] || settings.caBundle || null, env['AWS_CA_BUNDLE']);
  const options = { keepAlive: true, maxSockets: 256, ...(ca === null ? {} : { ca }) };
  const timeouts = { connectionTimeout, requestTimeout, throwOnRequestTimeout: true };
  const proxy = simulated ? null : proxyOf('https:', env);
  if (proxy === null) {
    const { lanes, idle } = within(direct);
    const httpAgent = keepingFew(new HttpAgent(options), idle);
    const httpsAgent = keepingFew(new HttpsAgent(options), idle);
    return { requestHandler: new NodeHttpHandler({ ...timeouts, httpAgent, httpsAgent }), lanes };
  }
  if (!URL.canParse(proxy) || !proxySchemes.has(new URL(proxy).protocol)) {
    throw new BadSetting(
      'HTTPS_PROXY (or ALL_PROXY) names no proxy that can be called: http, https and socks proxies can. Nothing was done.',
      'Set HTTPS_PROXY to http://HOST:PORT (a PAC file names it behind PROXY), or unset it.',
    );
  }
  const agent = new SparingProxyAgent({
    ...options,
    getProxyForUrl: (url) => proxyFor(new URL(url), env) ?? '',
  });
  const httpsAgent = agent as unknown as HttpsAgent;
  return {
    requestHandler: new NodeHttpHandler({ ...timeouts, httpAgent: agent, httpsAgent }),
    lanes: within(throughProxy).lanes,
  };
}

/** For what is no call to AWS: through the proxy of the environment too. */
export function agentFor(env: Record<string, string | undefined>): HttpAgent {
  return new ProxyAgent({ getProxyForUrl: (url) => proxyFor(new URL(url), env) ?? '' });
}

/** The connections are those of an agent within, which is made for each proxy and kept. */
class SparingProxyAgent extends ProxyAgent {
  override async connect(...args: Parameters<ProxyAgent['connect']>): Promise<HttpAgent> {
    return keepingFew(await super.connect(...args), throughProxy.idle);
  }
}

const sparing = new WeakSet<HttpAgent>();

/** Keeps so many idle connections for all hosts together: Node's own limit is for each host, and AWS has hundreds. */
function keepingFew<A extends HttpAgent>(agent: A, most: number): A {
  if (sparing.has(agent)) return agent;
  sparing.add(agent);
  const keeps = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    const idle = Object.values(agent.freeSockets).reduce((sum, some) => sum + (some?.length ?? 0), 0);
    return idle < most && keeps(socket);
  };
  return agent;
}

async function certificates(
  file: string | null,
  fromEnvironment: string | undefined,
): Promise<Buffer | null> {
  if (file === null) return null;
  try {
    return await readFile(file);
  } catch (error) {
    const from = fromEnvironment ? 'AWS_CA_BUNDLE' : 'ca_bundle of the profile';
    throw new BadSetting(
      `${from} names ${file}, which cannot be read: ${(error as Error).message}. Nothing was done.`,
      `Give ${from} a file of PEM certificates, or take it out.`,
    );
  }
}
