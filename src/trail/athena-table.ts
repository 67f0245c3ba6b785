import { dayOf } from './s3-layout.js';

/** A table of CloudTrail's records in Athena, as `athena:[workgroup/]database.table[@region]` names it. */
export interface AthenaAddress {
  workgroup: string;
  database: string;
  table: string;
  /** Null: the partition's home region. */
  region: string | null;
}

/** Names that stand in a query as they are, in quotes. */
const address = /^athena:(?:([\w.-]{1,128})\/)?([\w-]{1,255})\.([\w-]{1,255})(?:@([a-z]{2}[a-z0-9-]+-\d))?$/;

/** @returns a text that says what is wrong with it */
export function tableOf(text: string): AthenaAddress | string {
  const [whole, workgroup = 'primary', database = '', table = '', region = null] = address.exec(text) ?? [];
  return whole === undefined
    ? 'it is no athena:[WORKGROUP/]DATABASE.TABLE[@REGION]'
    : { workgroup, database, table, region };
}

/** What Athena says of a table (Athena API reference, TableMetadata). */
export interface TableMetadata {
  Columns?: { Name?: string | undefined; Type?: string | undefined }[] | undefined;
  PartitionKeys?: { Name?: string | undefined; Type?: string | undefined }[] | undefined;
  Parameters?: Record<string, string> | undefined;
}

interface Column {
  name: string;
  /** Its values stand without quotes. */
  numeric: boolean;
}

/** How the table is divided: by one column of days, or by columns of year, month and day. */
type Days =
  | { kind: 'day'; column: string; separator: string; isDate: boolean }
  | { kind: 'parts'; year: Column; month: Column; day: Column | null };

/** What a table of CloudTrail's records looks like. */
export interface TableShape {
  columns: ReadonlySet<string>;
  account: string | null;
  region: string | null;
  days: Days;
  /** Where its files lie, as far as it says. */
  location: string | null;
}

const needed = [
  'eventtime',
  'eventsource',
  'eventname',
  'awsregion',
  'useridentity',
  'eventid',
  'requestparameters',
  'responseelements',
];
const accountNames = /^(account|account_?id|aws_?account(_?id)?|recipient_?account(_?id)?)$/;
const regionNames = /^(region|aws_?region)(_?name)?$/;
const dayNames = /^(timestamp|ts|dt|date|day|event_?(day|date)|partition_?date|date_?partition)$/;

/** The shape of the table; a text says why it cannot be asked. */
export function shapeOf({
  Columns = [],
  PartitionKeys = [],
  Parameters = {},
}: TableMetadata): TableShape | string {
  const columns = new Set(Columns.flatMap(({ Name }) => Name?.toLowerCase() ?? []));
  const missing = needed.filter((name) => !columns.has(name));
  if (missing.length > 0)
    return columns.has('metadata') && columns.has('api')
      ? 'it is in Security Lake’s form (OCSF), which cannot be asked yet: read the files with --trail s3://BUCKET/PREFIX'
      : `it is no table of CloudTrail’s records: it has no column ${missing.join(', ')}. leakguard athena-ddl prints the statement that makes one`;
  const keys = PartitionKeys.flatMap(({ Name, Type = 'string' }) =>
    Name === undefined ? [] : [{ name: Name.toLowerCase(), type: Type.toLowerCase() }],
  );
  const named = (pattern: RegExp): { name: string; type: string } | undefined =>
    keys.find(({ name }) => pattern.test(name));
  const days = daysOf(named, Parameters);
  if (typeof days === 'string') return days;
  return {
    columns,
    account: named(accountNames)?.name ?? null,
    region: named(regionNames)?.name ?? null,
    days,
    location: Parameters['location'] ?? null,
  };
}

function daysOf(
  named: (pattern: RegExp) => { name: string; type: string } | undefined,
  parameters: Record<string, string>,
): Days | string {
  const column = (of: { name: string; type: string }): Column => ({
    name: of.name,
    numeric: /int/.test(of.type),
  });
  const [year, month, day] = [named(/^(year|yyyy)$/), named(/^(month|mm)$/), named(/^(day|dd)$/)];
  if (year !== undefined && month !== undefined)
    return {
      kind: 'parts',
      year: column(year),
      month: column(month),
      day: day === undefined ? null : column(day),
    };
  const key = named(dayNames);
  if (key === undefined)
    return 'it is not divided by day, so that each question would read all of it: leakguard athena-ddl prints the statement of one that is';
  if (key.type === 'date') return { kind: 'day', column: key.name, separator: '-', isDate: true };
  const format = parameters[`projection.${key.name}.format`] ?? null;
  const separator = /^yyyy(\W?)MM\1dd$/.exec(format ?? '')?.[1];
  if (separator === undefined)
    return `its column ${key.name} has days in a form that it does not tell${format === null ? '' : ` (${format})`}: leakguard athena-ddl prints the statement of one that does`;
  return { kind: 'day', column: key.name, separator, isDate: false };
}

/** The condition that leaves all but these days, regions and this account unread. */
export function partitionsOf(
  shape: TableShape,
  { account, regions, from, to }: { account: string; regions: readonly string[]; from: number; to: number },
): string {
  return [
    daysBetween(shape.days, dayOf(from), dayOf(to)),
    ...(shape.region === null ? [] : [`${quoted(shape.region)} IN (${regions.map(literal).join(', ')})`]),
    ...(shape.account === null ? [] : [`${quoted(shape.account)} = ${literal(account)}`]),
  ].join(' AND ');
}

/** `first` and `last`: `yyyy/mm/dd/`. */
function daysBetween(days: Days, first: string, last: string): string {
  if (days.kind === 'day') {
    const value = (day: string): string => {
      const text = literal(day.slice(0, 10).replaceAll('/', days.separator));
      return days.isDate ? `DATE ${text}` : text;
    };
    return `${quoted(days.column)} BETWEEN ${value(first)} AND ${value(last)}`;
  }
  const { year, month, day } = days;
  const [firstMonth, lastMonth] = [first.slice(0, 8), last.slice(0, 8)];
  const months: string[] = [];
  for (let at = firstMonth; at <= lastMonth; at = monthAfter(at)) {
    const [y = '', m = ''] = at.split('/');
    const bounds = [
      `${quoted(year.name)} = ${valueOf(year, y)}`,
      `${quoted(month.name)} = ${valueOf(month, m)}`,
    ];
    if (day !== null && at === firstMonth)
      bounds.push(`${quoted(day.name)} >= ${valueOf(day, first.slice(8, 10))}`);
    if (day !== null && at === lastMonth)
      bounds.push(`${quoted(day.name)} <= ${valueOf(day, last.slice(8, 10))}`);
    months.push(`(${bounds.join(' AND ')})`);
  }
  return `(${months.join(' OR ')})`;
}

/** `2026/12/` → `2027/01/`. */
function monthAfter(month: string): string {
  const [year = 0, number = 0] = month.split('/').map(Number);
  return dayOf(Date.UTC(year, number, 1)).slice(0, 8);
}

function valueOf({ numeric }: Column, text: string): string {
  return numeric ? String(Number(text)) : literal(text);
}

/** A text in a query: a quote in it is doubled, and nothing else has a meaning (Athena user guide, "SELECT"). */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
