import PostalMime, { type Email } from 'postal-mime';
import { asObject, textAt } from '../../model/index.js';

/** No notice is longer, in bytes: what is beyond is not read. */
export const maxMessageBytes = 10 * 1024 * 1024;
/** What is searched of the text, in characters: a notice has some thousands. */
const maxTextLength = 200_000;
const maxMarkupLength = 2_000_000;
/** A mail whose parts lie deeper is no notice. */
const maxNesting = 20;
const maxHeaderBytes = 256 * 1024;
const maxParts = 2_000;
/** Lines of a mail: the parser's time goes by lines, and a mail of line ends has ten million of them. */
const maxLines = 20_000;
/** A notice that was forwarded as an attachment, and that again: so many mails deep, so many in each. */
const maxForwards = 2;
const maxAttached = 5;

/** A notice as text, whatever it came in. Everything in it is untrusted. */
export interface NoticeMessage {
  container: 'mail' | 'text' | 'health-event';
  from: string | null;
  subject: string | null;
  /** Epoch milliseconds; null where the message has no readable date. */
  date: number | null;
  /** AWS Health's event type code; null for mails. */
  eventType: string | null;
  /** Account and entities that a Health event names in fields of their own. */
  account: string | null;
  entities: string[];
  text: string;
  /** What was left out or could not be read. */
  warnings: string[];
}

/** Reads a mail (RFC 5322, MIME), pasted text, or an AWS Health event as JSON. @throws Error where it is none of these */
export async function readMessage(bytes: Uint8Array): Promise<NoticeMessage> {
  const warnings: string[] = [];
  const cut = bytes.length > maxMessageBytes;
  if (cut) warnings.push(`Only the first ${maxMessageBytes / 1024 / 1024} MB were read.`);
  const raw = cut ? bytes.subarray(0, maxMessageBytes) : bytes;
  const start = textOf(raw.subarray(0, 4096)).trimStart();
  if (start.startsWith('{') || start.startsWith('[')) {
    const event = parseJson(textOf(raw));
    if (event !== undefined) return { ...healthEvent(event), warnings };
    warnings.push('It looks like JSON and is none: it was read as text.');
  } else if (
    /^(?:[\x21-\x39\x3b-\x7e]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}/.test(
      start.replace(/^From [^\n]*\r?\n/, ''),
    )
  ) {
    return mail(firstLines(Buffer.from(raw), warnings), warnings, 0);
  }
  return {
    container: 'text',
    from: null,
    subject: /^(?:subject|件名)\s*[:：]\s*(.+)$/im.exec(start)?.[1]?.trim() ?? null,
    date: null,
    eventType: null,
    account: null,
    entities: [],
    text: bounded(
      looksLikeHtml(start) ? textOfHtml(textOf(raw.subarray(0, maxMarkupLength))) : textOf(raw),
      warnings,
    ),
    warnings,
  };
}

/** `forwarded`: how many mails this one was attached to. */
async function mail(raw: Buffer, warnings: string[], forwarded: number): Promise<NoticeMessage> {
  let parsed;
  try {
    if (partsOf(raw) > maxParts) throw new Error(`more than ${maxParts} parts`);
    parsed = await PostalMime.parse(raw, {
      maxNestingDepth: maxNesting,
      maxHeadersSize: maxHeaderBytes,
      forceRfc822Attachments: true,
    });
  } catch (error) {
    throw new Error(`The mail cannot be read: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
  const inner = await forwardedMails(parsed.attachments, warnings, forwarded);
  // A forwarded notice's time runs from the notice.
  const dates = [Date.parse(parsed.date ?? ''), ...inner.map(({ date }) => date ?? NaN)];
  const known = dates.filter((date) => !Number.isNaN(date));
  // Both halves are read: what one of them hides, the other may say.
  const markup = bounded(parsed.html ?? '', warnings, maxMarkupLength);
  const halves = [
    parsed.text ?? '',
    textOfHtml(markup),
    ...inner.map(({ subject, text }) => `${subject ?? ''}\n${text}`),
  ];
  if (halves.every((half) => half.trim() === '')) warnings.push('The mail has no text that could be read.');
  return {
    container: 'mail',
    from: parsed.from?.address ?? null,
    subject: parsed.subject ?? null,
    date: known.length === 0 ? null : Math.min(...known),
    eventType: null,
    account: null,
    entities: [],
    text: bounded(halves.join('\n'), warnings),
    warnings,
  };
}

/** The mails attached to a mail. One that cannot be read is told, and is no reason to pass over the rest. */
async function forwardedMails(
  attachments: Email['attachments'],
  warnings: string[],
  forwarded: number,
): Promise<NoticeMessage[]> {
  const mails = attachments.filter(({ mimeType }) => mimeType === 'message/rfc822');
  const read = forwarded < maxForwards ? mails.slice(0, maxAttached) : [];
  if (read.length < mails.length)
    warnings.push(`${mails.length - read.length} of the mails attached to it were not read.`);
  const messages: NoticeMessage[] = [];
  for (const { content } of read) {
    try {
      const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer);
      messages.push(await mail(bytes, warnings, forwarded + 1));
    } catch (error) {
      warnings.push(`A mail attached to it: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return messages;
}

function firstLines(raw: Buffer, warnings: string[]): Buffer {
  let at = -1;
  for (let line = 0; line < maxLines; line += 1) {
    at = raw.indexOf('\n', at + 1);
    if (at < 0) return raw;
  }
  warnings.push(`Only the first ${maxLines} lines of the mail were read.`);
  return raw.subarray(0, at + 1);
}

/** Lines that may be boundaries between parts. */
function partsOf(raw: Buffer): number {
  let count = 0;
  for (let at = raw.indexOf('\n--'); at >= 0 && count <= maxParts; at = raw.indexOf('\n--', at + 1))
    count += 1;
  return count;
}

/** EventBridge's envelope (`detail` is the event), or the event itself: AWS Health user guide, "Reference: AWS Health
 *  events Amazon EventBridge schema". */
function healthEvent(document: unknown): Omit<NoticeMessage, 'warnings'> {
  const first: unknown = Array.isArray(document) ? document[0] : document;
  const detail = asObject(asObject(first)?.['detail']) ?? asObject(first) ?? {};
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, 1000) : []);
  const descriptions = list(detail['eventDescription']).map(
    (item) => textAt(item, 'latestDescription') ?? '',
  );
  const entities = list(detail['affectedEntities']).map((item) => textAt(item, 'entityValue') ?? '');
  const date = Date.parse(textAt(detail, 'startTime') ?? textAt(first, 'time') ?? '');
  return {
    container: 'health-event',
    from: null,
    subject: null,
    date: Number.isNaN(date) ? null : date,
    eventType: textAt(detail, 'eventTypeCode'),
    account: textAt(detail, 'affectedAccount') ?? textAt(first, 'account'),
    entities: entities.filter((entity) => entity !== ''),
    text: bounded(descriptions.join('\n').replaceAll('\\n', '\n'), []),
  };
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bounded(text: string, warnings: string[], max = maxTextLength): string {
  if (text.length <= max) return text;
  warnings.push(`Only the first ${max} characters of the text were searched.`);
  return text.slice(0, max);
}

function looksLikeHtml(text: string): boolean {
  return /^<(!doctype|html|body|div|p|table)\b/i.test(text);
}

/** The text of a page, in linear time whatever it holds: a mail is the sender's, and so is its HTML. */
export function textOfHtml(markup: string): string {
  const visible = ['script', 'style', 'title']
    .reduce((text, tag) => without(text, `<${tag}`, `</${tag}`), without(markup, '<!--', '-->'))
    .replace(/<(?:br|\/p|\/div|\/tr|\/li|\/h\d)\b[^<>]*>/gi, '\n')
    .replace(/<[^<>]*>/g, ' ');
  return visible.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, name: string) => entity(name) ?? whole);
}

/** `text` without everything from `open` to the end of the tag that begins with `close`. */
function without(text: string, open: string, close: string): string {
  const lower = text.toLowerCase();
  let kept = '';
  let at = 0;
  for (;;) {
    const from = lower.indexOf(open, at);
    if (from < 0) return kept + text.slice(at);
    kept += text.slice(at, from);
    const to = lower.indexOf(close, from);
    const end = to < 0 ? -1 : lower.indexOf('>', to);
    if (end < 0) return kept;
    at = end + 1;
  }
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function entity(name: string): string | null {
  if (!name.startsWith('#')) return named[name.toLowerCase()] ?? null;
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(code) && code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null;
}
