import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Delayed } from '../../src/range/world/identity.js';
import { smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;
beforeEach(async () => {
  incident = await smallIncident();
}, 60_000);
afterEach(() => incident.close());

const longest = 120_000;
type Alive = { rogueAlive: number };
const alive = () => (incident.state() as Alive).rogueAlive;

/** After so many calls of the responder. */
const then = (calls: number, happen: () => void) =>
  incident.world.turns.push({ accessKeyId: incident.responderKey, calls, happen });

const switchedOff = () => {
  for (const key of incident.world.keys.values()) {
    if (key.id === incident.responderKey) key.status = new Delayed<'Active' | 'Inactive'>('Inactive');
  }
};
const denied = () => {
  incident.world.faults = { denied: ['*'], deniedTo: incident.responderKey };
};

describe('an enabled region that takes no token of the responder', () => {
  it('is unknown to contain and verify, and both say what to do', { timeout: longest }, async () => {
    incident.world.faults = { refusedRegions: ['eu-west-1'], deniedTo: incident.responderKey };
    const contained = await incident.contain();
    expect(contained.exitCode, contained.stderr.slice(-2000)).toBe(5);
    expect(alive()).toBeGreaterThan(0);
    const region = ['--region', 'us-east-1,eu-west-1'];
    const verified = await incident.run(['verify', '--key', incident.key, '--json', ...region]);
    expect([3, 5]).toContain(verified.exitCode);
    const scanned = await incident.run(['scan', '--key', incident.key, '--json', ...region]);
    expect([3, 5]).toContain(scanned.exitCode);
    const { incident: found } = JSON.parse(scanned.stdout) as {
      incident: { coverage: { region: string; status: string; detail: string }[] };
    };
    const there = found.coverage.filter(({ region: name }) => name === 'eu-west-1');
    expect(there.filter(({ status }) => status === 'failed').length).toBeGreaterThan(10);
    expect(there.filter(({ status }) => status === 'not-enabled')).toEqual([]);
    expect(there.find(({ status }) => status === 'failed')?.detail).toMatch(/does not take your key/);
  });
});

describe('a responder who is cut off in the middle', () => {
  it.each([
    ['by switching the key off', switchedOff],
    ['by a Deny, to which GetCallerIdentity answers all the same', denied],
  ])('stops, says so and how to go on: %s', { timeout: longest }, async (_, happen) => {
    then(60, happen);
    const { exitCode, stderr } = await incident.contain();
    expect(exitCode, stderr.slice(-2000)).toBe(4);
    expect(stderr).toMatch(/NOT CONTAINED/);
    expect(stderr).toMatch(/you are cut off/);
    const journal = (await incident.journals())[0] ?? '?';
    const [resume] = /leakguard resume .* --profile \S+/.exec(stderr) ?? [];
    expect(resume).toContain(journal);
    expect(resume).toContain('--simulated');
  });
});

describe('a cut whose owner can no longer be read', () => {
  it('is not said to hold', { timeout: longest }, async () => {
    then(60, () => {
      incident.world.faults = {
        denied: ['iam:GetAccessKeyLastUsed'],
        deniedTo: incident.responderKey,
      };
    });
    const { exitCode, stderr } = await incident.contain();
    expect(exitCode, stderr.slice(-2000)).toBe(5);
    expect(stderr).toMatch(/Whether the cut holds could not be read/);
  });
});

describe('a list of keys that is seconds old', () => {
  it('is no sign that somebody took the cut back', { timeout: longest }, async () => {
    incident.world.faults = { staleKeysMs: 40_000 };
    const { stderr } = await incident.contain();
    expect(stderr).not.toMatch(/took it back/);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(/IAM does not show the cut yet/);
    const { log, keys } = incident.world;
    const puts = log.filter(
      ({ operation, input }) => operation === 'UpdateAccessKey' && input['AccessKeyId'] === incident.key,
    );
    expect(puts.length).toBeGreaterThan(1);
    // Once for the cut, and once a sweep at most.
    const sweeps = stderr.match(/^sweep \d+/gm) ?? [];
    expect(puts.length).toBeLessThanOrEqual(1 + sweeps.length);
    expect(keys.get(incident.key)?.status.current).toBe('Inactive');
  });
});
