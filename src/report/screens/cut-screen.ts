import type { CutFacts, Identity, WholeRole, WholeUser } from '../../model/index.js';
import { Screen, type ScreenOptions } from '../terminal/index.js';

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
  const say = screen.say.cut;
  const whose =
    owner.kind === 'user'
      ? say.ofUser(owner.name)
      : owner.kind === 'root'
        ? say.ofRoot
        : owner.kind === 'session'
          ? say.session(owner.userIds[0]?.split(':')[1] ?? '', owner.role)
          : say.ownerUnknown;
  if ((owner.kind === 'user' || owner.kind === 'session') && owner.whole !== undefined) {
    if (owner.kind === 'session') roleCut(screen, owner, owner.whole, facts);
    else userCut(screen, owner, owner.whole, facts);
    unknownAndDoubts(screen, facts, doubts);
    return screen.toString();
  }
  screen.row(
    say.label,
    [facts.key, 'bold'],
    `  ${whose}`,
    ...(owner.kind === 'session' ? [] : statusOf(screen, facts)),
  );
  if (facts.keyAccount !== null) screen.row(say.account, facts.keyAccount);
  if (owner.kind === 'unknown') screen.text('', owner.why, 'yellow');
  if (owner.kind === 'session') {
    screen.gap();
    screen.text(say.willStop, say.sessionStops, 'red');
    screen.text(say.goesOn, say.otherSessionsOf(owner.role));
    screen.text(say.canUndo, say.undoSession);
    if (facts.deny !== null) screen.text(say.stands, say.denyOnRole, 'dim');
    unknownAndDoubts(screen, facts, doubts);
    return screen.toString();
  }
  screen.row(
    say.lastUsed,
    lastUsed === null ? say.neverUsed : say.used(lastUsed.at, lastUsed.service, lastUsed.region),
  );
  screen.gap();
  if (owner.kind === 'user') {
    screen.text(say.willStop, say.keyStops, 'red');
    screen.text('', say.temporaryStops(owner.name), 'red');
    screen.text('', ...consoleLine(screen, facts.console));
  }
  goesOn(screen, otherKeys);
  screen.text(say.canUndo, say.undoKey);
  if (facts.deny !== null || facts.denyElsewhere.length > 0) screen.text(say.stands, say.denyOnUser, 'dim');
  if (facts.quarantine.length > 0) {
    screen.text(say.quarantine, say.quarantined(screen.say.joined(facts.quarantine, Infinity)));
  }
  unknownAndDoubts(screen, facts, doubts);
  return screen.toString();
}

type Owner<Kind> = Extract<CutFacts['owner'], { kind: Kind }>;

/** So many of each kind are named. */
const mostNamed = 8;

function roleCut(screen: Screen, { role }: Owner<'session'>, whole: WholeRole, facts: CutFacts): void {
  const { misused, spared, step } = whole;
  const say = screen.say.cut;
  screen.row(say.label, [say.role(role), 'bold'], `  ${say.misusedSessions(misused.length)}`);
  screen.gap();
  misuses(screen, misused);
  screen.text('', say.sameNamesStop, 'red');
  screen.text(say.goesOn, say.otherSessions(spared.length > 0));
  named(screen, spared);
  if (spared.length > 0) screen.text('', say.cutOneToo);
  if (step !== null) screen.text(say.byHand, step, 'yellow');
  screen.text(say.canUndo, say.undoSession);
  if (facts.deny !== null) screen.text(say.stands, say.denyOnRole, 'dim');
}

function userCut(screen: Screen, { name }: Owner<'user'>, { misused }: WholeUser, facts: CutFacts): void {
  const { otherKeys, console: hasPassword, passwordAt } = facts;
  const say = screen.say.cut;
  screen.row(say.label, [say.user(name), 'bold'], `  ${say.misusedCredentials(misused.length)}`);
  screen.gap();
  misuses(screen, misused);
  screen.text(misused.length === 0 ? say.willStop : '', say.temporaryStops(name), 'red');
  if (hasPassword === true && passwordAt != null) screen.text('', say.passwordRemoved(passwordAt), 'red');
  else screen.text('', ...consoleLine(screen, hasPassword));
  if (otherKeys === null || otherKeys.length > 0) goesOn(screen, otherKeys);
  if (otherKeys !== null && otherKeys.length > 0) screen.text('', say.noMisuseOfThem);
  screen.text(say.canUndo, say.undoUser);
  if (facts.deny !== null || facts.denyElsewhere.length > 0) screen.text(say.stands, say.denyOnUser, 'dim');
}

function misuses(screen: Screen, misused: readonly { id: string; why: string }[]): void {
  for (const [i, { id, why }] of misused.slice(0, mostNamed).entries())
    screen.text(i === 0 ? screen.say.cut.willStop : '', `${id}: ${why}`, 'red');
  if (misused.length > mostNamed) screen.text('', screen.say.andMore(misused.length - mostNamed), 'red');
}

function named(screen: Screen, ids: readonly string[]): void {
  for (const id of ids.slice(0, mostNamed)) screen.row('', id);
  if (ids.length > mostNamed) screen.row('', screen.say.andMore(ids.length - mostNamed));
}

function unknownAndDoubts(screen: Screen, facts: CutFacts, doubts: readonly string[]): void {
  if (facts.unreadable.length > 0) {
    screen.gap();
    for (const [i, what] of facts.unreadable.entries())
      screen.text(i === 0 ? screen.say.cut.unknown : '', what, 'yellow');
  }
  for (const [i, doubt] of doubts.entries()) {
    if (i === 0) screen.gap();
    screen.text(i === 0 ? screen.say.cut.doubt : '', doubt, 'yellow');
  }
}

function statusOf({ say }: Screen, { status }: CutFacts): [string, 'bold' | 'yellow' | 'green' | null][] {
  if (status === 'Active')
    return [
      ['  ', null],
      [say.cut.active, 'bold'],
    ];
  if (status === 'Inactive')
    return [
      ['  ', null],
      [say.cut.inactive, 'green'],
    ];
  return [
    ['  ', null],
    [say.cut.statusUnknown, 'yellow'],
  ];
}

function consoleLine({ say }: Screen, console: boolean | null): [string, 'yellow' | null] {
  if (console === true) return [say.cut.hasPassword, null];
  if (console === false) return [say.cut.noPassword, null];
  return [say.cut.passwordUnknown, 'yellow'];
}

function goesOn(screen: Screen, keys: CutFacts['otherKeys']): void {
  const say = screen.say.cut;
  if (keys === null) {
    screen.row(say.goesOn, [say.otherKeysUnknown, 'yellow']);
    return;
  }
  if (keys.length === 0) {
    screen.row(say.goesOn, say.noOtherKey);
    return;
  }
  screen.row(say.goesOn, say.otherKeys(keys.length));
  for (const { id, status, createdAt } of keys) screen.row('', `${id}  ${status}, ${say.keyMade(createdAt)}`);
}
