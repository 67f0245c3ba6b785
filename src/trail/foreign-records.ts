import { asObject, asText, at, type Json, type JsonObject, textAt } from '../model/index.js';

/**
 * A CloudTrail record that a product has rewritten to a schema of its own, written as CloudTrail writes it; null for
 * anything else. What the product left out stays out.
 */
export function fromForeign(object: JsonObject): JsonObject | null {
  return fromOcsf(object) ?? fromEcs(object) ?? fromFlatEcs(object) ?? fromSentinel(object);
}

/** Amazon Security Lake (OCSF's CloudTrail mapping guide, versions 1.0.0-rc.2 and 1.1.0: where each field goes). */
function fromOcsf(object: JsonObject): JsonObject | null {
  const name = textAt(object, 'api', 'operation');
  const product = textAt(object, 'metadata', 'product', 'name');
  if (name === null || product?.toLowerCase().includes('cloudtrail') !== true) return null;
  const unmapped = nestedNames(pairsOf(object.unmapped));
  const user = asObject(at(object, 'actor', 'user'));
  const uid = asText(user?.uid);
  const isArn = uid?.startsWith('arn:') === true;
  return {
    ...unmapped,
    eventName: name,
    eventSource: at(object, 'api', 'service', 'name'),
    eventTime: object.time ?? null,
    eventID: at(object, 'metadata', 'uid'),
    requestID: at(object, 'api', 'request', 'uid'),
    awsRegion: at(object, 'cloud', 'region'),
    sourceIPAddress: textAt(object, 'src_endpoint', 'ip') ?? at(object, 'src_endpoint', 'domain'),
    userAgent: at(object, 'http_request', 'user_agent'),
    errorCode: at(object, 'api', 'response', 'error'),
    errorMessage: at(object, 'api', 'response', 'message'),
    requestParameters: at(object, 'api', 'request', 'data') ?? unmapped.requestParameters ?? null,
    responseElements: at(object, 'api', 'response', 'data') ?? unmapped.responseElements ?? null,
    userIdentity: {
      type: user?.type ?? null,
      arn: isArn ? uid : (user?.uuid ?? null),
      principalId: user?.uid_alt ?? (isArn ? null : uid),
      accountId: textAt(user, 'account', 'uid') ?? user?.account_uid ?? null,
      accessKeyId: user?.credential_uid ?? null,
      userName: user?.name ?? null,
      invokedBy: at(object, 'actor', 'invoked_by'),
      sessionContext: { sessionIssuer: { arn: at(object, 'actor', 'session', 'issuer') } },
    },
  };
}

/** Elastic's AWS integration ("AWS fields", aws.cloudtrail.*). Where it kept the record itself, that is read instead. */
function fromEcs(object: JsonObject): JsonObject | null {
  const trail = asObject(at(object, 'aws', 'cloudtrail'));
  const name = textAt(object, 'event', 'action');
  if (trail === null || name === null || textAt(object, 'event', 'original') !== null) return null;
  return {
    eventName: name,
    eventSource: at(object, 'event', 'provider'),
    eventTime: object['@timestamp'] ?? null,
    eventID: at(object, 'event', 'id'),
    requestID: trail.request_id ?? null,
    awsRegion: at(object, 'cloud', 'region'),
    sourceIPAddress: textAt(object, 'source', 'address') ?? at(object, 'source', 'ip'),
    userAgent: at(object, 'user_agent', 'original'),
    errorCode: trail.error_code ?? null,
    errorMessage: trail.error_message ?? null,
    readOnly: trail.read_only ?? null,
    recipientAccountId: trail.recipient_account_id ?? null,
    requestParameters: at(trail, 'flattened', 'request_parameters') ?? trail.request_parameters ?? null,
    responseElements: at(trail, 'flattened', 'response_elements') ?? trail.response_elements ?? null,
    userIdentity: {
      type: at(trail, 'user_identity', 'type'),
      arn: at(trail, 'user_identity', 'arn'),
      principalId: at(object, 'user', 'id'),
      accountId: at(object, 'cloud', 'account', 'id'),
      accessKeyId: at(trail, 'user_identity', 'access_key_id'),
      userName: at(object, 'user', 'name'),
      invokedBy: at(trail, 'user_identity', 'invoked_by'),
      sessionContext: {
        sessionIssuer: { arn: at(trail, 'user_identity', 'session_context', 'session_issuer', 'arn') },
      },
    },
  };
}

/** The same with dotted names, each value in a list or not: Kibana's tables, Elasticsearch's `fields`. */
function fromFlatEcs(object: JsonObject): JsonObject | null {
  if (!Object.hasOwn(object, 'event.action')) return null;
  return fromEcs(
    nestedNames(
      Object.entries(object).map(([name, value]) => [
        name,
        Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value,
      ]),
    ),
  );
}

/** Microsoft Sentinel's table AWSCloudTrail (Azure Monitor logs reference). It spells the other fields as
 *  CloudTrail does, run together. */
function fromSentinel(object: JsonObject): JsonObject | null {
  if (!Object.hasOwn(object, 'EventName') || !Object.hasOwn(object, 'AwsEventId')) return null;
  const record: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const issuer = /^SessionIssuer(?=[A-Z])/.test(name);
    record[issuer ? `UserIdentitySessionContext${name}` : name] = value;
  }
  return {
    ...record,
    eventID: object.AwsEventId ?? null,
    requestID: object.AwsRequestId_ ?? object.AwsRequestId ?? null,
    eventTime: object.TimeGenerated ?? isoOf(object['TimeGenerated [UTC]']),
  };
}

/**
 * The portal's tables, written as the browser's language has it: `8/1/2024, 11:30:21.000 AM` (month first) or
 * `01/08/2024, 11:30:21.000` (day first).
 */
function isoOf(value: Json | undefined): Json {
  const match = /^(\d+)\/(\d+)\/(\d{4}),? (\d+):(\d\d):(\d\d)(\.\d+)?(?: ([AP])M)?$/i.exec(
    asText(value) ?? '',
  );
  if (match === null) return value ?? null;
  const [, first = '', next = '', year = '', hour = '', minute = '', second = '', , half = ''] = match;
  const monthFirst = (/[AP]/.test(half) && Number(first) <= 12) || Number(next) > 12;
  const [month, day] = monthFirst ? [first, next] : [next, first];
  const hours = half === '' ? hour : (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  const two = (part: string | number): string => String(part).padStart(2, '0');
  return `${year}-${two(month)}-${two(day)}T${two(hours)}:${minute}:${second}Z`;
}

/** A row of a CloudTrail Lake query: one object a column (GetQueryResults, QueryResultRows). */
export function fromLakeRow(row: readonly unknown[]): JsonObject | null {
  const columns = row.map(asObject);
  if (!columns.some((column) => column !== null && Object.hasOwn(column, 'eventName'))) return null;
  const single = columns.filter((column) => column !== null && Object.keys(column).length === 1);
  return single.length < columns.length || single.length < 2
    ? null
    : (Object.assign({}, ...single) as JsonObject);
}

/** Athena's GetQueryResults: rows of cells, the first of them the columns' names (Athena API reference, "ResultSet").
 *  Null for anything else; a page that does not begin with names has none. */
export function fromAthenaAnswer(object: JsonObject): JsonObject[] | null {
  const rows = at(object, 'ResultSet', 'Rows');
  if (!Array.isArray(rows)) return null;
  const cellsOf = (row: Json | undefined): (string | null)[] => {
    const data = asObject(row)?.Data;
    return Array.isArray(data) ? data.map((cell) => asText(asObject(cell)?.VarCharValue)) : [];
  };
  const names = cellsOf(rows[0]);
  if (names.length === 0 || !names.every((name) => name !== null && /^\w{1,80}$/.test(name))) return null;
  return rows.slice(1).map((row) => {
    const cells = cellsOf(row).map((value, column): [string, Json] => [
      names[column] ?? `column ${column}`,
      value,
    ]);
    return Object.fromEntries(cells.filter(([name, value]) => value !== null && name !== '__proto__'));
  });
}

/** OCSF's `unmapped`, as an object or as a list of pairs. */
function pairsOf(value: Json | undefined): [string, Json][] {
  if (!Array.isArray(value)) return Object.entries(asObject(value) ?? {});
  return value.flatMap((pair) =>
    Array.isArray(pair) && typeof pair[0] === 'string' ? [[pair[0], pair[1] ?? null] as [string, Json]] : [],
  );
}

/** Deeper than any field of AWS's. */
const maxSteps = 12;

/** `requestParameters.instanceType` → `{ requestParameters: { instanceType } }`. */
function nestedNames(pairs: readonly [string, Json][]): JsonObject {
  const root: JsonObject = {};
  for (const [name, value] of pairs) {
    const steps = name.split('.');
    const last = steps.pop() ?? name;
    if (steps.length > maxSteps || name.includes('__proto__')) continue;
    let here = root;
    for (const step of steps) {
      const inner = Object.hasOwn(here, step) ? asObject(here[step]) : null;
      const next = inner ?? {};
      here[step] = next;
      here = next;
    }
    here[last] = value;
  }
  return root;
}
