import type { Identity } from '../model/index.js';
import { count, some, usd, utc } from '../report/messages/index.js';
import { fit, padEnd, padStart, Screen, type ScreenOptions, type Style } from '../report/terminal/index.js';
import type { Across } from './across.js';
import type { AccountRow } from './row.js';

/** So many rows of a kind on one screen; all with --verbose. */
const mostRows = 20;

interface About {
  key: string;
  keyAccount: string | null;
  identity: Identity;
  next: readonly string[];
}

/** One incident over all accounts: a row for each where something is or nothing is known; the others are counted. */
export function organizationScreen(
  across: Across,
  { key, keyAccount, identity, next }: About,
  options: ScreenOptions,
): string {
  const { rows, edges, misuseAt, userName } = across;
  const screen = new Screen(options).simulated(identity);
  const of = userName === null ? '  owner unknown' : `  of ${fit(userName, 32)}`;
  screen.row('key', [key, 'bold'], of, ['  account ', 'dim'], keyAccount ?? 'unknown');
  screen.row('misuse', misuseAt === null ? 'when it began is not known' : `began ${utc(misuseAt)}`);
  const burn = rows.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0);
  if (burn > 0)
    screen.row('cost', [`${usd(burn)} an hour`, 'bold'], ' over all accounts, as far as is known');
  table(screen, rows);
  if (edges.length > 0) {
    screen.gap();
    const shown = options.verbose ? edges.length : mostRows;
    for (const [at, { id, from, account, roleName }] of edges.slice(0, shown).entries())
      screen.row(
        at === 0 ? 'moved' : '',
        [id, 'bold'],
        `  ${from} → ${account}`,
        roleName === null ? '' : ` by role ${fit(roleName, 40)}`,
      );
    if (edges.length > shown) screen.row('', `${edges.length - shown} more: --verbose`);
  }
  dark(screen, rows);
  return screen.next(next).toString();
}

function table(screen: Screen, rows: readonly AccountRow[]): void {
  const { verbose } = screen.options;
  const whole = rows.filter(({ look }) => look === 'whole');
  const quiet = rows.filter(({ look }) => look === 'signs');
  const shown = verbose ? [...whole, ...quiet] : whole.slice(0, mostRows);
  screen.gap();
  screen.line([
    `${padEnd('account', 14)}${padEnd('name', 22)}${padStart('found', 7)}${padStart('in doubt', 10)}${padStart('$/hour', 10)}  where`,
    'dim',
  ]);
  for (const row of shown) {
    const { account, name, found, held, settling, usdPerHour, regions, ofKey } = row;
    screen.line(
      [padEnd(account, 14), 'bold'],
      padEnd(fit(name, 20), 22),
      [padStart(String(found), 7), found > 0 ? 'red' : null],
      [padStart(String(held + settling), 10), held + settling > 0 ? 'yellow' : null],
      padStart(usdPerHour === 0 ? '' : usd(usdPerHour), 10),
      `  ${[...(ofKey ? ['the key’s own'] : []), ...regions].join(', ')}`,
      ...whatElse(row),
    );
  }
  if (whole.length > mostRows && !verbose) screen.line(`${whole.length - mostRows} more accounts: --verbose`);
  if (quiet.length > 0)
    screen.line([
      `${count(quiet.length, 'account')} more: no call by the key, no session of it, no accelerated instance since. Nothing else was looked at there.`,
      'dim',
    ]);
}

function whatElse({ why, launches, leads, look }: AccountRow): [string, Style][] {
  if (look !== 'whole') return [];
  return [
    ...(leads.length === 0 && launches > 0
      ? [
          [` (${count(launches, 'accelerated instance')} began since; no session leads here)`, 'yellow'] as [
            string,
            Style,
          ],
        ]
      : []),
    ...(why === null ? [] : [[` ${why}`, 'yellow'] as [string, Style]]),
  ];
}

/** Accounts of which nothing can be said, together where the reason is the same. */
function dark(screen: Screen, rows: readonly AccountRow[]): void {
  const groups = new Map<string, AccountRow[]>();
  for (const row of rows) {
    if (row.look !== 'dark') continue;
    const why = `${row.why ?? 'not looked at'}\n${(row.next ?? '').replace(row.account, 'ACCOUNT')}`;
    groups.set(why, [...(groups.get(why) ?? []), row]);
  }
  if (groups.size === 0) return;
  screen.gap();
  let label = 'dark';
  for (const group of [...groups.values()].slice(0, screen.options.verbose ? groups.size : mostRows)) {
    const [first] = group;
    const names = some(
      group.map(({ account, name }) => (name === '' ? account : `${account} (${fit(name, 20)})`)),
      5,
    );
    screen.row(label, [names, 'yellow'], `: ${first?.why ?? ''}`);
    screen.whole('', `→ ${first?.next ?? ''}`, 'dim');
    label = '';
  }
  screen.text('', 'Dark is not clean: what is there is not known.', 'yellow');
}
