// What the first answer costs: `leakguard --help` against the floor of `node -e 0`, in turn, as CPU time and as a
// ratio. Run after `npm run build`:
// node bench/start-up.mjs [runs] [another checkout, built, that takes its turn too]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const runs = Number(process.argv[2] ?? 15);
const clis = ['.', ...process.argv.slice(3)].map((checkout) => resolve(checkout, 'dist/cli.js'));

/** CPU milliseconds (user and system) of one run of node. */
function cpu(args) {
  const before = childUsage();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}`);
  return childUsage() - before;
}

/** CPU milliseconds of all children that have ended, from /proc/self/stat (fields 16 and 17, in clock ticks). */
function childUsage() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const floor = [];
const help = clis.map(() => []);
for (let run = 0; run < runs; run += 1) {
  floor.push(cpu(['-e', '0']));
  for (const [at, cli] of clis.entries()) help[at].push(cpu([cli, '--help']));
}
console.log(`node -e 0        ${median(floor)} ms CPU (median of ${runs})`);
for (const [at, costs] of help.entries()) {
  const ratio = median(costs.map((value, run) => value / floor[run]));
  console.log(`leakguard --help ${median(costs)} ms CPU · ${ratio.toFixed(2)} × the floor · ${clis[at]}`);
}
