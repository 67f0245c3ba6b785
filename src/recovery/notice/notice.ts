import { asks, forms, measures } from './forms.js';
import type { NoticeMessage } from './message.js';

/** What a notice says. Hints to look at, never orders: a mail can be forged. */
export interface Notice {
  container: NoticeMessage['container'];
  from: string | null;
  subject: string | null;
  /** ISO 8601, UTC; null where the message has no date. */
  date: string | null;
  /** Which known form it is; null where none. */
  form: { id: string; title: string } | null;
  eventType: string | null;
  /** Account ids, the most likely first. */
  accounts: string[];
  /** Long-term key ids (AKIA…). */
  keys: string[];
  /** Ids of temporary sessions (ASIA…). */
  sessions: string[];
  users: string[];
  /** Where the key is said to be exposed. Never fetched. */
  exposedUrls: string[];
  deadline: { text: string; days: number | null; at: string | null } | null;
  asks: { id: string; title: string }[];
  measures: { id: string; title: string }[];
  /** Commands that only look. */
  next: string[];
  /** What makes the message doubtful, and what could not be read. */
  warnings: string[];
}

/** At most this many of a kind are kept: a mail full of ids is no notice. */
const maxHints = 20;

/** Reads a message. Pure; the time it takes is linear in the text. */
export function readNotice(message: NoticeMessage): Notice {
  // One blank for each run of them: a pattern that allows for blanks must not try the sender's thousands in every way.
  const text = `${message.subject ?? ''}\n${message.text}\n${message.entities.join('\n')}`.replace(
    /\s+/g,
    (blank) => (blank.includes('\n') ? '\n' : ' '),
  );
  const keys = idsOf(text, 'AKIA');
  const sessions = idsOf(text, 'ASIA');
  const users = usersOf(text);
  const form =
    forms.find(({ eventTypes }) => message.eventType !== null && eventTypes.includes(message.eventType)) ??
    forms.find(({ pattern, underAnySubject }) => underAnySubject === true && pattern.test(text)) ??
    forms.find(({ pattern }) => pattern.test(message.subject ?? '')) ??
    forms.find(({ pattern }) => pattern.test(text)) ??
    null;
  const named = (list: typeof asks): { id: string; title: string }[] =>
    list.filter(({ pattern }) => pattern.test(text)).map(({ id, title }) => ({ id, title }));
  return {
    container: message.container,
    from: message.from,
    subject: message.subject,
    date: message.date === null ? null : new Date(message.date).toISOString(),
    form: form === null ? null : { id: form.id, title: form.title },
    eventType: message.eventType,
    accounts: accountsOf(text, message.account),
    keys,
    sessions,
    users,
    exposedUrls: urlsOf(text).filter((url) => !isAwsUrl(url)),
    deadline: deadlineOf(text, message.date),
    asks: named(asks),
    measures: named(measures),
    next: nextOf(keys, sessions),
    warnings: [...message.warnings, ...doubtsOf(message, text, keys, sessions, form !== null)],
  };
}

/** Ids of 20 capital letters and digits (IAM user guide, "IAM identifiers", unique ID prefixes), standing alone. */
function idsOf(text: string, prefix: 'AKIA' | 'ASIA'): string[] {
  return distinct(
    [...text.matchAll(/(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/g)].map(([id]) => id),
  ).filter((id) => id.startsWith(prefix));
}

function accountsOf(text: string, stated: string | null): string[] {
  const found = [
    ...text.matchAll(/(?:account|アカウント)[^\d\n]{0,40}(\d{4}-?\d{4}-?\d{4})(?!\d)/gi),
    ...text.matchAll(/arn:aws[\w-]*:\w*:[\w-]*:(\d{12}):/g),
  ].map((match) => (match[1] ?? '').replaceAll('-', ''));
  return distinct(stated !== null && /^\d{12}$/.test(stated) ? [stated, ...found] : found);
}

/** User names as IAM allows them (IAM API reference, CreateUser: `[\w+=,.@-]+`, 64 characters). */
function usersOf(text: string): string[] {
  const found = [
    ...text.matchAll(
      /\bIAM user(?:\s*name)?\s*(?:named|called|[:：])?\s*["'“‘(]?([\w+=,.@-]{1,64})(?![^\s"'”’),.;:（）」、。])/gi,
    ),
    ...text.matchAll(/IAM\s*ユーザー(?:名)?\s*[:：「"]\s*([\w+=,.@-]{1,64})/g),
    ...text.matchAll(/arn:aws[\w-]*:iam::\d{12}:user\/(?:[\w+=,.@-]{1,64}\/){0,8}([\w+=,.@-]{1,64})/g),
  ].map((match) => (match[1] ?? '').replace(/[.,]+$/, ''));
  const words = new Set([
    'is',
    'and',
    'or',
    'that',
    'with',
    'has',
    'was',
    's',
    'to',
    'for',
    'in',
    'on',
    'of',
    'the',
    'access',
    'name',
  ]);
  return distinct(found.filter((name) => /^\w/.test(name) && !words.has(name.toLowerCase())));
}

function urlsOf(text: string): string[] {
  return distinct(
    [...text.matchAll(/https?:\/\/[^\s<>"'`「」（）)\]}]{1,500}/gi)].map(([url]) =>
      url.replace(/[.,;:!?。、]+$/, ''),
    ),
  );
}

const awsDomain =
  /(^|\.)(aws\.amazon\.com|amazonaws\.com|amazon\.com|repost\.aws|awsstatic\.com|aws\.dev|amazon\.co\.jp|health\.aws)$/;

function isAwsUrl(url: string): boolean {
  return URL.canParse(url) && awsDomain.test(new URL(url).hostname);
}

function deadlineOf(text: string, sent: number | null): Notice['deadline'] {
  const english = /within\s+(?:the next\s+)?(?:[a-z]+\s*)?\(?(\d{1,3})\)?\s*(business\s+)?(day|hour)s?/i.exec(
    text,
  );
  if (english !== null) {
    const days = Number(english[1]) / (english[3]?.toLowerCase() === 'hour' ? 24 : 1);
    return deadline(english[0], days, english[2] === undefined ? sent : null);
  }
  const japanese = /(\d{1,3})\s*(営業日|日|時間)\s*以内/.exec(text);
  if (japanese !== null) {
    const days = Number(japanese[1]) / (japanese[2] === '時間' ? 24 : 1);
    return deadline(japanese[0], days, japanese[2] === '営業日' ? null : sent);
  }
  const dated =
    /(?:by|before|until|no later than)\s+(\d{4}-\d\d-\d\d|(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2},?\s+\d{4})/i.exec(
      text,
    ) ?? /(\d{4})年(\d{1,2})月(\d{1,2})日まで/.exec(text);
  if (dated === null) return null;
  const at = Date.parse(
    dated[3] === undefined ? `${dated[1] ?? ''} UTC` : `${dated[1]}-${dated[2]}-${dated[3]} UTC`,
  );
  return { text: dated[0], days: null, at: Number.isNaN(at) ? null : new Date(at).toISOString() };
}

function deadline(text: string, days: number, sent: number | null): NonNullable<Notice['deadline']> {
  const at = sent === null ? null : new Date(sent + days * 86_400_000).toISOString();
  return { text: text.replace(/\s+/g, ' '), days, at };
}

/** Commands that look, and nothing else: what a mail says is never acted upon. */
function nextOf(keys: readonly string[], sessions: readonly string[]): string[] {
  if (keys.length > 0) return keys.map((key) => `leakguard scan --key ${key}`);
  if (sessions.length > 0) return sessions.map((session) => `leakguard scan --session ${session}`);
  return ['leakguard scan'];
}

/** What letters of other scripts look like, where they are drawn like those of a key id. */
const lookAlike: Record<string, string> = {
  А: 'A',
  Α: 'A',
  К: 'K',
  Κ: 'K',
  І: 'I',
  Ι: 'I',
  Ѕ: 'S',
  Ӏ: 'I',
};

function doubtsOf(
  message: NoticeMessage,
  text: string,
  keys: readonly string[],
  sessions: readonly string[],
  known: boolean,
): string[] {
  const doubts: string[] = [];
  const plain = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/[АΑКΚІΙЅӀ]/g, (letter) => lookAlike[letter] ?? letter);
  const seen = new Set([...keys, ...sessions]);
  const disguised = [...idsOf(plain, 'AKIA'), ...idsOf(plain, 'ASIA')].filter((id) => !seen.has(id));
  if (disguised.length > 0)
    doubts.push(
      `${disguised.length} key ids are written with letters of other scripts or invisible characters: not taken.`,
    );
  if (/(?:AKIA|ASIA)[A-Z0-9]{0,16}[*•…x]{3,}/.test(text))
    doubts.push('A key id is masked: read it in the IAM console.');
  if (
    message.from !== null &&
    !/@(?:[\w-]+\.)*(?:amazon\.com|amazonaws\.com|amazon\.co\.jp)$/i.test(message.from)
  )
    doubts.push(`The sender is ${message.from}, not AWS: perhaps forwarded, perhaps forged.`);
  if (!known) doubts.push('It is none of the known forms of AWS’s notices.');
  if (keys.length + sessions.length === 0) doubts.push('It names no key id.');
  if (keys.length > 1) doubts.push('It names more than one key: look at each.');
  return doubts;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].slice(0, maxHints);
}
