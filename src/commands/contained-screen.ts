import { ExitCode, type Identity, type Verdict } from '../model/index.js';
import type { AccountRow } from '../organization/index.js';
import { count } from '../report/messages/index.js';
import { fit, padEnd, Screen, type ScreenOptions } from '../report/terminal/index.js';

/** What came of one account: of one lead in it, with a journal of its own. */
export interface AccountEnd {
  account: string;
  name: string;
  /** The key, or the session or role that leads there. */
  lead: string;
  exitCode: ExitCode;
  verdict: Verdict['state'] | null;
  summary: string;
  journal: string | null;
  next: string | null;
}

interface Contained {
  key: string;
  keyAccount: string | null;
  identity: Identity;
  ends: readonly AccountEnd[];
  /** Accounts that nothing leads to. */
  rest: readonly AccountRow[];
}

/** So many accounts that nothing leads to; all with --verbose. */
const mostRest = 20;

/** One report over all accounts: what came of each that was acted in, and what of the others is found or dark. */
export function containedScreen(
  { key, keyAccount, identity, ends, rest }: Contained,
  options: ScreenOptions,
): string {
  const screen = new Screen(options).simulated(identity);
  screen.row('key', [key, 'bold'], ['  account ', 'dim'], keyAccount ?? 'unknown');
  screen.gap();
  for (const { account, name, lead, exitCode, verdict, summary, journal } of ends) {
    const isDone = exitCode === ExitCode.ok;
    const word = isDone ? 'contained' : (verdict ?? 'not contained').replace('-', ' ');
    screen.line([padEnd(account, 14), 'bold'], padEnd(fit(name, 20), 22), padEnd(lead, 22), [
      isDone ? 'contained' : word === 'contained' ? 'contained, not confirmed' : word,
      isDone ? 'green' : 'red',
    ]);
    screen.text('', summary);
    if (journal !== null) screen.whole('', journal, 'dim');
  }
  const open = rest.filter(({ look, why, reasons }) => look === 'dark' || why !== null || reasons.length > 0);
  const shown = options.verbose ? open.length : mostRest;
  if (open.length > 0) screen.gap();
  for (const { account, name, look, why, found, held, launches } of open.slice(0, shown)) {
    const seen =
      launches > 0
        ? `${count(launches, 'accelerated instance')} began since, no session leads here`
        : `${found} found, ${held} in doubt`;
    screen.line(
      [padEnd(account, 14), 'bold'],
      padEnd(fit(name, 20), 22),
      [look === 'dark' ? 'dark' : 'look', 'yellow'],
      `  ${why ?? seen}`,
    );
  }
  if (open.length > shown) screen.line(`${open.length - shown} more accounts: --verbose`);
  const quiet = rest.length - open.length;
  if (quiet > 0) screen.line([`${count(quiet, 'account')} more: no sign of it`, 'dim']);
  const next = [...ends, ...open].flatMap((one) =>
    one.next === null ? [] : [`${one.account}: ${one.next}`],
  );
  return screen.next(next.slice(0, shown)).toString();
}
