import type { CutFacts, Identity, WholeRole, WholeUser } from '../../model/index.js';
import { Screen, type ScreenOptions } from '../terminal/index.js';
import { count, utc } from '../messages/index.js';

/**
 * What will break when the key is cut, in one screen, before the person is asked. What could not be read is said as
 * unknown, never left out.
 * `doubts`: why it cannot be told that the caller is safe from the cut.
 */
export function cutScreen(
  facts: CutFacts,
  doubts: readonly string[],
  options: ScreenOptions,
  identity: Identity | null = null,
): string {
  const screen = new Screen(options);
  if (identity !== null) screen.simulated(identity);
  const { owner, lastUsed, otherKeys } = facts;
  const whose =
    owner.kind === 'user'
      ? `of user ${owner.name}`
      : owner.kind === 'root'
        ? 'of the root user'
        : owner.kind === 'session'
          ? `session ${owner.userIds[0]?.split(':')[1] ?? ''} of role ${owner.role}`
          : 'owner unknown';
  if ((owner.kind === 'user' || owner.kind === 'session') && owner.whole !== undefined) {
    if (owner.kind === 'session') roleCut(screen, owner, owner.whole, facts);
    else userCut(screen, owner, owner.whole, facts);
    unknownAndDoubts(screen, facts, doubts);
    return screen.toString();
  }
  screen.row('cut', [facts.key, 'bold'], `  ${whose}`, ...(owner.kind === 'session' ? [] : statusOf(facts)));
  if (facts.keyAccount !== null) screen.row('account', facts.keyAccount);
  if (owner.kind === 'unknown') screen.text('', owner.why, 'yellow');
  if (owner.kind === 'session') {
    screen.gap();
    screen.text('will stop', 'this session, and every one of the same name that was made so far', 'red');
    screen.text(
      'goes on',
      `every other session of role ${owner.role}, and what is made under that name later`,
    );
    screen.text('can undo', 'leakguard undo REPORT');
    if (facts.deny !== null) screen.text('stands', "a Deny of leakguard's is on the role already", 'dim');
    unknownAndDoubts(screen, facts, doubts);
    return screen.toString();
  }
  screen.row(
    'last used',
    lastUsed === null
      ? 'never, or not known'
      : `${utc(lastUsed.at)}, ${lastUsed.service || 'service unknown'} in ${lastUsed.region || 'region unknown'}`,
  );
  screen.gap();
  if (owner.kind === 'user') {
    screen.text('will stop', 'everything that signs with this key, the misuse and your own use alike', 'red');
    screen.text(
      '',
      `every temporary credential made so far by any key of ${owner.name}, and its console sessions`,
      'red',
    );
    screen.text('', ...consoleLine(facts.console));
  }
  goesOn(screen, otherKeys);
  screen.text('can undo', 'leakguard undo REPORT; the key itself only with --reactivate-key');
  if (facts.deny !== null || facts.denyElsewhere.length > 0)
    screen.text('stands', "leakguard's Deny is on the user already", 'dim');
  if (facts.quarantine.length > 0) {
    screen.text(
      'quarantine',
      `${facts.quarantine.join(', ')} by AWS: leave it on; AWS takes it off in the case`,
    );
  }
  unknownAndDoubts(screen, facts, doubts);
  return screen.toString();
}

type Owner<Kind> = Extract<CutFacts['owner'], { kind: Kind }>;

/** So many of each kind are named. */
const mostNamed = 8;

function roleCut(screen: Screen, { role }: Owner<'session'>, whole: WholeRole, facts: CutFacts): void {
  const { misused, spared, step } = whole;
  screen.row('cut', [`role ${role}`, 'bold'], `  ${count(misused.length, 'misused session')}`);
  screen.gap();
  misuses(screen, misused);
  screen.text('', 'and every session of the same names that was made so far', 'red');
  screen.text('goes on', `every other session of the role${spared.length === 0 ? '' : ', in use now:'}`);
  named(screen, spared);
  if (spared.length > 0) screen.text('', 'to cut one of them too: --include ID');
  if (step !== null) screen.text('by hand', step, 'yellow');
  screen.text('can undo', 'leakguard undo REPORT');
  if (facts.deny !== null) screen.text('stands', "a Deny of leakguard's is on the role already", 'dim');
}

function userCut(screen: Screen, { name }: Owner<'user'>, { misused }: WholeUser, facts: CutFacts): void {
  const { otherKeys, console: hasPassword, passwordAt } = facts;
  screen.row('cut', [`user ${name}`, 'bold'], `  ${count(misused.length, 'misused credential')}`);
  screen.gap();
  misuses(screen, misused);
  screen.text(
    misused.length === 0 ? 'will stop' : '',
    `every temporary credential made so far by any key of ${name}, and its console sessions`,
    'red',
  );
  if (hasPassword === true && passwordAt != null)
    screen.text(
      '',
      `its console password, set ${utc(passwordAt)}: it is removed, and a new one must be set`,
      'red',
    );
  else screen.text('', ...consoleLine(hasPassword));
  if (otherKeys === null || otherKeys.length > 0) goesOn(screen, otherKeys);
  if (otherKeys !== null && otherKeys.length > 0)
    screen.text('', 'the trail shows no misuse of them; to cut one too: --include ID');
  screen.text('can undo', 'leakguard undo REPORT; keys only with --reactivate-key, a password never');
  if (facts.deny !== null || facts.denyElsewhere.length > 0)
    screen.text('stands', "leakguard's Deny is on the user already", 'dim');
}

function misuses(screen: Screen, misused: readonly { id: string; why: string }[]): void {
  for (const [i, { id, why }] of misused.slice(0, mostNamed).entries())
    screen.text(i === 0 ? 'will stop' : '', `${id}: ${why}`, 'red');
  if (misused.length > mostNamed) screen.text('', `and ${misused.length - mostNamed} more`, 'red');
}

function named(screen: Screen, ids: readonly string[]): void {
  for (const id of ids.slice(0, mostNamed)) screen.row('', id);
  if (ids.length > mostNamed) screen.row('', `and ${ids.length - mostNamed} more`);
}

function unknownAndDoubts(screen: Screen, facts: CutFacts, doubts: readonly string[]): void {
  if (facts.unreadable.length > 0) {
    screen.gap();
    for (const [i, what] of facts.unreadable.entries()) screen.text(i === 0 ? 'unknown' : '', what, 'yellow');
  }
  for (const [i, doubt] of doubts.entries()) {
    if (i === 0) screen.gap();
    screen.text(i === 0 ? 'doubt' : '', doubt, 'yellow');
  }
}

function statusOf({ status }: CutFacts): [string, 'bold' | 'yellow' | 'green' | null][] {
  if (status === 'Active')
    return [
      ['  ', null],
      ['active', 'bold'],
    ];
  if (status === 'Inactive')
    return [
      ['  ', null],
      ['inactive already', 'green'],
    ];
  return [
    ['  ', null],
    ['status unknown', 'yellow'],
  ];
}

function consoleLine(console: boolean | null): [string, 'yellow' | null] {
  if (console === true)
    return ['it has a console password: its people sign in again, the password stays', null];
  if (console === false) return ['it has no console password', null];
  return ['whether it has a console password is unknown', 'yellow'];
}

function goesOn(screen: Screen, keys: CutFacts['otherKeys']): void {
  if (keys === null) {
    screen.row('goes on', ["the user's other keys, if it has any: they could not be read", 'yellow']);
    return;
  }
  if (keys.length === 0) {
    screen.row('goes on', 'it has no other key: make a new one before you need it');
    return;
  }
  screen.row('goes on', `${count(keys.length, 'other key')} of the user, untouched:`);
  for (const { id, status, createdAt } of keys) screen.row('', `${id}  ${status}, made ${utc(createdAt)}`);
}
