import { marked } from 'marked';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { foldReport } from '../../src/outcome/index.js';
import { reportMarkdown } from '../../src/report/ticket/markdown.js';
import { timelineCsv } from '../../src/report/ticket/timeline-csv.js';
import { hostileName, journal, key, simulatedIdentity } from './samples.js';

const path = '/var/lib/leakguard/it`s.jsonl';

/** What breaks out of Markdown where it is not kept as text. */
const worst = [
  hostileName,
  '[click](javascript:alert(1))',
  '![x](https://example.invalid/x.png)',
  'https://example.invalid/a www.example.invalid <b>bold</b> `code` ``` | a | b |',
  '@here @channel #1 &lt;script&gt; **bold** ~~gone~~ _it_',
  '``` \n# heading\n- item',
];

describe('a report as Markdown', () => {
  it('says first how it stands, then the figures, what is left, what was done and the next command', () => {
    const text = reportMarkdown(foldReport(journal({ denied: true, held: true })), 'J.jsonl');
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title?.replace(/:.*/, ''));
    expect(headings).toEqual(['NOT CONTAINED', 'Left', 'Not looked at', 'Done', 'Next']);
    expect(text.split('\n')[0]).toContain(key);
    expect(text).toMatch(/\| key off \| 2026-\d\d-\d\d /);
    expect(text).toContain('leakguard resume J.jsonl');
  });

  it('claims no gap, and nothing left, where there is none', () => {
    const text = reportMarkdown(foldReport(journal()), 'J.jsonl');
    expect(text).toMatch(/^# CONTAINED:/);
    expect(text).not.toMatch(/^## (Left|Not looked at)/m);
  });

  it('says that a simulation is one', () => {
    const report = foldReport(journal({ identity: simulatedIdentity }));
    expect(reportMarkdown(report, path)).toContain('**SIMULATED: not AWS.');
    expect(timelineCsv(report).split('\r\n').slice(0, -1)).toEqual(
      expect.not.arrayContaining([expect.not.stringMatching(/(,simulated|SIMULATED: not AWS)$/)]),
    );
  });

  it.each(worst)('keeps foreign text as text, by the parser of others: %j', async (name) => {
    const report = foldReport(journal({ denied: true, held: true }));
    const hostile: Report = {
      ...report,
      left: report.left.map((one) => ({ ...one, id: name, detail: name, region: name, type: name })),
      coverage: report.coverage.map((cell) => ({ ...cell, subject: name, detail: name })),
      actions: report.actions.map((action) => ({
        ...action,
        targets: [`play|region|${name}`],
        reason: name,
        error: { code: name, message: name, kind: 'denied' },
      })),
      verdict: { ...report.verdict, reasons: [name] },
    };
    const page = await marked.parse(reportMarkdown(hostile, path), { gfm: true });
    expect(page).not.toMatch(/<(a|img|script|b|del|em)\b/);
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page.match(/<h2/g)).toHaveLength(4);
    expect(page.match(/<table/g)).toHaveLength(2);
    // Every row of a table has its columns, whatever stands in its cells.
    for (const table of page.split('<table').slice(1)) {
      const rows = (table.split('</table>')[0] ?? '').split('<tr>').slice(1);
      const cells = rows.map((row) => (row.match(/<t[hd]/g) ?? []).length);
      expect(new Set(cells).size).toBe(1);
    }
    const outsideOfCode = reportMarkdown(hostile, path).replace(/(`+)[^`].*?[^`]?\1/g, '');
    expect(outsideOfCode).not.toMatch(/@(here|channel)/);
  });
});

describe('the timeline as CSV', () => {
  const lines = timelineCsv(foldReport(journal())).split('\r\n').slice(0, -1);

  it('has both sides in the order of time, each with the id that proves it', () => {
    expect(lines[0]).toBe('time_utc,side,what,on,region,result,by,id');
    const times = lines.slice(1).flatMap((line) => line.match(/^20[^,]+/)?.[0] ?? []);
    expect(times).toEqual([...times].sort());
    expect(lines.filter((line) => line.includes(',misuse,')).length).toBeGreaterThan(3);
    expect(lines.find((line) => line.includes(',response,'))).toMatch(/,req-[\w-]+$/);
    expect(lines.some((line) => line.includes(',milestone,the key is off'))).toBe(true);
  });

  it('is no formula to a spreadsheet', () => {
    const report = foldReport(journal());
    const hostile = { ...report, actions: report.actions.map((one) => ({ ...one, title: '=1+1,"x"' })) };
    expect(timelineCsv(hostile)).toContain(`,"'=1+1,""x""",`);
  });
});
