import {
  isVolume,
  type Deed,
  type Finding,
  type Incident,
  type TaintedCredential,
  allSeen,
} from '../../model/index.js';
import { buckets, byClass, classes, deedText, launchGrid, span, tally } from '../index.js';
import { fit, padEnd, padStart, type Screen, sparkline, classStyle } from '../terminal/index.js';
import { clock, count, some, utc } from '../messages/index.js';

/** How many lines of each list one screen shows, the line "and more" included; `--verbose` shows all. */
export const shown = { regions: 4, credentials: 3, gaps: 3, suspects: 6 };

/** How many of `n` entries fit into `lines`, where the last line must say how many more there are. */
export function fitting(n: number, lines: number, verbose: boolean): number {
  return verbose || n <= lines ? n : lines - 1;
}

export function launched(screen: Screen, incident: Incident): void {
  const grid = launchGrid(incident);
  const tried = incident.launches.filter(
    (launch) => (launch.class === 'rogue' || launch.class === 'held') && launch.result !== 'worked',
  );
  const triedLine = `${count(tried.length, 'more launch', 'more launches')} failed: ${tally(
    tried.map((launch) => launch.errorCode ?? launch.result),
  )
    .slice(0, 3)
    .map(([code, n]) => `${code} ${n}`)
    .join(', ')}`;
  const doubted = launchesInDoubt(incident);
  screen.gap();
  if (grid.total === 0) {
    const none = doubted.length > 0 ? 'nothing certain' : 'nothing that is tied to misuse';
    screen.row('launched', incident.launches.length === 0 ? 'no instances, as far as was read' : none);
    for (const line of doubted) screen.text('', line, 'yellow');
    if (tried.length > 0) screen.text('', triedLine.replace(' more', ''), 'yellow');
    return;
  }
  const period = span(grid.rows.flatMap((row) => row.times));
  const regionWidth = 15;
  const spark = screen.room < regionWidth + 11 + 7 ? 0 : 11;
  const typeWidth = 13;
  const room = screen.room - regionWidth - spark - 7;
  const allFit = Math.max(0, Math.floor(room / typeWidth));
  const nTypes =
    grid.types.length <= allFit ? grid.types.length : Math.max(0, Math.floor((room - 8) / typeWidth));
  // Where no type has room, all the others are the total.
  const withOthers = nTypes > 0 && grid.types.length > nTypes;
  const columns = (counts: readonly number[]): string => {
    const others = counts.slice(nTypes).reduce((sum, n) => sum + n, 0);
    const cell = (n: number, width: number): string => padStart(n === 0 ? '·' : String(n), width);
    return [
      ...counts.slice(0, nTypes).map((n) => cell(n, typeWidth)),
      ...(withOthers ? [cell(others, 8)] : []),
    ].join('');
  };
  screen.row(
    'launched',
    [padEnd(count(grid.rows.length, 'region'), regionWidth), 'bold'],
    [padEnd(period === null || spark === 0 ? '' : `${clock(period[0])}-${clock(period[1])}`, spark), 'dim'],
    [
      grid.types
        .slice(0, nTypes)
        .map((type) => padStart(fit(type, typeWidth - 1), typeWidth))
        .join(''),
      'dim',
    ],
    [withOthers ? padStart('other', 8) : '', 'dim'],
    [padStart(String(grid.total), 7), 'red'],
  );
  const max = fitting(grid.rows.length, shown.regions, screen.options.verbose);
  const bars = grid.rows.map((row) => (period === null ? [] : buckets(row.times, period, spark)));
  const tallest = Math.max(0, ...bars.flat());
  for (const [i, row] of grid.rows.slice(0, max).entries()) {
    screen.row(
      '',
      padEnd(fit(row.region, regionWidth - 1), regionWidth),
      [padEnd(sparkline(bars[i] ?? [], tallest, screen.options.ascii ?? false), spark), 'red'],
      columns(row.counts),
      padStart(String(row.total), 7),
    );
  }
  const rest = grid.rows.slice(max);
  if (rest.length > 0) {
    const counts = grid.types.map((_, i) => rest.reduce((sum, row) => sum + (row.counts[i] ?? 0), 0));
    const total = rest.reduce((sum, row) => sum + row.total, 0);
    screen.row('', [
      padEnd(`${rest.length} more`, regionWidth + spark) + columns(counts) + padStart(String(total), 7),
      'dim',
    ]);
  }
  if (grid.of === 'launches')
    screen.row('', ['counted from the trail: the instances themselves were not listed', 'yellow']);
  for (const line of doubted) screen.text('', line, 'yellow');
  if (tried.length > 0) screen.text('', triedLine, 'dim');
}

/** What the grid of instances leaves out: launches that are held, and what goes on launching without naming any. */
function launchesInDoubt({ launches }: Incident): string[] {
  const worked = launches.filter(({ result }) => result === 'worked');
  const held = worked.filter((launch) => launch.class === 'held' && launch.instanceIds.length > 0);
  const askers = worked.filter(
    (launch) => (launch.class === 'rogue' || launch.class === 'held') && launch.instanceIds.length === 0,
  );
  const instances = held.reduce((sum, { instanceIds }) => sum + instanceIds.length, 0);
  const types = some([...new Set(held.flatMap(({ instanceTypes }) => instanceTypes))], 3);
  return [
    ...(instances > 0 ? [`in doubt: ${count(instances, 'instance')}, ${types}`] : []),
    ...(askers.length > 0
      ? [
          `asked for besides: ${some(
            askers.map(({ evidence, asked }) => `${evidence.name} ${asked}`),
            4,
          )}`,
        ]
      : []),
  ];
}

export function found(screen: Screen, incident: Incident): void {
  const groups = byClass(incident.findings);
  if (!classes.some((cls) => groups.has(cls) && cls !== 'not-tied')) {
    // Without a key nothing is tied to anything.
    if (incident.key === null && incident.suspects.length > 0) return;
    screen.row(
      'found',
      'nothing that is tied to it',
      allSeen(incident.coverage) ? '' : [' in what could be read', 'yellow'],
    );
    return;
  }
  const { verbose } = screen.options;
  let label = 'found';
  for (const cls of classes) {
    const group = groups.get(cls);
    // Without a tie it is no part of the incident: told on request only.
    if (group === undefined || (cls === 'not-tied' && !verbose)) continue;
    const reasons = cls === 'own' || cls === 'not-tied' ? [] : tally(group.flatMap(({ reasons }) => reasons));
    const told = reasons.map(([reason, n]) => `${reason}${n === group.length ? '' : ` (${n})`}`);
    // What must be acted on gets a line for its strongest reason; the rest has it on the same line.
    const inline = !verbose && cls !== 'rogue' && told.length > 0;
    screen.row(
      label,
      [padEnd(cls, 9), classStyle[cls]],
      whatAre(group),
      inline ? [`: ${told[0] ?? ''}`, 'dim'] : '',
    );
    label = '';
    if (inline) continue;
    for (const line of told.slice(0, verbose ? Infinity : 1)) screen.row('', indent, [line, 'dim']);
    if (verbose) {
      const ids = tally(group.map(({ rule }) => rule)).map(([rule, n]) => `${rule} ${n}`);
      screen.row('', indent, [`rules: ${ids.join(', ')}`, 'dim']);
    }
    if (verbose && cls !== 'rogue' && cls !== 'not-tied') {
      for (const { resource } of group) screen.row('', indent, `${resource.region} ${resource.id}`);
    }
  }
}

const indent = ' '.repeat(9);

/** When the last of these must be known to CloudTrail, epoch milliseconds; null where none settles. */
export function settledAt(findings: readonly Finding[]): number | null {
  return findings.reduce<number | null>(
    (latest, { settlesAt }) => (settlesAt === null ? latest : Math.max(latest ?? settlesAt, settlesAt)),
    null,
  );
}

/** `190 instances, 1 user; 3 no longer live; known at 04:00`. */
function whatAre(group: readonly Finding[]): string {
  const kinds = tally(group.map((finding) => finding.resource.type)).map(([type, n]) => count(n, type));
  // A volume of a running instance is no cost of its own, and not gone.
  const isThere = ({ undone, resource }: Finding): boolean =>
    !undone && (resource.live || (isVolume(resource) && resource.state === 'in-use'));
  const gone = group.filter((finding) => !isThere(finding)).length;
  const settles = settledAt(group);
  return [
    some(kinds, 3),
    ...(gone > 0 ? [gone === group.length ? 'none live any more' : `${gone} no longer live`] : []),
    ...(settles === null ? [] : [`known after ${clock(settles)} UTC`]),
  ].join('; ');
}

const kindWords: Record<TaintedCredential['kind'], string> = {
  'access-key': 'key',
  'role-session': 'session',
  'session-token': 'session token',
  federation: 'federation',
  console: 'console',
  'instance-role': 'instance role',
  unknown: 'credential',
};

/** How many sessions were minted and which way, in a line; then those that live longest. */
export function credentials(screen: Screen, incident: Incident): void {
  const minted = incident.credentials.filter((credential) => credential.id !== incident.key);
  if (minted.length === 0) return;
  screen.row('minted', [mintedInWords(minted), 'bold']);
  const away = minted.filter(({ otherAccount }) => otherAccount !== null);
  const { verbose } = screen.options;
  if (!verbose && away.length > 0) {
    const accounts = [...new Set(away.map(({ otherAccount }) => otherAccount ?? ''))];
    screen.row('', [
      `NOT contained, in account ${some(accounts, 3)}: ${count(away.length, 'credential')}`,
      'yellow',
    ]);
  }
  const sorted = [...minted].sort((a, b) => endOf(b) - endOf(a) || (a.id < b.id ? -1 : 1));
  // Keys stand with the users that they are of; a session or two are told at once.
  const max = verbose || minted.length <= shown.credentials ? minted.length : 0;
  for (const credential of sorted.slice(0, max)) {
    const whose = credential.roleName ?? credential.userName ?? credential.principal ?? 'unknown';
    const until = credential.expiresAt === null ? '' : ` until ${clock(credential.expiresAt)}`;
    screen.row(
      '',
      [padEnd(fit(credential.id, 21), 22), 'bold'],
      credential.otherAccount === null
        ? ''
        : [`NOT contained, in account ${credential.otherAccount}: `, 'yellow'],
      `${kindWords[credential.kind]} of ${fit(whose, 22)}`,
      credential.parent === null && credential.mintedBy === null ? [', parent unknown', 'yellow'] : '',
      `, ${clock(credential.since)}${until}`,
      credential.calls === 0 ? [', not used as far as was read', 'dim'] : '',
    );
  }
}

/** When it dies, epoch milliseconds: keys never do; of a session without a mint event nothing is known. */
function endOf({ kind, expiresAt }: TaintedCredential): number {
  return kind === 'access-key' ? Infinity : (expiresAt ?? Number.MAX_SAFE_INTEGER);
}

/** `2 keys that do not expire; 95 sessions (14 by AssumeRole, 81 of unknown origin): until 13:25 UTC, 81 of unknown end`. */
function mintedInWords(minted: readonly TaintedCredential[]): string {
  const keys = minted.filter(({ kind }) => kind === 'access-key');
  const sessions = minted.filter(({ kind }) => kind !== 'access-key');
  const ways = tally(sessions.map(({ mintedBy }) => mintedBy?.name ?? ''));
  const ends = sessions.flatMap(({ expiresAt }) => expiresAt ?? []);
  const open = sessions.length - ends.length;
  const lasting = [
    ...(ends.length === 0 ? [] : [`until ${utc(Math.max(...ends))}`]),
    ...(open === 0 ? [] : [ends.length === 0 ? 'end unknown' : `${open} of unknown end`]),
  ].join(', ');
  const how = ways.map(([way, n]) => (way === '' ? `${n} of unknown origin` : `${n} by ${way}`)).join(', ');
  return [
    ...(keys.length > 0
      ? [`${count(keys.length, 'key')} that ${keys.length === 1 ? 'does' : 'do'} not expire`]
      : []),
    ...(sessions.length > 0 ? [`${count(sessions.length, 'session')} (${how}): ${lasting}`] : []),
  ].join('; ');
}

const quietTactics = /discovery|reconnaissance/i;

/** Deeds that worked before those that did not, what only looked last, then by time. */
export function worthKnowing(deeds: readonly Deed[]): Deed[] {
  const weight = (deed: Deed): number =>
    (quietTactics.test(deed.tactic) ? 4 : 0) + (deed.result === 'worked' ? 0 : 2) + (deed.undone ? 1 : 0);
  return [...deeds].sort(
    (a, b) => weight(a) - weight(b) || (a.evidence.time ?? Infinity) - (b.evidence.time ?? Infinity) || 0,
  );
}

/** Every deed, one by one: for who wants all. */
export function deeds(screen: Screen, incident: Incident): void {
  for (const [i, deed] of worthKnowing(incident.deeds).entries()) {
    const asides = [
      ...(deed.count > 1 ? [`${deed.count} times`] : []),
      ...(deed.result === 'worked' ? [] : [deed.errorCode ?? deed.result]),
      ...(deed.undone ? ['undone since'] : []),
      ...(deed.stands ? ['no play contains it'] : []),
    ];
    screen.row(
      i === 0 ? 'deeds' : '',
      [`${clock(deed.evidence.time)}  `, 'dim'],
      [fit(deed.evidence.name, 44), 'bold'],
      asides.length === 0 ? '' : [` (${asides.join(', ')})`, deed.stands ? 'yellow' : 'dim'],
      deed.target === null ? '' : `: ${fit(deed.target, 60)}`,
      // Last, since it may be cut: the name can be looked up.
      [`  ${deedText(deed)}`, 'dim'],
    );
  }
}

export function more(screen: Screen, n: number, what: string, detail = ''): void {
  screen.row('', [`and ${count(n, `more ${what}`)}${detail}: --verbose`, 'dim']);
}
