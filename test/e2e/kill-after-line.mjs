// Loaded into the command line before it starts: kills the process, as kill -9 does, at the moment that line
// KILL_AFTER_LINE of a journal has been flushed to disk.
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const lines = Number(new URL(import.meta.url).searchParams.get('line'));
const handle = await open('/dev/null');
const prototype = Object.getPrototypeOf(handle);
await handle.close();

let written = 0;
const { datasync } = prototype;
const { writeSync } = fs;
fs.writeSync = function (fd, bytes, ...rest) {
  const text = Buffer.isBuffer(bytes) ? bytes.toString('utf8') : '';
  if (text.includes('"hash":')) written += text.split('\n').length - 1;
  return writeSync.call(this, fd, bytes, ...rest);
};
syncBuiltinESMExports();
prototype.datasync = async function () {
  await datasync.call(this);
  if (written >= lines) process.kill(process.pid, 'SIGKILL');
};
