import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Delayed } from '../../src/range/world/identity.js';
import { smallIncident, type CommandRun, type SmallIncident } from './incident.js';
import { printedPolicies } from './responder-policy.js';

const longest = 180_000;
const full = await printedPolicies();
const readOnly = await printedPolicies('--read-only');

interface Report {
  verdict: { state: string };
  actions: { call: { operation: string }; result: string; error: { message: string } | null }[];
  coverage: { status: string; detail: string | null }[];
}

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
});
afterEach(async () => {
  await incident.close();
});

/** From now on the responder may do what these policies allow but `taken`, and nothing else. */
function responderHas(policies: typeof full, taken: string | null = null): void {
  const responder = incident.account.users.get('oncall');
  if (responder === undefined) throw new Error('there is no responder');
  const inline = policies.map(({ name, document }) => {
    const Statement = document.Statement.map((statement) => ({
      ...statement,
      Action: statement.Action.filter((action) => action !== taken),
    }));
    return [name, JSON.stringify({ ...document, Statement })] as const;
  });
  responder.grants = new Delayed({ inline: Object.fromEntries(inline), attached: [] });
}

/** Every refusal that the range gave from `from` on for want of a right: service:Operation, each once. */
const refusals = (from = 0): string[] => [
  ...new Set(
    incident.world.log
      .slice(from)
      .filter(({ allowed }) => allowed === false)
      .map(({ service, operation }) => `${service}:${operation ?? ''}`),
  ),
];

const reportOf = ({ stdout }: CommandRun): Report => JSON.parse(stdout) as Report;
/** In every region, so that nothing is left out but what may not be looked at. */
const contain = (): Promise<CommandRun> =>
  incident.run([...incident.containment, '--region', 'all', '--json']);

interface Taken {
  permission: string;
  /** What is not done for want of it, and nothing else. */
  refused: string[];
  /** What the world is like in the end, as far as it differs from a containment. */
  left: { rogueAlive?: 'some'; keys?: string };
}

const contained = { rogueAlive: 0, key: 'ci: Inactive' };

describe('a containment by a responder who has exactly the printed policy', () => {
  it('is contained, and asks for nothing that it may not do', { timeout: longest }, async () => {
    responderHas(full);
    const from = incident.world.log.length;
    const run = await contain();
    expect(run.exitCode, run.stderr.slice(-2000)).toBe(0);
    expect(refusals(from)).toEqual([]);
  });

  const taken: Taken[] = [
    { permission: 'iam:UpdateAccessKey', refused: ['UpdateAccessKey'], left: { keys: 'ci: Active' } },
    { permission: 'iam:PutUserPolicy', refused: ['PutUserPolicy'], left: {} },
    { permission: 'ec2:TerminateInstances', refused: ['TerminateInstances'], left: { rogueAlive: 'some' } },
    {
      permission: 'ec2:ModifyInstanceAttribute',
      refused: ['ModifyInstanceAttribute'],
      left: { rogueAlive: 'some' },
    },
  ];

  it.each(taken)(
    'without $permission is refused that step alone, and names it',
    { timeout: longest },
    async ({ permission, refused, left }) => {
      responderHas(full, permission);
      const from = incident.world.log.length;
      const run = await contain();
      const report = reportOf(run);
      expect(run.exitCode, run.stderr.slice(-2000)).toBe(5);
      expect(report.verdict.state).not.toBe('contained');
      expect(refusals(from)).toEqual([permission]);
      const failed = report.actions.filter(({ result }) => result === 'denied');
      expect([...new Set(failed.map(({ call }) => call.operation))]).toEqual(refused);
      for (const { error } of failed) expect(error?.message).toContain(permission);
      // Everything that does not hang on it is done.
      const state = incident.state() as { rogueAlive: number; keys: string[]; innocentAlive: number };
      expect(state.innocentAlive).toBe(incident.innocent.length);
      if (left.rogueAlive === undefined) expect(state.rogueAlive).toBe(contained.rogueAlive);
      else expect(state.rogueAlive).toBeGreaterThan(0);
      expect(state.keys).toContain(left.keys ?? contained.key);
      // The screen says it too, with what comes next.
      expect(run.stderr).toContain(permission);
      const [journal = ''] = await incident.journals();
      const screen = await incident.run(['report', journal]);
      expect(screen.stdout.replace(/\s+/g, ' ')).toContain(`get ${permission}: leakguard policy prints`);
    },
  );

  it.each(['ec2:DescribeInstances', 'cloudtrail:LookupEvents'])(
    'without %s calls nothing clean that it could not see',
    { timeout: longest },
    async (permission) => {
      responderHas(full, permission);
      const run = await contain();
      const report = reportOf(run);
      expect(run.exitCode, run.stderr.slice(-2000)).toBe(5);
      expect(report.verdict.state).not.toBe('contained');
      const denied = report.coverage.filter(({ status }) => status === 'denied');
      expect(denied.length).toBeGreaterThan(0);
      for (const { detail } of denied) expect(detail).toContain(permission);
      // The key goes first, whatever cannot be looked at.
      expect((incident.state() as { keys: string[] }).keys).toContain(contained.key);
    },
  );
});

describe('verify', () => {
  it('needs no more than the read-only policy', { timeout: longest }, async () => {
    expect((await contain()).exitCode).toBe(0);
    // Half an hour later CloudTrail knows of everything.
    incident.world.clock.advance(30 * 60_000);
    responderHas(readOnly);
    const from = incident.world.log.length;
    const run = await incident.run(['verify', '--key', incident.key, '--simulated', '--json']);
    expect(refusals(from)).toEqual([]);
    const { rows } = JSON.parse(run.stdout) as {
      rows: { subject: string; status: string; details: string[] }[];
    };
    expect(rows.filter(({ status }) => status !== 'clean')).toEqual([]);
    expect(run.exitCode).toBe(0);
    const writes = incident.world.log.slice(from).filter((entry) => !entry.readOnly);
    expect(writes).toEqual([]);
  });
});

describe('the printed policy', () => {
  it('fits into two managed policies, and into one for looking only', () => {
    // 6,144 characters, white space not counted (IAM user guide, "IAM and AWS STS quotas").
    expect([full.length, readOnly.length]).toEqual([2, 1]);
    for (const { document } of [...full, ...readOnly])
      expect(JSON.stringify(document).length).toBeLessThanOrEqual(6144);
  });
});
