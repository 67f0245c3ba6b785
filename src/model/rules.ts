import { ExitCode } from './exit-code.js';

/**
 * Every rule that leakguard decides by: its id, and what it means. The same id stands in the code that decides, in the
 * JSON documents, beside the reasons with `--verbose`, and in docs/rules.md, which is made from here.
 */
const findingRules = {
  'key.named': 'It is the misused key itself.',
  'key.owner': 'It is the user or role that was named: its misused sessions are cut.',

  'launch.new-credential': 'Launched by a credential that only the misuse made.',
  'launch.new-credential-likely':
    'As launch.new-credential, but what ties that credential is likely, not certain.',
  'launch.departs':
    'The launch departs from the key’s own life: place, region, type, size, time or protection.',
  'launch.departs-little': 'Too little departs from the key’s own life to be sure.',
  'launch.no-history': 'The trail shows no life of the key before the misuse to compare with.',
  'launch.tie-likely': 'The credential that launched it is tied to the misuse likely, not certainly.',
  'launch.young-habit':
    'Such launches went on for days after the estimated beginning: maybe a habit younger than that.',
  'launch.capacity-move':
    'From where the key always calls, after AWS had no capacity for it at home: a team that moves its work looks so too. --compromised-at decides.',
  'launch.only-place': 'Only where the launch came from departs: owners have new laptops.',
  'launch.fits-habit': 'The key made such launches again and again before the misuse.',
  'launch.habit-marked': 'A usual launch, but marked by a strange place, protection, key pair or role.',
  'launch.habit-burst': 'More of its usual launches than ever: which are its own cannot be told.',
  'launch.habit-doubt': 'A usual launch with something unusual about it.',
  'launch.no-start': 'Nothing shows when the misuse began, and it is no habit of the key.',
  'launch.no-time': 'The record has no readable time: before or after the misuse began cannot be told.',
  'launch.not-judged': 'Its launch is known, and could not be judged.',
  'launch.may-repeat':
    'AWS dates it before the call of the misuse that names it, which may repeat another’s by its client token.',
  'launch.record-cut':
    'Its launch record was cut for size, and is tied by reservation, or by time, region and caller.',
  'launch.record-cut-shared': 'As launch.record-cut, and somebody else launched at the same time.',

  'act.new-credential': 'Made or changed by a credential that only the misuse made.',
  'act.new-credential-likely': 'As act.new-credential, but what ties that credential is likely, not certain.',
  'act.departs': 'The key never did so before the misuse, or never from there.',
  'act.departs-little': 'Too little about the act departs from the key’s own life to be sure.',
  'act.start-uncertain': 'The act departs, but when the misuse began is uncertain.',
  'act.tie-likely': 'The credential that did it is tied to the misuse likely, not certainly.',
  'session.tie-likely':
    'A session of the role is tied to the misuse likely, not certainly: it works on until it is cut or ends.',
  'act.rotation': 'A key made for its own user, from where the key lives: a rotation looks so too.',
  'act.fits-habit': 'The key did so before the misuse, from the same place.',
  'act.habit-sensitive': 'The key did so before, but the act is too dangerous to be waved through.',
  'act.no-time': 'The record has no readable time.',

  'change.by-misuse': 'An innocent’s resource, changed by a credential of the misuse.',
  'change.nothing': 'The call on it changed nothing: it is shown that it was so before.',
  'change.unproven': 'Nothing shows whether the call on it changed anything.',
  'change.set-since':
    'The misuse changed it, and somebody else set it anew since: what stands is in neither’s record alone.',
  'grant.open-way': 'It may have stood before, but a way of the incident into its principal is open.',

  'maker.innocent': 'Made by somebody who is no part of the incident.',
  'maker.before-misuse': 'Made by the key or its sessions before the misuse began.',
  'maker.no-time': 'Made by the key at a time that the record does not tell.',
  'maker.no-start': 'Made by the key, and nothing shows when its misuse began.',

  'launcher.of-misuse': 'Launched by a group, fleet or request that the misuse made.',
  'launcher.innocent': 'Launched by a group, fleet or request that is no part of the incident.',
  'launcher.before-change': 'Launched by an innocent’s group before the misuse changed it.',
  'launcher.earlier-size': 'One of the instances that an innocent’s group had before the misuse changed it.',
  'launcher.beyond-size':
    'Launched by an innocent’s group after the misuse changed it, beyond its earlier size.',
  'launcher.took-in':
    'What others made was put into this launcher of the misuse: ending it would end that too.',
  'start.of-stopped': 'It stood still, as its owner’s last stop shows, and the misuse started it.',
  'start.unproven': 'The misuse started it, and nothing shows that its owner had stopped it.',
  'start.of-group': 'The misuse started it, and its group would launch another if it were stopped again.',
  'volume.with-instance': 'Made together with the instance that it is attached to.',
  'volume.of-launch':
    'Made in the second of a launch of the misuse that asked for such a volume to outlive it.',
  'volume.of-launch-doubt':
    'Made in the second of a launch of the misuse that does not tell whether it is its own.',
  'service.of-misuse': 'Launched by a service for a credential of the misuse; by which request is not known.',
  'service.of-misuse-likely': 'As service.of-misuse, but the tie is likely, not certain.',
  'service.innocent': 'Launched by a service; nothing ties what it was launched for to the incident.',
  'material.of-misuse':
    'Made with a key pair, group, image or template that only the misuse made, and no launcher is known.',
  'material.shared': 'Made with something that the misuse made or changed; who launched it is in doubt.',

  'origin.not-live': 'No event in the trail ties it, and it does not run any more.',
  'origin.no-date': 'No event in the trail ties it, and the service does not say when it was made.',
  'origin.before-misuse': 'Made before the misuse began.',
  'origin.settling': 'Too young: CloudTrail may not have delivered its event yet.',
  'origin.no-tie': 'No event in the trail ties it to the key.',
  'origin.no-tainted-maker':
    'Made after the misuse began; the whole trail of its region names no maker of the incident.',
  'origin.launch-not-in-trail':
    'An instance made after the misuse began, whose launch the whole trail of its region does not have.',
  'origin.trail-gap': 'Made after the misuse began, and the trail of its region has a gap.',

  'file.not-validated':
    'Tied by records of trail files alone, which CloudTrail’s event history does not confirm.',
  'file.settling': 'As file.not-validated, and too young for CloudTrail to have told of it.',

  'made.agree':
    'Of a type that only Cloud Control knows, made by the misuse and not there before: deleted only where the person names it.',
  'made.unproven': 'As made.agree, but nothing proves that it was not there before: never deleted.',
  'made.with-data': 'Made by the misuse, of a type that may hold data: never deleted, told with what to do.',

  'person.included': 'Included on the person’s word.',
  'person.spared': 'Spared on the person’s word.',
  'tag.protected': 'Marked as protected by somebody who is no part of the incident.',
} as const;

export type FindingRule = keyof typeof findingRules;

export const findingRuleIds = Object.keys(findingRules) as [FindingRule, ...FindingRule[]];

/** What is not deleted on anybody's word. */
export const neverDeleted: ReadonlySet<FindingRule> = new Set(['made.unproven', 'made.with-data']);

interface OutcomeMeaning {
  means: string;
  /** The exit code that it asks for; where several stand, outcome/decide.ts ranks them. */
  exit: ExitCode;
  /** What it makes of a containment's verdict; absent where it says nothing of the incident. */
  verdict?: 'not-contained' | 'unknown' | 'held';
}

/** Every reason for an exit code that is not 0, and for a verdict that is not "contained". */
export const outcomeRules = {
  'end.left-open': {
    means: 'Something of the incident is not contained.',
    exit: ExitCode.incomplete,
    verdict: 'not-contained',
  },
  'end.no-sweep': {
    means: 'No sweep confirmed that what was found is contained.',
    exit: ExitCode.incomplete,
    verdict: 'not-contained',
  },
  'end.sweep-not-clean': {
    means: 'The last sweep still found something.',
    exit: ExitCode.incomplete,
    verdict: 'not-contained',
  },
  'end.too-few-sweeps': {
    means: 'Fewer sweeps in a row were clean than are asked for, since AWS’s answers lag behind.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.left-unexplained': {
    means: 'Something is left for a reason that is not known.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.beyond-plays': {
    means: 'An act left something that no play examines.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.action-not-done': {
    means: 'An action was denied, failed or has no known outcome, and nothing made it good since.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.taken-back': {
    means: 'Actions were taken back since.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.not-all-seen': {
    means: 'Not everything could be looked at.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.doubt': {
    means:
      'Something that the run noted makes the end uncertain, such as a cut that could not be read again.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.settling': {
    means: 'Something is too young for CloudTrail to have told of it.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.journal-open': {
    means: 'The journal has no closing line: the run was interrupted, or goes on.',
    exit: ExitCode.incomplete,
    verdict: 'unknown',
  },
  'end.stopped': {
    means: 'A signal stopped the run.',
    exit: ExitCode.interrupted,
    verdict: 'unknown',
  },
  'end.refused': {
    means: 'A guard or the person said no to the rest, or somebody else is at work on it.',
    exit: ExitCode.refused,
    verdict: 'unknown',
  },
  'end.held': {
    means: 'Something is held for a person’s decision.',
    exit: ExitCode.incomplete,
    verdict: 'held',
  },
  'end.cloudfront': {
    means: 'CloudFront does not serve, or could not be checked.',
    exit: ExitCode.incomplete,
  },
  'end.word-names-nothing': {
    means: 'An --include or --exclude names nothing that was found.',
    exit: ExitCode.usage,
  },

  'plan.pending': { means: 'Changes are pending.', exit: ExitCode.findings },
  'plan.left': { means: 'Something would be left as it is.', exit: ExitCode.incomplete },
  'plan.owner-unknown': { means: 'Whose key it is could not be read.', exit: ExitCode.incomplete },
  'file.not-written': { means: 'A file that was asked for could not be written.', exit: ExitCode.unexpected },

  'look.misuse': { means: 'A key is misused, or looks so.', exit: ExitCode.findings },
  'look.found': { means: 'Something of an incident stands.', exit: ExitCode.findings },
  'look.held': { means: 'Something is in doubt.', exit: ExitCode.incomplete },
  'look.settling': {
    means: 'Something is too young for CloudTrail to have told of it.',
    exit: ExitCode.incomplete,
  },
  'look.not-all-seen': { means: 'Not everything could be looked at.', exit: ExitCode.incomplete },
  'look.account-dark': {
    means: 'An account of the organization could not be looked at, or not as far as there was reason to.',
    exit: ExitCode.incomplete,
  },
  'look.records-dropped': { means: 'Records of the trail could not be used.', exit: ExitCode.incomplete },
  'look.no-key': { means: 'Which key made the thing asked about is not known.', exit: ExitCode.incomplete },

  'clear.dirty': { means: 'A check of the clearance list is dirty.', exit: ExitCode.findings },
  'clear.unknown': { means: 'A check could not be made, or is held.', exit: ExitCode.incomplete },
  'clear.settling': { means: 'CloudTrail may still tell of more.', exit: ExitCode.incomplete },

  'serving.not': {
    means: 'A distribution does not serve, or AWS has locked CloudFront.',
    exit: ExitCode.findings,
  },
  'serving.unknown': { means: 'Whether a distribution serves cannot be told.', exit: ExitCode.incomplete },
  'restriction.found': { means: 'AWS has restricted a service.', exit: ExitCode.findings },
  'restriction.unknown': {
    means: 'Whether AWS has restricted a service cannot be told.',
    exit: ExitCode.incomplete,
  },

  'undo.not-done': { means: 'Something could not be taken back.', exit: ExitCode.incomplete },
  'undo.no-way-back': {
    means: 'What was to be taken back has no way back, or needs a flag of its own.',
    exit: ExitCode.incomplete,
  },
  'undo.not-read': { means: 'What was taken back could not be read again.', exit: ExitCode.incomplete },
} as const satisfies Record<string, OutcomeMeaning>;

export type OutcomeRule = keyof typeof outcomeRules;

export const outcomeRuleIds = Object.keys(outcomeRules) as [OutcomeRule, ...OutcomeRule[]];

/** Why an exit code is not 0, or a verdict not "contained". */
export interface Reason {
  /** Its id in docs/rules.md. */
  rule: OutcomeRule;
  /** In words, of this case. */
  words: string;
}

/** The table of docs/rules.md: each id, and what it means. */
export const rules: ReadonlyMap<string, string> = new Map([
  ...Object.entries(findingRules),
  ...Object.entries(outcomeRules).map(([id, { means }]): [string, string] => [id, means]),
]);
