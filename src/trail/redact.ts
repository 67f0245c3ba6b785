import { asObject, type Json, type JsonObject } from '../model/index.js';

/** Fields that carry secrets in CloudTrail records: `sessionToken` is logged in clear by STS, the others where a
 *  service forgets to hide them, or where a log was written by something that is not AWS. */
const secretName =
  /^(sessionToken|secretAccessKey|secretKey|.*password|passwordData|userData|secretString|secretBinary|signinToken|keyMaterial|privateKey|samlAssertion|webIdentityToken|tokenCode|authToken|accessToken|refreshToken|idToken|clientSecret|environment|environmentVariables|variables|plaintext)$/i;

/** Deeper than any record of AWS; a hostile one must not exhaust the stack. */
const maxDepth = 40;

/** `value` without secrets. Returns the same object where it has none: nothing is changed in place. */
function redact(value: Json, depth = 0): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (depth > maxDepth) return null;
  if (Array.isArray(value)) {
    let copy: Json[] | null = null;
    for (let index = 0; index < value.length; index += 1) {
      const inner = value[index] ?? null;
      const clean = redact(inner, depth + 1);
      if (clean !== inner) (copy ??= [...value])[index] = clean;
    }
    return copy ?? value;
  }
  let copy: JsonObject | null = null;
  for (const name in value) {
    const inner = value[name] ?? null;
    const clean = hides(name, inner) ? '[redacted]' : redact(inner, depth + 1);
    if (clean !== inner) (copy ??= { ...value })[name] = clean;
  }
  return copy ?? value;
}

function hides(name: string, inner: Json): boolean {
  return inner !== null && typeof inner !== 'boolean' && secretName.test(name);
}

/** `redact` for what should be an object; null where it is not. */
export function redactObject(value: unknown): JsonObject | null {
  const object = asObject(value);
  return object === null ? null : asObject(redact(object));
}
