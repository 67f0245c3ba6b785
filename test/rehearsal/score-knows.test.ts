import { describe, expect, it } from 'vitest';
import { itemsOf } from '../../src/rehearsal/scenario/items.js';
import { livesOf } from '../../src/rehearsal/scenario/lives.js';
import { loadScenario, scenarioNames } from '../../src/rehearsal/scenario/scenario-file.js';
import { changes, keyOf, worked, type Item } from '../../src/rehearsal/score/score-facts.js';
import { taintedCredentials } from '../../src/rehearsal/score/taint.js';
import type { World } from '../../src/range/world/world.js';
import { inProcess } from './in-process.js';

const directory = 'fixtures/scenarios';
const scenarios = await Promise.all(
  (await scenarioNames(directory)).map(async (name) => await loadScenario(name, directory)),
);
const attacked = scenarios.filter(({ scenario }) => scenario.attacker !== undefined);

const statesOf = (items: readonly Item[]) =>
  new Map(items.map((item) => [keyOf(item), JSON.stringify(item.state)]));

/** Calls that make credentials: CloudTrail counts most of them as reads. */
const minting = ['AssumeRole', 'GetSessionToken', 'GetFederationToken', 'CreateAccessKey'];

/** The entry of the world's tables that an item stands for; null for what stands in none of them. */
function entryOf(world: World, { account, region, kind, id }: Item): object | null {
  if (region === 'global') return null;
  return (world.account(account).region(region).table(kind).get(id) as object | undefined) ?? null;
}

/** What runs already is started, what is shared is shared again; a function is updated to what it was. */
const changesNothing: Record<string, string[]> = {
  billing: ['ec2:StartInstances'],
  everything: ['cloudcontrolapi:CreateResource'],
  generic: ['cloudcontrolapi:CreateResource'],
  sharing: ['ec2:ModifySnapshotAttribute'],
  'service-doors': ['lambda:UpdateFunctionCode', 'ecs:UpdateService'],
  'compute-doors': ['lambda:UpdateFunctionCode', 'lambda:UpdateFunctionConfiguration'],
};

describe.each(attacked)('the score of $name', ({ name, scenario }) => {
  const { world, keys, misuseAt, calls } = inProcess(scenario);
  const key = keys.get(scenario.incident.key)?.id ?? '';
  const unseen: string[] = [];
  const unowned: string[] = [];
  const undecided = new Set<string>();
  const untainted: string[] = [];
  let changing = 0;
  let before = itemsOf(world);
  for (const { shot, entry, ours } of calls) {
    if (entry === null || ours) {
      before = itemsOf(world);
      continue;
    }
    const call = `${shot.service}:${shot.operation}`;
    if (worked(entry) && minting.includes(shot.operation)) {
      const tainted = taintedCredentials(world, key, misuseAt);
      untainted.push(...entry.touched.filter((id) => !tainted.has(id)).map((id) => `${call} ${id}`));
    }
    if (!changes(entry)) continue;
    changing += 1;
    const after = itemsOf(world);
    const known = statesOf(before);
    const different = after.filter((item) => known.get(keyOf(item)) !== JSON.stringify(item.state));
    const made = different.filter((item) => !known.has(keyOf(item)));
    if (different.length === 0) unseen.push(call);
    // What a group makes that was blown up is the group's own; that the group was changed shows in the group.
    const owned = made.some(({ madeBy }) => madeBy === entry.accessKeyId);
    if (different.length > 0 && made.length === different.length && !owned) unowned.push(call);
    for (const item of made) {
      const thing = entryOf(world, item);
      if (thing !== null && livesOf(item.kind, thing) === null) undecided.add(item.kind);
    }
    before = after;
  }

  it('sees each call of the attacker that changed something', () => {
    // An attacker who changes nothing is one that AWS refuses everything.
    if (changing === 0) expect(world.log.some(({ error }) => error !== null)).toBe(true);
    // Calls that change nothing are what one scenario is about.
    if (name === 'no-op-calls') expect(unseen.length).toBeGreaterThan(5);
    else expect(unseen).toEqual(changesNothing[name] ?? []);
  });

  it('knows of everything that was made whose it is', () => {
    expect(unowned).toEqual([]);
  });

  it('has decided of each kind of thing whether it lives', () => {
    expect([...undecided]).toEqual([]);
  });

  it('holds each credential that was minted for one of the incident', () => {
    expect(untainted).toEqual([]);
  });
});
