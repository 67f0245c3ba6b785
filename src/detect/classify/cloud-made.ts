import {
  answersWithExisting,
  cloudPlay,
  cloudType,
  type CloudType,
  cloudTypeOfEvent,
  holdsData,
} from '../../facts/index.js';
import {
  asObject,
  asText,
  type Finding,
  type FindingRule,
  type Json,
  type JsonObject,
  type Resource,
  resourceKey,
  shellWord,
  type TrailEvent,
  worked,
} from '../../model/index.js';
import { whoDid, type Case } from './case.js';
import { finding } from './classify.js';
import { judgeAct } from '../launches/judge.js';
import { timeInWords } from '../records/evidence.js';
import { requestOf, responseOf } from '../records/record-fields.js';
import { gapAt } from './unknown-origin.js';

/** A thing that an event made, as Cloud Control names it. */
export interface CloudThing {
  type: string;
  identifier: string;
  /** AWS itself gave the identifier, so that "there is none" means that it is gone, and not that the name is wrong. */
  certain: boolean;
}

/** What this event made; null where its type or its identifier is not known. */
export function cloudThingOf(event: TrailEvent): CloudThing | null {
  if (event.source === 'cloudcontrolapi.amazonaws.com') return fromCloudControl(event);
  const known = cloudTypeOfEvent(event.source, event.name);
  if (known === null) return null;
  const parts = known.ids.map((id) => partOf(id, known, event));
  if (!parts.every((part) => part !== null)) return null;
  const [first = ''] = parts;
  const certain = parts.length === 1 && known.ids[0]?.madeByAws === true && first.startsWith('arn:');
  return { type: known.type, identifier: parts.join('|'), certain };
}

/** Cloud Control's own create says what it made (Cloud Control API reference, ProgressEvent). */
function fromCloudControl(event: TrailEvent): CloudThing | null {
  const progress = asObject(responseOf(event)['progressEvent']);
  const type = asText(progress?.['typeName']) ?? asText(requestOf(event)['typeName']);
  const identifier = asText(progress?.['identifier']);
  if (event.name !== 'CreateResource' || type === null || identifier === null || identifier === '')
    return null;
  return cloudType(type) === null ? null : { type, identifier, certain: true };
}

/** `play|region|id` of what this event made. */
export function cloudKeyOf(event: TrailEvent): string | null {
  const thing = cloudThingOf(event);
  return thing === null
    ? null
    : resourceKey({ play: cloudPlay, region: event.region, id: `${thing.type}|${thing.identifier}` });
}

/** The one value of a property in the record: by its own name, or with the type's before it (`streamName`). */
function partOf(id: CloudType['ids'][number], { type }: CloudType, event: TrailEvent): string | null {
  const noun = type.split('::').at(-1) ?? '';
  const names = new Set([id.property, `${noun}${id.property}`].map((name) => name.toLowerCase()));
  const inAnswer = valuesOf(responseOf(event), names, 3);
  const short = /(Arn|Id)$/i.exec(id.property)?.[1]?.toLowerCase();
  const found = id.madeByAws
    ? inAnswer.length > 0 || short === undefined
      ? inAnswer
      : valuesOf(responseOf(event), new Set([short]), 1)
    : valuesOf(requestOf(event), names, 0);
  const values = [...new Set(found.length === 0 ? inAnswer : found)];
  return values.length === 1 ? (values[0] ?? null) : null;
}

function valuesOf(part: JsonObject, names: ReadonlySet<string>, depth: number): string[] {
  return Object.entries(part).flatMap(([field, value]: [string, Json]) => {
    const text = asText(value);
    if (text !== null) return names.has(field.toLowerCase()) && text !== '' ? [text] : [];
    const inner = depth > 0 ? asObject(value) : null;
    return inner === null ? [] : valuesOf(inner, names, depth - 1);
  });
}

/** How far a service's clock may lie from the event's, milliseconds. */
const slack = 5 * 60_000;

/** The class of what Cloud Control read of a thing that the misuse made: never contained but on the person's word, and
 *  not on that where nothing proves that it was not there before, or where it holds data. */
export function classifyCloudMade(resource: Resource, its: Case): Finding {
  const key = resourceKey(resource);
  const acts = its.graph.events.filter(
    (event) => event.readOnly !== true && worked(event) && cloudKeyOf(event) === key,
  );
  const act = acts.filter((event) => whoDid(event, its) === 'tainted').at(-1);
  const tainted = act === undefined ? null : (its.taint?.of(act) ?? null);
  if (act === undefined || tainted === null) return finding(resource, 'not-tied', 'origin.no-tie', []);
  const judged = judgeAct(act, tainted, its.baseline, its.start);
  const more = { tiedTo: tainted.id, events: [act] };
  if (judged.class === 'own') return finding(resource, judged.class, judged.rule, judged.reasons, more);
  const { rule, why } = wordOn(resource, act, its);
  return finding(resource, 'held', rule, [why, ...judged.reasons], more);
}

function wordOn(resource: Resource, act: TrailEvent, its: Case): { rule: FindingRule; why: string } {
  const { id, type } = resource;
  if (holdsData(type))
    return {
      rule: 'made.with-data',
      why: `${type} may hold data, or what others put in: leakguard never deletes it. Stop or close it, and delete it after a snapshot`,
    };
  const doubt = doubtOf(resource, act, its);
  if (doubt !== null)
    return { rule: 'made.unproven', why: `${doubt}: leakguard does not delete it; look whose it is` };
  const word = shellWord(id);
  const how = word === null ? 'delete it in the console' : `--include ${word} deletes it`;
  return {
    rule: 'made.agree',
    why: `made by the misuse, and not there before: ${how}, by Cloud Control, and only then`,
  };
}

/** Why it may have been there before this act; null where its date or an empty earlier history shows that it was not. */
function doubtOf({ id, region, createdAt }: Resource, act: TrailEvent, its: Case): string | null {
  const at = act.time;
  if (at === null) return `the record of ${act.name} has no readable time`;
  if (createdAt !== null)
    return Math.abs(createdAt - at) <= slack
      ? null
      : `made at ${timeInWords(createdAt)}, and ${act.name} is of ${timeInWords(at)}`;
  if (answersWithExisting(act.source, act.name))
    return `${act.name} answers with what is there already, and nothing shows when it was made`;
  const gap = gapAt(region, at, its);
  if (gap !== null) return gap;
  const names = new Set(id.split('|').slice(1));
  const earlier = its.graph.events.find(
    (event) =>
      event.source === act.source &&
      event.region === act.region &&
      (event.time ?? 0) < at &&
      worked(event) &&
      whoDid(event, its) !== 'tainted' &&
      names.size > 0 &&
      mentions(event, names),
  );
  return earlier === undefined ? null : `${earlier.name} at ${timeInWords(earlier.time)} speaks of it before`;
}

/** The record has one of these names as a text, or as the last part of an ARN. */
function mentions(event: TrailEvent, names: ReadonlySet<string>): boolean {
  const walk = (value: Json | undefined, depth: number): boolean => {
    if (typeof value === 'string') return names.has(value) || names.has(value.split(/[:/]/).at(-1) ?? '');
    if (value === null || value === undefined || typeof value !== 'object' || depth === 0) return false;
    return (Array.isArray(value) ? value : Object.values(value)).some((inner) => walk(inner, depth - 1));
  };
  return walk(requestOf(event), 6) || walk(responseOf(event), 6);
}
