import { administratorDanger, isAdministratorPolicy, rankOfAct } from '../../facts/index.js';
import {
  asText,
  type Cell,
  type Finding,
  type JsonObject,
  type Resource,
  resourceKey,
  type TrailEvent,
  type TrailWord,
  worked,
} from '../../model/index.js';
import type { Case } from '../classify/case.js';
import { cloudKeyOf } from '../classify/cloud-made.js';
import { classify, finding } from '../classify/classify.js';
import type { OriginRules } from '../classify/origins.js';
import { judgeAct } from '../launches/judge.js';
import { isForwarded, requestOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';
import { madeBy, targetOf } from '../records/targets.js';
import { noPlay, removalOf, thingIn } from './removal.js';
import type { StandingActs } from './standing.js';
import { type Deletions, deletionsIn, isTakenBack, sharesNothing, type Traced } from './taken-back.js';

/** Plays that speak of sessions, which no person takes away one by one: credentials are told apart. */
const ofSessions = new Set(['user-sessions', 'role-sessions']);
/** What is told here as done, and leaves nothing that stands. */
const leavesNothing =
  /^(Invoke|Converse|Send|StartSession|Publish|Delete(Object|Objects|Bucket|DBInstance|DBCluster|DBSnapshot|RecoveryPoint|BackupVault|Secret|Snapshot|Volume)$|TerminateInstances|StopInstances|DeregisterImage|ScheduleKeyDeletion|RequestServiceQuota|SharedSnapshot|Get|BatchGet|Describe|GitPull)/;
/** What takes something away that was an innocent's: told only where the incident had not made that itself. */
const takesAway = /^(Delete|Detach|Remove|Stop|Disable|Deactivate|Disassociate|Leave)/;

/**
 * What the incident made and changed and nobody took back, as the records alone tell it, for all that the inventory
 * does not show: without an account all of it. In the classes of any finding, with the step that takes it away. Pure.
 */
export function fromTrail(its: Case, rules: OriginRules, standing: StandingActs): Finding[] {
  const { taint, facts, graph } = its;
  if (taint === null) return [];
  const seen = new Set(facts.inventory.map((resource) => resourceKey(resource)));
  const traced = new Map<string, Traced>();
  const made = new Set<string>();
  const launched = new Set(
    [...its.launches.values()].flatMap(({ launch }) => (launch.class === 'own' ? [] : launch.instanceIds)),
  );
  for (const event of graph.events) {
    if (taint.of(event) === null || !worked(event) || event.readOnly === true || isForwarded(event)) continue;
    const read = cloudKeyOf(event);
    if (read !== null && seen.has(read)) continue;
    for (const one of thingsOf(event, its, rules, standing, { made, launched })) {
      const key = resourceKey(one);
      if (seen.has(key)) continue;
      const known = traced.get(key);
      if (known === undefined) traced.set(key, { ...one, events: [event] });
      else known.events.push(event);
    }
    if (/^(Create|Register|Allocate|Copy|Import|Put)/.test(event.name)) made.add(madeKey(event));
  }
  const deletions = deletionsIn(graph.events);
  return [...traced.values()].flatMap((one) => found(one, its, standing, deletions));
}

const madeKey = (event: TrailEvent): string =>
  `${event.source}|${event.region}|${(targetOf(event) ?? '').replace(/^arn:.*[:/]/, '')}`;

/** What the incident made before this act, by `madeKey`, and the ids of instances that it launched. */
interface OwnThings {
  made: ReadonlySet<string>;
  launched: ReadonlySet<string>;
}

/** What this act left, by the rules of the plays; else by what is known of the act itself. */
function* thingsOf(
  event: TrailEvent,
  its: Case,
  rules: OriginRules,
  standing: StandingActs,
  { made, launched }: OwnThings,
): Iterable<Omit<Traced, 'events'>> {
  const ruled = rules.answering(event);
  let named = false;
  for (const { play, rule } of ruled) {
    // A role's trust begins with its role: of one that the incident made, the role speaks.
    const begins = play === 'role-trust' && event.name === 'CreateRole';
    if (rule.effect === 'undone' || ofSessions.has(play) || begins) continue;
    for (const id of rule.ids(event)) {
      named = true;
      yield { play, region: rule.region ?? event.region, id };
    }
  }
  if (named) return;
  const name = plainName(event.name);
  const known = rankOfAct(event.source, event.name);
  const undoes = ruled.some(({ rule }) => rule.effect === 'undone');
  if (undoes && (!takesAway.test(name) || known === null || undoesOwn(event, its, rules))) return;
  const stays =
    known !== null && known.rank !== 'other' && !leavesNothing.test(name) && !sharesNothing(event);
  if (!stays && !standing.leaves(event)) return;
  if (sharesNothing(event) || leavesNothing.test(name)) return;
  // A change of what the incident made goes with it, unless it opens that to others.
  const changes = !/^(Create|Run|Register|Allocate|Copy|Import|Launch|Request)/.test(name);
  const opens = known?.rank === 'access' || known?.rank === 'read';
  if (changes && !opens && made.has(madeKey(event))) return;
  // An instance that it launched is told as such, whatever it changed about it since.
  if (changes && launched.has(targetOf(event) ?? '')) return;
  if (made.has(madeKey(event)) && name === 'PutBucketPolicy' && !opensBucket(event)) return;
  const thing = known?.thing ?? thingIn(name);
  const about = /^(Create|Allocate|Copy)/.test(name) ? madeBy(event) : targetOf(event);
  const region = event.source === 'iam.amazonaws.com' ? 'global' : event.region;
  yield { play: noPlay, region, id: `${thing}|${about ?? event.eventId ?? event.key}` };
}

/** A policy that lets somebody in who is no service of AWS. */
function opensBucket(event: TrailEvent): boolean {
  return /"Principal":("\*"|\{[^}]*"AWS")/.test(JSON.stringify(requestOf(event)).replace(/\\"/g, '"'));
}

/** It takes back what the incident gave itself. */
function undoesOwn(event: TrailEvent, { taint, histories }: Case, rules: OriginRules): boolean {
  return rules.of(event).some(({ play, rule }) =>
    rule.ids(event).some((id) => {
      const history = histories.get(resourceKey({ play, region: rule.region ?? event.region, id }));
      return history?.made.some((origin) => taint?.of(origin.event) != null) === true;
    }),
  );
}

function found(one: Traced, its: Case, standing: StandingActs, deletions: Deletions): Finding[] {
  const last = one.events.at(-1);
  const [first] = one.events;
  if (first === undefined || last === undefined) return [];
  // The act by which it is told: what made it, else the last change.
  const act = one.events.find(({ name }) => /^(Create|Run|Request|Upload|Import)/.test(name)) ?? last;
  const resource = resourceOf(one, act);
  const judged =
    one.play === noPlay ? judgedAct(resource, act, one.events, its) : ofOwnRole(classify(resource, its), its);
  if (judged.class !== 'rogue' && judged.class !== 'held' && judged.class !== 'tampered') return [];
  if (judged.undone || isTakenBack(one, last, its, standing, deletions)) return [];
  return [{ ...judged, trail: wordOf(resource, act, judged, its) }];
}

function resourceOf({ play, region, id }: Traced, act: TrailEvent): Resource {
  const [holder = '', name = '', kind = '', ...what] = play === 'iam-grants' ? id.split('|') : [];
  const properties: JsonObject = play === 'iam-grants' ? { holder, name, kind, what: what.join('|') } : {};
  const user = act.source === 'iam.amazonaws.com' ? userOf(act) : null;
  return {
    play,
    type: typeOf(play, id, act),
    id: play === noPlay ? id.slice(id.indexOf('|') + 1) : id,
    region,
    state: 'stands, as far as the trail tells',
    live: true,
    createdAt: act.time,
    tags: {},
    links: user === null ? [] : [{ kind: 'user', id: user }],
    properties: { ...properties, ...(user === null ? {} : { userName: user }), act: plainName(act.name) },
  };
}

function userOf(act: TrailEvent): string | null {
  const named = requestOf(act)['userName'];
  const made = act.name === 'CreateAccessKey' ? act.actor.userName : null;
  return asText(named) ?? made;
}

function typeOf(play: string, id: string, act: TrailEvent): string {
  if (play === 'iam-principals') return id.startsWith('role|') ? 'role' : 'user';
  return rankOfAct(act.source, act.name)?.thing ?? (play === noPlay ? thingIn(plainName(act.name)) : play);
}

/** The class of an act that no play speaks of: what was there before is tampered with, never rogue. */
function judgedAct(resource: Resource, act: TrailEvent, events: TrailEvent[], its: Case): Finding {
  const tainted = its.taint?.of(act) ?? null;
  if (tainted === null) return finding(resource, 'not-tied', 'origin.no-tie', []);
  const { class: judged, rule, reasons } = judgeAct(act, tainted, its.baseline, its.start);
  const changed = !/^(Create|Run|Register|Allocate|Copy|Import|Launch|Request|Upload|Restore|Purchase)/.test(
    act.name,
  );
  const more = { tiedTo: tainted.id, events };
  return judged === 'rogue' && changed
    ? finding(resource, 'tampered', 'change.by-misuse', reasons, more)
    : finding(resource, judged, rule, reasons, more);
}

/** The trust of a role that the incident made is its own too: nothing of it is put back. */
function ofOwnRole(judged: Finding, { histories, taint }: Case): Finding {
  const { play, id, region } = judged.resource;
  if (play !== 'role-trust' || judged.class !== 'tampered') return judged;
  const role = histories.get(resourceKey({ play: 'iam-principals', region, id: `role|${id}` }));
  const isOwn = role?.made.some(({ event }) => taint?.of(event) != null) === true;
  return isOwn ? { ...judged, class: 'rogue', before: null } : judged;
}

function wordOf(resource: Resource, act: TrailEvent, judged: Finding, its: Case): TrailWord {
  const ranked = rankOfAct(act.source, act.name);
  const now = nowOf(resource, its);
  return {
    rank: ranked?.rank ?? 'other',
    danger: isAdministrator(act) ? administratorDanger : (ranked?.danger ?? 10),
    now,
    words: inWords[now],
    remove: removalOf({ event: act, resource, before: judged.before }),
  };
}

/** The act gives a right to everything (IAM policy grammar). */
function isAdministrator(act: TrailEvent): boolean {
  const request = requestOf(act);
  if (isAdministratorPolicy(asText(request['policyArn']) ?? '')) return true;
  const document = asText(request['policyDocument']) ?? '';
  return (
    /^(Put|Create)\w*Policy/.test(act.name) &&
    /"Effect"\s*:\s*"Allow"/.test(document) &&
    /"Action"\s*:\s*(\[\s*)?"(\*|\*:\*|iam:\*)"/.test(document)
  );
}

function nowOf(resource: Resource, { facts }: Case): TrailWord['now'] {
  if (!facts.coverage.some(({ subject }) => subject === resource.play)) return 'not-looked-at';
  const cell = facts.coverage.find((one) => isCellOf(one, resource));
  const isComplete = cell?.status === 'complete';
  return isComplete && facts.absent?.has(resourceKey(resource)) === true ? 'gone' : 'not-known';
}

const isCellOf = ({ subject, region }: Cell, resource: Resource): boolean =>
  subject === resource.play && region === resource.region;

const inWords: Record<TrailWord['now'], string> = {
  'not-looked-at': 'stands, as far as the trail tells; whether it still stands: not looked at',
  'not-known':
    'stands, as far as the trail tells; the inventory does not show it: whether it still stands is not known',
  gone: 'made, as the trail tells, and gone: its list is complete without it, and AWS, asked by id, does not know it',
};
