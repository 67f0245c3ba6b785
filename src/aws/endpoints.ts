import { awsDomains } from '../facts/index.js';
import { endpointIds, type ServiceName } from './services/index.js';

/** What may name an endpoint, in order of precedence: the flag, then the environment, then the config file
 *  (AWS SDKs and Tools reference guide, "Service-specific endpoints"). */
export interface EndpointSources {
  flag: string | null;
  env: Record<string, string | undefined>;
  /** The profile's section of the config file, and the `services` section that it names, keys as written. */
  profile: Record<string, string | undefined>;
  profileServices: Record<string, string | undefined>;
}

export interface Endpoints {
  /** Endpoint by service; services without an entry go to AWS. */
  custom: Partial<Record<ServiceName, string>>;
  simulated: boolean;
}

/** Endpoints that cannot be used together. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

/** What is given as an endpoint is no URL that can be called. */
export class NoEndpoint extends Error {
  override readonly name = 'NoEndpoint';
}

/** True for AWS's own hosts, VPC endpoints among them. */
export function isAwsHost(host: string): boolean {
  const name = `.${host.toLowerCase()}`;
  return awsDomains.some((domain) => name.endsWith(`.${domain}`));
}

/**
 * Where every service will be called, decided before the first call.
 * @throws NoEndpoint, naming what gives it · EndpointError where some services would go to AWS and others not: a rehearsal
 * must never touch the real account, and a real incident must never be judged by a simulated answer.
 */
export function resolveEndpoints(sources: EndpointSources): Endpoints {
  const custom: Partial<Record<ServiceName, string>> = {};
  const notAws: string[] = [];
  for (const [service, id] of Object.entries(endpointIds) as [ServiceName, string][]) {
    const [source = '', url = ''] =
      namedEndpoints(sources, id).find(([, value]) => value !== null && value !== undefined) ?? [];
    if (url === null || url === '') continue;
    if (!isAwsHost(hostOf(url, source))) notAws.push(service);
    custom[service] = url;
  }
  const all = Object.keys(endpointIds).length;
  if (notAws.length !== 0 && notAws.length !== all) {
    const real = Object.keys(endpointIds).filter((service) => !notAws.includes(service));
    throw new EndpointError(
      `Some services would be called at AWS (${real.slice(0, 5).join(', ')}${real.length > 5 ? ', …' : ''}) and ` +
        `others not (${notAws.slice(0, 5).join(', ')}). Nothing was called.`,
    );
  }
  return { custom, simulated: notAws.length !== 0 };
}

/** What may name the endpoint of the service with this id, the first that does decides. */
function namedEndpoints(
  { flag, env, profile, profileServices }: EndpointSources,
  id: string,
): [source: string, url: string | null | undefined][] {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return [['--endpoint-url', flag]];
  const variable = `AWS_ENDPOINT_URL_${id.toUpperCase()}`;
  return [
    ['--endpoint-url', flag],
    [variable, env[variable]],
    ['AWS_ENDPOINT_URL', env['AWS_ENDPOINT_URL']],
    [`endpoint_url of ${id} in the config file`, profileServices[`${id}.endpoint_url`]],
    ['endpoint_url in the config file', profile['endpoint_url']],
  ];
}

function hostOf(url: string, source: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.hostname;
  throw new NoEndpoint(`${source} is not a URL: ${JSON.stringify(url.slice(0, 200))}. Nothing was called.`);
}
