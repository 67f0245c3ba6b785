import { asObject, type Json, textAt, type TrailEvent } from '../../model/index.js';

/** How deep a record is searched: CloudTrail's own nesting is far below it. */
const maxDepth = 12;

/**
 * Every text in `value` that matches `pattern` as a whole, each once. Newer EC2 actions wrap their parameters
 * (`CreateFleetRequest.…`), sets say `items` or `item`: the ids are told by their form, wherever they stand.
 */
export function idsIn(value: Json, pattern: RegExp): string[] {
  const whole = new RegExp(`^(?:${pattern.source})$`);
  const found = new Set<string>();
  const walk = (here: Json, depth: number): void => {
    if (depth > maxDepth) return;
    if (typeof here === 'string') {
      if (whole.test(here)) found.add(here);
    } else if (Array.isArray(here)) {
      for (const item of here) walk(item, depth + 1);
    } else {
      for (const item of Object.values(asObject(here) ?? {})) walk(item, depth + 1);
    }
  };
  walk(value, 0);
  return [...found];
}

/** The text of the request's field `name`, whose first letter may be of either case. */
export function requestText(event: TrailEvent, name: string): string | null {
  return textAt(event.request, name) ?? textAt(event.request, name.charAt(0).toUpperCase() + name.slice(1));
}

/** Ids from the request's field `name`. */
export function fromRequest(name: string): (event: TrailEvent) => string[] {
  return (event) => listed(requestText(event, name));
}

/** Ids from the response's field at `path`. */
export function fromResponse(...path: string[]): (event: TrailEvent) => string[] {
  return (event) => listed(textAt(event.response, ...path));
}

/** What of `names` the request set: its scalars and nothing else, by the names that `names` gives them. Null where
 *  it set none of them. */
export function requestValues(event: TrailEvent, names: Record<string, string>): Json {
  return valuesOf(event.request, names);
}

/** The same of any part of a record. */
export function valuesOf(part: TrailEvent['request'], names: Record<string, string>): Json {
  const values: Record<string, Json> = {};
  for (const [inRequest, name] of Object.entries(names)) {
    const value = part?.[inRequest];
    if (value !== undefined && value !== null && typeof value !== 'object') values[name] = value;
  }
  return Object.keys(values).length === 0 ? null : values;
}

function listed(id: string | null): string[] {
  return id === null ? [] : [id];
}
