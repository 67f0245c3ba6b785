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

/** Endpoints that cannot be used together, or are not URLs. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError';
}

const awsHosts = /(^|\.)(amazonaws\.com(\.cn)?|api\.aws|amazonaws\.eu)$/;

/** True for AWS's own hosts, VPC endpoints among them. */
export function isAwsHost(host: string): boolean {
  return awsHosts.test(host.toLowerCase());
}

/**
 * Where every service will be called, decided before the first call.
 * @throws EndpointError where some services would go to AWS and others not: a rehearsal must never touch the
 * real account, and a real incident must never be judged by a simulated answer.
 */
export function resolveEndpoints(sources: EndpointSources): Endpoints {
  const custom: Partial<Record<ServiceName, string>> = {};
  const ignore = sources.env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  for (const [service, id] of Object.entries(endpointIds) as [ServiceName, string][]) {
    const url =
      sources.flag ??
      (ignore
        ? null
        : (sources.env[`AWS_ENDPOINT_URL_${id.toUpperCase()}`] ??
          sources.env['AWS_ENDPOINT_URL'] ??
          sources.profileServices[`${id}.endpoint_url`] ??
          sources.profile['endpoint_url'] ??
          null));
    if (url === null || url === '') continue;
    custom[service] = url;
  }
  const notAws: string[] = [];
  for (const [service, url] of Object.entries(custom)) {
    let host: string;
    try {
      host = new URL(url).hostname;
    } catch {
      throw new EndpointError(
        `The endpoint of ${service} is not a URL: ${JSON.stringify(url.slice(0, 200))}.`,
      );
    }
    if (!isAwsHost(host)) notAws.push(service);
  }
  const all = Object.keys(endpointIds).length;
  if (notAws.length !== 0 && notAws.length !== all) {
    const real = Object.keys(endpointIds).filter((service) => !notAws.includes(service));
    throw new EndpointError(
      `Some services would be called at AWS (${real.slice(0, 5).join(', ')}${real.length > 5 ? ', …' : ''}) and ` +
        `others not (${notAws.slice(0, 5).join(', ')}). Set AWS_ENDPOINT_URL for all of them, or for none.`,
    );
  }
  return { custom, simulated: notAws.length !== 0 };
}
