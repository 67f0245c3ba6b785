import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { Dispatcher } from '../../src/range/dispatch.js';
import { Delayed } from '../../src/range/world/identity.js';
import { smallIncident, type SmallIncident } from './incident.js';

const minute = 60_000;
const longest = 240_000;

interface Sweep {
  kind: string;
  at: string;
  clean: boolean;
}

async function sweepsOf(incident: SmallIncident): Promise<Sweep[]> {
  const [journal] = await incident.journals();
  const text = journal === undefined ? '' : await readFile(journal, 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line.includes('"kind":"sweep"'))
    .map((line) => JSON.parse(line) as Sweep);
}

/** Somebody took the cut back, and the thief launches again. Gives the ids. */
function comeBack({ world, account, key }: SmallIncident): string[] {
  world.keys.get(key)?.status.change(world, 'Active');
  const user = account.users.get('ci');
  if (user !== undefined) user.grants = new Delayed({ ...user.grants.current, inline: {} });
  const input = { ImageId: 'ami-0123456789abcdef0', InstanceType: 'p3.16xlarge', MinCount: 2, MaxCount: 2 };
  const call = { accessKeyId: key, service: 'ec2', operation: 'RunInstances', region: 'eu-west-1', input };
  const { Instances } = new Dispatcher(world).perform(call) as { Instances: { InstanceId: string }[] };
  return Instances.map(({ InstanceId }) => InstanceId);
}

describe('contain --watch 30m', () => {
  it('stays for half an hour after the last thing was found, and catches who comes back in it', {
    timeout: longest,
  }, async () => {
    const incident = await smallIncident({ fresh: true });
    try {
      const { world } = incident;
      // Slow enough that no load of the machine lets the half hour pass before the thief is back, then fast.
      world.clock.setSpeed(5);
      const run = incident.run([...incident.containment, '--region', 'all', '--watch', '30m', '--json']);
      let sweeps: Sweep[] = [];
      // By then IAM shows every change that was made before: what it shows otherwise, somebody took back.
      const settled = () => Date.parse(sweeps.at(-1)?.at ?? '') - Date.parse(sweeps[0]?.at ?? '') > 70_000;
      while (sweeps.filter(({ clean }) => clean).length < 2 || !settled()) {
        await Promise.race([run, new Promise((resolve) => setTimeout(resolve, 100))]);
        sweeps = await sweepsOf(incident);
      }
      // Without --watch it would have ended here.
      const launched = comeBack(incident);
      const before = sweeps.length;
      world.clock.setSpeed(100);
      const { exitCode, stderr } = await run;

      expect(exitCode, stderr.slice(-2000)).toBe(0);
      const { rogueAlive, innocentAlive } = incident.state() as { rogueAlive: number; innocentAlive: number };
      expect(launched).toHaveLength(2);
      expect(rogueAlive).toBe(0);
      expect(innocentAlive).toBe(incident.innocent.length);
      expect(world.keys.get(incident.key)?.status.current).toBe('Inactive');
      expect(stderr).toContain('The cut did not hold');
      // Not by the time: leakguard does not believe every jump of this clock at once.
      const after = (await sweepsOf(incident)).slice(before);
      const found = after.filter(({ clean }) => !clean);
      expect(found.length).toBeGreaterThan(0);
      // Half an hour of AWS's time, since the last sweep that found something.
      const quiet = Date.parse(after.at(-1)?.at ?? '') - Date.parse(found.at(-1)?.at ?? '');
      expect(quiet).toBeGreaterThanOrEqual(30 * minute - 1000);
    } finally {
      await incident.close();
    }
  });
});
