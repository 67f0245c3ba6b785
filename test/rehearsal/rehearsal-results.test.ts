import { describe, expect, it } from 'vitest';
import { rehearsalPage } from '../../src/rehearsal/report/rehearsal-page.js';
import { soakLine, soakTotals, soakTotalsLine } from '../../src/rehearsal/report/rehearsal-soak.js';
import { sampleRehearsal } from './rehearsal-samples.js';

const alive = { id: 'i-1', kind: 'ec2:instances', region: 'eu-west-1', why: 'alive <b>' };

describe('the page of a rehearsal', () => {
  it('has every goal, both sides over time, and the word that nothing is real', () => {
    const page = rehearsalPage([sampleRehearsal()]);
    for (const words of ['SIMULATED', 'Every goal was reached', 'keyOffFirst', '2.5 s', 'misuse begins'])
      expect(page).toContain(words);
    // The whole hour, and the ten minutes of the response by themselves.
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page).toMatch(/class="attacker"[^>]*><title>\d+ calls that worked/);
    expect(page).toMatch(/class="responder"[^>]*><title>\d+ changes/);
  });

  it('says what was not reached, and what is alive, as text', () => {
    const page = rehearsalPage([sampleRehearsal(), sampleRehearsal({ rogueAlive: [alive] })]);
    expect(page).toContain('1 of 2 reached their goals');
    expect(page).toContain('rogueAlive: 1, wanted 0');
    expect(page).toContain('alive &lt;b&gt;');
  });
});

describe('the sum of a soak', () => {
  it('counts what may never happen', () => {
    const touched = sampleRehearsal({ innocentsTouched: [alive], actionsWithoutJournal: ['ec2:x in y (1)'] });
    const totals = soakTotals([
      sampleRehearsal(),
      touched,
      sampleRehearsal({ falseAllClear: ['contain ended with 0, and 1 things of the incident are left'] }),
    ]);
    expect(totals).toEqual({
      rehearsals: 3,
      reached: 1,
      innocentsTouched: 1,
      journalEntriesLost: 1,
      falseAllClear: 1,
    });
    expect(soakTotalsLine(totals)).toBe(
      '1 of 3 rehearsals reached their goals: 1 innocents touched, 1 journal entries lost, 1 wrong all-clears',
    );
    expect(soakLine(touched)).toBe('✗ 7 mass-gpu: contain 0 · 0 alive · 1 touched · 30 s');
  });
});
