import { answersWithExisting, idleBecause, rankOfAct } from '../../facts/index.js';
import { asObject, asText, type Json, type TrailEvent, worked } from '../../model/index.js';
import type { OriginRules } from '../classify/origins.js';
import { isForwarded, requestOf, responseOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';

const inverses: [RegExp, string[]][] = [
  [
    /^(Create|Run|Launch|Import|Copy|Restore|Upload|Put|Deploy)/,
    ['Delete', 'Terminate', 'Remove', 'Reset', 'Revoke', 'Retire', 'Close'],
  ],
  [/^(Start|Submit)/, ['Stop', 'Terminate', 'Cancel', 'Delete']],
  [/^Stop/, ['Start']],
  [/^Register/, ['Deregister', 'Delete']],
  [/^Allocate/, ['Release']],
  [/^Attach/, ['Detach']],
  [/^(Associate|Accept|Invite)/, ['Disassociate', 'Delete', 'Cancel', 'Remove']],
  [/^Disassociate/, ['Associate']],
  [/^Enable/, ['Disable', 'Deactivate', 'Delete']],
  [/^(Disable|Delete)/, ['Enable', 'Create', 'Put']],
  [/^Add/, ['Remove', 'Delete']],
  [/^Subscribe/, ['Unsubscribe']],
  [/^Authorize/, ['Revoke']],
  [/^(Modify|Update|Change)/, ['Delete', 'Terminate', 'Reset']],
];

/** `DeleteStacks` → `DeleteStack`, `ResetSnapshotAttribute` → `ResetSnapshot`: plurals and attributes name one thing. */
const thing = (name: string): string => name.replace(/(Attribute|Request)$/, '').replace(/s$/, '');

/** The names of the acts that take an act back: `RunJobFlow` → `TerminateJobFlow`, … */
function inversesOf(name: string): Set<string> {
  const [verb, back] = inverses.find(([known]) => known.test(name)) ?? [/^/, []];
  const noun = thing(name.replace(verb, ''));
  const stated = takenBackBy[name] ?? [];
  return new Set([...back.map((inverse) => `${inverse}${noun}`), ...stated]);
}

/** Where the names do not say it. */
const takenBackBy: Record<string, string[]> = {
  PutScheduledUpdateGroupAction: ['DeleteScheduledAction'],
  ModifySnapshotAttribute: ['DeleteSnapshot'],
  ModifyImageAttribute: ['DeregisterImage'],
  EnableMFADevice: ['DeactivateMFADevice'],
  DeleteUserPermissionsBoundary: ['PutUserPermissionsBoundary', 'DeleteUser'],
  DeleteRolePermissionsBoundary: ['PutRolePermissionsBoundary', 'DeleteRole'],
};

/** Shorter values say nothing about which thing an act was on. */
const shortestId = 3;

/** What makes something of its own, so that what was changed of that since goes with it. */
const makes = /^(Create|Run|Allocate|Register|Copy|Import|Launch|Request|Restore|Purchase|Upload)/;
/** Made in or of another thing, as a part of it that has no id: it goes with that one. */
const parts =
  /^(Create(Route|NetworkAclEntry|Tags|LaunchTemplateVersion|PolicyVersion)|RegisterTargets|RegisterInstancesWithLoadBalancer|ImportKeyMaterial)$/;
/** What answers with an id of its own besides: an association, an attachment. */
const ties = /^(Associate|Attach|Add|Accept)/;
/**
 * Acts that leave something behind which no play examines: a stack, a cluster, a bucket's policy, a trail that was
 * stopped. Every act that writes is one, unless it is known to be idle: nobody has looked whether what it left still
 * stands, so that it must not pass for contained.
 */
export class StandingActs {
  private readonly bySource = new Map<string, TrailEvent[]>();
  /** By event source and region: what the incident made. */
  private readonly made = new Map<string, Set<string>>();

  /** `tainted`: the act is of the incident, and puts nothing right by setting the same thing again. */
  constructor(
    events: readonly TrailEvent[],
    private readonly rules: OriginRules,
    private readonly tainted: (event: TrailEvent) => boolean,
  ) {
    for (const event of events) {
      if (!worked(event) || event.readOnly === true) continue;
      const list = this.bySource.get(event.source);
      if (list === undefined) this.bySource.set(event.source, [event]);
      else list.push(event);
      if (!tainted(event)) continue;
      const place = placeOf(event);
      const ids = this.made.get(place) ?? new Set();
      for (const { rule } of rules.of(event))
        if (rule.effect === 'made') for (const id of rule.ids(event)) ids.add(id);
      for (const id of ownIds(event)) ids.add(id);
      if (ids.size > 0) this.made.set(place, ids);
    }
  }

  /** It worked, and leaves something that no play looks at. */
  leaves(event: TrailEvent): boolean {
    if (!worked(event) || event.readOnly === true || isForwarded(event)) return false;
    if (this.rules.answering(event).length > 0 || idleBecause(event.source, event.name) !== null)
      return false;
    const name = plainName(event.name);
    if (makes.test(name) && !parts.test(name)) return true;
    // What was shared is known outside, whosever it was.
    const shares = rankOfAct(event.source, event.name)?.rank === 'read';
    if (shares && !this.rules.examines(event.source)) return true;
    // A change of what the incident made goes with it.
    return !isAbout(changedBy(event), this.made.get(placeOf(event)) ?? new Set());
  }

  /** A later act took it back: the inverse by anybody, or the same act by somebody outside the incident, who set all of
   *  what it set. What an inverse sets anew must be set from outside too. */
  takenBack(event: TrailEvent): boolean {
    const name = plainName(event.name);
    const inverse = inversesOf(name);
    const ids = new Set(
      [requestOf(event), responseOf(event)].flatMap((part) =>
        textsIn(part).flatMap(({ text }) => idsIn(text)),
      ),
    );
    return (this.bySource.get(event.source) ?? []).some((later) => {
      if ((later.time ?? 0) <= (event.time ?? Infinity) || later.region !== event.region) return false;
      const laterName = plainName(later.name);
      const undoes = inverse.has(thing(laterName)) && !(sets.test(laterName) && this.tainted(later));
      const resets = laterName === name && sets.test(name) && setsAllOf(event, later) && !this.tainted(later);
      return (undoes || resets) && isAbout(later, ids) && !namesAnother(later, event);
    });
  }
}

/** What puts one thing in the place of another. */
const sets = /^(Put|Set|Update|Modify|Change)/;

/** The later of two calls of one name sets everything that the earlier one did. */
export function setsAllOf(event: TrailEvent, later: TrailEvent): boolean {
  const set = requestOf(later);
  return Object.keys(requestOf(event)).every((name) => Object.hasOwn(set, name));
}

const placeOf = ({ source, region }: TrailEvent): string => `${source}|${region}`;

/** Of AWS's own making, so that nobody else's thing has it, whatever the field: `vpc-0a1b2c3d4e5f60718`, an ARN. */
const ofAws = /^([a-z]+-[0-9a-f]{8,}|arn:.+)$/;

/** How this act names what it made: names are anybody's, and count in the same field only. */
function ownIds(event: TrailEvent): string[] {
  const name = plainName(event.name);
  const creates = makes.test(name) && !answersWithExisting(event.source, event.name);
  if (!creates && !ties.test(name)) return [];
  const asked = new Set(textsIn(requestOf(event)).map(({ text }) => text));
  const given = textsIn(responseOf(event)).filter(({ text }) => ofAws.test(text) && !asked.has(text));
  const named = creates ? Object.entries(requestOf(event)).filter(([field]) => naming.test(field)) : [];
  return [
    ...given.map(({ text }) => text),
    // What it was made in or from, by AWS's id, is not its own.
    ...named.flatMap(([field, value]) => {
      const text = asText(value);
      return text === null || ofAws.test(text) || /arn$/i.test(field) ? [] : [labelled(event, field, text)];
    }),
  ];
}

/** A name in its field; where the field is called nothing but `name`, with what the call is called by. */
function labelled(event: TrailEvent, field: string, text: string): string {
  const noun = /^(name|id|identifier)$/i.test(field)
    ? thing(plainName(event.name).replace(/^[A-Z][a-z]+/, ''))
    : '';
  return `${noun} ${field}=${text}`;
}

/** Names of fields that say which thing is meant: a region, an engine or a policy's version may be anybody's. */
const naming = /(name|id|identifier|arn|url)s?$/i;

/** Of what a call names, the field that holds what it changes; where it is not here, all of them. What else is put into a
 *  group of the incident is taken out of it first (Amazon EC2 Auto Scaling API reference, AttachInstances). */
const changedField: Record<string, string> = { AttachInstances: 'autoScalingGroupName' };

/** The act, as if it named nothing but what it changes. */
function changedBy(event: TrailEvent): TrailEvent {
  const field = changedField[plainName(event.name)];
  const value = field === undefined ? undefined : requestOf(event)[field];
  return field === undefined || value === undefined ? event : { ...event, request: { [field]: value } };
}

/** Every field of the request that names something names one of `ids`: a role or a group that two things have in common
 *  does not make them one. */
function isAbout(event: TrailEvent, ids: ReadonlySet<string>): boolean {
  const fields = Object.entries(requestOf(event)).map(([name, value]) => ({
    name,
    texts: textsIn(value, name),
  }));
  const named = fields.map(({ name, texts }) => texts.filter((text) => naming.test(text.name ?? name)));
  const filled = (lists: Text[][]): Text[][] => lists.filter((texts) => texts.length > 0);
  const telling = filled(named).length > 0 ? filled(named) : filled(fields.map(({ texts }) => texts));
  return (
    telling.length > 0 &&
    telling.every((texts) =>
      texts.some(
        ({ name, text }) =>
          ids.has(labelled(event, name ?? '', text)) || idsIn(text).some((id) => ids.has(id)),
      ),
    )
  );
}

/** The later call has another name in a field that names something in the earlier one too. */
function namesAnother(later: TrailEvent, event: TrailEvent): boolean {
  const before = requestOf(event);
  return Object.entries(requestOf(later)).some(([field, value]) => {
    const [text, known] = [asText(value), asText(before[field])];
    if (text === null || known === null || !naming.test(field)) return false;
    const ids = new Set(idsIn(known));
    return !idsIn(text).some((id) => ids.has(id));
  });
}

interface Text {
  /** The field that holds it; null where the value itself is the text. */
  name: string | null;
  text: string;
}

/** A text, and an ARN's last part too: its type is common to all of that type. */
function idsIn(text: string): string[] {
  const last = text.startsWith('arn:') ? (text.split(/[:/]/).at(-1) ?? '') : '';
  return last.length >= shortestId ? [text, last] : [text];
}

/** Every text in the value that may name a thing, three levels deep, with the name of the field that holds it. */
function textsIn(value: Json | undefined, field: string | null = null, depth = 3): Text[] {
  const found: Text[] = [];
  const visit = (inner: Json | undefined, name: string | null, left: number): void => {
    const text = asText(inner);
    if (text !== null && text.length >= shortestId && text.length <= 300) found.push({ name, text });
    if (text !== null || left === 0 || inner === null || inner === undefined) return;
    const parts: [string | null, Json][] = Array.isArray(inner)
      ? inner.map((item) => [name, item])
      : Object.entries(asObject(inner) ?? {});
    for (const [key, part] of parts.slice(0, 100)) visit(part, key, left - 1);
  };
  visit(value, field, depth);
  return found;
}
