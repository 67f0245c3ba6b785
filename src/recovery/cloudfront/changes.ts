import { type Json, type TaintedCredential, textAt, type TrailEvent, worked } from '../../model/index.js';
import type { ConfigurationChange } from './state.js';
import { aliasesOf, configOf, configurationOf } from './trail-config.js';

export const cloudFrontSource = 'cloudfront.amazonaws.com';

/** A configuration as flat facts (`origin app` → `app.example.com`), so that two can be compared. */
type Facts = ReadonlyMap<string, string>;

/** Does the event belong to the incident: signed by one of its credentials, since that credential belonged to it? */
export function taintedBy(credentials: readonly Pick<TaintedCredential, 'id' | 'since'>[]) {
  const since = new Map(credentials.map((credential) => [credential.id, credential.since]));
  return ({ actor, time }: TrailEvent): boolean => {
    const id = [actor.accessKeyId, actor.arn].find((known) => known !== null && since.has(known));
    const from = id == null ? undefined : since.get(id);
    return from !== undefined && (from === null || time === null || time >= from);
  };
}

/**
 * What was done to each distribution from `since` on (epoch milliseconds), by distribution id, oldest first. Earlier
 * events are the history that a change is compared with. Pure.
 * Sources: CloudFront developer guide, "Logging Amazon CloudFront API calls using AWS CloudTrail"; CloudFront API
 * reference, DistributionConfig. Older records carry the API's date in the event's name.
 */
export function changesSince(
  events: readonly TrailEvent[],
  since: number,
  isTainted: (event: TrailEvent) => boolean,
): Map<string, ConfigurationChange[]> {
  const states = new Map<string, Facts>();
  const steps: { id: string; change: ConfigurationChange; set: Facts }[] = [];
  for (const event of events) {
    if (event.source !== cloudFrontSource || !worked(event)) continue;
    const name = event.name.replace(/_?\d{4}_\d\d_\d\d$/, '');
    const id = distributionId(event);
    if (id === null || !/^(Create|Update|Copy|Delete)Distribution|^AssociateAlias$/.test(name)) continue;
    const before = states.get(id) ?? null;
    const config = configOf(event.request) ?? configOf(event.response);
    const after = config === null ? null : factsOf(config);
    if (after !== null) states.set(id, after);
    if (event.time !== null && event.time < since) continue;
    const { what, set } = difference(name, before, after, event);
    const change: ConfigurationChange = {
      at: event.time,
      eventName: event.name,
      eventId: event.eventId,
      by: event.actor.accessKeyId ?? event.actor.arn ?? event.actor.type ?? 'unknown',
      tainted: isTainted(event),
      standing: true,
      what,
    };
    steps.push({ id, change, set });
  }
  const changes = new Map<string, ConfigurationChange[]>();
  for (const { id, change, set } of steps) {
    const now = states.get(id);
    const standing = set.size === 0 || [...set].some(([fact, value]) => (now?.get(fact) ?? absent) === value);
    changes.set(id, [...(changes.get(id) ?? []), { ...change, standing }]);
  }
  return changes;
}

const absent = '(none)';

function distributionId(event: TrailEvent): string | null {
  return (
    textAt(event.request, 'id') ??
    textAt(event.request, 'targetDistributionId') ??
    textAt(event.response, 'distribution', 'id')
  );
}

function factsOf(config: Json): Facts {
  const { enabled, origins, functions } = configurationOf(config);
  return new Map([
    ['enabled', String(enabled)],
    ...origins.map(({ id, domain }): [string, string] => [`origin ${id}`, domain]),
    ...functions.map((arn): [string, string] => [`function ${arn}`, 'attached']),
    ...aliasesOf(config).map((alias): [string, string] => [`alternate name ${alias}`, 'present']),
    ['web ACL', textAt(config, 'webACLId') ?? absent],
    [
      'certificate',
      textAt(config, 'viewerCertificate', 'aCMCertificateArn') ??
        textAt(config, 'viewerCertificate', 'acmCertificateArn') ??
        absent,
    ],
    ['root object', textAt(config, 'defaultRootObject') ?? absent],
  ]);
}

/** What the event changed, in words, and the values that it set. */
function difference(
  name: string,
  before: Facts | null,
  after: Facts | null,
  event: TrailEvent,
): { what: string[]; set: Facts } {
  const none: Facts = new Map();
  if (name.startsWith('Delete')) return { what: ['distribution deleted'], set: none };
  if (name === 'AssociateAlias')
    return {
      what: [`alternate name ${textAt(event.request, 'alias') ?? '(not recorded)'} moved to it`],
      set: none,
    };
  if (!name.startsWith('Update')) return { what: ['distribution created'], set: none };
  if (after === null) return { what: ['configuration written; the record does not say what'], set: none };
  if (before === null)
    return {
      what: ['configuration written; what it was before is not in the events at hand'],
      set: none,
    };
  const set = new Map<string, string>();
  const what: string[] = [];
  for (const fact of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(fact) ?? absent, after.get(fact) ?? absent];
    if (old === now) continue;
    set.set(fact, now);
    what.push(`${fact} changed from ${old} to ${now}`);
  }
  return {
    what: what.length > 0 ? what : ['configuration written, with nothing of consequence changed'],
    set: what.length > 0 ? set : new Map([['', '']]),
  };
}

/** The region where CloudFront's events are (the partition's home region), as the event history wants to be asked. */
export const cloudFrontQuery = { attribute: 'EventSource', value: cloudFrontSource } as const;
