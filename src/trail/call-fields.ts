/** What a record says of its call, told from its bytes without parsing it. */
export interface CallFields {
  name: string;
  /** As the record writes it; ISO times of one form compare as text. */
  time: string;
  /** Source, name, region, address, program and error. */
  call: string;
  /** The key that signed, else all that the record says of the caller. */
  caller: string;
  /** What was asked for, as it is written; empty where that is not plain. */
  request(): string;
  /** Whether the record ends where it was thought to end. */
  isWhole(): boolean;
}

/** Who called what stands in the first bytes of a record of CloudTrail's. */
const headBytes = 2500;
const opening = '{"eventVersion":"';
const text = '"[^"\\\\]*"';

/** The fields after the caller in CloudTrail's own order, up to the error or the parameters. */
const ownOrder = new RegExp(
  `"eventTime":"([^"\\\\]*)",("eventSource":${text},"eventName":"([^"\\\\]*)","awsRegion":${text},"sourceIPAddress":${text},"userAgent":${text}(?:,"errorCode":${text})?),`,
  'y',
);

/**
 * The call of the record that stands between `start` and `end`, in CloudTrail's own order of fields or in any other.
 * Null for anything that is not plainly one record. Quotes inside strings are escaped, so no value passes for a field.
 * @param opensArray whether an array is opened between two places of `buffer`
 */
export function callFieldsOf(
  buffer: Buffer,
  start: number,
  end: number,
  opensArray: (from: number, to: number) => boolean,
): CallFields | null {
  const head = buffer.toString('latin1', start, Math.min(end, start + headBytes));
  if (head.startsWith(opening)) {
    const caller = head.indexOf('},"eventTime":"');
    ownOrder.lastIndex = caller + 2;
    const match = caller < 0 ? null : ownOrder.exec(head);
    if (match !== null) {
      const [, time = '', call = '', name = ''] = match;
      const from = ownOrder.lastIndex;
      return {
        name,
        time,
        call,
        caller: callerOf(head, caller),
        request: () => head.slice(from, Math.max(from, head.indexOf(',"responseElements":', from))),
        isWhole: () => endsAt(buffer, start + from, end, opensArray),
      };
    }
  }
  return inAnyOrder(buffer, start, end);
}

function callerOf(identity: string, end: number): string {
  const at = identity.indexOf('"accessKeyId":"A');
  if (at < 0 || at > end) return identity.slice(0, end);
  return identity.slice(at + 15, identity.indexOf('"', at + 15));
}

const wanted = new Set([
  'eventName',
  'eventTime',
  'eventSource',
  'awsRegion',
  'sourceIPAddress',
  'userAgent',
  'errorCode',
  'userIdentity',
  'requestParameters',
]);

/**
 * Whether a record ends at `end`, where bytes as between two records stand. An object follows a comma in an array only:
 * where none is opened, they can stand nowhere else. Where one is, each byte is read.
 * @param from outside of strings, right inside of the record
 */
function endsAt(
  buffer: Buffer,
  from: number,
  end: number,
  opensArray: (from: number, to: number) => boolean,
): boolean {
  if (!opensArray(from, end)) return true;
  let depth = 1;
  for (let index = from; index < end; index += 1) {
    const byte = buffer[index] ?? 0;
    if (byte === quote) index = endOfString(buffer, index + 1, end);
    else if (byte > 0x5a) {
      if (byte === 0x7b || byte === 0x5b) depth += 1;
      else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    }
  }
  return depth === 0;
}

const quote = 0x22;

/** Where the string's closing quote is. */
function endOfString(buffer: Buffer, from: number, end: number): number {
  let index = from;
  for (; index < end; index += 1) {
    const byte = buffer[index] ?? 0;
    if (byte > 0x5c) continue;
    if (byte === quote) return index;
    if (byte === 0x5c) index += 1;
  }
  return index;
}

/** Reads each byte of the record, and slices the values of the names at its top. */
function inAnyOrder(buffer: Buffer, start: number, end: number): CallFields | null {
  const found = new Map<string, string>();
  let depth = 0;
  let name = '';
  let from = 0;
  let index = start;
  const keep = (to: number): void => {
    if (wanted.has(name)) found.set(name, buffer.toString('latin1', from, to));
    name = '';
  };
  for (; index < end; index += 1) {
    const byte = buffer[index] ?? 0;
    if (byte === quote) {
      const began = index + 1;
      index = endOfString(buffer, began, end);
      if (depth === 1 && name === '') {
        name = buffer.toString('latin1', began, index);
        from = index + 1;
      }
    } else if (byte > 0x5a) {
      if (byte === 0x7b || byte === 0x5b) depth += 1;
      else if (byte === 0x7d || byte === 0x5d) {
        depth -= 1;
        if (depth === 0) break;
      }
    } else if (byte === 0x2c && depth === 1) keep(index);
  }
  if (depth !== 0 || index !== end - 1) return null;
  keep(index);
  const value = (field: string): string => found.get(field) ?? '';
  const identity = value('userIdentity');
  const plain = (field: string): string => /^:\s*"([^"\\]*)"\s*$/.exec(value(field))?.[1] ?? '';
  if (plain('eventName') === '' || plain('eventTime') === '') return null;
  return {
    name: plain('eventName'),
    time: plain('eventTime'),
    call: ['eventSource', 'eventName', 'awsRegion', 'sourceIPAddress', 'userAgent', 'errorCode']
      .map(plain)
      .join('|'),
    caller: callerOf(identity, identity.length),
    request: () => value('requestParameters'),
    isWhole: () => true,
  };
}
