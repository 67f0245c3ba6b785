import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logOf, openDesk, quietAccount, type Desk } from './scene.js';

interface Slice {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur: number;
  args: Record<string, unknown>;
}

let desk: Desk;
let home: string;
let trace: Slice[];
let stderr: string;
/** What the server received. */
let received: Awaited<ReturnType<typeof logOf>>;

const scan = (): string[] => ['scan', '--key', desk.keys.get('ci-key')!.id, '--simulated'];
const isCall = ({ ph, name }: Slice): boolean => ph === 'X' && /^[a-z\d]+:[A-Z]\w+$/.test(name);
const isRequest = ({ ph, name }: Slice): boolean => ph === 'X' && /^(GET|POST|PUT|DELETE|HEAD) /.test(name);

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'leakguard-debug-'));
  desk = await openDesk(quietAccount('A quiet account, for a person who asks what takes so long'), {
    fresh: true,
  });
  const file = join(home, 'trace.json');
  ({ stderr } = await desk.run([...scan(), '--debug', '--trace', file]));
  trace = JSON.parse(await readFile(file, 'utf8')) as Slice[];
  received = await logOf(desk.range.url);
}, 60_000);

afterAll(async () => {
  await desk.close();
  await rm(home, { recursive: true, force: true });
});

describe('--debug', () => {
  it('shows each request that the server received, with what came back', () => {
    const host = new URL(desk.range.url).host;
    const lines = stderr.split('\n').filter((line) => line.includes(` ${host} `));
    expect(lines.length).toBe(received.length);
    const form = /^\d\d:\d\d:\d\d\.\d{3} [A-Z]+ [\d.:]+ [a-z\d]+:[A-Z]\w+ \d{3} \d+ ms( [\w-]+)?$/;
    expect(lines.filter((line) => !form.test(line))).toEqual([]);
    expect(lines.some((line) => line.includes(' iam:GetAccessKeyLastUsed 200 '))).toBe(true);
  });

  it('is silent where it is not asked for', async () => {
    const { stderr: quiet } = await desk.run(scan());
    expect(quiet).not.toContain(' ms ');
  });
});

describe('--trace', () => {
  it('holds each call with its requests within it, and what was computed', () => {
    const calls = trace.filter(isCall);
    const requests = trace.filter(isRequest);
    expect(requests.length).toBe(received.length);
    const within = (one: Slice): Slice | undefined =>
      calls.find(
        ({ pid, tid, ts, dur }) =>
          pid === one.pid && tid === one.tid && ts <= one.ts && ts + dur + 1 >= one.ts + one.dur,
      );
    expect(requests.filter((one) => within(one) === undefined)).toEqual([]);
    expect(trace.some(({ name, pid }) => name === 'detect' && pid === 1)).toBe(true);
  });

  it('never puts two calls of one moment on one track', () => {
    const ended = new Map<string, number>();
    for (const { pid, tid, ts, dur } of trace.filter(isCall).sort((one, other) => one.ts - other.ts)) {
      const track = `${pid}|${tid}`;
      // Microseconds are rounded.
      expect(ts).toBeGreaterThanOrEqual((ended.get(track) ?? 0) - 1);
      ended.set(track, ts + dur);
    }
    expect(ended.size).toBeGreaterThan(17);
  });

  it('is a usage error where it cannot be written, before anything is sent', async () => {
    const before = (await logOf(desk.range.url)).length;
    const run = await desk.run([...scan(), '--trace', join(home, 'no', 'such', 'trace.json')]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('cannot be written');
    expect((await logOf(desk.range.url)).length).toBe(before);
  });
});
