// Loaded into the command line before it starts: kills the process, as kill -9 does, at the moment that line
// KILL_AFTER_LINE of a journal has been flushed to disk.
import { open } from 'node:fs/promises';

const lines = Number(new URL(import.meta.url).searchParams.get('line'));
const handle = await open('/dev/null');
const prototype = Object.getPrototypeOf(handle);
await handle.close();

let written = 0;
const { write, datasync } = prototype;
prototype.write = function (bytes, ...rest) {
  if (Buffer.isBuffer(bytes)) written += bytes.toString('utf8').split('\n').length - 1;
  return write.call(this, bytes, ...rest);
};
prototype.datasync = async function () {
  await datasync.call(this);
  if (written >= lines) process.kill(process.pid, 'SIGKILL');
};
