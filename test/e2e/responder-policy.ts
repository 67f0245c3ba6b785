import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { NamedScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { cliPath } from '../cli-path.js';

const execute = promisify(execFile);

export interface PrintedPolicy {
  name: string;
  document: {
    Version: string;
    Statement: { Sid: string; Effect: 'Allow'; Action: string[]; Resource: '*' }[];
  };
}

/** What the built command line prints for `leakguard policy`. */
export async function printedPolicies(...flags: string[]): Promise<PrintedPolicy[]> {
  const { stdout } = await execute(process.execPath, [cliPath, 'policy', '--json', ...flags]);
  return (JSON.parse(stdout) as { policies: PrintedPolicy[] }).policies;
}

/** The scenario with a responder who may do exactly what these policies allow. */
export function withPolicies(named: NamedScenario, policies: readonly PrintedPolicy[]): NamedScenario {
  const scenario = structuredClone(named.scenario);
  const owner = scenario.accounts
    .flatMap(({ users }) => Object.values(users ?? {}))
    .find(({ keys }) => keys?.includes(scenario.responder.key) === true);
  if (owner === undefined) throw new Error(`${named.name}: nobody has the responder’s key`);
  for (const grant of ['may', 'mayNot', 'attached', 'groups'] as const) delete owner[grant];
  owner.inline = Object.fromEntries(policies.map(({ name, document }) => [name, { ...document }]));
  return { ...named, scenario };
}
