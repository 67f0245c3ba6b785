import { type Finding, neverDeleted, wasStopped, worked } from '../../model/index.js';
import { whoDid, type Case } from './case.js';
import { principalOf } from './classify.js';
import { evidenceOf } from '../records/evidence.js';
import { isUnprovenChange } from './was-before.js';
import { itemsOf, requestOf, valueOf } from '../records/record-fields.js';

/** A resource with this tag is held, where somebody outside the incident set it. */
const protectingTag = 'leakguard:protect';

const wasIncluded = 'included on the person’s word';

/** What people say of a resource, after the trail has spoken: a protecting tag or id holds it, `include` contains it. */
export function withPersonsWord(findings: readonly Finding[], its: Case): Finding[] {
  const setters = protectorsOf(its);
  const include = new Set(its.facts.include ?? []);
  const protect = new Set(its.facts.protect ?? []);
  // A role's trust goes by the name of its sessions: what is in doubt is meant where something of that name is.
  const inDoubt = new Set(findings.flatMap((found) => (found.class === 'held' ? found.resource.id : [])));
  return findings.map((found) => {
    const { resource, class: classed, reasons } = found;
    const isMeant = classed === 'held' || !inDoubt.has(resource.id);
    if (include.has(resource.id) && classed !== 'rogue' && isMeant && !neverDeleted.has(found.rule)) {
      return {
        ...found,
        // What it was before is put back; only what nothing is known of is the incident's own.
        class:
          wasStopped(found) ||
          isUnprovenChange(resource, its) ||
          found.rule === 'session.tie-likely' ||
          found.rule === 'change.set-since'
            ? 'tampered'
            : 'rogue',
        rule: 'person.included',
        judged: classed,
        reasons: [wasIncluded, ...reasons],
        settlesAt: null,
      };
    }
    if (its.roots.has(resource.id)) return found;
    if (protect.has(resource.id) && (classed === 'rogue' || classed === 'tampered'))
      return {
        ...found,
        judged: classed,
        class: 'held',
        rule: 'person.spared',
        reasons: ['spared on the person’s word', ...reasons],
      };
    if (classed !== 'rogue') return found;
    const tag = resource.tags[protectingTag];
    if (tag === undefined || tag === 'false') return found;
    const setter = setters.get(resource.id);
    if (setter === undefined) {
      return {
        ...found,
        reasons: [
          ...reasons,
          'its protecting tag counts for nothing: no untainted principal is known to have set it',
        ],
      };
    }
    const marked = {
      ...found,
      reasons: [
        `marked ${protectingTag} by ${principalOf(setter)}, who is no part of the incident`,
        ...reasons,
      ],
      evidence: [...found.evidence, evidenceOf(setter)],
    };
    if (!include.has(resource.id)) return { ...marked, class: 'held', rule: 'tag.protected' };
    return {
      ...marked,
      judged: 'held',
      rule: 'person.included',
      reasons: [wasIncluded, ...marked.reasons],
    };
  });
}

/** The latest event by which somebody outside the incident set the protecting tag, by resource id. */
function protectorsOf(its: Case) {
  const setters = new Map<string, (typeof its.graph.events)[number]>();
  for (const event of its.graph.events) {
    if (event.name !== 'CreateTags' || !worked(event) || whoDid(event, its) !== 'other') continue;
    const request = requestOf(event);
    if (!itemsOf(request.tagSet).some((tag) => valueOf(tag.key) === protectingTag)) continue;
    for (const item of itemsOf(request.resourcesSet)) {
      const id = valueOf(item.resourceId);
      if (id !== null) setters.set(id, event);
    }
  }
  return setters;
}
