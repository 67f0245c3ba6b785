import { decode, encode, RECURSION_DESIRED, type Answer, type DecodedPacket } from 'dns-packet';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { addressesOrNone, askLimit, judgeControl, type Answered, type NameResolver } from './resolvers.js';
import type { DnsOutcome } from './state.js';

/** The largest DNS message there is, in bytes (RFC 1035, section 4.2.2). */
const maxMessage = 65_535;
const maxLinks = 16;
type Type = 'A' | 'AAAA' | 'CNAME' | 'NS';

/**
 * A resolver asked by DNS over HTTPS (RFC 8484), POST, so that no HTTP cache answers for it. No redirect is followed.
 * `ca`: certificates to trust besides the system's. @throws Error where `url` is no URL that may be asked
 */
export function dohResolver(url: string, simulated: boolean, ca?: string): NameResolver {
  const endpoint = parseDohUrl(url, simulated);
  const name = endpoint.href;
  return {
    name,
    ask: async (host, type) => {
      const reply = await exchange(endpoint, host, type, ca);
      return 'outcome' in reply ? reply : readAnswer(reply, host, type);
    },
    cname: async (host) => {
      const reply = await exchange(endpoint, host, 'CNAME', ca);
      if ('outcome' in reply) return null;
      const record = (reply.answers ?? []).find(
        (answer) => answer.type === 'CNAME' && sameName(answer.name, host),
      );
      return record?.type === 'CNAME' ? record.data.toLowerCase() : null;
    },
    control: async (zone) => {
      const reply = await exchange(endpoint, zone, 'NS', ca);
      return judgeControl(name, zone, 'outcome' in reply ? reply.outcome : outcomeOf(reply));
    },
  };
}

/** @throws Error where it is not https (http on loopback in a rehearsal) */
function parseDohUrl(text: string, simulated: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const loopback = url !== null && /^(127\.|\[::1\]$|localhost$)/.test(url.hostname);
  if (url?.protocol === 'https:' || (simulated && loopback && url?.protocol === 'http:')) return url;
  throw new Error(
    `Not a DNS-over-HTTPS URL: ${JSON.stringify(text.slice(0, 200))}. Expected https://…/dns-query.`,
  );
}

/** What a decoded answer says of `host`: the CNAMEs are followed within it. Pure. */
function readAnswer(packet: DecodedPacket, host: string, type: 'A' | 'AAAA'): Answered {
  const outcome = outcomeOf(packet);
  if (outcome !== 'nodata') return { outcome, addresses: [], detail: null };
  const answers: Answer[] = packet.answers ?? [];
  let here = host;
  for (let links = 0; links <= maxLinks; links += 1) {
    const addresses = answers.flatMap((answer) =>
      answer.type === type && sameName(answer.name, here) && typeof answer.data === 'string'
        ? [answer.data]
        : [],
    );
    if (addresses.length > 0) return addressesOrNone(addresses);
    const next = answers.find((answer) => answer.type === 'CNAME' && sameName(answer.name, here));
    if (next?.type !== 'CNAME') return addressesOrNone([]);
    here = next.data;
  }
  return { outcome: 'malformed', addresses: [], detail: `more than ${maxLinks} CNAMEs, or a loop` };
}

/** The response code, where `nodata` stands for NOERROR: whether there are addresses is told from the answers. */
function outcomeOf(packet: DecodedPacket): DnsOutcome {
  switch ((packet.flags ?? 0) & 0xf) {
    case 0:
      return 'nodata';
    case 2:
      return 'servfail';
    case 3:
      return 'nxdomain';
    case 4:
    case 5:
      return 'refused';
    default:
      return 'malformed';
  }
}

function sameName(a: string, b: string): boolean {
  const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '');
  return bare(a) === bare(b);
}

/** One question, one answer. Never throws, never longer than askLimit, never more than one DNS message. */
async function exchange(
  endpoint: URL,
  host: string,
  type: Type,
  ca: string | undefined,
): Promise<DecodedPacket | Answered> {
  const failed = (outcome: DnsOutcome, detail: string): Answered => ({
    outcome,
    addresses: [],
    detail: detail.slice(0, 200),
  });
  // The id is 0 in DoH (RFC 8484, section 4.1).
  const body = encode({
    type: 'query',
    id: 0,
    flags: RECURSION_DESIRED,
    questions: [{ name: host, type }],
  });
  let reply: { status: number; contentType: string; body: Buffer };
  try {
    reply = await post(endpoint, body, ca);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const late = error instanceof Error && error.name === 'TimeoutError';
    return failed(late ? 'timeout' : 'unreachable', message);
  }
  if (reply.status !== 200) return failed('unreachable', `HTTP ${reply.status}`);
  if (!reply.contentType.startsWith('application/dns-message'))
    return failed('malformed', `content type ${reply.contentType || 'missing'}`);
  try {
    const packet = decode(reply.body);
    // dns-packet reads past the end of a message that was cut.
    if (decode.bytes > reply.body.length) return failed('malformed', 'the answer is cut');
    const question = packet.questions?.[0];
    if (!packet.flag_qr || question === undefined || !sameName(question.name, host) || question.type !== type)
      return failed('malformed', 'it answers another question');
    if (packet.flag_tc) return failed('malformed', 'the answer is truncated');
    return packet;
  } catch (error) {
    return failed('malformed', error instanceof Error ? error.message : String(error));
  }
}

function post(
  endpoint: URL,
  body: Buffer,
  ca: string | undefined,
): Promise<{ status: number; contentType: string; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(askLimit);
    const open = endpoint.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = open(
      endpoint,
      {
        method: 'POST',
        agent: false,
        signal,
        headers: {
          'content-type': 'application/dns-message',
          accept: 'application/dns-message',
          'content-length': body.length,
        },
        ...(ca === undefined ? {} : { ca }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          chunks.push(chunk);
          if (length > maxMessage) sent.destroy(new Error('the answer is larger than any DNS message'));
        });
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks),
          });
        });
        response.on('error', reject);
      },
    );
    sent.on('error', (error) => {
      reject(signal.aborted ? new DOMException('no answer in time', 'TimeoutError') : error);
    });
    sent.end(body);
  });
}
