import type { LookupAttributeKey } from '../aws/index.js';
import { literal, partitionsOf, quoted, type AthenaAddress, type TableShape } from './athena-table.js';

/** One question to a table: which events have one of these values. The same questions as to the event history. */
export interface Question {
  attribute: LookupAttributeKey;
  values: readonly string[];
  /** Epoch milliseconds. */
  from: number;
  to: number;
  regions: readonly string[];
  /** Rows of one region at most, the newest: one more says that there are more. */
  most: number;
}

/** A record's fields, in lower case, that are columns of text; each is read where the table has it. */
export const textColumns = [
  'eventversion',
  'eventtime',
  'eventsource',
  'eventname',
  'awsregion',
  'sourceipaddress',
  'useragent',
  'errorcode',
  'errormessage',
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'requestid',
  'eventid',
  'readonly',
  'eventtype',
  'recipientaccountid',
  'serviceeventdetails',
  'sharedeventid',
  'vpcendpointid',
];

/**
 * The one statement that answers all these questions in one reading of the table, bounded by its partitions. An event
 * that several questions ask for is given to the first. Pure.
 */
export function statementOf(
  { database, table }: Pick<AthenaAddress, 'database' | 'table'>,
  shape: TableShape,
  account: string,
  questions: readonly Question[],
): string {
  const regions = [...new Set(questions.flatMap((one) => one.regions))].sort();
  const from = Math.min(...questions.map((one) => one.from));
  const to = Math.max(...questions.map((one) => one.to));
  const own = textColumns.filter((name) => shape.columns.has(name)).map(quoted);
  const conditions = questions.map(conditionOf);
  const which = conditions.map((condition, index) => `WHEN ${condition} THEN ${index}`).join('\n      ');
  const most = questions.map((one, index) => `WHEN ${index} THEN ${one.most + 1}`).join(' ');
  return `WITH found AS (
  SELECT ${own.join(', ')}, json_format(CAST(useridentity AS JSON)) AS useridentity,
    CASE
      ${which}
    END AS question
  FROM ${quoted(database)}.${quoted(table)}
  WHERE ${boundsOf(shape, { account, regions, from, to })}
    AND (${conditions.join('\n      OR ')})
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY question, awsregion ORDER BY eventtime DESC) AS place FROM found
)
SELECT ${own.join(', ')}, useridentity, question FROM ranked
WHERE place <= CASE question ${most} END
ORDER BY eventtime DESC`;
}

/**
 * On which days the table has any record, by region: a partition that was never added, or files that are gone, would pass
 * for quiet days. Pure.
 */
export function presenceOf(
  { database, table }: Pick<AthenaAddress, 'database' | 'table'>,
  shape: TableShape,
  period: { account: string; regions: readonly string[]; from: number; to: number },
): string {
  return `SELECT awsregion, substr(eventtime, 1, 10) AS day, count(*) AS records
FROM ${quoted(database)}.${quoted(table)}
WHERE ${boundsOf(shape, period)}
GROUP BY awsregion, substr(eventtime, 1, 10)`;
}

function boundsOf(
  shape: TableShape,
  period: { account: string; regions: readonly string[]; from: number; to: number },
): string {
  const own = `recipientaccountid = ${literal(period.account)}`;
  const bounds = [partitionsOf(shape, period), ...(shape.columns.has('recipientaccountid') ? [own] : [])];
  return bounds.join('\n    AND ');
}

function conditionOf({ attribute, values, from, to, regions }: Question): string {
  const among = (expression: string): string => `${expression} IN (${values.map(literal).join(', ')})`;
  const time = `eventtime BETWEEN ${literal(second(from))} AND ${literal(second(to))}`;
  const where = `awsregion IN (${regions.map(literal).join(', ')})`;
  return `(${matches(attribute, values, among)} AND ${time} AND ${where})`;
}

function matches(
  attribute: LookupAttributeKey,
  values: readonly string[],
  among: (expression: string) => string,
): string {
  switch (attribute) {
    case 'AccessKeyId':
      return among('useridentity.accesskeyid');
    case 'EventName':
      return among('eventname');
    case 'EventId':
      return among('eventid');
    case 'EventSource':
      return among('eventsource');
    case 'Username':
      // A user's name; the name of a role's session, which ends its ARN; root.
      return `(${among('useridentity.username')} OR ${among("regexp_extract(useridentity.arn, '[^/:]+$')")})`;
    case 'ResourceName':
      // LookupEvents knows what a call was about; a table has what was asked and answered.
      return `(${values
        .flatMap((value) =>
          ['requestparameters', 'responseelements'].map(
            (column) => `strpos(${column}, ${literal(`"${value}"`)}) > 0`,
          ),
        )
        .join(' OR ')})`;
    default:
      throw new Error(`a table is not asked by ${attribute}`);
  }
}

/** As records have it: whole seconds, UTC. */
function second(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
