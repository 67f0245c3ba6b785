import type { LogEntry } from '../../range/index.js';
import type { Json } from '../scenario/scenario.js';
import { changes, keyOf, touchOf, worked, type Item, type ScoreFacts, type Touch } from './score-facts.js';

/** Innocents that the responder changed, or that are not as they were; and those that the attacker changed and
 *  nobody restored. */
export function innocentHarm(
  facts: ScoreFacts,
  responderLog: readonly LogEntry[],
  attackerLog: readonly LogEntry[],
): { innocentsTouched: Touch[]; tamperedLeft: Touch[] } {
  const { innocents, after, key, user } = facts;
  const byAttacker = [...new Set(attackerLog.filter(changes).flatMap(({ touched }) => touched))];
  // Roles whose sessions the attacker minted are cut: that is the containment, not harm. Their sessions are items
  // of their own.
  const assumed = new Set(
    attackerLog
      .filter((entry) => worked(entry) && entry.operation === 'AssumeRole')
      .map((entry) => JSON.stringify(entry.input['RoleArn']).slice(1, -1).split('/').at(-1)!),
  );
  // The same of those that code of the attacker's found inside of what runs with a role. Their namesakes, which nothing
  // tells from them, are cut too; not what runs there later.
  const ofIncident = after.filter(({ id, kind }) => kind === 'session' && facts.tainted.has(id));
  for (const { state } of ofIncident) assumed.add((state as { role: string }).role);
  const inside = ofIncident.map(serviceSession);
  const isNamesake = (item: Item) => {
    const own = serviceSession(item);
    return own !== null && inside.some((one) => one?.role === own.role && one.name === own.name);
  };
  const meant = (item: Item) =>
    (item.kind === 'access-key' && item.id === key) ||
    (item.kind === 'user' && item.id === user) ||
    (item.kind === 'role' && assumed.has(item.id));
  const now = new Map(after.map((item) => [keyOf(item), item]));
  const innocentsTouched: Touch[] = [];
  const tamperedLeft: Touch[] = [];
  for (const item of innocents) {
    if (meant(item)) continue;
    const end = now.get(keyOf(item));
    const tampered = byAttacker.some((id) => names(id, item)) || (end !== undefined && gained(item, end));
    const touching = responderLog.filter(
      (entry) => changes(entry) && entry.touched.some((id) => names(id, item)),
    );
    const same =
      end !== undefined &&
      (isNamesake(item)
        ? JSON.stringify(serviceSession(end)?.later) === JSON.stringify(serviceSession(item)?.later)
        : JSON.stringify(end.state) === JSON.stringify(item.state));
    if (same) {
      if (!tampered && touching.length > 0)
        innocentsTouched.push(touchOf(item, `${touching[0]!.service}:${touching[0]!.operation}`));
      continue;
    }
    // What AWS took back was taken by nobody here.
    if (end?.evicted === true && touching.length === 0) continue;
    // AWS keeps no code: a function whose code was replaced is stopped, until its people deploy it anew.
    if (item.kind === 'lambda:functions' && tampered && item.alive && end?.alive === false) continue;
    const why = end === undefined ? 'gone' : difference(item.state, end.state);
    (tampered ? tamperedLeft : innocentsTouched).push(touchOf(item, why));
  }
  // What an innocent's spot request launched anew, since AWS took its instance back.
  const known = new Set(innocents.map(({ id }) => id));
  for (const item of after) {
    if (known.has(item.id) || !known.has(item.spotRequest ?? '')) continue;
    const touching = responderLog.find((entry) => changes(entry) && entry.touched.includes(item.id));
    if (touching !== undefined)
      innocentsTouched.push(touchOf(item, `${touching.service}:${touching.operation}`));
  }
  innocentsTouched.push(...refusedMeanwhile(facts));
  return { innocentsTouched, tamperedLeft };
}

/** Innocents' calls that AWS refused since the containment began. */
function refusedMeanwhile({ log, marks: { contain } }: ScoreFacts): Touch[] {
  if (contain === null) return [];
  return log
    .filter(
      ({ label, sequence, allowed }) => label === 'bystander' && sequence >= contain && allowed === false,
    )
    .map(({ accessKeyId, region, service, operation, principal }) => {
      const why = `${service}:${operation ?? ''} refused to ${principal ?? 'nobody'}`;
      return { id: accessKeyId ?? '', kind: 'call', region, why };
    });
}

/** A session that a service took for what runs with the role; null for anything else. */
function serviceSession({ kind, state }: Item): { role: string; name: string; later: Json } | null {
  if (kind !== 'session' || state === null || typeof state !== 'object' || !Object.hasOwn(state, 'later'))
    return null;
  return state as unknown as { role: string; name: string; later: Json };
}

/** A credential that can do more than before has it from the attacker, who granted it to its user or role: no responder
 *  gives anybody a permission. */
function gained(before: Item, after: Item): boolean {
  const can = ({ state }: Item) => (state as { can?: string[] } | null)?.can ?? [];
  return can(after).length > can(before).length && can(before).every((one) => can(after).includes(one));
}

/** The log names some things by their id, others by their ARN. */
function names(touched: string, { id, kind }: Item): boolean {
  if (touched === id) return true;
  const type = kind === 'cloudtrail:trails' ? 'trail' : kind;
  return (
    ['user', 'role', 'group', 'policy', 'instance-profile', 'trail'].includes(type) &&
    touched.endsWith(`/${id}`) &&
    touched.includes(`:${type}/`)
  );
}

function difference(before: Json, after: Json): string {
  if (before === null || after === null || typeof before !== 'object' || typeof after !== 'object')
    return `${JSON.stringify(before)} → ${JSON.stringify(after)}`;
  const [old, fresh] = [before, after] as Record<string, Json>[];
  if (old === undefined || fresh === undefined) return '';
  const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return fields
    .filter((field) => JSON.stringify(old[field]) !== JSON.stringify(fresh[field]))
    .map((field) => `${field}: ${short(old[field])} → ${short(fresh[field])}`)
    .join(', ');
}

const short = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
