/** JSON as it comes from outside. Whoever reads it narrows it; nobody trusts its shape. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** `value` when it is an object that is not an array, else null. */
export function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** `value` when it is a string that is not empty, else null. */
export function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Walks `path` down `value`, through objects only. Null where any step is missing or is not an object. */
export function at(value: unknown, ...path: string[]): Json | null {
  let here: unknown = value;
  for (const step of path) {
    const object = asObject(here);
    if (object === null || !Object.hasOwn(object, step)) return null;
    here = object[step];
  }
  return (here ?? null) as Json | null;
}

/** The text at `path`, or null. */
export function textAt(value: unknown, ...path: string[]): string | null {
  return asText(at(value, ...path));
}

/** JSON with keys sorted at every level, so that equal values give equal bytes. */
export function stableStringify(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    const object = asObject(inner);
    if (object === null) return inner;
    return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  });
}

const unseen = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON text that says the same and holds nothing that a terminal obeys or that turns the reading direction: C1 controls
 * (U+009B begins an escape sequence), bidirectional controls and their like are written as `\u…`. They stand only in
 * strings, so the text stays JSON.
 */
export function safeJson(text: string): string {
  return text.replace(unseen, (character) =>
    // UTF-16 units: JSON writes what lies beyond U+FFFF as two.
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
