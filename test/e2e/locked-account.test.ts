import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/contain/journal/journal.js';
import type { CommandRun } from '../../src/rehearsal/product.js';
import type { Scene } from '../../src/rehearsal/rehearse.js';
import type { SupportAnswer } from '../../src/range/world/world.js';
import { inScene, respondBy, scenarioCalled, withDirectory } from './scene.js';

const json = (run: CommandRun): unknown => JSON.parse(run.stdout);

async function post<T>(scene: Scene, door: string, body: object): Promise<T> {
  const answer = await fetch(`${scene.endpoint}/_range/${door}`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return (await answer.json()) as T;
}
/** Pastes a text into the web form of the support case. */
const send = (scene: Scene, text: string) =>
  post<SupportAnswer>(scene, 'support', { account: scene.account, text });

describe('an account that AWS has locked', () => {
  it('comes back: the mail, contain, verify, the case, and CloudFront watched until it serves', async () => {
    await withDirectory(async (home) => {
      const rehearsal = await respondBy(await scenarioCalled('locked-account'), async (scene) => {
        const run = async (...args: string[]) => inScene(scene, args, home);

        // 03:10: the mail.
        const mail = join(home, 'notice.eml');
        await writeFile(mail, scene.notice ?? '');
        const read = await run('notice', mail, '--json');
        expect(read.exitCode, read.stderr).toBe(0);
        const { notice } = json(read) as { notice: { keys: string[]; form: object; asks: { id: string }[] } };
        expect(notice).toMatchObject({ form: { id: 'irregular-activity' }, accounts: [scene.account] });
        expect(notice.asks.map(({ id }) => id)).toContain('reply-in-case');
        const key = notice.keys[0] ?? '';
        expect(key).toBe(scene.key);

        // Somebody in a hurry answers the case first. Nothing is clean, so nothing is lifted.
        const early = await send(scene, 'We have secured our account. Please lift the restrictions.');
        expect(early.lifts).toBe(false);
        expect(early.text).toContain(`access key ${key} is active`);
        expect(early.text).toMatch(/\d+ unauthorized resources in .*us-west-2/);
        const locked = await run('cloudfront', '--json');
        expect(locked.exitCode, locked.stderr).toBe(3);
        expect(json(locked)).toMatchObject({
          check: {
            api: { state: 'restricted' },
            distributions: [{ judgement: { state: 'api-locked-and-dns-withdrawn', serving: false } }],
          },
        });

        const contained = await run(
          ...['contain', '--key', key, '--yes', '--account', scene.account, '--simulated'],
        );
        // Contained; CloudFront is still locked, and that is not passed over.
        expect(contained.exitCode, contained.stderr).toBe(5);
        const journal = /(\S+\.jsonl)/.exec(contained.stderr)?.[1] ?? '';
        const facts = (await readJournal(journal)).flatMap((record) =>
          record.kind === 'cloudfront' ? record.facts.hosts : [],
        );
        expect(facts).toMatchObject([{ state: 'API locked and DNS withdrawn', serving: false }]);
        const host = facts[0]?.host ?? '';

        // CloudTrail is late; until it has settled nobody can say clean.
        await post(scene, 'clock', { advance: 20 * 60_000 });
        const verified = await run('verify', '--key', key, '--simulated');
        expect(verified.exitCode, verified.stdout).toBe(0);

        const reply = await run('case', journal, '--credit');
        expect(reply.exitCode, reply.stderr).toBe(0);
        expect(reply.stdout).toContain(key);
        expect(reply.stdout).toContain(`${host}: API locked and DNS withdrawn`);
        expect(reply.stdout.length).toBeLessThanOrEqual(8_000);
        const answer = await send(scene, reply.stdout);
        expect(answer.lifts, answer.text).toBe(true);

        const watched = await run('cloudfront', '--watch', '--every', '0.5s');
        expect(watched.exitCode, watched.stderr).toBe(0);
        const told = watched.stdout.split('\n').filter((line) => line.includes(`UTC  ${host}: `));
        expect(told.map((line) => line.split(`${host}: `)[1])).toEqual([
          'API locked and DNS withdrawn',
          'API locked and DNS withdrawn → unlocked, but DNS still withdrawn',
          'unlocked, but DNS still withdrawn → serving',
        ]);
        const record = await readJournal(/(\S+-cloudfront-\S+\.jsonl)/.exec(watched.stderr)?.[1] ?? '');
        const states = record.flatMap((one) =>
          one.kind === 'cloudfront' ? one.facts.hosts.map(({ state }) => state) : [],
        );
        expect(states).toEqual([
          'API locked and DNS withdrawn',
          'unlocked, but DNS still withdrawn',
          'serving',
        ]);
        expect(record.at(-1)).toMatchObject({ kind: 'closed', exitCode: 0 });
      });
      expect(rehearsal.judgements.filter(({ reached }) => !reached)).toEqual([]);
      expect(rehearsal.score.rogueAlive).toEqual([]);
      expect(rehearsal.score.principalsOpen).toEqual([]);
    });
  }, 120_000);
});
