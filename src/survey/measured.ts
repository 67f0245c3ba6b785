/** Computes, and says in the platform's own timeline how long that took: `--trace` shows it. */
export function measured<T>(name: string, compute: () => T): T {
  const start = performance.now();
  try {
    return compute();
  } finally {
    performance.measure(name, { start });
  }
}
