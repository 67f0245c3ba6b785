import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ProxyAgent } from 'proxy-agent';
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
}): Promise<NodeHttpHandler> {
  const { env, simulated } = settings;
  const ca = await certificates(env['AWS_CA_BUNDLE'] || settings.caBundle || null, env['AWS_CA_BUNDLE']);
  const options = { keepAlive: true, maxSockets: 256, ...(ca === null ? {} : { ca }) };
  const timeouts = { connectionTimeout, requestTimeout, throwOnRequestTimeout: true };
  const proxy = simulated ? null : proxyOf('https:', env);
  if (proxy === null) {
    return new NodeHttpHandler({
      ...timeouts,
      httpAgent: new HttpAgent(options),
      httpsAgent: new HttpsAgent(options),
    });
  }
  if (!URL.canParse(proxy)) {
    throw new BadSetting(
      'HTTPS_PROXY (or ALL_PROXY) is no URL of a proxy that can be called. Nothing was done.',
      'Set HTTPS_PROXY to http://HOST:PORT, or unset it.',
    );
  }
  const agent = new ProxyAgent({ ...options, getProxyForUrl: (url) => proxyFor(new URL(url), env) ?? '' });
  return new NodeHttpHandler({ ...timeouts, httpAgent: agent, httpsAgent: agent as unknown as HttpsAgent });
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
