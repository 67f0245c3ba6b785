import type { LeftOver, OutcomeRule, Verdict } from '../../model/index.js';
import { count, duration, usd, utc } from './words.js';

/** The languages in which the screens of cut, plan and outcome, and the letter, are written. */
export const languages = ['en', 'ja'] as const;
export type Lang = (typeof languages)[number];

type Cause = LeftOver['cause'];

/**
 * Every sentence of the screens of cut, plan and outcome. Ids, commands, operations and what AWS says stay as they are.
 * A label has ten columns.
 */
export interface ScreenWords {
  counted(n: number, what: string): string;
  /** A sentence of a journal: its title of an action, its reason. */
  said: (text: string) => string;
  /** Of a list: so many more. */
  andMore(n: number): string;
  joined(items: readonly string[], max: number): string;
  seeVerbose(n: number): string;
  simulated(where: string): string;
  next: string;

  cut: {
    label: string;
    ofUser(name: string): string;
    ofRoot: string;
    session(name: string, role: string): string;
    ownerUnknown: string;
    active: string;
    inactive: string;
    statusUnknown: string;
    account: string;
    lastUsed: string;
    neverUsed: string;
    used(at: number | null, service: string, region: string): string;
    willStop: string;
    keyStops: string;
    temporaryStops(user: string): string;
    sessionStops: string;
    sameNamesStop: string;
    goesOn: string;
    otherSessionsOf(role: string): string;
    otherSessions(named: boolean): string;
    cutOneToo: string;
    byHand: string;
    canUndo: string;
    undoSession: string;
    undoKey: string;
    undoUser: string;
    stands: string;
    denyOnUser: string;
    denyOnRole: string;
    quarantine: string;
    quarantined(policies: string): string;
    role(name: string): string;
    user(name: string): string;
    misusedSessions(n: number): string;
    misusedCredentials(n: number): string;
    passwordRemoved(at: number): string;
    hasPassword: string;
    noPassword: string;
    passwordUnknown: string;
    noMisuseOfThem: string;
    otherKeysUnknown: string;
    noOtherKey: string;
    otherKeys(n: number): string;
    keyMade(at: number | null): string;
    unknown: string;
    doubt: string;
  };

  plan: {
    label: string;
    phase: Record<'cut' | 'stop' | 'record' | 'terminate' | 'evict' | 'confirm', string>;
    actions(n: number): string;
    onResources(n: number): string;
    atStake(perHour: number): string;
    willEnd: string;
    perHour(dollars: number): string;
    priceUnknown(n: number): string;
    typeUnknown: string;
    moreRegions(regions: number, instances: number): string;
    causes: string;
    times(text: string, n: number): string;
    inUse: string;
    sessionsOf(n: number, role: string): string;
    theyGoOn: string;
    cutEnds(n: number): string;
    ends: string;
    goesOn: string;
    lastSeen(at: string): string;
    from(source: string): string;
    folded(operation: string, resources: number, regions: readonly string[]): string;
    noUndo: string;
    cannotUndo(n: number, reasons: string): string;
  };

  left: { label: string; cause: Record<Cause, string>; kinds(kinds: string, regions: string): string };

  outcome: {
    label: string;
    verdict: Record<Verdict['state'], string>;
    /** Why it is no better; null where the record's own sentence says it best. */
    reason(rule: OutcomeRule, words: string): string;
    of(key: string, account: string): string;
    keyUnknown: string;
    keyOff: string;
    keyOffUnknown: string;
    afterAgreed: (milliseconds: number) => string;
    contained: string;
    afterStart: (milliseconds: number) => string;
    done: string;
    nothingDone: string;
    didIn(actions: number, resources: number, regions: number): string;
    alreadySo(n: number): string;
    notDone: string;
    spared: string;
    sparedWords: (n: number) => string;
    included: string;
    includedWords: (n: number) => string;
    byTrail: string;
    byTrailWords: string;
    billed: string;
    bill(what: string, region: string, price: string): string;
    priceUnknown: string;
    lessThanACent: string;
    apiAnswers: string;
    api(state: string): string;
    moreDown(n: number): string;
    allServing(n: number): string;
    othersServe: string;
    verify: string;
    notBefore(at: number): string;
    notWhileOpen(late: number | null): string;
    notWhileUnseen(late: number | null): string;
    journal: string;
    head(hash: string): string;
    getPermissions(names: string, more: number): string;
    includeHeld(command: string): string;
    fromOn(clock: string): string;
    mend: string;
    takeBack(command: string): string;
  };

  /** What is asked of the person. y, n, v and e are typed in every language. */
  ask: {
    cutKey(last: string): string;
    cutSession(last: string): string;
    cutMany(lead: string, password: boolean, last: string): string;
    notTheKey(last: string): string;
    actions(n: number, canChange: boolean): string;
    account(id: string): string;
    notTheAccount: string;
    takeOut: string;
    takeIn: string;
  };

  gaps: {
    label: string;
    nothing: string;
    complete: string;
    unknown: string;
    denied: string;
    status(status: string): string;
    where(subject: string, regions: string): string;
    regions(n: number, names: string): string;
    lacking(checks: number, regions: number, subjects: string): string;
    whatTheyNeed: string;
    notExamined(names: string): string;
    notEnabled(names: string): string;
    closed(n: number, names: string): string;
    notThere(subject: string, regions: string): string;
  };
}

export const englishScreens: ScreenWords = {
  counted: (n, what) => count(n, what),
  said: (text) => text,
  andMore: (n) => `and ${n} more`,
  joined: (items, max) =>
    items.length <= max
      ? items.join(', ')
      : `${items.slice(0, max).join(', ')} and ${items.length - max} more`,
  seeVerbose: (n) => `and ${n} more: --verbose`,
  simulated: (where) => `SIMULATED: not AWS${where === '' ? '' : ` (${where})`}. Nothing here is real.`,
  next: 'next',

  cut: {
    label: 'cut',
    ofUser: (name) => `of user ${name}`,
    ofRoot: 'of the root user',
    session: (name, role) => `session ${name} of role ${role}`,
    ownerUnknown: 'owner unknown',
    active: 'active',
    inactive: 'inactive already',
    statusUnknown: 'status unknown',
    account: 'account',
    lastUsed: 'last used',
    neverUsed: 'never, or not known',
    used: (at, service, region) =>
      `${utc(at)}, ${service || 'service unknown'} in ${region || 'region unknown'}`,
    willStop: 'will stop',
    keyStops: 'everything that signs with this key, the misuse and your own use alike',
    temporaryStops: (user) =>
      `every temporary credential made so far by any key of ${user}, and its console sessions`,
    sessionStops: 'this session, and every one of the same name that was made so far',
    sameNamesStop: 'and every session of the same names that was made so far',
    goesOn: 'goes on',
    otherSessionsOf: (role) => `every other session of role ${role}, and what is made under that name later`,
    otherSessions: (named) => `every other session of the role${named ? ', in use now:' : ''}`,
    cutOneToo: 'to cut one of them too: --include ID',
    byHand: 'by hand',
    canUndo: 'can undo',
    undoSession: 'leakguard undo REPORT',
    undoKey: 'leakguard undo REPORT; the key itself only with --reactivate-key',
    undoUser: 'leakguard undo REPORT; keys only with --reactivate-key, a password never',
    stands: 'stands',
    denyOnUser: "leakguard's Deny is on the user already",
    denyOnRole: "a Deny of leakguard's is on the role already",
    quarantine: 'quarantine',
    quarantined: (policies) => `${policies} by AWS: leave it on; AWS takes it off in the case`,
    role: (name) => `role ${name}`,
    user: (name) => `user ${name}`,
    misusedSessions: (n) => count(n, 'misused session'),
    misusedCredentials: (n) => count(n, 'misused credential'),
    passwordRemoved: (at) => `its console password, set ${utc(at)}: it is removed, and a new one must be set`,
    hasPassword: 'it has a console password: its people sign in again, the password stays',
    noPassword: 'it has no console password',
    passwordUnknown: 'whether it has a console password is unknown',
    noMisuseOfThem: 'the trail shows no misuse of them; to cut one too: --include ID',
    otherKeysUnknown: "the user's other keys, if it has any: they could not be read",
    noOtherKey: 'it has no other key: make a new one before you need it',
    otherKeys: (n) => `${count(n, 'other key')} of the user, untouched:`,
    keyMade: (at) => `made ${utc(at)}`,
    unknown: 'unknown',
    doubt: 'doubt',
  },

  plan: {
    label: 'plan',
    phase: {
      cut: 'cut',
      stop: 'stop',
      record: 'record',
      terminate: 'terminate',
      evict: 'evict',
      confirm: 'confirm',
    },
    actions: (n) => count(n, 'action'),
    onResources: (n) => ` on ${count(n, 'resource')}`,
    atStake: (dollars) => `, about ${usd(dollars)} an hour at stake (an estimate)`,
    willEnd: 'will end',
    perHour: (dollars) => `about ${usd(dollars)} an hour`,
    priceUnknown: (n) => `price of ${n} not known`,
    typeUnknown: 'type not known',
    moreRegions: (regions, instances) => `${regions} more regions: ${count(instances, 'instance')}`,
    causes: 'causes',
    times: (text, n) => `${text} (${n} times)`,
    inUse: 'in use',
    sessionsOf: (n, role) => `${count(n, 'session')} of role ${role} by others: `,
    theyGoOn: 'they go on',
    cutEnds: (n) => `the cut ends ${n} of them`,
    ends: 'ends',
    goesOn: 'goes on',
    lastSeen: (at) => `last seen ${at}`,
    from: (source) => ` from ${source}`,
    folded: (operation, resources, regions) =>
      `${operation} on ${count(resources, 'resource')} in ${regions.length > 3 ? count(regions.length, 'region') : regions.join(', ')}`,
    noUndo: 'no undo',
    cannotUndo: (n, reasons) => `${count(n, 'action')} cannot be undone: ${reasons}`,
  },

  left: {
    label: 'left',
    cause: {
      denied: 'denied',
      failed: 'failed',
      protected: 'protected',
      skipped: 'skipped',
      held: 'held',
      settling: 'settling',
      new: 'new',
      'no-play': 'no-play',
      unknown: 'unknown',
    },
    kinds: (kinds, regions) => `${kinds} in ${regions}`,
  },

  outcome: {
    label: 'outcome',
    verdict: {
      contained: 'CONTAINED',
      held: 'CONTAINED, EXCEPT WHAT IS HELD',
      unknown: 'NOT KNOWN TO BE CONTAINED',
      'not-contained': 'NOT CONTAINED',
    },
    reason: (_rule, words) => words,
    of: (key, account) => `${key}, account ${account}`,
    keyUnknown: 'key unknown',
    keyOff: 'key off',
    keyOffUnknown: 'no record that leakguard switched it off',
    afterAgreed: (ms) => `, ${duration(ms)} after it was agreed`,
    contained: 'contained',
    afterStart: (ms) => `, ${duration(ms)} after the start`,
    done: 'done',
    nothingDone: 'nothing was changed',
    didIn: (actions, resources, regions) =>
      ` ${actions === 1 ? 'action' : 'actions'} on ${count(resources, 'resource')} in ${count(regions, 'region')}`,
    alreadySo: (n) => `, ${n} already so`,
    notDone: 'not done',
    spared: 'spared',
    sparedWords: (n) => `${n} left alone on your word: `,
    included: 'included',
    includedWords: (n) => `${n} taken in on your word: `,
    byTrail: 'by trail',
    byTrailWords: 'made or changed, as the trail tells, and not contained: the inventory does not show them',
    billed: 'billed on',
    bill: (what, region, price) => `${what} in ${region}: ${price}`,
    priceUnknown: 'price not known',
    lessThanACent: 'less than $0.01 an hour',
    apiAnswers: 'the API answers',
    api: (state) => `the API: ${state}`,
    moreDown: (n) => `and ${n} more that do not serve: --verbose`,
    allServing: (n) => `${count(n, 'host')}, all serving`,
    othersServe: 'the others serve',
    verify: 'verify',
    notBefore: (at) =>
      `not before ${utc(at)} can leakguard verify say clean: CloudTrail may be late until then`,
    notWhileOpen: (late) =>
      `leakguard verify cannot say clean while what stands above is open${norBefore(late)}`,
    notWhileUnseen: (late) =>
      `leakguard verify cannot say clean while something cannot be looked at${norBefore(late)}`,
    journal: 'journal',
    head: (hash) => `its head ${hash}`,
    getPermissions: (names, more) =>
      `get ${names}${more > 0 ? ` and ${more} more` : ''}: leakguard policy prints all that it takes`,
    includeHeld: (command) => `to contain a held one too: ${command}`,
    fromOn: (at) => `   # from ${at} UTC on`,
    mend: 'mend what stands above, then run the same command again: it is safe',
    takeBack: (command) => `to take it back: ${command}`,
  },

  ask: {
    cutKey: (last) =>
      `Disable the key now? It can be undone. Type y and the key's last four characters (y ${last}): `,
    cutSession: (last) =>
      `Cut the session now? It can be undone. Type y and its id's last four characters (y ${last}): `,
    cutMany: (lead, password, last) =>
      `Cut what is said above of ${lead} now? It can be undone${password ? ', but for the password' : ''}. Type y and the last four characters of its name (y ${last}): `,
    notTheKey: (last) => `That is not y ${last}. Nothing was done so far; n ends it.`,
    actions: (n, canChange) =>
      `${count(n, 'action')}. v shows each thing, v ID why it is there${canChange ? ', e takes things out or held ones in' : ''}.`,
    account: (id) => `Type the account id (${id}) to do all of it, or n to do none: `,
    notTheAccount: 'That is not the account id. Nothing was done so far beyond the cut.',
    takeOut: 'Take out (ids, groups, regions; nothing: none): ',
    takeIn: 'Take in of what is held (ids, groups, regions, held; nothing: none): ',
  },

  gaps: {
    label: 'not seen',
    nothing: 'nothing was looked at: nothing above means clean',
    complete: 'every cell that was looked at is complete',
    unknown: 'what could not be looked at is unknown, not clean:',
    denied: 'denied',
    status: (status) => status,
    where: (subject, regions) => `${subject} in ${regions}`,
    regions: (n, names) => `${count(n, 'region')} (${names})`,
    lacking: (checks, regions, subjects) =>
      `${count(checks, 'check')}${regions === 0 ? '' : ` in ${count(regions, 'region')}`}: you lack permissions for ${subjects}`,
    whatTheyNeed: 'what they need',
    notExamined: (names) => `not examined: ${names}`,
    notEnabled: (names) => `regions not enabled: ${names}`,
    closed: (n, names) =>
      `${count(n, 'region')} closed by a policy of the organisation, on your word: ${names}`,
    notThere: (subject, regions) => `not there: ${subject} in ${regions}`,
  },
};

function norBefore(late: number | null): string {
  return late === null ? '' : `, nor before ${utc(late)}, since CloudTrail may be late`;
}
