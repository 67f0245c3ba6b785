import { isIamName, isRoot, isTemporary } from '../../facts/index.js';
import {
  type Cell,
  type Identity,
  type Incident,
  type ResourceClass,
  type Suspect,
  allSeen,
  hasMany,
  leadFlag,
  leadOf,
} from '../../model/index.js';
import { credentials, deeds, fitting, found, launched, more, settledAt, shown } from './incident-sections.js';
import { showGaps } from './not-seen.js';
import { besides, stands } from './ranked-sections.js';
import { ranked } from '../index.js';
import { fit, padEnd, padStart, Screen, type ScreenOptions } from '../terminal/index.js';
import { clock, count, spent, usd, utc } from '../messages/index.js';

/**
 * The incident in one screen: key, owner, since when; what was launched where; what each thing is and why; minted
 * credentials; deeds; what could not be looked at; and the next command. Without a key: the keys that look misused.
 */
export function incidentScreen(incident: Incident, identity: Identity, options: ScreenOptions): string {
  const screen = new Screen(options).simulated(identity);
  const steps = nextSteps(incident, identity);
  const what = ranked(incident);
  if (incident.key === null) suspects(screen, incident, identity);
  else head(screen, incident, identity, steps);
  stands(screen, what);
  launched(screen, incident);
  if (incident.key !== null) cost(screen, incident);
  besides(screen, what);
  credentials(screen, incident);
  found(screen, incident);
  if (options.verbose) deeds(screen, incident);
  notes(screen, incident);
  showGaps(screen, incident.coverage);
  screen.next(steps);
  return screen.toString();
}

function head(screen: Screen, incident: Incident, identity: Identity, [first]: readonly string[]): void {
  const { misuse } = incident;
  screen.row(
    hasMany(incident.key ?? '')
      ? leadOf(incident.key ?? '').kind
      : isTemporary(incident.key ?? '')
        ? 'session'
        : 'key',
    [leadOf(incident.key ?? '').id, 'bold'],
    hasMany(incident.key ?? '')
      ? ''
      : incident.userName === null
        ? '  owner unknown'
        : `  of ${fit(incident.userName, 32)}`,
    ['  account ', 'dim'],
    incident.account ?? identity.account,
  );
  if (isOwnKey(incident, identity))
    screen.text(
      'caller',
      'you are calling with this very key: contain needs another identity of the account, by --profile NAME',
      'red',
    );
  const unknown = keyGap(incident);
  if (misuse.at === null && unknown?.detail != null) {
    screen.text('unknown', unknown.detail, 'red');
  } else if (misuse.at === null) {
    const colour = allSeen(incident.coverage) ? 'green' : 'yellow';
    screen.row('misuse', ['no sign of misuse seen', colour], ', as far as could be looked at');
  } else {
    screen.row('misused', ['since ', null], [utc(misuse.at), 'bold'], ` (${sureness(misuse)})`);
  }
  // The strongest alone needs no time of its own.
  const [strongest = ''] = misuse.reasons;
  const reasons = screen.options.verbose ? misuse.reasons : [strongest.replace(/^[\d-]+T[\d:]+Z: /, '')];
  for (const reason of reasons) if (reason !== '') screen.text('', reason, 'dim');
  // Who reads no further knows what to do.
  if (first === undefined || misuse.at === null) return;
  if (first.startsWith('leakguard ')) {
    screen.whole('do first', first, 'bold');
    if (first.startsWith('leakguard contain '))
      screen.text('', 'asks, cuts it off, then shows its plan for what is listed here', 'dim');
  } else screen.text('do first', first.replace(/^no key .*? takes a key: /, ''), 'bold');
}

/** How sure it is since when. */
function sureness({ source, confidence }: Incident['misuse']): string {
  if (source === 'given') return 'as you said';
  return confidence === 'uncertain' ? 'a rough estimate' : 'an estimate';
}

function notes(screen: Screen, incident: Incident): void {
  const told = screen.options.verbose ? incident.notes : incident.notes.slice(0, 1);
  for (const [i, note] of told.entries()) {
    const others = incident.notes.length - told.length;
    const text = others > 0 ? `(1 of ${incident.notes.length}: --verbose) ${note}` : note;
    screen.text(i === 0 ? 'note' : '', text, 'yellow');
  }
}

function cost(screen: Screen, { cost }: Incident): void {
  const doubts = [
    ...(cost.unknownEnds > 0
      ? [`${count(cost.unknownEnds, 'instance')} ended, not known when: counted for a minute each`]
      : []),
    ...(cost.unknownInstances > 0
      ? [`${count(cost.unknownInstances, 'instance')} of unknown price not counted`]
      : []),
    ...(cost.spotInstances > 0 ? [`${cost.spotInstances} spot at the on-demand price`] : []),
  ];
  // Only instances are priced: nothing of theirs is no word on all else that may bill.
  if (cost.usdPerHour === 0 && cost.usdSoFar === 0 && doubts.length === 0) return;
  screen.row(
    'costs',
    [`about ${usd(cost.usdPerHour)} an hour`, cost.usdPerHour > 0 ? 'red' : null],
    `, ${spent(cost)} so far: an estimate`,
  );
  const basis = [...doubts, ...(screen.options.verbose ? [cost.source] : [])];
  if (basis.length > 0) screen.text('', basis.join('; '), 'dim');
}

function suspects(screen: Screen, incident: Incident, identity: Identity): void {
  screen.row('account', [incident.account ?? identity.account, 'bold'], ' scanned without a key');
  if (incident.suspects.length === 0) {
    const complete = allSeen(incident.coverage);
    screen.row(
      'suspects',
      complete ? 'no key looks misused' : ['no key looks misused in what could be read', 'yellow'],
    );
    return;
  }
  const max = fitting(incident.suspects.length, shown.suspects, screen.options.verbose);
  for (const [i, suspect] of incident.suspects.slice(0, max).entries()) {
    screen.row(
      i === 0 ? 'suspects' : '',
      [padEnd(suspect.accessKeyId, 21), 'bold'],
      [`${padStart(`${Math.round(suspect.score * 100)}`, 3)} %  `, suspect.score >= 0.7 ? 'red' : 'yellow'],
      `of ${fit(suspect.userName ?? 'unknown', 20)}, ${count(suspect.launches, 'launch')} in ${count(suspect.regions.length, 'region')}`,
    );
    const reasons = screen.options.verbose ? suspect.reasons : suspect.reasons.slice(0, 1);
    for (const reason of reasons) screen.row('', ['  ', null], [reason, 'dim']);
  }
  if (incident.suspects.length > max) more(screen, incident.suspects.length - max, 'key');
  cost(screen, incident);
}

function isOwnKey(incident: Incident, identity: Identity): boolean {
  return incident.key !== null && incident.key === identity.accessKeyId;
}

/** What to do now, first things first: commands that can be copied, and what they need. */
export function nextSteps(incident: Incident, identity: Identity): string[] {
  const flag = identity.simulated ? ' --simulated' : '';
  if (incident.key === null) {
    const top = incident.suspects[0];
    if (top !== undefined) return [lookCloser(top, flag)];
    return [
      allSeen(incident.coverage) ? 'nothing to do' : 'make readable what is listed above, and scan again',
    ];
  }
  // What a role's session did is contained by its name; one of a user ends with the key that minted it.
  if (isTemporary(incident.key) && incident.credentials[0]?.roleName == null) {
    const whose = incident.credentials[0]?.principal ?? incident.key;
    return [
      `no key is known behind it, and contain takes a key: end the sessions of ${fit(whose, 150)} (IAM console, Revoke sessions)`,
    ];
  }
  if (!hasMany(incident.key) && !/^[A-Z0-9]{16,128}$/.test(incident.key)) {
    const rootWords = isRoot(incident.key)
      ? 'sign in as root, delete its access keys and change its password in the IAM console'
      : 'end its sessions in the IAM console';
    return [
      `no key id stands in the records of ${fit(incident.key, 150)}, and contain takes a key: ${rootWords}`,
      // What it made lives on without it.
      ...usersMade(incident).map((user) => `leakguard contain --user ${user}${flag}`),
    ];
  }
  const contain = `leakguard contain ${leadFlag(incident.key)}${flag}${isOwnKey(incident, identity) ? ' --profile NAME' : ''}`;
  const open = incident.findings.filter((finding) => !finding.undone && finding.resource.live);
  const has = (cls: ResourceClass): boolean => open.some((finding) => finding.class === cls);
  const steps: string[] = [];
  if (has('rogue') || has('tampered') || (incident.misuse.at !== null && !isCut(incident)))
    steps.push(contain);
  else if (incident.misuse.at !== null) steps.push(`leakguard verify ${leadFlag(incident.key)}${flag}`);
  if (has('held')) steps.push('held things stay as they are; to contain one too: --include ID');
  if (steps.length > 0) return steps;
  if (keyGap(incident) !== undefined)
    return [
      `leakguard scan${flag}   # where the id is wrong: which keys look misused`,
      'else make readable what is listed above, and scan again',
    ];
  if (has('settling')) {
    return [`scan again after ${clock(settledAt(open))} UTC, when CloudTrail must know`];
  }
  if (!allSeen(incident.coverage)) return ['make readable what is listed above, and scan again'];
  return [`nothing of a misuse was found; if AWS says otherwise: ${contain}`];
}

/** The key is off, or a Deny stands on the user or role that is meant: whether it is enough, verify tells. */
function isCut({ key, credentials, findings }: Incident): boolean {
  const lead = leadOf(key ?? '');
  const role = lead.kind === 'session' ? credentials[0]?.roleName : lead.kind === 'role' ? lead.id : null;
  const user = lead.kind === 'user' ? lead.id : null;
  return findings.some(({ resource: { id, play, live, state, properties }, undone }) => {
    if (id === key) return undone || !live;
    const denied = state === 'denied' || properties['sessionDeny'] != null;
    return denied && ((play === 'role-sessions' && id === role) || (play === 'user-sessions' && id === user));
  });
}

/** The account has no such key, or IAM would not say whose it is. */
function keyGap({ coverage }: Incident): Cell | undefined {
  return coverage.find(({ subject, status }) => subject === 'key' && status !== 'complete');
}

/** Names of the users that the misuse made, as far as they are safe in a command. */
function usersMade({ findings }: Incident): string[] {
  return findings.flatMap(({ class: cls, undone, resource: { play, id } }) => {
    const name = id.startsWith('user|') ? id.slice('user|'.length) : '';
    return play === 'iam-principals' && cls === 'rogue' && !undone && isIamName(name) ? [name] : [];
  });
}

/** The command that looks at a suspect: a record may name a session, or no id of a credential at all. */
function lookCloser({ accessKeyId: id, userName }: Suspect, flag: string): string {
  if (/^[A-Z0-9]{16,128}$/.test(id))
    return `leakguard scan --${isTemporary(id) ? 'session' : 'key'} ${id}${flag}`;
  if (userName !== null && isIamName(userName)) return `leakguard scan --user ${userName}${flag}`;
  return `no key id stands in the records of ${id}, and contain takes a key: end its sessions in the IAM console (Revoke sessions)`;
}
