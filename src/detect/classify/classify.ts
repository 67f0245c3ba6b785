import { longestRoleSession } from '../../facts/index.js';
import {
  asObject,
  asText,
  type Finding,
  type FindingRule,
  type Json,
  leadOf,
  type Resource,
  type ResourceClass,
  resourceKey,
  type TrailEvent,
  shellWord,
} from '../../model/index.js';
import { whoDid, type Case } from './case.js';
import { signerOf } from '../credentials/credential-graph.js';
import { evidenceOf, timeInWords } from '../records/evidence.js';
import { judgeAct } from '../launches/judge.js';
import { mintOf } from '../records/mints.js';
import { valueBefore, type History, type Origin } from './origins.js';
import { otherSessionsOf } from './role-use.js';
import { isService } from '../records/record-fields.js';
import type { Tainted } from '../credentials/tainted.js';
import { judgeUnknown } from './unknown-origin.js';
import { earlierOf, type Earlier, isSame } from './was-before.js';

/** How far a service's creation time may lie from its event's, milliseconds. */
const slack = 5 * 60_000;
const maxEvidence = 20;
const minute = 60_000;

export function finding(
  resource: Resource,
  classed: ResourceClass,
  rule: FindingRule,
  reasons: string[],
  more: Partial<Finding> & { events?: TrailEvent[] } = {},
): Finding {
  const { events = [], ...rest } = more;
  return {
    resource,
    class: classed,
    rule,
    reasons,
    tiedTo: null,
    evidence: events.slice(0, maxEvidence).map(evidenceOf),
    before: null,
    undone: false,
    settlesAt: null,
    ...rest,
  };
}

/** The class of anything but an instance: by who made it, and by who changed it since. */
export function classify(resource: Resource, its: Case): Finding {
  if (its.roots.has(resource.id)) {
    return finding(resource, 'rogue', 'key.named', ['the misused key itself'], { tiedTo: its.key });
  }
  const history = its.histories.get(resourceKey(resource));
  if (isOfLead(resource, its)) return sessionsOfLead(resource, its);
  if (history === undefined) return sessionsInside(resource, its) ?? withoutHistory(resource, its);
  const earlier = earlierOf(resource, history, its);
  if (earlier !== null && earlier.was !== 'otherwise') return withoutChange(resource, history, earlier, its);
  const made = makingOf(resource, history);
  const maker = made === null ? null : whoDid(made.event, its);
  if (made !== null && maker === 'tainted') {
    // PutUserPolicy and PutRule make and overwrite alike: what stood there before is an innocent's, and put back.
    const over = earlier !== null && before(history, [made], its) !== null;
    return over
      ? changedByTainted(resource, [made], history, null, its)
      : madeByTainted(resource, made, history, its);
  }
  const since = made?.event.time ?? null;
  const changes = history.changed.filter(
    ({ event }) =>
      (whoDid(event, its) === 'tainted' || mintedForIt(event, its) !== null) &&
      (since === null || (event.time ?? since) >= since),
  );
  if (changes.length > 0) return changedByTainted(resource, changes, history, maker, its);
  const inside = sessionsInside(resource, its);
  if (inside !== null) return inside;
  if (made !== null && maker === 'family') return beforeMisuse(resource, made.event, its);
  const begun = made ?? beginningOf(resource, history);
  if (begun !== null && whoDid(begun.event, its) === 'other') {
    return finding(
      resource,
      'not-tied',
      'maker.innocent',
      [`made by ${principalOf(begun.event)}, who is no part of the incident`],
      { events: [begun.event] },
    );
  }
  return withoutHistory(resource, its);
}

/** What the incident called on it changed nothing that is known: it stays as it is. Where that is proven, it is no part
 *  of the incident; else a person decides between two readings. */
function withoutChange(resource: Resource, history: History, earlier: Earlier, its: Case): Finding {
  const touches = [...history.made, ...history.changed].filter(
    ({ event }) => whoDid(event, its) === 'tainted',
  );
  const events = touches.map(({ event }) => event);
  const calls = [...new Set(events.map((event) => `${event.name} by ${principalOf(event)}`))].join(', ');
  const more = {
    tiedTo: its.taint?.of(events[0] as TrailEvent)?.id ?? null,
    events: earlier.proof === null ? events : [...events, earlier.proof],
    undone: !resource.live && history.undone.some((event) => isLater(event, events.at(-1) as TrailEvent)),
    before: before(history, touches, its),
  };
  if (earlier.was === 'so')
    return finding(
      resource,
      'not-tied',
      'change.nothing',
      [`${calls} ${changedNothing}: ${earlier.why}`],
      more,
    );
  return finding(
    resource,
    'held',
    'change.unproven',
    [`${calls}: ${bothReadings(resource.id)}`, earlier.why],
    more,
  );
}

/** Of a call on what was so already. */
export const changedNothing = 'changed nothing';

/** For the person who decides, with the way to take it back as it is typed: ids may hold bars. */
function bothReadings(id: string): string {
  const word = shellWord(id);
  const how =
    word === null
      ? 'take it back in the console (its name cannot be typed)'
      : `--include ${word} takes it back`;
  return `it may have been so before; if not, the attacker gave it: ${how}`;
}

function before(history: History, changes: readonly Origin[], its: Case): Json {
  return valueBefore(history, changes, (event) => whoDid(event, its) === 'tainted');
}

/** What a play takes for a change may be what made the thing: a role's trust begins with its role. */
function beginningOf({ createdAt }: Resource, { changed }: History): Origin | null {
  const near = ({ event }: Origin): boolean =>
    createdAt !== null && event.time !== null && Math.abs(event.time - createdAt) <= minute;
  return changed.find((origin) => origin.event.name.startsWith('Create') && near(origin)) ?? null;
}

function withoutHistory(resource: Resource, its: Case): Finding {
  const verdict = judgeUnknown(resource, its);
  return finding(resource, verdict.class, verdict.rule, verdict.reasons, { settlesAt: verdict.settlesAt });
}

/** Names are used again: the latest event that can have made what stands now. */
function makingOf({ createdAt }: Resource, { made }: History): Origin | null {
  const fitting = made.filter(
    ({ event }) => event.time === null || createdAt === null || event.time <= createdAt + slack,
  );
  return fitting.at(-1) ?? made.findLast(({ event }) => !hasToken(event)) ?? null;
}

/**
 * The request has a token, by which AWS answers its repetition with what the first one made (EC2 developer guide,
 * "Ensuring idempotency in Amazon EC2 API requests"): whoever repeats another's names what is not his.
 */
function hasToken({ request }: TrailEvent): boolean {
  // EC2's fleets have all that was asked for in one field.
  const parts = [request, ...Object.values(request ?? {}).map(asObject)];
  const names = parts.flatMap((part) => Object.keys(part ?? {}));
  return names.some((name) => /^(client|clientRequest|creation|idempotency)Token$/i.test(name));
}

/** So far apart are AWS's own two times of one launch at most: real records have them in the same second. */
const sameLaunch = 5_000;

/** A request that names what AWS dates before it: by its token it may be the repetition of another's. */
export function isDatedBefore(event: TrailEvent, { createdAt }: Resource): boolean {
  const { time } = event;
  return time !== null && createdAt !== null && time > createdAt + sameLaunch && hasToken(event);
}

/** Whose it is cannot be told as long as no record of the first request was read: CloudTrail may be late with it. */
export function repeatedOrHis(resource: Resource, event: TrailEvent, tiedTo: string): Finding {
  const why = `AWS dates it ${timeInWords(resource.createdAt)}, before ${event.name} by ${principalOf(event)} at ${timeInWords(event.time)} names it: that call may repeat another's, by its client token`;
  return finding(resource, 'held', 'launch.may-repeat', [why], { tiedTo, events: [event] });
}

function madeByTainted(resource: Resource, made: Origin, history: History, its: Case): Finding {
  const taken = history.changed.find(({ rule }) => rule.takesIn === true)?.event;
  if (taken !== undefined) {
    const why = `${taken.name} by ${principalOf(taken)} at ${timeInWords(taken.time)} put what was there already into it: it would go too`;
    const more = { tiedTo: its.taint?.of(made.event)?.id ?? null, events: [made.event, taken] };
    return finding(resource, 'held', 'launcher.took-in', [why], more);
  }
  const tainted = its.taint?.of(made.event);
  if (tainted === null || tainted === undefined) return withoutHistory(resource, its);
  const judged =
    its.launches.get(made.event.key)?.launch ?? judgeAct(made.event, tainted, its.baseline, its.start);
  if (judged.class === 'rogue' && isDatedBefore(made.event, resource))
    return repeatedOrHis(resource, made.event, tainted.id);
  return finding(resource, judged.class, judged.rule, judged.reasons, {
    tiedTo: tainted.id,
    events: [made.event],
    before: before(history, [made], its),
    undone: !resource.live && history.undone.some((event) => isLater(event, made.event)),
  });
}

function changedByTainted(
  resource: Resource,
  changes: Origin[],
  history: History,
  maker: 'tainted' | 'family' | 'other' | null,
  its: Case,
): Finding {
  const events = changes.map(({ event }) => event);
  const last = events.at(-1);
  const [first] = events;
  const tiedTo =
    first === undefined ? null : (its.taint?.of(first)?.id ?? mintedForIt(first, its)?.id ?? null);
  const judged = changes.map(({ event }) => {
    const tainted = its.taint?.of(event) ?? null;
    // A credential minted of it is cut whatever the key's habits are: a mint is no change that fits in.
    const minted = mintOf(event) !== null;
    return tainted === null || minted ? null : judgeAct(event, tainted, its.baseline, its.start);
  });
  const shared = {
    tiedTo,
    events,
    before: before(history, changes, its),
  };
  const habit = judged.find((one) => one !== null && one.class !== 'rogue');
  if (habit != null && judged.every((one) => one !== null && one.class === 'own')) {
    const base = maker === 'family' ? 'own' : 'not-tied';
    return finding(
      resource,
      base,
      habit.rule,
      ['changed after the misuse began, as the key did before it', ...habit.reasons],
      shared,
    );
  }
  if (habit != null && judged.every((one) => one !== null && one.class !== 'rogue')) {
    return finding(resource, 'held', habit.rule, habit.reasons, shared);
  }
  const anew = setSince(changes, history, its);
  if (anew !== null && !isSame(anew.rule.sets?.(anew.event) ?? null, shared.before)) {
    const why = `${anew.event.name} by ${principalOf(anew.event)} at ${timeInWords(anew.event.time)} set it since: look whether what the incident put is still in it`;
    return finding(resource, 'held', 'change.set-since', [why], {
      ...shared,
      events: [...events, anew.event],
    });
  }
  const whose = maker === 'family' ? 'made by the key before the misuse began' : 'not made by the incident';
  const reasons = [
    ...new Set(events.map((event) => `${event.name} by ${principalOf(event)} at ${timeInWords(event.time)}`)),
  ];
  const arn = asText(resource.properties['arn']);
  const assumed = arn?.includes(':role/') === true && events.some((event) => mintOf(event) !== null);
  return finding(resource, 'tampered', 'change.by-misuse', [...reasons.slice(0, 10), whose], {
    ...shared,
    ...(assumed ? { otherSessions: otherSessionsOf(arn, its) } : {}),
    undone: last !== undefined && history.undone.some((event) => isLater(event, last)),
  });
}

/** The last word on it, where somebody outside the incident set the whole of it anew after the incident did. */
function setSince(changes: readonly Origin[], { changed }: History, its: Case): Origin | null {
  const until = Math.max(...changes.map(({ event }) => event.time ?? 0));
  const last = changed.at(-1);
  if (last === undefined || (last.event.time ?? 0) <= until || whoDid(last.event, its) === 'tainted')
    return null;
  return asText(last.rule.sets?.(last.event)) === null ? null : last;
}

/** The user or role that the person named: its misused sessions are denied, whoever made them. */
function isOfLead({ play, id }: Resource, { key, taint }: Case): boolean {
  const { kind, id: name } = leadOf(key);
  return taint !== null && id === name && play === `${kind}-sessions`;
}

function sessionsOfLead(resource: Resource, { key, roots }: Case): Finding {
  const why = `${roots.size} of its credentials ${roots.size === 1 ? 'is' : 'are'} misused`;
  // Before there was none of the incident; the role or user itself is as it was.
  return finding(resource, 'tampered', 'key.owner', [why], { tiedTo: key, before: { sessions: [] } });
}

/** What a service took a role for, where the incident ran: a function whose code it replaced, an instance. */
function mintedForIt(event: TrailEvent, { taint }: Case): Tainted | null {
  const id = isService(event) ? (mintOf(event)?.id ?? null) : null;
  const minted = id === null ? undefined : taint?.credentials.get(id);
  return minted?.strength === 'certain' && minted.spares !== undefined ? minted : null;
}

/** A role whose sessions are the incident's, though no event shows who took it: they are cut all the same. */
function sessionsInside(resource: Resource, its: Case): Finding | null {
  const arn = asText(resource.properties['arn']);
  if (resource.play !== 'role-sessions' || arn === null) return null;
  const ofRole = its.graph.signersOfRole.get(arn) ?? new Set();
  const tied = [...(its.taint?.credentials.values() ?? [])].filter(({ id }) => ofRole.has(id));
  const sessions = tied.filter(({ strength }) => strength === 'certain');
  if (sessions.length === 0) return sessionsInDoubt(resource, tied, its);
  const reasons = sessions.slice(0, 10).map(({ id, how }) => `its session ${id} ${how}`);
  return finding(resource, 'tampered', 'change.by-misuse', reasons, {
    tiedTo: sessions[0]?.id ?? null,
    events: sessions.slice(0, 10).flatMap(({ id }) => its.graph.bySigner.get(id)?.[0] ?? []),
    before: { sessions: [] },
    otherSessions: otherSessionsOf(arn, its),
  });
}

/** Sessions that may be the incident's, and may be the role's own: a cut ends its namesakes too, so a person decides. */
function sessionsInDoubt(resource: Resource, tied: readonly Tainted[], its: Case): Finding | null {
  const now = its.facts.now;
  const live = tied.filter(({ strength, mint, since }) => {
    const ends = mint?.expiresAt ?? (since === null ? Infinity : since + longestRoleSession);
    return strength === 'likely' && ends > now;
  });
  if (live.length === 0) return null;
  const reasons = live.slice(0, 10).map(({ id, how }) => `its session ${id} ${how}`);
  return finding(resource, 'held', 'session.tie-likely', reasons, {
    tiedTo: live[0]?.id ?? null,
    events: live.slice(0, 10).flatMap(({ id }) => its.graph.bySigner.get(id)?.[0] ?? []),
    before: { sessions: [] },
    otherSessions: otherSessionsOf(asText(resource.properties['arn']) ?? '', its),
  });
}

/** Made by the key or its sessions, outside the misuse. Where nobody can say when that began, once is no habit. */
export function beforeMisuse(resource: Resource, event: TrailEvent, its: Case): Finding {
  if (its.start.at !== null) {
    const why = `made by ${principalOf(event)} at ${timeInWords(event.time)}, before the misuse began`;
    const more = { tiedTo: its.key, events: [event] };
    return event.time === null
      ? finding(resource, 'held', 'maker.no-time', [why], more)
      : finding(resource, 'own', 'maker.before-misuse', [why], more);
  }
  const judged = its.launches.get(event.key)?.launch;
  if (judged !== undefined)
    return finding(resource, judged.class, judged.rule, judged.reasons, {
      tiedTo: signerOf(event),
      events: [event],
    });
  return finding(
    resource,
    'held',
    'maker.no-start',
    ['made by the key, and nothing shows when its misuse began'],
    {
      tiedTo: its.key,
      events: [event],
    },
  );
}

export function principalOf(event: TrailEvent): string {
  const { accessKeyId, arn, invokedBy, principalId } = event.actor;
  return accessKeyId ?? arn ?? invokedBy ?? principalId ?? 'an unnamed caller';
}

function isLater(event: TrailEvent, than: TrailEvent): boolean {
  return (event.time ?? 0) >= (than.time ?? 0);
}
