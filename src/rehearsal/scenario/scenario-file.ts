import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { scenarioSchema, type Scenario } from './scenario.js';

/** A scenario file that says something the range cannot do: where, and what is expected there. */
class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  constructor(
    readonly file: string,
    readonly problems: { line: number; column: number; message: string }[],
  ) {
    super(problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'));
  }
}

export interface NamedScenario {
  /** The file's name without its ending: what `rehearse` is given. */
  name: string;
  file: string;
  scenario: Scenario;
}

/** Reads a scenario from YAML (or JSON with comments: YAML holds it). @throws ScenarioError with line numbers */
export function parseScenario(text: string, file: string): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    throw new ScenarioError(
      file,
      document.errors.map(({ pos, message }) => ({ ...at(pos[0]), message: message.split('\n')[0]! })),
    );
  }
  const result = scenarioSchema.safeParse(document.toJS());
  if (!result.success) {
    const issues = result.error.issues.map((issue) => nearest(issue));
    throw new ScenarioError(
      file,
      issues.map(({ path, message }) => ({
        ...at(offsetOf(document, path)),
        message: `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`,
      })),
    );
  }
  const problems = unknownLabels(result.data);
  if (problems.length > 0) {
    throw new ScenarioError(
      file,
      problems.map(({ path, message }) => ({
        ...at(offsetOf(document, path)),
        message: `${path.join('.')}: ${message}`,
      })),
    );
  }
  return result.data;
}

interface Problem {
  path: PropertyKey[];
  message: string;
}

/** Of a union, the branch that came furthest says what is wrong; its own path follows the union's. */
function nearest(issue: z.core.$ZodIssue): Problem {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0)
    return { path: issue.path, message: issue.message };
  const branches = issue.errors.map((branch) => branch.map((inner) => nearest(inner)));
  const misfit = (branch: Problem[]) =>
    branch.filter(
      ({ path, message }) =>
        path.length <= 1 &&
        /expected string, received undefined|expected object, received undefined|Unrecognized/.test(message),
    ).length;
  branches.sort((a, b) => misfit(a) - misfit(b) || a.length - b.length);
  const best = branches[0]?.[0] ?? { path: [], message: issue.message };
  return { path: [...issue.path, ...best.path], message: best.message };
}

/** Where `path` stands in the text; the nearest thing above it where it is missing. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== null && node.range !== undefined) return node.range[0];
  }
  return 0;
}

/** Labels of credentials must be those of keys, or of what an earlier step keeps. */
function unknownLabels(scenario: Scenario): Problem[] {
  const keys = new Set(
    scenario.accounts.flatMap(({ users = {} }) => Object.values(users).flatMap(({ keys = [] }) => keys)),
  );
  const problems: Problem[] = [];
  const check = (name: string | undefined, known: Set<string>, ...path: PropertyKey[]) => {
    if (name !== undefined && !known.has(name))
      problems.push({
        path,
        message: `no key is called ${name}: ${[...known].join(', ') || 'there is none'}`,
      });
  };
  check(scenario.incident.key, keys, 'incident', 'key');
  check(scenario.responder.key, keys, 'responder', 'key');
  const kept = new Set(keys);
  scenario.history.forEach((life, index) => {
    check(life.as ?? 'nobody', kept, 'history', index, 'as');
    if ('saveAs' in life && life.saveAs !== undefined) kept.add(life.saveAs);
  });
  const { attacker } = scenario;
  if (attacker !== undefined) {
    check(attacker.as, kept, 'attacker', 'as');
    attacker.steps.forEach((step, index) => {
      if (!('wait' in step)) check(step.as, kept, 'attacker', 'steps', index, 'as');
      if ('saveAs' in step && step.saveAs !== undefined) kept.add(step.saveAs);
    });
    attacker.meanwhile.forEach((part, outer) =>
      part.steps.forEach((step, index) => {
        check(step.as, kept, 'attacker', 'meanwhile', outer, 'steps', index, 'as');
        if ('saveAs' in step && step.saveAs !== undefined) kept.add(step.saveAs);
      }),
    );
  }
  return problems;
}

/** Reads one scenario: a path, or the name of a file in `directory`. @throws ScenarioError, or Error where it is not there */
export async function loadScenario(nameOrPath: string, directory: string): Promise<NamedScenario> {
  const packaged = join(directory, `${nameOrPath}.yaml`);
  const file = /^[a-z0-9-]+$/.test(nameOrPath) && existsSync(packaged) ? packaged : resolve(nameOrPath);
  if (!existsSync(file)) {
    throw new Error(
      `no scenario ${JSON.stringify(nameOrPath)}: neither a file, nor one of ${(await scenarioNames(directory)).join(', ')}`,
    );
  }
  return {
    name: basename(file).replace(/\.(ya?ml|jsonc?)$/, ''),
    file,
    scenario: parseScenario(await readFile(file, 'utf8'), file),
  };
}

/** The names of all scenarios in `directory`, sorted; mass-gpu first, since it is the one to begin with. */
export async function scenarioNames(directory: string): Promise<string[]> {
  const names = (await readdir(directory))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));
  const rank = (name: string) => (name === 'mass-gpu' ? 0 : 1);
  return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
