import { lookup } from 'node:dns/promises';
import { endpointSource, hasNoEndpoint, plainEndpoint } from '../facts/index.js';
import { isAwsHost } from './endpoints.js';
import { AwsFailure, type FailureKind } from './errors.js';

/** What the person asked for that not every service has in every region. */
export interface EndpointWishes {
  fips: boolean;
  dualStack: boolean;
}

/**
 * What it means that an endpoint's name does not resolve: not offered there, only where AWS publishes no endpoint and the
 * plain name does not resolve either; no FIPS or dual-stack endpoint, where those were asked for. It is never called by
 * another name than was asked for.
 */
export async function unresolved(failure: AwsFailure, resolves = isThere): Promise<AwsFailure> {
  const { hostname: host } = (failure.cause ?? {}) as { hostname?: string };
  if (failure.code !== 'ENOTFOUND' || host === undefined || !isAwsHost(host)) return failure;
  const { service, region } = failure;
  const plain = plainEndpoint(host);
  if (plain !== host && (await resolves(plain))) {
    const [kind, setting] = host.includes('-fips.')
      ? ['FIPS', 'AWS_USE_FIPS_ENDPOINT']
      : ['dual-stack', 'AWS_USE_DUALSTACK_ENDPOINT'];
    const why = `${service} has no ${kind} endpoint in ${region} (${host} does not resolve), and ${setting} asks for one. To look there by ${plain}, run it again with ${setting}=false`;
    return said(failure, 'unreachable', why);
  }
  if (!hasNoEndpoint(service, region)) return failure;
  const why = `AWS does not offer ${service} in ${region}: ${endpointSource} has none there, and ${plain} does not resolve`;
  return said(failure, 'not-offered', why);
}

/** Only "there is no such name" says that there is none: a resolver that is down says nothing. */
async function isThere(host: string): Promise<boolean> {
  try {
    await lookup(host);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ENOTFOUND';
  }
}

function said(failure: AwsFailure, kind: FailureKind, message: string): AwsFailure {
  const { code, service, operation, region, requestId, httpStatus, cause } = failure;
  return new AwsFailure(kind, code, message, service, operation, region, requestId, httpStatus, cause);
}

/** From the environment, then the profile (AWS SDKs and Tools reference guide, "Dual-stack and FIPS endpoints"). The SDK's
 *  clients would read another profile than the one that --profile names. */
export function endpointWishes(
  env: Record<string, string | undefined>,
  profile: Record<string, string | undefined>,
): EndpointWishes {
  const isOn = (variable: string, name: string): boolean =>
    (env[variable] ?? profile[name])?.trim().toLowerCase() === 'true';
  return {
    fips: isOn('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'),
    dualStack: isOn('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'),
  };
}
