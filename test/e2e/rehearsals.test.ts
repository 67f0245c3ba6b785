import pLimit from 'p-limit';
import { beforeAll, describe, expect, it } from 'vitest';
import { rehearse, type Rehearsal } from '../../src/rehearsal/rehearse.js';
import { loadScenario, scenarioNames } from '../../src/rehearsal/scenario/scenario-file.js';
import { printedPolicies, withPolicies } from './responder-policy.js';
import { entries, scenarioCalled } from './scene.js';

const directory = 'fixtures/scenarios';
const names = await scenarioNames(directory);
/** A rehearsal computes and waits in turn: a few at once fill two cores. */
const atOnce = pLimit(3);
const longest = 240_000;

/**
 * What was not reached, and why, in one readable text. How long it took is no part of it: the range's clock runs on
 * while a busy machine computes.
 */
function shortfall({ judgements, score, commands, unknownOperations }: Rehearsal): string {
  const missed = judgements.filter(({ reached, goal }) => !reached && !goal.endsWith('Within'));
  if (missed.length === 0) return '';
  const { rogueAlive, innocentsTouched, tamperedLeft, principalsOpen } = score;
  const details = { missed, rogueAlive, innocentsTouched, tamperedLeft, principalsOpen, unknownOperations };
  const said = commands.map(
    ({ command, exitCode, stderr }) => `${command} ${exitCode}: ${stderr.slice(-600)}`,
  );
  return `${JSON.stringify(details, null, 1).slice(0, 4000)}\n${said.join('\n')}`;
}

describe('every scenario, by a responder who has exactly the policy that leakguard prints', () => {
  let policies: Awaited<ReturnType<typeof printedPolicies>>;
  let ofOrganization: typeof policies;
  beforeAll(async () => {
    policies = await printedPolicies();
    ofOrganization = await printedPolicies('--organization', 'management');
  });

  it.concurrent.for(names)('%s reaches its goals', { timeout: 900_000 }, async (name, { expect }) => {
    const rehearsal = await atOnce(async () => {
      const named = await loadScenario(name, directory);
      const isOne = named.scenario.responder.flags?.includes('--organization') === true;
      return rehearse(withPolicies(named, isOne ? ofOrganization : policies), entries);
    });
    expect(shortfall(rehearsal)).toBe('');
  });
});

describe('the score', () => {
  it('says that a tool failed which only looks', { timeout: longest }, async () => {
    const named = await scenarioCalled('same-host', (text) =>
      text.replace('{ key: responder-key,', '{ key: responder-key, commands: [scan],'),
    );
    const { reached, score, judgements } = await rehearse(named, entries);
    expect(reached).toBe(false);
    expect(score.rogueAlive.length).toBeGreaterThan(50);
    expect(score.principalsOpen.map(({ id }) => id)).toHaveLength(1);
    expect(score.usdPerHourLeft).toBeGreaterThan(100);
    const missed = judgements.filter((one) => !one.reached).map(({ goal }) => goal);
    expect(missed).toEqual(expect.arrayContaining(['rogueAlive', 'principalsOpen']));
  });

  it('says what stays open where the responder may not terminate, and leakguard calls it incomplete', {
    timeout: longest,
  }, async () => {
    const named = await scenarioCalled('same-host', (text) =>
      text.replace(
        "attached: ['arn:aws:iam::aws:policy/AdministratorAccess']",
        "may: ['*'], mayNot: ['ec2:TerminateInstances']",
      ),
    );
    const { reached, score } = await rehearse(named, entries);
    expect(reached).toBe(false);
    expect(score.rogueAlive.length).toBeGreaterThan(50);
    expect(score.innocentsTouched).toEqual([]);
    expect(score.principalsOpen).toEqual([]);
    expect(score.falseAllClear).toEqual([]);
    expect(score.exits.contain).toBe(5);
  });

  it('fails a goal that nobody can reach, and names it', { timeout: longest }, async () => {
    const named = await loadScenario('attempt-only', directory);
    const { reached, judgements } = await rehearse(named, { ...entries, goals: ['keyOffWithin=1ms'] });
    expect(reached).toBe(false);
    expect(judgements.filter((one) => !one.reached).map(({ goal }) => goal)).toEqual(['keyOffWithin']);
  });
});

describe('the same seed', () => {
  it('gives the same incident', { timeout: longest }, async () => {
    const named = await scenarioCalled('same-host', (text) => text.replace('mode: greedy', 'mode: asleep'));
    const made = async () => {
      const { score } = await rehearse(named, { ...entries, manual: async () => undefined });
      return score.rogueAlive.map(({ id, region }) => `${id} ${region}`);
    };
    const [first, second] = [await made(), await made()];
    expect(first.length).toBeGreaterThan(50);
    expect(second).toEqual(first);
  });
});
