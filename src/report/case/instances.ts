import { isInstance, type Report, isDone, resourceKey, textAt } from '../../model/index.js';
import { instanceTypeOf } from '../index.js';
import { csvLine } from '../terminal/index.js';

/** On-demand price of a type in a region, dollars an hour; null where it is not known. */
export type PriceOf = (type: string, region: string) => number | null;

/** One instance of the misuse, for the billing adjustment. Times are epoch milliseconds; null is unknown. */
export interface BilledInstance {
  id: string;
  region: string;
  type: string | null;
  lifecycle: string | null;
  launchedAt: number | null;
  terminatedAt: number | null;
  hours: number | null;
  usd: number | null;
}

/** Every instance that the misuse launched, as listed, and as only the trail shows. */
export function billedInstances(report: Report, price: PriceOf): BilledInstance[] {
  const { incident, actions } = report;
  if (incident === null) return [];
  const terminated = new Map<string, number>();
  for (const action of actions) {
    if (!isDone(action) || action.call.operation !== 'TerminateInstances') continue;
    for (const target of action.targets) terminated.set(target, Date.parse(action.endedAt ?? action.at));
  }
  const launched = new Map<string, { region: string; type: string | null; time: number | null }>();
  for (const { class: cls, result, instanceIds, instanceTypes, region, evidence } of incident.launches) {
    if (cls !== 'rogue' || result !== 'worked') continue;
    const type = instanceTypes.length === 1 ? (instanceTypes[0] ?? null) : null;
    for (const id of instanceIds) launched.set(id, { region, type, time: evidence.time });
  }
  const bill = (one: Omit<BilledInstance, 'hours' | 'usd'>): BilledInstance => {
    const { launchedAt, terminatedAt, type, region } = one;
    const hours =
      launchedAt === null || terminatedAt === null
        ? null
        : Math.max(0, terminatedAt - launchedAt) / 3_600_000;
    const perHour = type === null ? null : price(type, region);
    return { ...one, hours, usd: hours === null || perHour === null ? null : hours * perHour };
  };
  const rows: BilledInstance[] = [];
  for (const finding of incident.findings) {
    const { resource } = finding;
    if (finding.class !== 'rogue' || !isInstance(resource)) continue;
    const event = launched.get(resource.id);
    launched.delete(resource.id);
    rows.push(
      bill({
        id: resource.id,
        region: resource.region,
        type: instanceTypeOf(finding) ?? event?.type ?? null,
        lifecycle: textAt(resource.properties, 'lifecycle'),
        launchedAt: event?.time ?? resource.createdAt,
        terminatedAt: terminated.get(resourceKey(resource)) ?? null,
      }),
    );
  }
  for (const [id, { region, type, time }] of launched) {
    rows.push(bill({ id, region, type, lifecycle: null, launchedAt: time, terminatedAt: null }));
  }
  return rows.sort(
    (a, b) => order(a.region, b.region) || (a.launchedAt ?? 0) - (b.launchedAt ?? 0) || order(a.id, b.id),
  );
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const header = [
  'instance_id',
  'region',
  'type',
  'lifecycle',
  'launched_utc',
  'terminated_utc',
  'hours',
  'estimate_usd',
];

/** The instances as CSV (RFC 4180). What is not known is written as unknown, never as 0. */
export function instancesCsv(rows: readonly BilledInstance[], simulated = false): string {
  const time = (at: number | null): string => (at === null ? 'unknown' : new Date(at).toISOString());
  const number = (value: number | null): string => (value === null ? 'unknown' : value.toFixed(2));
  const lines = rows.map(({ id, region, type, lifecycle, launchedAt, terminatedAt, hours, usd }) => [
    id,
    region,
    type ?? 'unknown',
    lifecycle ?? 'unknown',
    time(launchedAt),
    time(terminatedAt),
    number(hours),
    number(usd),
  ]);
  const marked = simulated
    ? [[...header, 'simulated'], ...lines.map((line) => [...line, 'SIMULATED: not AWS'])]
    : [header, ...lines];
  return marked.map(csvLine).join('');
}
