const units: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `500ms`, `4s`, `15m`, `3h`, `2d`, `6w`. */
export const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;

/** Milliseconds of `text`. Throws where it is no duration. */
export function durationMs(text: string): number {
  const found = durationPattern.exec(text);
  if (found === null) throw new Error(`not a duration: ${text}`);
  return Number(found[1]) * units[found[2]!]!;
}
