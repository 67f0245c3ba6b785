import type { Baseline } from '../behaviour/baseline.js';
import { isHabit, scoreOf, type Departure } from '../behaviour/departures.js';
import type { FindingRule, MisuseStart, ResourceClass, TrailEvent } from '../../model/index.js';
import type { LaunchRequest } from '../records/launch-request.js';
import { mintOf } from '../records/mints.js';
import { actOf, addressPrefix } from '../records/record-fields.js';
import { sensitivityOf } from '../records/sensitive-acts.js';
import type { Tainted } from '../credentials/taint.js';

export interface Judgement {
  class: ResourceClass;
  rule: FindingRule;
  score: number;
  /** In words, strongest first. */
  reasons: string[];
}

/** What is of the launch itself, not of what went on around it. */
const hardKinds = new Set(['address', 'agent', 'protection', 'key-pair', 'profile', 'role']);

/** Where it came from: one sign, however many there are of it. Owners have new laptops. */
const ofPlace = new Set(['address', 'agent', 'hour']);
/** Less than this beside a strange place is what any launch has. */
const besidesPlace = 0.25;

/** What no habit has about it, however long it lasts. */
const attacking = new Set(['burst', 'regions', 'protection', 'address', 'number']);

/** From this score on, a departure is no chance. Where the beginning is uncertain, or nothing is there
 *  to compare with, more has to come together. */
const rogueFrom = 0.5;
const rogueWhenUncertain = 0.7;
const rogueWhenLikely = 0.8;

/**
 * The class of a launch that a tainted credential made after the misuse began. Rogue needs a tie and a departure;
 * one sign alone is held; what the key does anyway is its own.
 */
export function judgeLaunch(
  launch: LaunchRequest,
  tainted: Tainted,
  departures: readonly Departure[],
  baseline: Baseline,
  start: MisuseStart,
  /** On how many days after the misuse began such launches were made. */
  days = 1,
): Judgement {
  const score = scoreOf(departures);
  const reasons = departures.map(({ words }) => words);
  const tie = tieInWords(tainted);
  if (tainted.fresh) {
    const likely = !isCertain(tainted);
    return {
      class: likely ? 'held' : 'rogue',
      rule: likely ? 'launch.new-credential-likely' : 'launch.new-credential',
      score: likely ? score : Math.max(score, 0.9),
      reasons: [
        ...(likely ? ['the tie is likely, not certain'] : []),
        `by a credential that only the misuse made: ${tainted.how}`,
        ...reasons,
      ],
    };
  }
  if (launch.event.time === null) {
    return {
      class: 'held',
      rule: 'launch.no-time',
      score,
      reasons: [
        'the record has no readable time: before or after the misuse began cannot be told',
        tie,
        ...reasons,
      ],
    };
  }
  if (isHabit(launch, baseline)) return judgeHabit(launch, departures, baseline, score, tie);
  if (onlyPlaceDeparts(departures)) return onlyPlace(score, [...reasons, tie]);
  const history = baseline.launches > 0 || baseline.knowsTheKey;
  const sure = start.source === 'given' || (history && start.confidence === 'likely');
  const needed = tainted.strength === 'likely' ? rogueWhenLikely : sure ? rogueFrom : rogueWhenUncertain;
  const mayBeRogue = tainted.strength === 'certain' || tainted.samePrincipal;
  // Weeks of the same small launch are a habit younger than the estimate, or an attacker with patience.
  const lasting =
    start.source === 'estimated' && days >= 4 && !departures.some(({ kind }) => attacking.has(kind));
  if (score >= needed && mayBeRogue && lasting) {
    const doubt = `such launches were made on ${days} days since the estimated beginning: it may be a habit younger than that`;
    return { class: 'held', rule: 'launch.young-habit', score, reasons: [doubt, ...reasons, tie] };
  }
  if (score >= needed && mayBeRogue && start.doubt !== undefined)
    return { class: 'held', rule: 'launch.capacity-move', score, reasons: [start.doubt, ...reasons, tie] };
  if (score >= needed && mayBeRogue)
    return { class: 'rogue', rule: 'launch.departs', score, reasons: [...reasons, tie] };
  const [rule, doubt]: [FindingRule, string] =
    tainted.strength === 'likely'
      ? ['launch.tie-likely', 'the tie is likely, not certain']
      : history
        ? ['launch.departs-little', 'too little departs from the key’s own life to be sure']
        : ['launch.no-history', 'the trail shows no life of the key before the misuse to compare with'];
  return { class: 'held', rule, score, reasons: [doubt, ...reasons, tie] };
}

function onlyPlaceDeparts(departures: readonly Departure[]): boolean {
  const sum = (list: readonly Departure[]): number => list.reduce((all, { weight }) => all + weight, 0);
  const place = departures.filter(({ kind }) => ofPlace.has(kind));
  return sum(place) >= 0.3 && sum(departures) - sum(place) < besidesPlace;
}

function onlyPlace(score: number, reasons: string[]): Judgement {
  const doubt = 'only where it came from departs from the key’s life';
  return { class: 'held', rule: 'launch.only-place', score, reasons: [doubt, ...reasons] };
}

/** Same call, type and region as before, and no larger: the key's own, unless the launch itself is marked. */
function judgeHabit(
  launch: LaunchRequest,
  departures: readonly Departure[],
  baseline: Baseline,
  score: number,
  tie: string,
): Judgement {
  const habit = baseline.habit(launch);
  const count = habit?.count ?? 0;
  const usual = `the key made ${count} such launches before the misuse (${launch.types.join(', ') || launch.kind} in ${launch.event.region})`;
  const reasons = departures.map(({ words }) => words);
  const hard = departures
    .filter(({ kind }) => hardKinds.has(kind))
    .reduce((sum, { weight }) => sum + weight, 0);
  if (onlyPlaceDeparts(departures)) return onlyPlace(score, [...reasons, usual, tie]);
  if (hard >= rogueFrom)
    return { class: 'rogue', rule: 'launch.habit-marked', score, reasons: [...reasons, usual, tie] };
  const tooMany = departures.some(({ kind }) => kind === 'habit-burst');
  const otherImage = departures.some(({ kind, weight }) => kind === 'image' && weight >= 0.2);
  if (hard >= 0.3 || tooMany || otherImage || count < 2) {
    const doubt = tooMany ? 'more of its usual launches than ever: which are its own cannot be told' : usual;
    const rule = tooMany ? 'launch.habit-burst' : 'launch.habit-doubt';
    return { class: 'held', rule, score, reasons: [doubt, ...reasons, tie] };
  }
  return { class: 'own', rule: 'launch.fits-habit', score, reasons: [usual, ...reasons] };
}

/** The class of what a tainted call made or changed, where it is no launch. */
export function judgeAct(
  event: TrailEvent,
  tainted: Tainted,
  baseline: Baseline,
  start: MisuseStart,
): Judgement {
  const tie = tieInWords(tainted);
  const act = `${event.name} by ${tainted.id}`;
  if (tainted.fresh)
    return {
      class: isCertain(tainted) ? 'rogue' : 'held',
      rule: isCertain(tainted) ? 'act.new-credential' : 'act.new-credential-likely',
      score: 0.9,
      reasons: [`${act}, a credential that only the misuse made: ${tainted.how}`],
    };
  if (event.time === null)
    return {
      class: 'held',
      rule: 'act.no-time',
      score: 0.3,
      reasons: [`${act}, at a time that the record does not tell`, tie],
    };
  const before = baseline.acts.get(actOf(event)) ?? 0;
  const sensitivity = sensitivityOf(event);
  const prefix = addressPrefix(event);
  const newPlace = baseline.isNewPlace(event);
  const newRegion = baseline.isNewRegion(event);
  const reasons = [
    before === 0
      ? `${act}, after the misuse began; the key never did so before`
      : `${act}, after the misuse began; ${before} times before it`,
    ...(newPlace ? [`from ${prefix}, where the key never called from before`] : []),
    ...(newRegion ? [`in ${event.region}, where the key never was before`] : []),
    tie,
  ];
  const fits = before >= 3 && !newPlace && !newRegion;
  if (fits && sensitivity >= 0.15) return { class: 'held', rule: 'act.habit-sensitive', score: 0.1, reasons };
  if (fits) return { class: 'own', rule: 'act.fits-habit', score: 0.1, reasons };
  if (tainted.strength === 'likely')
    return {
      class: 'held',
      rule: 'act.tie-likely',
      score: 0.4,
      reasons: ['the tie is likely, not certain', ...reasons],
    };
  const owner = mintOf(event)?.userName;
  if (event.name === 'CreateAccessKey' && owner === event.actor.userName && baseline.isAtHome(event)) {
    const rotation = 'made for its own user, from where the key lives: a rotation looks so too';
    return { class: 'held', rule: 'act.rotation', score: 0.4, reasons: [rotation, ...reasons] };
  }
  if (start.doubt !== undefined)
    return { class: 'held', rule: 'act.start-uncertain', score: 0.4, reasons: [start.doubt, ...reasons] };
  const sure =
    start.source === 'given' ||
    start.confidence !== 'uncertain' ||
    baseline.knowsTheKey ||
    sensitivity >= 0.3;
  const onlyPlaceIsNew = before >= 3 && newPlace && !newRegion && sensitivity === 0;
  if ((before === 0 || newPlace || newRegion) && !onlyPlaceIsNew) {
    const score = 0.6 + sensitivity / 2;
    return sure
      ? { class: 'rogue', rule: 'act.departs', score, reasons }
      : { class: 'held', rule: 'act.start-uncertain', score, reasons };
  }
  return { class: 'held', rule: 'act.departs-little', score: 0.4, reasons };
}

/** Who it acts as is of the misuse, whichever session it is; or its own tie is certain. */
function isCertain({ strength, samePrincipal }: Tainted): boolean {
  return strength === 'certain' || samePrincipal;
}

function tieInWords(tainted: Tainted): string {
  return tainted.parent === null && tainted.strength === 'certain'
    ? `by ${tainted.id}, the misused key`
    : `by ${tainted.id}: ${tainted.how}`;
}
