import {
  type Cell,
  type Deed,
  type Finding,
  type Incident,
  type Report,
  type ResourceClass,
  textAt,
} from '../model/index.js';

/** The classes in the order in which a person needs them. */
export const classes: readonly ResourceClass[] = ['rogue', 'tampered', 'held', 'settling', 'own', 'not-tied'];

/** What each class means, in the words of every screen and page. */
export const classMeaning: Record<ResourceClass, string> = {
  rogue: 'made by the misuse: to be contained',
  tampered: 'an innocent thing changed by the misuse: to be restored',
  held: 'in doubt: left alone unless you include it',
  settling: 'too young for CloudTrail: not known yet',
  own: "the key's own normal life: left alone",
  'not-tied': 'no tie to the incident: left alone',
};

/** Findings by class. `undone` ones are told apart by whoever counts. */
export function byClass(findings: readonly Finding[]): Map<ResourceClass, Finding[]> {
  return groupBy(findings, (finding) => finding.class);
}

/** What a deed was, without the full stop of a description that is a sentence: a target may follow. */
export function deedText(deed: Deed): string {
  return deed.description.replace(/\.$/, '');
}

/** Items by `keyOf`, in the order in which keys first come. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** The values with how often each stands there, most frequent first, ties by name. */
export function tally(values: Iterable<string>): [value: string, count: number][] {
  return [...groupBy(values, (value) => value)]
    .map(([value, all]): [string, number] => [value, all.length])
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

/** The EC2 instance type, where the finding is an instance. */
export function instanceTypeOf(finding: Finding): string | null {
  return textAt(finding.resource.properties, 'instanceType');
}

interface GridRow {
  region: string;
  /** How many of each of the grid's types. */
  counts: number[];
  total: number;
  /** Epoch milliseconds of the launches there. */
  times: number[];
}

/** Rogue instances, region by type. */
export interface Grid {
  types: string[];
  rows: GridRow[];
  total: number;
  /** `instances`: of what is there; `launches`: of what the trail shows was launched, since nothing was listed. */
  of: 'instances' | 'launches';
}

/** Where the misuse launched what: from the instances that were listed, else from the trail's launches. */
export function launchGrid(incident: Incident): Grid {
  const instances = incident.findings.flatMap((finding) => {
    const type = instanceTypeOf(finding);
    if (finding.class !== 'rogue' || type === null) return [];
    return [{ region: finding.resource.region, type, time: finding.resource.createdAt, n: 1 }];
  });
  const launched = incident.launches.flatMap((launch) => {
    if (launch.class !== 'rogue' || launch.result !== 'worked' || launch.instanceIds.length === 0) return [];
    const type =
      launch.instanceTypes.length > 1 ? 'several types' : (launch.instanceTypes[0] ?? 'unknown type');
    return [{ region: launch.region, type, time: launch.evidence.time, n: launch.instanceIds.length }];
  });
  const [seen, of] =
    instances.length > 0 ? [instances, 'instances' as const] : [launched, 'launches' as const];
  const sum = (list: typeof seen): number => list.reduce((total, { n }) => total + n, 0);
  const first = (list: typeof seen): number =>
    list.reduce((earliest, { time }) => Math.min(earliest, time ?? Infinity), Infinity);
  // Most first; where as many, the one where it began earlier.
  const byMost = (groups: Map<string, typeof seen>): [string, typeof seen][] =>
    [...groups].sort(([a, x], [b, y]) => sum(y) - sum(x) || first(x) - first(y) || (a < b ? -1 : 1));
  const types = byMost(groupBy(seen, ({ type }) => type)).map(([type]) => type);
  const rows = byMost(groupBy(seen, ({ region }) => region)).map(([region, list]) => ({
    region,
    counts: types.map((type) => sum(list.filter((one) => one.type === type))),
    total: sum(list),
    times: list.flatMap(({ time, n }) => (time === null ? [] : Array.from({ length: n }, () => time))),
  }));
  return { types, rows, total: sum(seen), of };
}

/** Cells that keep a negative statement from being one, folded: one gap for each subject and status. */
export interface Gap {
  status: 'failed' | 'denied' | 'truncated';
  subject: string;
  regions: string[];
  /** The first cell's reason. */
  detail: string | null;
}

/** What could not be looked at, worst first. */
export function gaps(coverage: readonly Cell[]): Gap[] {
  return (['failed', 'denied', 'truncated'] as const).flatMap((status) => {
    const cells = coverage.filter((cell) => cell.status === status);
    return [...groupBy(cells, (cell) => cell.subject)].map(([subject, group]) => ({
      status,
      subject,
      regions: [...new Set(group.map((cell) => cell.region))],
      detail: group.find((cell) => cell.detail !== null)?.detail ?? null,
    }));
  });
}

/** What was not examined at all. */
export function notExamined(coverage: readonly Cell[]): string[] {
  return [
    ...new Set(
      coverage.flatMap(({ status, subject }) =>
        status === 'not-examined' && subject !== 'region' ? [subject] : [],
      ),
    ),
  ];
}

/** Regions that a policy of the organisation closes to everybody, on the person's word. */
export function regionsClosed(coverage: readonly Cell[]): string[] {
  return coverage.flatMap(({ status, subject, region }) =>
    status === 'not-examined' && subject === 'region' ? [region] : [],
  );
}

/** Regions that are not enabled for the account: every cell of theirs says so. */
export function regionsOff(coverage: readonly Cell[]): string[] {
  const on = new Set(coverage.flatMap(({ status, region }) => (status === 'not-enabled' ? [] : [region])));
  return [
    ...new Set(
      coverage.flatMap(({ status, region }) => (status === 'not-enabled' && !on.has(region) ? [region] : [])),
    ),
  ];
}

/** Services that are not there in regions where others are: subject and regions. */
export function servicesOff(coverage: readonly Cell[]): [subject: string, regions: string[]][] {
  const off = new Set(regionsOff(coverage));
  const cells = coverage.filter(({ status, region }) => status === 'not-enabled' && !off.has(region));
  return [...groupBy(cells, ({ subject }) => subject)].map(([subject, group]) => [
    subject,
    group.map(({ region }) => region),
  ]);
}

/** Two instants that span `times`, at least a minute apart; null where there are none. */
export function span(times: readonly number[]): [from: number, to: number] | null {
  if (times.length === 0) return null;
  let from = Infinity;
  let to = -Infinity;
  for (const time of times) {
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return [from, Math.max(to, from + 60_000)];
}

/** How many of `times` fall into each of `n` equal parts of `[from, to]`. */
export function buckets(times: readonly number[], [from, to]: [number, number], n: number): number[] {
  const filled = Array.from({ length: n }, () => 0);
  for (const time of times) {
    const i = Math.min(n - 1, Math.floor(((time - from) / (to - from)) * n));
    if (i >= 0) filled[i] = (filled[i] ?? 0) + 1;
  }
  return filled;
}

/** What a clearance list does not speak of. */
export interface ClearanceLimits {
  /** Services that no play looks at. */
  services: string[];
  /** Regions that are not enabled in the account. */
  regions: string[];
}

/** What "clean" leaves out, by the cells of the look. Pure. */
export function limitsOf(coverage: readonly Cell[]): ClearanceLimits {
  return { services: notExamined(coverage), regions: regionsOff(coverage) };
}

/** What was decided on the person's word alone: spared though it is the incident's and alive, counted to the incident
 *  though it was in doubt. */
export function onPersonsWord({ incident }: Report): Record<'spared' | 'included', Finding[]> {
  const by = (rule: string): Finding[] => (incident?.findings ?? []).filter((found) => found.rule === rule);
  return {
    spared: by('person.spared').filter(({ resource }) => resource.live),
    included: by('person.included'),
  };
}
