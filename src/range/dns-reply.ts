import {
  decode,
  encode,
  TRUNCATED_RESPONSE,
  type Answer,
  type DecodedPacket,
  type Question,
} from 'dns-packet';

/** Records of one name. */
interface DnsRecords {
  a?: readonly string[];
  aaaa?: readonly string[];
  cname?: string;
  ns?: readonly string[];
}

/**
 * How a name is answered. Records (CNAMEs are followed, as a resolver does) · records that fit into TCP only ·
 * one of the ways of having none · or hostile: a name that points to itself (compression-loop), 60 kB of TXT
 * (huge-txt), the answer to another question's id (wrong-id) or name (wrong-question), bytes that are no DNS
 * (garbage), half a message (cut).
 */
export type DnsBehaviour =
  | DnsRecords
  | { truncated: DnsRecords }
  | 'nodata'
  | 'nxdomain'
  | 'servfail'
  | 'refused'
  | 'formerr'
  | 'notimp'
  | 'silence'
  | 'compression-loop'
  | 'huge-txt'
  | 'wrong-id'
  | 'wrong-question'
  | 'garbage'
  | 'cut';

export interface DnsTable {
  zones: readonly string[];
  answers: ReadonlyMap<string, DnsBehaviour>;
  /** Asked for names that `answers` does not have. */
  lookup: (name: string) => DnsBehaviour | null;
  questions: string[];
}

/** Response codes (RFC 1035, section 4.1.1). */
const rcodes = { noerror: 0, formerr: 1, servfail: 2, nxdomain: 3, notimp: 4, refused: 5 } as const;
const authoritative = 1 << 10;
const recursionAvailable = 1 << 7;
const recursionDesired = 1 << 8;
const ttl = 5;
const maxLinks = 8;

/** The bytes that answer `query`; null for silence and for what is no question. */
export function encodeReply(query: Buffer, transport: 'udp' | 'tcp', table: DnsTable): Buffer | null {
  let packet: DecodedPacket;
  try {
    packet = decode(query);
  } catch {
    return null;
  }
  const question = packet.questions?.[0];
  if (question === undefined) return null;
  const name = question.name.toLowerCase();
  table.questions.push(`${question.type} ${name}`);
  const behaviour = behaviourOf(name, table);
  const reply = (rcode: keyof typeof rcodes, answers: Answer[] = [], flags = 0): Buffer =>
    encode({
      type: 'response',
      id: packet.id ?? 0,
      flags: rcodes[rcode] | authoritative | recursionAvailable | recursionDesired | flags,
      questions: [question],
      answers,
    });

  if (typeof behaviour === 'object') {
    if (!('truncated' in behaviour)) {
      const { rcode, records } = resolve(question, table);
      return reply(rcode, records);
    }
    if (transport === 'udp') return reply('noerror', [], TRUNCATED_RESPONSE);
    return reply('noerror', recordsOf(question, name, behaviour.truncated));
  }
  switch (behaviour) {
    case 'silence':
      return null;
    case 'nodata':
      return reply('noerror');
    case 'nxdomain':
    case 'servfail':
    case 'refused':
    case 'formerr':
    case 'notimp':
      return reply(behaviour);
    case 'garbage':
      return Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
    case 'cut':
      return reply('noerror', recordsOf(question, name, forged)).subarray(0, -3);
    case 'wrong-id': {
      const bytes = reply('noerror', recordsOf(question, name, forged));
      bytes.writeUInt16BE((bytes.readUInt16BE(0) + 1) & 0xffff, 0);
      return bytes;
    }
    case 'wrong-question':
      return encode({
        type: 'response',
        id: packet.id ?? 0,
        flags: recursionAvailable | recursionDesired,
        questions: [{ ...question, name: `not.${name}` }],
        answers: recordsOf(question, `not.${name}`, forged),
      });
    case 'huge-txt':
      if (transport === 'udp') return reply('noerror', [], TRUNCATED_RESPONSE);
      return reply('noerror', [
        { type: 'TXT', name, ttl, data: Array.from({ length: 235 }, () => 'x'.repeat(255)) },
      ]);
    case 'compression-loop': {
      // One answer whose name is a pointer to itself (RFC 1035, section 4.1.4, forbids what it can express).
      const head = reply('noerror');
      head.writeUInt16BE(1, 6);
      const pointer = Buffer.alloc(16);
      pointer.writeUInt16BE(0xc000 | head.length, 0);
      pointer.writeUInt16BE(1, 2);
      pointer.writeUInt16BE(1, 4);
      pointer.writeUInt32BE(ttl, 6);
      pointer.writeUInt16BE(4, 10);
      pointer.set([203, 0, 113, 9], 12);
      return Buffer.concat([head, pointer]);
    }
  }
}

/** What a forged answer claims. */
const forged: DnsRecords = { a: ['203.0.113.66'], aaaa: ['2001:db8::66'] };

function behaviourOf(name: string, { zones, answers, lookup }: DnsTable): DnsBehaviour {
  const set = answers.get(name) ?? lookup(name);
  if (set !== null) return set;
  if (zones.includes(name)) return { ns: [`ns1.${name}`] };
  return zones.some((zone) => name.endsWith(`.${zone}`)) ? 'nxdomain' : 'refused';
}

/** The records of the name, then, CNAME by CNAME, of the names that it leads to; the code is that of the last name
 *  (RFC 6604, section 3). */
function resolve(question: Question, table: DnsTable): { records: Answer[]; rcode: keyof typeof rcodes } {
  const records: Answer[] = [];
  let name = question.name.toLowerCase();
  for (let links = 0; links < maxLinks; links += 1) {
    const behaviour = behaviourOf(name, table);
    if (behaviour === 'nxdomain' || behaviour === 'servfail') return { records, rcode: behaviour };
    if (typeof behaviour !== 'object' || 'truncated' in behaviour) break;
    records.push(...recordsOf(question, name, behaviour));
    if (behaviour.cname === undefined || question.type === 'CNAME') break;
    name = behaviour.cname.toLowerCase();
  }
  return { records, rcode: 'noerror' };
}

function recordsOf(question: Question, name: string, records: DnsRecords): Answer[] {
  if (records.cname !== undefined) return [{ type: 'CNAME', name, ttl, data: records.cname }];
  const type = question.type;
  if (type !== 'A' && type !== 'AAAA' && type !== 'NS') return [];
  const data = { A: records.a, AAAA: records.aaaa, NS: records.ns }[type] ?? [];
  return data.map((text) => ({ type, name, ttl, data: text }));
}
