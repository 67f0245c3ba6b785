import { describe, expect, it } from 'vitest';
import { readJournals } from '../../src/rehearsal/product.js';
import type { LogEntry } from '../../src/range/world/world.js';
import { inScene, logOf, respondBy, reportsIn, scenarioCalled, withDirectory } from './scene.js';

const longest = 240_000;
const contain = (key: string, account: string, directory: string, ...more: string[]) => [
  ...['contain', '--key', key, '--yes', '--account', account, '--simulated', '--json'],
  ...['--report-dir', directory, ...more],
];
const changed = (log: LogEntry[], key: string) =>
  log
    .filter(
      ({ accessKeyId, readOnly, error, dryRun }) =>
        accessKeyId === key && !readOnly && !dryRun && error === null,
    )
    .map(({ service, operation }) => `${service}:${operation}`);

describe('contain', () => {
  it('changes nothing when it is run again, and says so', { timeout: longest }, async () => {
    await withDirectory(async (directory) => {
      const named = await scenarioCalled('same-host', (text) => text.replace('mode: greedy', 'mode: asleep'));
      const { reached, score } = await respondBy(named, async (scene) => {
        const { key, account, endpoint, environment } = scene;
        const me = environment['AWS_ACCESS_KEY_ID']!;
        const first = await inScene(scene, contain(key, account, directory), directory);
        expect(first.exitCode, first.stderr.slice(-2000)).toBe(0);
        expect(changed(await logOf(endpoint), me)).toContain('ec2:TerminateInstances');
        const before = (await logOf(endpoint)).length;
        const second = await inScene(scene, contain(key, account, directory), directory);
        expect(second.exitCode, second.stderr.slice(-2000)).toBe(0);
        expect(changed(await logOf(endpoint, before), me)).toEqual([]);
        const report = JSON.parse(second.stdout) as { actions?: unknown[] };
        expect(JSON.stringify(report)).not.toContain('"status":"done"');
      });
      expect(score.rogueAlive).toEqual([]);
      expect(reached || score.exits.contain === null).toBe(true);
    });
  });

  it('ends in the same state when it was killed in the middle and is started again', {
    timeout: longest,
  }, async () => {
    await withDirectory(async (directory) => {
      const { score } = await respondBy(await scenarioCalled('same-host'), async (scene) => {
        const { key, account, endpoint, environment } = scene;
        const me = environment['AWS_ACCESS_KEY_ID']!;
        const args = contain(key, account, directory);
        let terminatedBefore = 0;
        // Killed as soon as the first instances are gone, wherever it then is.
        const watch = (async () => {
          for (;;) {
            const log = await logOf(endpoint);
            terminatedBefore = changed(log, me).filter((name) => name === 'ec2:TerminateInstances').length;
            if (terminatedBefore > 0) return;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        })();
        const { killed } = await killWhen(watch, scene, args, directory);
        expect(killed).toBe(true);
        const journal = await readJournals(directory);
        expect(journal.at(-1)?.kind).not.toBe('closed');
        const again = await inScene(scene, args, directory);
        expect(again.exitCode, again.stderr.slice(-2000)).toBe(0);
      });
      expect(score.rogueAlive).toEqual([]);
      expect(score.innocentsTouched).toEqual([]);
      expect(score.principalsOpen).toEqual([]);
    });
  });

  it.each(['contain --dry-run', 'scan', 'contain --check-permissions'])(
    'sends nothing but reads with %s',
    { timeout: longest },
    async (command) => {
      await withDirectory(async (directory) => {
        const { score } = await respondBy(await scenarioCalled('same-host'), async (scene) => {
          const { key, endpoint, environment } = scene;
          const [name = '', ...flags] = command.split(' ');
          const args = [name, '--key', key, ...flags, '--simulated', '--json'];
          const { exitCode, stdout, stderr } = await inScene(scene, args, directory);
          expect([0, 3, 5], stderr.slice(-2000)).toContain(exitCode);
          expect(JSON.parse(stdout)).toMatchObject({ exitCode });
          const mine = (await logOf(endpoint)).filter(
            ({ accessKeyId }) => accessKeyId === environment['AWS_ACCESS_KEY_ID'],
          );
          expect(mine.length).toBeGreaterThan(1);
          const writes = mine.filter(({ readOnly, dryRun }) => !readOnly && !dryRun);
          expect(writes.map(({ service, operation }) => `${service}:${operation}`)).toEqual([]);
          if (!flags.includes('--check-permissions')) expect(mine.filter(({ dryRun }) => dryRun)).toEqual([]);
          expect(await reportsIn(directory)).not.toContain('reports');
        });
        expect(score.changes).toBe(0);
      });
    },
  );
});

/** Starts the command and kills it (SIGKILL) as soon as `moment` comes. */
async function killWhen(
  moment: Promise<void>,
  scene: Parameters<typeof inScene>[0],
  args: string[],
  directory: string,
): Promise<{ killed: boolean }> {
  const stop = new AbortController();
  const run = inScene(scene, args, directory, { kill: stop.signal });
  await Promise.race([moment, run]);
  stop.abort();
  const { exitCode } = await run;
  return { killed: exitCode === null };
}
