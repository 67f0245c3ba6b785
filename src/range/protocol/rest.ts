import { shapeOf, type OperationModel, type ServiceModel } from '../model.js';
import { fromJson } from './json.js';
import { scalarFromText, type Structure, type Value } from './values.js';
import { readXml } from './xml.js';

interface Route {
  operation: string;
  method: string;
  pattern: RegExp;
  labels: string[];
  query: [string, string | null][];
}

const tables = new WeakMap<ServiceModel, Route[]>();

function route(operation: string, method: string, uri: string): Route {
  const [path = '', query = ''] = uri.split('?');
  const labels: string[] = [];
  const source = path
    .replace(/\/$/, '')
    .replace(/\{(\w+)(\+?)\}|[^{]+/g, (text, label: string | undefined, greedy: string) => {
      if (label === undefined) return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      labels.push(label);
      return greedy ? '(.+)' : '([^/]+)';
    });
  const constants = query === '' ? [] : query.split('&').map((part) => part.split('='));
  return {
    operation,
    method,
    pattern: new RegExp(`^${source}/?$`),
    labels,
    query: constants.map(([key, value]) => [key!, value ?? null]),
  };
}

/** Every operation of the service, those with the fewest labels first: the literal path wins. */
function routes(model: ServiceModel): Route[] {
  let table = tables.get(model);
  if (table === undefined) {
    table = [
      ...Object.entries(model.operations).map(([name, { method, uri }]) => route(name, method, uri)),
      ...Object.entries(model.others).map(([name, line]) =>
        route(name, line.split(' ')[0] ?? '', line.split(' ')[1] ?? '/'),
      ),
    ].sort((a, b) => b.query.length - a.query.length || a.labels.length - b.labels.length);
    tables.set(model, table);
  }
  return table;
}

export interface RestMatch {
  operation: string;
  labels: Record<string, string>;
}

/** The operation that a method and path mean, also one that the range does not have; null for none at all. */
export function matchRoute(
  model: ServiceModel,
  method: string,
  path: string,
  query: URLSearchParams,
): RestMatch | null {
  for (const candidate of routes(model)) {
    if (candidate.method !== method) continue;
    if (
      !candidate.query.every(([key, value]) => (value === null ? query.has(key) : query.get(key) === value))
    )
      continue;
    const found = candidate.pattern.exec(path);
    if (found === null) continue;
    const labels = candidate.labels.map((label, index) => [
      label,
      decodeURIComponent(found[index + 1] ?? ''),
    ]);
    return { operation: candidate.operation, labels: Object.fromEntries(labels) as Record<string, string> };
  }
  return null;
}

/** The input of a rest-json or rest-xml operation: labels, query string, headers and body. */
export function readRest(
  model: ServiceModel,
  operation: OperationModel,
  labels: Record<string, string>,
  query: URLSearchParams,
  headers: Record<string, string | undefined>,
  body: Buffer,
): Structure {
  if (operation.input === undefined) return {};
  const shape = shapeOf(model, operation.input);
  const payload = shape.payload === undefined ? undefined : shape.members?.[shape.payload];
  let result: Structure = {};
  if (payload !== undefined && body.length > 0) {
    result[shape.payload!] = readBody(model, payload, body);
  } else if (body.length > 0) {
    result = readBody(model, operation.input, body) as Structure;
  }
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const inner = shapeOf(model, member);
    const key = member.locationName ?? name;
    if (member.location === 'headers') result[name] = prefixed(headers, key);
    else if (member.location === 'uri') result[name] = scalarFromText(inner, member, labels[key] ?? '');
    else if (member.location === 'header' && headers[key.toLowerCase()] !== undefined) {
      result[name] = scalarFromText(inner, member, headers[key.toLowerCase()]!);
    } else if (member.location === 'querystring' && query.has(key)) {
      result[name] =
        inner.type === 'list'
          ? query
              .getAll(key)
              .map((text): Value => scalarFromText(shapeOf(model, inner.member!), inner.member!, text))
          : scalarFromText(inner, member, query.get(key)!);
    }
  }
  return result;
}

/** Headers that begin with `prefix`, by the rest of their names. */
function prefixed(headers: Record<string, string | undefined>, prefix: string): Structure {
  const start = prefix.toLowerCase();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith(start) && value !== undefined ? [[name.slice(start.length), value]] : [],
    ),
  );
}

function readBody(model: ServiceModel, ref: { shape: string }, body: Buffer): Value {
  const type = shapeOf(model, ref).type;
  if (type === 'blob') return body;
  if (type === 'string') return body.toString('utf8');
  const text = body.toString('utf8');
  return model.protocol === 'rest-xml' ? readXml(model, ref, text) : fromJson(model, ref, JSON.parse(text));
}
