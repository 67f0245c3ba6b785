/**
 * Each goal of speed and sparing, measured, in one table: also written to docs/performance.md, with a chart.
 *
 *     npm run bench [-- --runs N] [--latency MILLISECONDS] [--kept]
 *
 * `--latency`: of the second round of measurements, 0 for none. `--kept`: the table anew from what is kept.
 * The figures of every round stay in node_modules/.cache/bench/*.json.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    latency: { type: 'string', default: '50' },
    kept: { type: 'boolean', default: false },
  },
});
const kept = 'node_modules/.cache/bench';

interface Round {
  keyOff: number | null;
  lastTermination: number | null;
  end: number;
  callsToTermination: number;
  calls: number;
}
interface Peers {
  cutTimes: { bare: number; awscli: number }[];
  results: Record<'floor' | 'leakguard', Round[]>;
}
interface Row {
  goal: string;
  measured: number;
  wanted: number;
  unit: string;
  /** What stands between, where it is missed. */
  cause: string;
}

const load = loadavg()[0] ?? 0;
const quiet = peers(10, 0);
const latency = Number(values.latency);
const far = latency === 0 ? null : peers(10, latency);
const rows: Row[] = [
  cutRow('Key off, against a bare SDK script that only does that', 1.5, ({ bare }) => bare),
  cutRow('Key off, against `aws iam update-access-key`', 1, ({ awscli }) => awscli),
  containedRow('Last termination at 17 × 10', quiet),
  ...(far === null ? [] : [containedRow(`Last termination at 17 × 10, ${latency} ms of latency`, far)]),
  {
    goal: 'Calls to the last termination at 17 × 10',
    measured: ratio(quiet, ({ callsToTermination }) => callsToTermination),
    wanted: 1.5,
    unit: '× the floor',
    cause:
      'a zone’s free instances do not wait until its protected ones are unprotected (a second TerminateInstances a region); the user data of one instance a launch; and the caller, the guards and the key are looked up first',
  },
  {
    goal: '`--help`, CPU',
    measured: startUp(),
    wanted: 1.35,
    unit: '× `node -e 0`',
    cause: 'what is loaded before the command is known',
  },
];
const inWords = rows.map(({ goal, measured, wanted, unit, cause }) => ({
  goal,
  measured: `${measured.toFixed(2)} ${unit}`,
  wanted: `≤ ${wanted} ${unit}`,
  met: measured <= wanted ? 'yes' : `no: ${cause}`,
}));
console.table(inWords.map(({ met, ...row }) => ({ ...row, met: met.split(':')[0] })));
writeFileSync('docs/performance.svg', chart());
writeFileSync('docs/performance.md', page());

function peers(instances: number, delay: number): Peers {
  const file = `${kept}/peers-${instances}-${delay}.json`;
  const args = ['bench/run.mjs', 'peers', '--instances', `${instances}`, '--latency', `${delay}`];
  if (!values.kept)
    execFileSync(process.execPath, [...args, '--runs', values.runs, '--keep', file], { stdio: 'inherit' });
  return JSON.parse(readFileSync(file, 'utf8')) as Peers;
}

function startUp(): number {
  const said = execFileSync(process.execPath, ['bench/start-up.mjs', '9'], { encoding: 'utf8' });
  return Number(/([\d.]+) × the floor/.exec(said)?.[1]);
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** Of rounds that took turns: the median of each round's ratio. */
function ratio({ results }: Peers, pick: (round: Round) => number | null): number {
  return median(
    results.leakguard.map((round, i) => (pick(round) ?? NaN) / (pick(results.floor[i] ?? round) ?? NaN)),
  );
}

function cutRow(goal: string, wanted: number, pick: (times: Peers['cutTimes'][number]) => number): Row {
  const { cutTimes, results } = quiet;
  const ratios = results.leakguard.map(({ keyOff }, i) => {
    const times = cutTimes[i];
    return (keyOff ?? NaN) / (times === undefined ? NaN : pick(times));
  });
  const cause = 'the identity, the key’s owner and every guard are answered before the first change';
  return { goal, measured: median(ratios), wanted, unit: '× its time', cause };
}

function containedRow(goal: string, from: Peers): Row {
  const cause =
    'the identity, the key’s owner, the list of regions and the user data are round trips that the floor does not make';
  return {
    goal,
    measured: ratio(from, (round) => round.lastTermination),
    wanted: 1.3,
    unit: '× the floor',
    cause,
  };
}

/** Bars of what was measured, each with a mark where its goal is: a share of the longest. */
function chart(): string {
  const longest = Math.max(...rows.flatMap(({ measured, wanted }) => [measured, wanted]));
  const x = (value: number): number => Math.round((value / longest) * 300);
  const bars = rows.map(({ goal, measured, wanted }, i) => {
    const y = 10 + i * 34;
    const name = goal.replaceAll('`', '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    return `<text x="10" y="${y + 9}">${name}</text><rect x="10" y="${y + 14}" width="${x(measured)}" height="9" fill="${measured <= wanted ? '#2a7' : '#c52'}"/><path d="M${10 + x(wanted)} ${y + 12}v13" stroke="#222"/><text x="${18 + Math.max(x(measured), x(wanted))}" y="${y + 23}">${measured.toFixed(2)} (goal ${wanted})</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="430" height="${20 + rows.length * 34}" font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>${bars.join('\n')}</svg>\n`;
}

function page(): string {
  const [{ model = 'unknown' } = { model: 'unknown' }] = cpus();
  const noise =
    load > 1
      ? ` It was not quiet: other work kept ${load.toFixed(0)} processes waiting for them, so that the times are\nrough, and more evidence was read before the last termination than in a quiet run (see the bounds).`
      : '';
  const seconds = (from: Peers, name: 'floor' | 'leakguard'): string =>
    median(from.results[name].map(({ lastTermination }) => lastTermination ?? NaN)).toFixed(2);
  const counts = (name: 'floor' | 'leakguard'): string =>
    `${median(quiet.results[name].map(({ callsToTermination }) => callsToTermination))}`;
  const further =
    far === null
      ? ''
      : `; with ${latency} ms of latency ${seconds(far, 'floor')} s and ${seconds(far, 'leakguard')} s`;
  return `# How fast, and how sparing

Written by \`npm run bench\`: do not edit by hand. ${cpus().length} cores (${model.trim()}), Node ${process.version}, median of
${quiet.results.floor.length} interleaved round(s) on a moto of its own for each run.${noise}

| goal | measured | wanted | met |
|---|---|---|---|
${inWords.map(({ goal, measured, wanted, met }) => `| ${goal} | ${measured} | ${wanted} | ${met} |`).join('\n')}

![What was measured, against each goal](performance.svg)

The floor is \`bench/peers-floor.py\`: a bare concurrent script that is told the key, the regions, the type and which instances
are protected, selects by type alone, writes nothing down and does not look twice. Last termination at 17 × 10: the floor
${seconds(quiet, 'floor')} s and ${counts('floor')} calls, leakguard ${seconds(quiet, 'leakguard')} s and ${counts('leakguard')} calls${further}. A whole
containment took ${median(quiet.results.leakguard.map(({ calls }) => calls))} calls, two sweeps and looks at everything included.

## The bounds

- **Calls to the last termination**, where it is agreed beforehand: for each region one DescribeInstances a page, for each
  launch one DescribeInstanceAttribute (its user data) and for each kind of instance one GetConsoleScreenshot, for each
  instance whose protection the trail shows one ModifyInstanceAttribute, for each zone at most two TerminateInstances (what
  is free, and what was protected); and no more than 20 to know the caller, the key, the guards and the regions, and to cut.
  A test counts them: \`test/e2e/calls.test.ts\`. Descriptions, console output and security groups are read after the last
  termination, while the instances shut down, or from three seconds on where the terminations take longer: then they are
  among these calls.
- **Calls of a whole containment** where nothing comes back: three looks at everything, counted by the same test.
- **Evidence**: each read is asked once and never again, counted by \`test/aws/impatient.test.ts\`; what destroys waits for
  the evidence of what it destroys alone, five seconds at most: \`test/contain/run-plan.test.ts\`.
- **EC2's request buckets** (per account, region and action): n calls of one action in a region take at least
  max(0, (n − size) / refill) seconds; TerminateInstances has 100 and 5 a second and takes 1,000 ids a call,
  ModifyInstanceAttribute 50 and 5 a second and takes one: more than 50 protected instances in a region take
  (n − 50) / 5 seconds. LookupEvents has 2 and 2 a second: n pages of a region's events take (n − 2) / 2 seconds.
- **Connections**: 5 in each region and 12 for global services, 97 with the 17 regions that every account has; through a
  proxy 2 and 6, 40 in all: \`test/aws/network.test.ts\`, \`test/e2e/network.test.ts\`. A read that hangs gives its place away
  after a while, so that more are open where a region does not answer.

## What limits us next

One round trip for the user data between the list and the end of each region's first zone; the second TerminateInstances of
a zone with protected instances; protections that were set after what CloudTrail has delivered (up to 15 minutes), which a
refusal tells of; and without \`--yes\` or an agreement before, the person. Not measured here: 17 × 120 and 17 × 1,000, 200 ms of
latency (\`node bench/run.mjs peers --instances 120 --latency 200\`), Cloud Custodian, memory and growth (\`node bench/run.mjs
trail\` for trail files, \`node bench/run.mjs range\` for the range).
`;
}
