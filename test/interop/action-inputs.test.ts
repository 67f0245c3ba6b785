import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import { everyAction, findings } from '../plays/every-action.js';
import { has, program } from './environments.js';

const script = join(dirname(fileURLToPath(import.meta.url)), 'action-inputs.py');

interface Sent {
  service: string;
  operation: string;
  input: object;
}

function refusedByBotocore(calls: Sent[]): string[] {
  const { stdout, stderr, status } = spawnSync(program('interop', 'python'), [script], {
    input: JSON.stringify(calls),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!has('interop'))('what the plays would send', () => {
  it('is held against AWS’s own service models', () => {
    expect(refusedByBotocore([{ service: 'ec2', operation: 'TerminateInstances', input: {} }])).toHaveLength(
      1,
    );
  });

  it('is what AWS’s service models ask for: every action, every undo, every read of evidence', async () => {
    const calls: Sent[] = [];
    for (const play of plays) {
      for (const action of await everyAction(play)) {
        calls.push(action, ...('calls' in action.undo ? action.undo.calls : []));
      }
      calls.push(...(play.record?.(await findings(play)) ?? []));
    }
    expect(calls.length).toBeGreaterThan(plays.length);
    expect(refusedByBotocore(calls)).toEqual([]);
  });
});
