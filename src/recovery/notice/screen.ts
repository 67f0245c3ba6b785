import { Screen, type ScreenOptions, visible } from '../../report/terminal/index.js';
import { utc } from '../../report/messages/index.js';
import type { Notice } from './notice.js';

/** A notice as a person reads it. Everything in it is the sender's: shown escaped, and never as a command to act. */
export function noticeScreen(notice: Notice, options: ScreenOptions): string {
  const screen = new Screen(options);
  const list = (label: string, values: readonly string[]): void => {
    for (const [i, value] of values.entries()) screen.row(i === 0 ? label : '', value);
  };
  screen.text('notice', notice.form?.title ?? 'not a known form', 'bold');
  if (notice.eventType !== null) screen.row('event', notice.eventType);
  if (notice.subject !== null) screen.text('subject', visible(notice.subject, 300));
  if (notice.from !== null)
    screen.row('from', notice.from, ['  (says the message; it proves nothing)', 'dim']);
  if (notice.date !== null) screen.row('sent', utc(Date.parse(notice.date)));
  list('account', notice.accounts);
  list('key', notice.keys);
  list('session', notice.sessions);
  list('user', notice.users);
  // Never cut: it is where to look, in a browser of the person's choice.
  for (const [i, url] of notice.exposedUrls.entries()) screen.whole(i === 0 ? 'exposed at' : '', url);
  if (notice.deadline !== null)
    screen.row(
      'deadline',
      notice.deadline.text,
      notice.deadline.at === null ? '' : [`  (${utc(Date.parse(notice.deadline.at))})`, 'bold'],
    );
  list(
    'AWS did',
    notice.measures.map(({ title }) => title),
  );
  list(
    'it asks',
    notice.asks.map(({ title }) => title),
  );
  for (const warning of notice.warnings) screen.text('note', warning, 'yellow');
  return screen
    .gap()
    .text(
      '',
      'A mail can be forged: what it names is a hint to look at. Nothing was done, and nothing was called.',
      'dim',
    )
    .next(notice.next)
    .toString();
}
