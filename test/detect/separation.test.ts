import { describe, expect, it } from 'vitest';
import { buildGraph, inOrderOnce } from '../../src/detect/credentials/credential-graph.js';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { modelInvocations } from '../../src/detect/behaviour/model-use.js';
import { candidatesOf } from '../../src/detect/onset/suspects.js';
import { loadScenario, scenarioNames } from '../../src/rehearsal/scenario/scenario-file.js';
import type { Scenario } from '../../src/rehearsal/scenario/scenario.js';
import { launchesAndMints, newUsers } from '../../src/survey/survey-trail.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { normaliseRecord } from '../../src/trail/normalise.js';
import { inProcess } from '../rehearsal/in-process.js';

const day = 24 * 3600_000;
const directory = 'fixtures/scenarios';
const scenarios = await Promise.all(
  (await scenarioNames(directory)).map(async (name) => loadScenario(name, directory)),
);

/** What is true of one account: its trail, and the key that somebody else has too. */
interface Account {
  events: TrailEvent[];
  key: string;
  now: number;
}

/** The trail of a scenario's account after its past, and after what its attacker did where there is one. */
function trailOf(scenario: Scenario, seed: number, attacked: boolean): Account {
  const { world, keys, calls } = inProcess({ ...scenario, seed });
  if (attacked) for (const { answer } of calls) expect(answer).toBeDefined();
  world.clock.advance(3600_000);
  const key = keys.get(scenario.incident.key);
  if (key === undefined) throw new Error(`no key ${scenario.incident.key}`);
  const records = key.account.usedRegions().flatMap(({ events }) => events.map(({ record }) => record));
  const events = records.map((record) => {
    const event = normaliseRecord(JSON.parse(JSON.stringify(record)), 'range');
    if ('skipped' in event) throw new Error(event.skipped);
    return event;
  });
  return { events: inOrderOnce(events), key: key.id, now: world.clock.now() };
}

/** What a scan without a key reads of the event history: launches and mints, then the whole life of who stands out. */
function askedOf({ events, now }: Account): TrailEvent[] {
  const names = new Set(['RunInstances', ...launchesAndMints, ...newUsers, ...modelInvocations]);
  const first = events.filter(
    ({ name, time }) => names.has(name) || (name === 'AssumeRole' && (time ?? 0) > now - 2 * day),
  );
  const lives = new Set(candidatesOf(buildGraph(first), undefined).map(({ accessKeyId }) => accessKeyId));
  return [...first, ...events.filter(({ actor }) => lives.has(actor.accessKeyId ?? ''))];
}

function look(events: TrailEvent[], now: number): Incident {
  return detect({
    events,
    inventory: [],
    plays: [],
    coverage: [],
    key: null,
    account: null,
    compromisedAt: null,
    now,
  });
}

/** What these attackers do is a builder's day: few launches, nothing refused. A scan is told the key there. */
const toldByName = [
  'containers',
  'hosting',
  'launchers',
  'machine-learning',
  'mail',
  'serverless',
  'generic',
  'sharing',
];
/** The key launches nothing: sessions do, of roles that its code got into. They stand out. */
toldByName.push('compute-doors', 'service-doors', 'instance-doors', 'identity-doors');

/** Its innocent key plants, on one day, whatever the attacker tampers with later: trust anchors, identity providers. */
const plantedInOneDay = 'everything';

describe('a scan without a key', () => {
  it.each(Array.from({ length: 50 }, (_, index) => index + 1))(
    'suspects nobody in the quiet account of seed %i',
    (seed) => {
      const quiet = scenarios.find(({ name }) => name === 'quiet');
      const account = trailOf(quiet!.scenario, seed, false);
      for (const events of [account.events, askedOf(account)]) {
        const { suspects, findings, key, launches } = look(events, account.now);
        expect({ suspects, findings, key }).toEqual({ suspects: [], findings: [], key: null });
        expect(launches.filter((launch) => launch.class === 'rogue')).toEqual([]);
      }
    },
  );

  it.each(scenarios.filter(({ name }) => name !== plantedInOneDay && name !== 'quiet'))(
    'suspects nobody in the past of $name, before anybody misused a key',
    ({ scenario }) => {
      for (const seed of [1, 2]) {
        const account = trailOf(scenario, seed, false);
        for (const events of [account.events, askedOf(account)])
          expect(look(events, account.now).suspects).toEqual([]);
      }
    },
  );

  it.each(
    scenarios.filter(({ name, scenario }) => scenario.attacker !== undefined && !toldByName.includes(name)),
  )('suspects the misused key of $name before any other', ({ scenario }) => {
    for (const seed of [1, 2]) {
      const account = trailOf(scenario, seed, true);
      for (const events of [account.events, askedOf(account)]) {
        const [first, ...others] = look(events, account.now).suspects;
        expect(first?.accessKeyId).toBe(account.key);
        expect(others.filter(({ score }) => score >= (first?.score ?? 0))).toEqual([]);
      }
    }
  });
});
