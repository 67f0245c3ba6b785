import { asObject, asText, type Json, type JsonObject, type TrailEvent } from '../../model/index.js';

/** A list as CloudTrail writes EC2's: an array, or `{"items": […]}` (`item` in some sets), `{}` when empty. */
export function itemsOf(value: unknown): JsonObject[] {
  const object = asObject(value);
  const list: unknown = object === null ? value : (object.items ?? object.item ?? object.Items ?? []);
  if (Array.isArray(list)) return list.map(asObject).filter((item) => item !== null);
  const single = asObject(list);
  return single === null ? [] : [single];
}

/** Newer EC2 actions wrap their parameters: `{"CreateFleetRequest": {…}}`, `{"CreateFleetResponse": {…}}`. */
function bodyOf(part: JsonObject | null): JsonObject {
  if (part === null) return {};
  const names = Object.keys(part).filter((name) => !name.startsWith('_'));
  if (names.length === 1 && /(Request|Response)$/.test(names[0] ?? ''))
    return asObject(part[names[0] ?? '']) ?? {};
  return part;
}

export const requestOf = (event: TrailEvent): JsonObject => bodyOf(event.request);
export const responseOf = (event: TrailEvent): JsonObject => bodyOf(event.response);

/** Counts stand as numbers or as text. Never negative, never above what an account could ask for. */
export function countOf(value: Json | undefined): number | null {
  const count = typeof value === 'number' ? value : Number.parseInt(asText(value) ?? '', 10);
  return Number.isFinite(count) && count >= 0 ? Math.min(Math.floor(count), 1_000_000) : null;
}

/** `instanceType` stands as text, or as `{"value": "p2.xlarge"}`. */
export function valueOf(value: Json | undefined): string | null {
  return asText(value) ?? asText(asObject(value)?.value);
}

/** True for `true`, `"true"` and `{"value": true}`. */
export function isOn(value: Json | undefined): boolean {
  const plain = asObject(value)?.value ?? value;
  return plain === true || plain === 'true';
}

/** The first of `names` that holds text. */
export function firstText(object: JsonObject | null, names: readonly string[]): string | null {
  for (const name of names) {
    const text = valueOf(object?.[name]);
    if (text !== null) return text;
  }
  return null;
}

/** The call, whoever made it: `ec2.amazonaws.com|RunInstances`. */
export function actOf(event: TrailEvent): string {
  return `${event.source}|${event.name}`;
}

/** The service that made the call by itself: no caller's key behind it (`AWSService`, service-linked roles). */
export function isService(event: TrailEvent): boolean {
  const { type, invokedBy, accessKeyId, issuerArn } = event.actor;
  if (type === 'AWSService') return true;
  if (issuerArn?.includes('/aws-service-role/') === true) return true;
  return (
    accessKeyId === null && invokedBy !== null && invokedBy.endsWith('.amazonaws.com') && type !== 'IAMUser'
  );
}

/** A service passing on somebody's call: the caller's identity, under a key id that no event minted. */
export function isForwarded(event: TrailEvent): boolean {
  const { invokedBy } = event.actor;
  if (invokedBy !== null && invokedBy !== 'signin.amazonaws.com') return true;
  return /\.amazonaws\.com$|^AWS Internal$/.test(event.sourceIp ?? '');
}

/** The console speaks for the caller: its pages make bursts of reads that no person asked for. */
export function isConsole(event: TrailEvent): boolean {
  return (
    event.actor.invokedBy === 'signin.amazonaws.com' ||
    /console|signin\.amazonaws\.com|^Mozilla|aws-internal/i.test(event.userAgent ?? '')
  );
}

/**
 * /24 of IPv4, /48 of IPv6; null for service names and what is no address: those are no place. Through a VPC endpoint a
 * caller has his private address, which anybody can have behind an endpoint of his own: there a place is the network, at
 * most a /16 (VPC user guide, "VPC CIDR blocks"), and the account whose endpoint it is.
 */
export function addressPrefix(event: TrailEvent): string | null {
  const ip = event.sourceIp ?? '';
  const network =
    event.endpointAccount === undefined ? null : /^(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(ip);
  if (network?.[1] !== undefined)
    return `${network[1]}.0.0/16 behind VPC endpoints${event.endpointAccount == null ? '' : ` of ${event.endpointAccount}`}`;
  const v4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(ip);
  if (v4?.[1] !== undefined) return `${v4[1]}.0/24`;
  if (!/^[0-9a-f:]+$/i.test(ip) || !ip.includes(':')) return null;
  return `${ip.split(':').slice(0, 3).join(':')}::/48`;
}

/** The program and system of a user agent without versions: an upgrade is no other program. */
export function agentFamily(event: TrailEvent): string | null {
  const agent = event.userAgent?.slice(0, 400) ?? null;
  if (agent === null) return null;
  const program = /^\[?([\w.-]+?)(?:[/_ ,;]|$)/.exec(agent)?.[1] ?? agent.slice(0, 40);
  const system = /(linux|windows|darwin|macos)/i.exec(agent)?.[1]?.toLowerCase() ?? '';
  return `${program}${system === '' ? '' : ` on ${system}`}`;
}
