import { FollowedClock, tickEvery, type Tick } from './followed-clock.js';

// The clock of the machine on which a rehearsed command runs, loaded into its process before anything else
// (`node --import hurried-clock.js?at=…&behind=…`): it shows `at` (epoch milliseconds) to begin with and then goes as the
// range's own, `behind` milliseconds behind it, so that the command's pauses and the AWS that it waits for are hurried alike. How long this process computes is
// told, since nothing hurries that. Native timers (a socket's, the resolver's) are left alone.

const { searchParams } = new URL(import.meta.url);
const began = Number(searchParams.get('at'));
const behind = Number(searchParams.get('behind'));
if (!(began > 0) || process.send === undefined) throw new Error(`no range to follow in ${import.meta.url}`);

const wall = { Date, setTimeout, clearTimeout };
const elapsed = performance.now.bind(performance);
const clock = new FollowedClock({ now: began, rate: 1 }, elapsed);
const now = () => Math.floor(clock.now());

process.on('message', ({ now: time, rate }: Tick) => {
  clock.hear({ now: time - behind, rate });
  process.send?.({ active: performance.eventLoopUtilization().active });
});
process.channel?.unref();

globalThis.Date = new Proxy(wall.Date, {
  construct: (target, args, made) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, made) as Date,
  get: (target, name): unknown => (name === 'now' ? now : Reflect.get(target, name)),
});
performance.now = () => clock.now() - began;

type Callback = (...args: unknown[]) => void;
/** What waits for longer than a tick, by the timer that stands for it: how fast the clock will go is not known. */
const waiting = new Map<unknown, { due: number; run: () => void }>();
const never = 2 ** 31 - 1;

function hurried(callback: Callback, ms: unknown = 0, ...rest: unknown[]): NodeJS.Timeout {
  const due = clock.now() + (Number(ms) || 0);
  const soon = clock.until(due);
  if (soon <= tickEvery) return wall.setTimeout(callback, soon, ...rest);
  const timer = wall.setTimeout(() => undefined, never);
  waiting.set(timer, { due, run: () => callback(...rest) });
  return timer;
}

function clear(timer: unknown): void {
  waiting.delete(timer);
  wall.clearTimeout(timer as NodeJS.Timeout);
}

function settle(): void {
  const time = clock.now();
  const due = [...waiting].filter(([, one]) => one.due <= time).sort(([, a], [, b]) => a.due - b.due);
  for (const [timer, { run }] of due) {
    // One that is due may take the next back.
    if (!waiting.has(timer)) continue;
    clear(timer);
    run();
  }
}
// What came meanwhile is heard first: it may be what was waited for.
setInterval(() => setImmediate(settle), tickEvery).unref();

globalThis.setTimeout = new Proxy(wall.setTimeout, {
  apply: (_target, _self, args: [Callback, unknown, ...unknown[]]) => hurried(...args),
});
globalThis.clearTimeout = clear;
AbortSignal.timeout = (ms) => {
  const late = new AbortController();
  hurried(() => {
    late.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }, ms).unref();
  return late.signal;
};
