import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodeHelp } from '../../src/model/exit-code.js';
import { createPolicy } from '../../src/range/world/identity.js';
import { accountId, smallIncident, type SmallIncident } from './incident.js';

const longest = { timeout: 120_000 };
let incident: SmallIncident;
let journal: string;
beforeAll(async () => {
  incident = await smallIncident();
  await incident.contain();
  [journal = ''] = await incident.journals();
}, 120_000);
afterAll(() => incident.close());

const undo = (...more: string[]) => incident.run(['undo', journal, '--yes', '--account', accountId, ...more]);
const words = (text: string): string => text.replaceAll(/\s+/g, ' ');

it('6: refused where nobody agreed, and nothing is undone', longest, async () => {
  const before = incident.state();
  const { exitCode, stderr } = await incident.run(['undo', journal, '--include-rogue']);
  expect(exitCode, stderr).toBe(6);
  expect(incident.state()).toEqual(before);
});

it('5: what was asked for by its id has no way back, or needs a flag of its own', longest, async () => {
  const gone = await undo('--only', incident.rogue[0]!);
  expect(gone.exitCode, gone.stderr).toBe(5);
  expect(words(gone.stderr)).toMatch(/not taken back: terminate .*cannot be brought back/);
  const key = await undo('--only', incident.key);
  expect(key.exitCode, key.stderr).toBe(5);
  expect(words(key.stderr)).toMatch(/not taken back: disable access key .*: only with --reactivate-key/);
});

it('5: something failed, and each that did is named', longest, async () => {
  const { account, world } = incident;
  const { grants } = account.users.get('oncall')!;
  const { current } = grants;
  const reads = ['Describe*', 'Get*', 'List*'].flatMap((name) =>
    ['iam', 'ec2', 'autoscaling', 'sts', 'cloudtrail'].map((service) => `${service}:${name}`),
  );
  const statement = { Effect: 'Allow', Action: reads, Resource: '*' };
  const { arn } = createPolicy(
    account,
    'reads',
    JSON.stringify({ Version: '2012-10-17', Statement: statement }),
  );
  grants.change(world, { ...current, attached: [arn] });
  world.clock.advance(120_000);
  const { exitCode, stderr } = await undo('--include-rogue');
  grants.change(world, current);
  world.clock.advance(120_000);
  expect(exitCode, stderr).toBe(5);
  expect(words(stderr)).toMatch(/not taken back: take back: /);
});

it(
  '0: all that it set out to take back is back, and what it leaves by design is listed',
  longest,
  async () => {
    const { exitCode, stderr, stdout } = await undo();
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toMatch(/left +\d+ actions? left as they are/);
    expect(words(stderr)).toMatch(/only with --reactivate-key/);
    expect(stdout).toMatch(/left by design: [1-9]/);
    const all = await undo('--include-rogue', '--reactivate-key');
    expect(all.exitCode, all.stderr).toBe(0);
    expect(all.stdout).toMatch(/undo: ([1-9]\d*) of \1 taken back; left by design: 0/);
  },
);

it('are in the table that --help and the README show', () => {
  const [ok, incomplete, refused] = ['0', '5', '6'].map((code) =>
    exitCodeHelp()
      .split('\n')
      .find((line) => line.trim().startsWith(`${code} `)),
  );
  expect(ok).toContain('all that it set out to take back is back (undo)');
  expect(incomplete).toContain('not all is back, or not known to be (undo)');
  expect(refused).toContain('refused');
});
