import { beforeAll, describe, expect, it } from 'vitest';
import { rehearse, type Rehearsal } from '../../src/rehearsal/rehearse.js';
import type { AccountEnd } from '../../src/commands/contained-screen.js';
import { printedPolicies, withPolicies } from './responder-policy.js';
import { entries, scenarioCalled } from './scene.js';

interface Document {
  exitCode: number;
  reasons: { rule: string; words: string }[];
  ends: AccountEnd[];
  rows: { account: string; look: string; next: string | null }[];
}

describe('contain --organization', { timeout: 300_000 }, () => {
  let rehearsal: Rehearsal;
  let document: Document;
  beforeAll(async () => {
    const policies = await printedPolicies('--organization', 'management');
    rehearsal = await rehearse(withPolicies(await scenarioCalled('organization-roles'), policies), entries);
    document = JSON.parse(rehearsal.commands.at(-1)!.stdout) as Document;
  }, 300_000);

  it('cuts the key first, and ends what it made in every account that it moved to; no innocent is touched', () => {
    const { score } = rehearsal;
    expect(score.keyOffFirst).toBe(true);
    expect(score.rogueAlive).toEqual([]);
    expect(score.principalsOpen).toEqual([]);
    expect(score.innocentsTouched).toEqual([]);
    expect(score.actionsWithoutJournal).toEqual([]);
    expect(rehearsal.judgements.filter(({ reached, goal }) => !reached && !goal.endsWith('Within'))).toEqual(
      [],
    );
  });

  it('gives each account a journal and an end of its own', () => {
    expect(document.ends.map(({ account, exitCode }) => [account, exitCode])).toEqual([
      ['111122223333', 0],
      ['444455556666', 0],
      ['777766665555', 0],
    ]);
    const journals = document.ends.map(({ journal }) => journal);
    expect(new Set(journals).size).toBe(3);
    for (const { account, journal } of document.ends) expect(journal).toContain(`/${account}-`);
  });

  it('is not clean while accounts are dark', () => {
    expect(document.exitCode).toBe(5);
    expect(document.reasons.map(({ rule }) => rule)).toEqual(['look.account-dark', 'look.account-dark']);
    const dark = document.rows.filter(({ look }) => look === 'dark');
    expect(dark.map(({ account }) => account).sort()).toEqual(['222233334444', '555544443333']);
    for (const { next } of dark) expect(next).not.toBeNull();
  });
});
