import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { version } from '../../model/index.js';
import { isPublicAddress } from './addresses.js';
import type { EdgeObservation } from './state.js';

/** One probe takes no longer, in milliseconds, from the connection to the end of the headers. */
const edgeLimit = 8_000;
/** Headers of an answer, in bytes; the answer to a HEAD has no body. */
const maxHeaders = 16 * 1024;
const maxHeaderShown = 100;

export interface EdgeOptions {
  /** The endpoint of a rehearsal: the one address that is not public and may still be connected to; its port and
   *  scheme are used. Null outside of a rehearsal. */
  rehearsal: URL | null;
  /** Certificates to trust instead of the system's, PEM. */
  ca?: string;
  timeLimit?: number;
}

const nothing: EdgeObservation = {
  outcome: 'not-probed',
  address: null,
  status: null,
  xCache: null,
  certificateUntil: null,
  detail: null,
};

/** `HEAD /` was not sent, and why. */
export function notProbed(detail: string): EdgeObservation {
  return { ...nothing, detail };
}

/**
 * One `HEAD https://name/`, sent to one of the `addresses` that the DNS gave, and to no other: the address is pinned,
 * no redirect is followed, loopback, link-local and private addresses are refused. Never throws.
 */
export async function probeEdge(
  name: string,
  addresses: readonly string[],
  options: EdgeOptions,
): Promise<EdgeObservation> {
  if (addresses.length === 0) return notProbed('it has no address');
  const { rehearsal } = options;
  const isRehearsal = (address: string): boolean => rehearsal !== null && addressOf(rehearsal) === address;
  const allowed = addresses.filter((address) =>
    rehearsal === null ? isPublicAddress(address) : isRehearsal(address),
  );
  // IPv4 first: not every network has IPv6, and an unreachable one would say nothing about the edge.
  const address = allowed.find((candidate) => isIP(candidate) === 4) ?? allowed[0];
  if (address === undefined) {
    return notProbed(
      `${addresses[0] ?? ''} is ${rehearsal === null ? 'not a public address' : 'not the endpoint of the rehearsal'}: it was not connected to`,
    );
  }
  try {
    return await head(name, address, isRehearsal(address) ? rehearsal : null, options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...nothing, outcome: 'no-answer', address, detail: message.slice(0, 200) };
  }
}

function addressOf(endpoint: URL): string {
  const host = endpoint.hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' ? '127.0.0.1' : host;
}

function head(
  name: string,
  address: string,
  rehearsal: URL | null,
  { ca, timeLimit = edgeLimit }: EdgeOptions,
): Promise<EdgeObservation> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeLimit);
    const plain = rehearsal?.protocol === 'http:';
    const common = {
      host: address,
      port: rehearsal === null ? 443 : Number(rehearsal.port || (plain ? 80 : 443)),
      method: 'HEAD',
      path: '/',
      agent: false as const,
      signal,
      maxHeaderSize: maxHeaders,
      headers: { host: name, 'user-agent': `leakguard/${version}`, accept: '*/*' },
    };
    const answered = (response: IncomingMessage): void => {
      const certificate = plain ? null : certificateOf(response.socket as TLSSocket);
      resolve(judge(response, address, certificate));
      response.destroy();
    };
    const sent = plain
      ? httpRequest(common, answered)
      : // The certificate is judged, not required: what is wrong with it is the answer to a question of its own.
        httpsRequest(
          { ...common, servername: name, rejectUnauthorized: false, ...(ca === undefined ? {} : { ca }) },
          answered,
        );
    sent.on('error', (error) => {
      reject(signal.aborted ? new Error(`no answer within ${timeLimit / 1000} s`) : error);
    });
    sent.end();
  });
}

interface Certificate {
  error: string | null;
  until: string | null;
}

function certificateOf(socket: TLSSocket): Certificate {
  const until = Date.parse(socket.getPeerCertificate().valid_to);
  const error = socket.authorizationError as Error | string | null | undefined;
  return {
    error: socket.authorized
      ? null
      : String(error instanceof Error ? error.message : (error ?? 'not valid')).slice(0, 200),
    until: Number.isNaN(until) ? null : new Date(until).toISOString(),
  };
}

function judge(response: IncomingMessage, address: string, certificate: Certificate | null): EdgeObservation {
  const status = response.statusCode ?? 0;
  const xCache = headerOf(response, 'x-cache');
  const seen = { address, status, xCache, certificateUntil: certificate?.until ?? null };
  if (certificate?.error != null)
    return {
      ...seen,
      outcome: 'bad-certificate',
      detail: `the certificate is not valid for the name: ${certificate.error}`,
    };
  if (status >= 500)
    return {
      ...seen,
      outcome: 'errors',
      detail: `HTTP ${status}${xCache === null ? '' : ` (x-cache: ${xCache})`}`,
    };
  return { ...seen, outcome: 'answers', detail: null };
}

function headerOf(response: IncomingMessage, name: string): string | null {
  const value = response.headers[name];
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text === undefined ? null : text.slice(0, maxHeaderShown);
}
