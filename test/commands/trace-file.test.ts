import { closeSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TraceFile } from '../../src/commands/trace-file.js';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'leakguard-trace-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

const call = (id: number) =>
  ({
    id,
    service: 'ec2',
    operation: 'DescribeInstances',
    region: 'us-east-1',
    from: id,
    took: 1,
    step: 'call',
    error: null,
  }) as const;

it('a trace that can be written no more ends alone: the calls go on', () => {
  const trace = new TraceFile(join(home, 'lost.json'));
  closeSync((trace as unknown as { file: number }).file);
  for (let id = 0; id < 1000; id += 1) trace.watch(call(id));
  expect(trace.failure).toMatch(/EBADF/);
  trace.close();
});

it('is readable by whoever made it alone', async () => {
  const path = join(home, 'own.json');
  new TraceFile(path).close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});
