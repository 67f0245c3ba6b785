import { describe, expect, it } from 'vitest';
import { foldReport } from '../../src/outcome/index.js';
import { action, incident, identity, journal, key, outcome, seal } from '../report/samples.js';
import type { JournalEntry } from '../../src/model/journal-record.js';

const opened: JournalEntry = { kind: 'opened', version: 1, toolVersion: '0.1.0', identity, key, options: {} };

describe('the report', () => {
  it('is a fold over the journal: every action with who, when, request id, before, after and undo', () => {
    const report = foldReport(journal());
    const cut = report.actions[0];
    expect(cut).toMatchObject({
      seq: 3,
      phase: 'cut',
      actor: identity.arn,
      result: 'done',
      requestId: 'req-cut-key',
      before: { Status: 'Active' },
      undo: { needsFlag: '--reactivate-key' },
    });
    expect(report.milestones).toMatchObject({
      misuseBegan: '2026-11-21T03:07:40.000Z',
      keyOff: '2026-11-21T03:49:41.200Z',
      contained: '2026-11-21T04:00:40.000Z',
    });
    expect(report.verdict).toEqual({ state: 'contained', reasons: [], rules: [] });
    expect(report.journal.head).toBe(journal().at(-1)?.hash);
    expect(Object.keys(report).slice(0, 3)).toEqual(['schemaVersion', 'tool', 'simulated']);
  });

  it('is the same bytes for the same journal', () => {
    expect(JSON.stringify(foldReport(journal()))).toBe(JSON.stringify(foldReport(journal())));
  });

  it('holds every prefix of a journal, and calls none of them but the whole contained', () => {
    const records = journal();
    for (let n = 1; n < records.length; n++) {
      expect(foldReport(records.slice(0, n)).verdict.state).not.toBe('contained');
    }
  });

  it('calls an action without an outcome unknown, and the whole with it', () => {
    const lost = journal().filter(
      (record) => !(record.kind === 'outcome' && record.outcome.action === 'cut-sessions'),
    );
    const report = foldReport(lost);
    expect(report.actions.find(({ id }) => id === 'cut-sessions')?.result).toBe('unknown');
    expect(report.verdict.state).toBe('unknown');
  });

  it('takes a refused action as made good once a later one dealt with its targets', () => {
    const records = journal();
    const first = action({ id: 'x', targets: ['instances|r|i-1'] });
    const again = action({ id: 'x2', targets: ['instances|r|i-1', 'instances|r|i-2'] });
    const refused: [number, JournalEntry][] = [
      [43, { kind: 'intent', action: first }],
      [43, { kind: 'outcome', outcome: outcome('x', 'protected') }],
    ];
    const repeated: [number, JournalEntry][] = [
      [44, { kind: 'intent', action: again }],
      [44, { kind: 'outcome', outcome: outcome('x2') }],
    ];
    const rest = records.slice(1).map((record): [number, JournalEntry] => [45, record]);
    expect(foldReport(seal([[41, opened], ...refused, ...rest])).verdict.state).toBe('unknown');
    expect(foldReport(seal([[41, opened], ...refused, ...repeated, ...rest])).verdict.state).toBe(
      'contained',
    );
  });

  it('needs two clean sweeps in a row', () => {
    const records = journal().filter((record) => !(record.kind === 'sweep' && record.round === 2));
    expect(foldReport(records).verdict.state).toBe('unknown');
  });

  it('calls rogue things that no sweep looked at again not contained', () => {
    const report = foldReport(
      seal([
        [41, opened],
        [44, { kind: 'incident', incident: incident() }],
        [45, { kind: 'closed', exitCode: 6, summary: 'the rest was not agreed to' }],
      ]),
    );
    expect(report.verdict.state).toBe('not-contained');
  });

  it('is not contained by an empty coverage, nor by a gap in it', () => {
    const without = journal().map((record) =>
      record.kind === 'sweep' ? { ...record, coverage: [] } : record,
    );
    expect(foldReport(without).verdict.state).toBe('unknown');
  });

  it('goes on after a resume: the old end is no end', () => {
    const records = journal();
    const resumed = seal([
      ...records.map((record): [number, JournalEntry] => [45, record]),
      [
        80,
        {
          kind: 'resumed',
          toolVersion: '0.1.0',
          identity: { ...identity, arn: 'arn:aws:iam::111122223333:user/b' },
        },
      ],
    ]);
    expect(foldReport(resumed)).toMatchObject({ closed: null, verdict: { state: 'unknown' } });
  });

  it('is no longer contained once something was taken back', () => {
    const records = journal().map((record): [number, JournalEntry] => [45, record]);
    const back: [number, JournalEntry][] = [
      [90, { kind: 'intent', action: action({ id: 'back' }), undoes: 'cut-key' }],
      [90, { kind: 'outcome', outcome: outcome('back') }],
    ];
    const report = foldReport(seal([...records, ...back]));
    expect(report.verdict).toEqual({
      state: 'unknown',
      reasons: ['1 action taken back since'],
      rules: ['end.taken-back'],
    });
    expect(report.actions.at(-1)?.undoes).toBe('cut-key');
  });

  it('lets no secret through, should one have come this far', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const report = foldReport(
      seal([
        [41, opened],
        [
          42,
          {
            kind: 'intent',
            action: action({ id: 's', input: { Password: secret }, before: { UserData: secret } }),
          },
        ],
        [
          42,
          {
            kind: 'outcome',
            outcome: outcome('s', 'done', { answer: { Credentials: { SecretAccessKey: secret } } }),
          },
        ],
      ]),
    );
    expect(JSON.stringify(report)).not.toContain(secret);
  });

  it('refuses what no journal begins with', () => {
    expect(() => foldReport([])).toThrow(/Not a journal/);
  });
});
