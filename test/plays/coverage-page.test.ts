import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { OriginRules } from '../../src/detect/classify/origins.js';
import { StandingActs } from '../../src/detect/findings/standing.js';
import { detect } from '../../src/detect/detect.js';
import { isForwarded } from '../../src/detect/records/record-fields.js';
import { rankedActs } from '../../src/facts/acts.js';
import interesting from '../../src/facts/events-of-interest.json' with { type: 'json' };
import { idleBecause } from '../../src/facts/idle-acts.js';
import { type TrailEvent, worked } from '../../src/model/index.js';
import { plays } from '../../src/plays/index.js';
import { coverageOf, coverageTable, lookedTable, type NamedEvent } from '../../src/plays/coverage-table.js';
import { notExamined } from '../../src/plays/not-examined.js';
import { readTrail } from '../../src/trail/files.js';

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const files = ['cloudtrail', 'field'].flatMap((folder) =>
  readdirSync(`${fixtures}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(json|jsonl|csv|yaml)(\.gz)?$/.test(name) && !name.endsWith('labels.json'))
    .map((name) => `${folder}/${name}`)
    .sort(),
);
/** The events of each public record in fixtures/. */
const records = new Map<string, readonly TrailEvent[]>();

beforeAll(async () => {
  for (const file of files) {
    const { events } = await readTrail([`${fixtures}${file}`], () => undefined);
    records.set(file, events);
  }
});

const writes = (): TrailEvent[] => [...records.values()].flat().filter(({ readOnly }) => readOnly === false);

/** What published intrusions, the tables of the product and the public records know. */
function known(): NamedEvent[] {
  const named = rankedActs.map((act) => {
    const [source = '', name = ''] = act.split('|');
    return { source, name };
  });
  return [...named, ...interesting.events, ...writes()];
}

describe('what becomes of what the misuse did', () => {
  it('is the table in the documentation', async () => {
    const page =
      '# What becomes of what the misuse did\n\nEvery act of a tainted credential that writes stands until an event or a look takes it back, unless it is known to be\nidle. An event in no table stands. What stands and has no play is told with its step and its ids, and a containment that\nleaves it does not end as contained. These are the events of published intrusions and of the public records in fixtures/.\nGenerated from src/facts/idle-acts.ts and the plays; `npx vitest run test/plays/coverage-page.test.ts -u` writes it anew.\n\n';
    const looked = lookedTable(
      plays,
      notExamined().map(({ subject }) => subject),
    );
    const how = `\n## How each kind of thing is looked at\n\n${looked}\n`;
    await expect(`${page}${coverageTable(known(), plays)}\n${how}`).toMatchFileSnapshot(
      '../../docs/coverage.md',
    );
  });

  it('says of no service that nobody thought of that it is idle', () => {
    for (const name of [
      'CreateThing',
      'PutThing',
      'UpdateThing',
      'ModifyThing',
      'ShareThing',
      'SetThing',
      'StartThing',
    ])
      expect(coverageOf({ source: 'new-service.amazonaws.com', name }, plays)).toMatch(/^stands/);
  });

  it('is never passed over: in the public records each act that worked has a play, stands, goes with its own, or is idle', () => {
    let counted = 0;
    for (const events of records.values()) {
      const rules = new OriginRules(plays);
      // Nothing is of the incident's making here, so that nothing goes with it.
      const standing = new StandingActs(events, rules, () => false);
      for (const event of events) {
        if (!worked(event) || event.readOnly !== false) continue;
        counted += 1;
        const isCovered =
          rules.of(event).length > 0 ||
          standing.leaves(event) ||
          isForwarded(event) ||
          idleBecause(event.source, event.name) !== null;
        expect([event.source, event.name, isCovered]).toEqual([event.source, event.name, true]);
      }
    }
    expect(counted).toBeGreaterThan(500);
  });

  it('leaves at most three things to a person of each innocent life, wherever in it a misuse is said to begin', () => {
    const lives: string[] = [];
    for (const [file, events] of records) {
      if (!file.startsWith('field/')) continue;
      const keys = new Set(
        events.map(({ actor }) => actor.accessKeyId).filter((id) => id?.startsWith('AKIA')),
      );
      for (const key of keys) {
        const times = events.flatMap(({ actor, time }) =>
          actor.accessKeyId === key && time !== null ? [time] : [],
        );
        for (const share of [0.1, 0.5, 0.9]) {
          const compromisedAt = times[Math.floor(times.length * share)] ?? 0;
          const now = Date.parse('2026-11-23T00:00:00Z');
          const facts = { events, inventory: [], plays, coverage: [], account: null, now };
          const { deeds } = detect({ ...facts, key: key ?? null, compromisedAt });
          const left = deeds.filter(({ stands }) => stands);
          lives.push(`${left.length <= 3 ? 'few' : 'many'} left of ${file} ${key ?? ''} from ${share}`);
        }
      }
    }
    expect(lives.length).toBeGreaterThan(30);
    expect(lives.filter((life) => life.startsWith('many'))).toEqual([]);
  });
});
