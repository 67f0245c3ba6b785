// Runs the built command line over and over in one process, so that a test does not pay for loading and compiling it each
// time: the same entry, `dist/cli.js`, evaluated anew for each run, with arguments, environment, streams, clock and exit
// code of its own. What it imports stays loaded.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Writable } from 'node:stream';

const cli = process.argv[2];
let runs = 0;
/** How many lines the disk still takes of a journal; null where it takes all. */
let linesLeft = null;

const { writeSync } = fs;
fs.writeSync = (fd, bytes, ...rest) => {
  const text = linesLeft === null || !Buffer.isBuffer(bytes) ? '' : bytes.toString('utf8');
  if (text.includes('"hash":')) {
    if (linesLeft === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    linesLeft = Math.max(0, linesLeft - (text.split('\n').length - 1));
  }
  return writeSync(fd, bytes, ...rest);
};
syncBuiltinESMExports();

// What is loaded once may keep a reference to these: so they stay the same, and ask the clock of the run at hand.
const wall = {
  Date,
  setTimeout,
  clearTimeout,
  now: performance.now,
  active: performance.eventLoopUtilization,
  timeout: AbortSignal.timeout,
};
let clock = wall;
const steady = {
  Date: new Proxy(wall.Date, {
    construct: (_, args, made) => Reflect.construct(clock.Date, args, made),
    get: (_, name) => Reflect.get(clock.Date, name),
  }),
  setTimeout: new Proxy(wall.setTimeout, { apply: (_, __, args) => clock.setTimeout(...args) }),
  clearTimeout: (timer) => clock.clearTimeout(timer),
  now: () => clock.now.call(performance),
  active: wall.active,
  timeout: (ms) => clock.timeout.call(AbortSignal, ms),
};

function install({ Date, setTimeout, clearTimeout, now, active, timeout }) {
  Object.assign(globalThis, { Date, setTimeout, clearTimeout });
  performance.now = now;
  performance.eventLoopUtilization = active;
  AbortSignal.timeout = timeout;
}

/** Loads what hurries a run with its range, as `--import` does; its result takes it away again. */
async function hurry(url) {
  const { setInterval } = globalThis;
  const [beats, listeners, before] = [[], process.listeners('message'), wall.active()];
  install({ ...wall, active: () => wall.active(before) });
  globalThis.setInterval = (...args) => {
    beats.push(setInterval(...args));
    return beats.at(-1);
  };
  await import(`${url}&run=${runs}`);
  globalThis.setInterval = setInterval;
  clock = { Date, setTimeout, clearTimeout, now: performance.now, timeout: AbortSignal.timeout };
  install({ ...steady, active: performance.eventLoopUtilization });
  return () => {
    clock = wall;
    install(steady);
    for (const beat of beats) clearInterval(beat);
    for (const listener of process.listeners('message'))
      if (!listeners.includes(listener)) process.off('message', listener);
  };
}

function collect(name) {
  const written = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written.push(chunk);
      done();
    },
  });
  Object.defineProperty(process, name, { value: stream, configurable: true });
  return () => Buffer.concat(written).toString('utf8');
}

async function run({ args, env, journalLines, clock: url }) {
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv = [process.argv[0], cli, ...args];
  process.exitCode = undefined;
  linesLeft = journalLines;
  runs += 1;
  const [stdout, stderr] = [collect('stdout'), collect('stderr')];
  const calm = url === null ? () => undefined : await hurry(url);
  await import(`${cli}?run=${runs}`);
  calm();
  linesLeft = null;
  // What a process would have taken with it.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'beforeExit']) process.removeAllListeners(name);
  process.send({ type: 'ended', exitCode: Number(process.exitCode ?? 0), stdout: stdout(), stderr: stderr() });
}

install(steady);
process.on('message', (order) => {
  if (order.type === 'run') void run(order);
});
process.on('disconnect', () => process.exit());
setInterval(() => undefined, 2 ** 30);
