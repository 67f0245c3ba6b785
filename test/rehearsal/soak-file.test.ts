import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSoakFile } from '../../src/rehearsal/report/soak-file.js';
import { sampleRehearsal } from './rehearsal-samples.js';

const touched = { id: 'i-1', kind: 'ec2:instances', region: 'eu-west-1', why: 'gone' };
let home: string;
let dist: string;
let file: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'leakguard-soak-'));
  dist = join(home, 'dist');
  file = join(home, 'soak.jsonl');
  await mkdir(join(dist, 'services'), { recursive: true });
  await writeFile(join(dist, 'cli.js'), 'a');
  await writeFile(join(dist, 'services', 'ec2.js'), 'b');
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('a soak in parts', () => {
  it('adds up, and does no seed of the same build twice', async () => {
    const first = await openSoakFile(file, dist);
    await first.add({ ...sampleRehearsal(), seed: 1 });
    await first.add({ ...sampleRehearsal({ innocentsTouched: [touched] }), seed: 2 });
    const second = await openSoakFile(file, dist);
    expect([1, 2, 3].map((seed) => second.has(seed))).toEqual([true, true, false]);
    await second.add({ ...sampleRehearsal({ falseAllClear: ['scan ended with 0'] }), seed: 3 });
    expect(second.totals()).toEqual({
      ...{ rehearsals: 3, reached: 1, innocentsTouched: 1, journalEntriesLost: 0, falseAllClear: 1 },
    });
  });

  it('counts nothing of another build, in whatever file of it the difference is', async () => {
    const old = await openSoakFile(file, dist);
    await old.add(sampleRehearsal());
    await writeFile(join(dist, 'services', 'ec2.js'), 'c');
    const now = await openSoakFile(file, dist);
    expect(now.build).not.toBe(old.build);
    expect(now.has(sampleRehearsal().seed)).toBe(false);
    expect(now.totals().rehearsals).toBe(0);
  });

  it('is not read where a line is none of it: parts that are lost are no success', async () => {
    await (await openSoakFile(file, dist)).add(sampleRehearsal());
    await appendFile(file, '{"build":"ab');
    await expect(openSoakFile(file, dist)).rejects.toThrow('line 2 is not one of a soak');
  });
});
