import type { CutFacts, Identity } from '../../model/index.js';
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
          ? `session ${owner.userId.split(':')[1] ?? ''} of role ${owner.role}`
          : 'owner unknown';
  screen.row('cut', [facts.key, 'bold'], `  ${whose}`, ...(owner.kind === 'session' ? [] : statusOf(facts)));
  if (facts.keyAccount !== null) screen.row('account', facts.keyAccount);
  if (owner.kind === 'unknown') screen.text('', owner.why, 'yellow');
  if (owner.kind === 'session') {
    screen.gap();
    const namesakes = owner.runsOn
      ? 'this session, and what its service was given under the same name so far: it gets new credentials by itself'
      : 'this session, and every other one of the same name';
    screen.text('will stop', namesakes, 'red');
    screen.text('goes on', `every other session of role ${owner.role}`);
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
