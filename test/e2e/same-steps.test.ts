import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/index.js';
import type { Action, ClearanceRow, JournalRecord } from '../../src/model/index.js';
import type { Plan } from '../../src/contain/index.js';
import { inScene, logOf, respondBy, scenarioCalled, withDirectory } from './scene.js';

const longest = 300_000;

/** What an action does to what: a Deny's date, and so its id, is that of the moment. */
const deedOf = ({ operation, targets }: Action): string[] =>
  targets.map((target) => `${operation} ${target}`);
const targetsOf = (actions: readonly Action[]): string[] =>
  [...new Set(actions.flatMap(({ targets }) => targets))].sort();
const intentsOf = (records: readonly JournalRecord[]): Action[] =>
  records.flatMap((record) => (record.kind === 'intent' ? [record.action] : []));

describe('dry run, contain, resume and verify', () => {
  it('see the same and decide the same', { timeout: longest }, async () => {
    await withDirectory(async (directory) => {
      const named = await scenarioCalled('same-host', (text) => text.replace('mode: greedy', 'mode: asleep'));
      await respondBy(named, async (scene) => {
        const { key, account, endpoint } = scene;
        const simulated = ['--key', key, '--simulated', '--json'];
        const dry = await inScene(scene, ['contain', ...simulated, '--dry-run'], directory);
        expect(dry.exitCode).toBe(3);
        const { plan } = JSON.parse(dry.stdout) as { plan: Plan };
        const before = await inScene(scene, ['verify', ...simulated], directory);
        expect(before.exitCode).toBe(3);
        const rows = (JSON.parse(before.stdout) as { rows: ClearanceRow[] }).rows;

        // Killed as soon as something ends, and taken up again.
        const abort = new AbortController();
        const from = (await logOf(endpoint)).length;
        const killing = (async () => {
          while (
            !(await logOf(endpoint, from)).some(({ operation }) => operation === 'ModifyInstanceAttribute')
          )
            await new Promise((resolve) => setTimeout(resolve, 20));
          abort.abort();
        })();
        const args = ['contain', ...simulated, '--yes', '--account', account, '--report-dir', directory];
        await inScene(scene, args, directory, { kill: abort.signal });
        await killing;
        const file = (await readdir(directory)).find((name) => name.endsWith('.jsonl'))!;
        const path = join(directory, file);
        const interrupted = intentsOf(await readJournal(path));
        const resumed = await inScene(
          scene,
          ['resume', path, '--yes', '--account', account, '--simulated', '--json'],
          directory,
        );
        expect(resumed.exitCode, resumed.stderr.slice(-2000)).toBe(0);
        const all = intentsOf(await readJournal(path));
        expect(interrupted.length).toBeGreaterThan(0);
        expect(all.length).toBeGreaterThan(interrupted.length);

        // What the dry run planned is what contain began and resume ended; of the same things, nothing else.
        expect(targetsOf(all)).toEqual(targetsOf(plan.actions));
        const planned = new Set(plan.actions.flatMap(deedOf));
        expect(interrupted.flatMap(deedOf).filter((deed) => !planned.has(deed))).toEqual([]);

        // Verify called dirty what was pending, and nothing after it.
        const dirty = rows.filter(({ status }) => status === 'dirty').map(({ subject }) => subject);
        const plays = new Set(plan.actions.map(({ play }) => play));
        expect(dirty.filter((subject) => subject !== 'key' && !plays.has(subject))).toEqual([]);
        expect([...plays].filter((play) => !dirty.includes(play) && play !== 'user-sessions')).toEqual([]);
        const after = await inScene(scene, ['verify', ...simulated], directory);
        const left = (JSON.parse(after.stdout) as { rows: ClearanceRow[] }).rows;
        expect(left.filter(({ status }) => status === 'dirty')).toEqual([]);
      });
    });
  });
});
