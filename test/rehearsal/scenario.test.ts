import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import { publishedScenarioSchema } from '../../src/rehearsal/scenario/published-schema.js';
import { loadScenario, parseScenario, scenarioNames } from '../../src/rehearsal/scenario/scenario-file.js';

const directory = 'fixtures/scenarios';

const smallest = `title: The smallest one
accounts:
  - id: '111122223333'
    users:
      ci: { may: ['ec2:*'], keys: [ci-key] }
      responder: { may: ['*'], keys: [responder-key] }
incident: { key: ci-key }
responder: { key: responder-key }
`;

describe('scenario files', () => {
  it('are all read, and say what they rehearse', async () => {
    const names = await scenarioNames(directory);
    expect(names[0]).toBe('mass-gpu');
    for (const name of names) {
      const { scenario } = await loadScenario(name, directory);
      expect(scenario.title, name).not.toBe('');
    }
  });

  it('name plays that exist, and every play names a scenario that says it rehearses it', async () => {
    const known = new Set(plays.map(({ id }) => id));
    const rehearsed = new Map<string, Set<string>>();
    for (const name of await scenarioNames(directory)) {
      const { scenario } = await loadScenario(name, directory);
      for (const play of scenario.plays ?? []) expect(known, `${name} names ${play}`).toContain(play);
      rehearsed.set(name, new Set(scenario.plays));
    }
    for (const { id, scenario } of plays) {
      expect([...rehearsed.keys()], `${id} names ${scenario}`).toContain(scenario);
      expect([...(rehearsed.get(scenario) ?? [])], `${scenario} is to rehearse ${id}`).toContain(id);
    }
  });

  it('stand in defaults for what they leave out', () => {
    const scenario = parseScenario(smallest, 'smallest.yaml');
    expect(scenario).toMatchObject({
      seed: 1,
      speed: 60,
      history: [],
      goals: { rogueAlive: 0, keyOffFirst: true },
    });
  });

  it('take durations in words and give milliseconds', () => {
    const scenario = parseScenario(`${smallest}goals: { keyOffWithin: 1.5m }\n`, 'smallest.yaml');
    expect(scenario.goals.keyOffWithin).toBe(90_000);
  });
});

describe('a scenario that is wrong', () => {
  const problemsOf = (text: string): string[] => {
    try {
      parseScenario(text, 'wrong.yaml');
    } catch (error) {
      return (error as Error).message.split('\n');
    }
    return [];
  };

  it.each([
    ['a field that nobody knows', 'speeed: 3\n', /^wrong\.yaml:9?\d*:\d+: .*speeed/],
    [
      'a duration without a unit',
      'goals: { keyOffWithin: 60 }\n',
      /^wrong\.yaml:9:\d+: goals\.keyOffWithin: /,
    ],
    [
      'a region that is none',
      'history:\n  - { as: ci-key, from: 3d, call: "ec2:DescribeInstances", regions: [mars] }\n',
      /^wrong\.yaml:10:\d+: history\.0\.regions/,
    ],
    [
      'a step that does nothing known',
      'attacker:\n  as: ci-key\n  steps:\n    - { cal: "ec2:RunInstances" }\n',
      /^wrong\.yaml:12:\d+: attacker\.steps\.0/,
    ],
    [
      'a credential that nobody has',
      'attacker:\n  as: other-key\n',
      /^wrong\.yaml:10:\d+: attacker\.as: no key is called other-key: ci-key, responder-key/,
    ],
    ['YAML that is broken', 'goals: { rogueAlive: 0\nnotice: x\n', /^wrong\.yaml:\d+:\d+: /],
  ])('says where %s stands', (_, more, expected) => {
    const problems = problemsOf(smallest + more);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(expected);
  });

  it('says what is missing at the thing that misses it', () => {
    expect(problemsOf(smallest.replace('title: The smallest one\n', ''))[0]).toMatch(
      /^wrong\.yaml:1:1: title: /,
    );
  });
});

describe('the published schema', () => {
  it('is the one that the scenarios are checked by', async () => {
    // `vitest -u` writes it anew.
    await expect(`${JSON.stringify(publishedScenarioSchema(), null, 2)}\n`).toMatchFileSnapshot(
      '../../docs/schemas/scenario.schema.json',
    );
  });
});

describe('the example of docs/scenarios.md', () => {
  it('is a scenario once its steps are put together', async () => {
    const blocks = [...(await readFile('docs/scenarios.md', 'utf8')).matchAll(/```yaml\n(.*?)```/gs)].map(
      (match) => match[1] ?? '',
    );
    // The second block stands in for two lines of the first, and is replaced again at the end.
    const whole = blocks.filter((_, index) => index !== 1).join('');
    const scenario = parseScenario(whole, 'docs/scenarios.md');
    expect(scenario.attacker?.meanwhile).toHaveLength(1);
    expect(scenario.goals.containExit).toEqual([5]);
    const quiet = `${blocks[0]?.replace(/responder: .*\n$/, '')}${blocks[1]}`;
    expect(parseScenario(quiet, 'docs/scenarios.md').goals.changes).toBe(0);
  });
});
