import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalRecord } from '../../src/model/journal-record.js';
import { formLength, longestPart, splitLines } from '../../src/report/case/split.js';
import { caseText } from '../../src/report/case/case-text.js';
import { foldReport } from '../../src/outcome/index.js';
import {
  account,
  action,
  finding,
  hostileName,
  incident,
  instance,
  journal,
  key,
  outcome,
  seal,
  simulatedIdentity,
} from './samples.js';

const english = { lang: 'en', credit: true } as const;
const textOf = (records: JournalRecord[], options: Parameters<typeof caseText>[1] = english): string =>
  caseText(foldReport(records), options).parts.join('\n');

describe('the reply for the support case', () => {
  it('reads as a person would send it, in English', () => {
    const { parts } = caseText(foldReport(journal({ held: true })), english);
    expect(parts.join('\n---\n')).toMatchSnapshot();
  });

  it('reads as a person would send it, in Japanese', () => {
    const { parts } = caseText(foldReport(journal({ denied: true })), { lang: 'ja', credit: true });
    expect(parts.join('\n---\n')).toMatchSnapshot();
  });

  it('says what the journal says of the key: when, and under which request', () => {
    expect(textOf(journal())).toContain(
      `Access key ${key} was set to Inactive at 2026-11-21 03:49:41 UTC (request id req-cut-key).`,
    );
  });

  it('claims nothing that the journal does not hold', () => {
    const without = (drop: (record: JournalRecord) => boolean): string =>
      textOf(journal().filter((record) => !drop(record)));
    const noOutcome = without((record) => record.kind === 'outcome' && record.outcome.action === 'cut-key');
    expect(noOutcome).toContain('set to Inactive is not in the journal: unknown');
    expect(noOutcome).not.toMatch(/was set to Inactive at/);
    const noSweep = without((record) => record.kind === 'sweep');
    expect(noSweep).toContain('No sweep verified the result: unknown.');
    expect(noSweep).not.toContain('everything that was found is contained.');
    const nothing = textOf(journal().slice(0, 1));
    expect(nothing).toContain('When the misuse began is unknown.');
    expect(nothing).toContain('CloudTrail was not read');
    expect(nothing).not.toMatch(/Nothing else made|Nothing made or changed|remains\.$/m);
    expect(textOf(journal())).toContain('Whether a replacement key was created is not in the journal');
  });

  it('takes back what an undo took back', () => {
    const records = journal();
    const undo: [number, JournalEntry][] = [
      [
        90,
        {
          kind: 'intent',
          action: action({ id: 'undo-1', operation: 'UpdateAccessKey', phase: 'cut', title: 'activate' }),
          undoes: 'cut-key',
        },
      ],
      [90, { kind: 'outcome', outcome: outcome('undo-1') }],
    ];
    const text = textOf(seal([...records.map((record): [number, JournalEntry] => [45, record]), ...undo]));
    expect(text).toContain('It was set to Active again later.');
  });

  it('writes what could not be read as unknown, and never says that nothing else was found', () => {
    const text = textOf(journal({ denied: true }));
    expect(text).toContain('NOT fully read: ec2-instances in ap-northeast-3: failed');
    expect(text).toContain('NOT fully read: functions in sa-east-1, ap-south-1: denied');
    expect(text).toContain('what could not be read is unknown');
    expect(text).toContain('NOT everything is contained yet');
    expect(text).toMatch(/sa-east-1: found 6 c5.24xlarge, 4 m6i.32xlarge; contained 0; left 10/);
    expect(text).not.toContain('Nothing else made or changed by the misuse was found');
  });

  it('never says how the key came to be misused', () => {
    for (const lang of ['en', 'ja'] as const) {
      const text = textOf(journal(), { lang, credit: true });
      expect(text).not.toMatch(/leaked|stolen|漏洩|流出/);
    }
    expect(textOf(journal())).toContain('by which route that became possible is unknown');
  });

  it('says that it must not be sent when it is a simulation', () => {
    expect(textOf(journal({ identity: simulatedIdentity }))).toMatch(/^SIMULATION: .*Do not send this\./);
  });

  it('holds no secret and no control character, whatever anybody is named', () => {
    const text = textOf(journal({ denied: true }));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text).toContain('\\e[2J');
    expect(hostileName).toContain('\n');
  });

  it('leaves the billing request out when it was not asked for', () => {
    const text = textOf(journal(), { lang: 'en', credit: false });
    expect(text).not.toContain('BILLING');
    expect(textOf(journal())).toContain(
      `We ask for an adjustment of the charges that this misuse caused in account ${account}.`,
    );
  });
});

describe('its parts', () => {
  it('are each short enough for the form, numbered, and together hold every line', () => {
    const base = incident();
    const many = incident({
      findings: [
        ...base.findings,
        ...Array.from({ length: 300 }, (_, i) =>
          finding(instance(9000 + i, `xx-region-${String(i)}`, 'g5.48xlarge', 0), 'rogue', ['a burst']),
        ),
      ],
    });
    const records = journal().map((record) =>
      record.kind === 'incident' ? { ...record, incident: many } : record,
    );
    const { parts } = caseText(foldReport(records), english);
    expect(parts.length).toBeGreaterThan(2);
    for (const [i, part] of parts.entries()) {
      expect(formLength(part)).toBeLessThanOrEqual(longestPart);
      expect(part.startsWith(`[Part ${String(i + 1)} of ${String(parts.length)}]`)).toBe(true);
    }
    for (let i = 0; i < 300; i++) expect(parts.join('\n')).toContain(`xx-region-${String(i)}:`);
  });

  it('of any lines keep every line whole and in order', () => {
    const line = fc.string({ maxLength: 700 }).map((text) => text.replaceAll('\n', ' '));
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.constant('')), { maxLength: 120 }), (lines) => {
        const parts = splitLines(lines, (n, of) => `[${String(n)}/${String(of)}]`);
        for (const part of parts) expect(formLength(part)).toBeLessThanOrEqual(longestPart);
        const body = parts.length === 1 ? parts : parts.map((part) => part.split('\n').slice(2).join('\n'));
        const told = body
          .join('\n')
          .split('\n')
          .filter((one) => one.trim() !== '');
        expect(told.map((one) => one.trimEnd())).toEqual(
          lines.filter((one) => one.trim() !== '').map((one) => one.trimEnd()),
        );
      }),
    );
  });
});

describe('the CSV of instances', () => {
  it('says in each row that it is simulated', () => {
    const report = foldReport(journal());
    const { csv } = caseText({ ...report, simulated: true }, english);
    const rows = csv.trimEnd().split('\r\n');
    expect(rows[0]).toMatch(/,simulated$/);
    expect(rows.length).toBeGreaterThan(1);
    for (const row of rows.slice(1)) expect(row).toMatch(/,SIMULATED: not AWS$/);
  });

  const csvOf = (
    records: JournalRecord[],
    price?: (type: string, region: string) => number | null,
  ): string[] =>
    caseText(foldReport(records), { ...english, ...(price === undefined ? {} : { price }) })
      .csv.trimEnd()
      .split('\r\n');

  it('gives launch, termination, hours and estimate of each', () => {
    const rows = csvOf(journal(), (type) => (type === 'g5.48xlarge' ? 16 : null));
    expect(rows[0]).toBe('instance_id,region,type,lifecycle,launched_utc,terminated_utc,hours,estimate_usd');
    const row = rows.find((one) => one.startsWith('i-00000000000000001,us-east-1,'));
    expect(row).toBe(
      'i-00000000000000001,us-east-1,g5.48xlarge,unknown,2026-11-21T03:13:40.000Z,2026-11-21T03:53:43.000Z,0.67,10.68',
    );
  });

  it('writes unknown, never 0, for what is not known', () => {
    const rows = csvOf(journal({ denied: true })).filter((row) => row.includes(',sa-east-1,'));
    expect(rows.length).toBeGreaterThan(9);
    for (const row of rows) expect(row).toMatch(/,unknown,unknown,unknown$/);
    expect(textOf(journal())).not.toMatch(/\$0\.00/);
  });

  it('holds no formula that a spreadsheet would run', () => {
    const evil = incident({
      launches: [],
      findings: [finding(instance(1, '=cmd|"/c calc"!A1', '@SUM(1,2)', 0), 'rogue', ['x'])],
    });
    const records = journal().map((record) =>
      record.kind === 'incident' ? { ...record, incident: evil } : record,
    );
    expect(csvOf(records)[1]).toContain('"\'=cmd|""/c calc""!A1","\'@SUM(1,2)"');
  });
});
