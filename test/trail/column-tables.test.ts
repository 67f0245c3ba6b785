import { describe, expect, it } from 'vitest';
import { keysOf, read, records } from './written.js';

const json = JSON.stringify;
const names = [...new Set(records.flatMap((one) => Object.keys(one)))];
const text = (value: unknown): string | null =>
  value === undefined || value === null ? null : typeof value === 'string' ? value : json(value);
const cells = records.map((one) => names.map((name) => text(one[name])));
const described = names.map((name) => ({ name, type: 'STRING' }));

describe('tables that query services answer with', () => {
  it.each<[string, unknown]>([
    [
      'BigQuery’s jobs.query',
      {
        kind: 'bigquery#queryResponse',
        schema: { fields: described },
        rows: cells.map((row) => ({ f: row.map((v) => ({ v })) })),
        totalRows: String(cells.length),
        jobComplete: true,
      },
    ],
    ['Azure Monitor', { tables: [{ name: 'PrimaryResult', columns: described, rows: cells }] }],
    [
      'Kusto',
      {
        Tables: [{ TableName: 'Table_0', Columns: names.map((ColumnName) => ({ ColumnName })), Rows: cells }],
      },
    ],
    ['Trino', { id: 'q', columns: described, data: cells, stats: { state: 'FINISHED' } }],
    ['Snowflake', { resultSetMetaData: { numRows: 1, rowType: described }, data: cells }],
    [
      'Databricks',
      { manifest: { schema: { columns: described } }, result: { row_count: 1, data_array: cells } },
    ],
    ['ClickHouse’s JSONCompact', { meta: described, data: cells, rows: cells.length }],
    ['Splunk’s json_rows', { preview: false, fields: names, rows: cells }],
  ])('%s', async (_name, answer) => {
    const trail = await read(json(answer));
    expect(trail.skipped).toEqual([]);
    expect(keysOf(trail)).toEqual(keysOf(await read(json({ Records: records }))));
  });

  it('tells of a row that does not fit, and reads the others', async () => {
    const [first = [], ...others] = cells;
    const trail = await read(json({ columns: described, rows: [first.slice(1), ...others] }));
    expect(trail.skipped).toMatchObject([{ count: 1, reason: 'a row that does not fit its columns' }]);
    expect(trail.events).toHaveLength((await read(json({ Records: records.slice(1) }))).events.length);
  });

  it('does not take a table of something else for one without events', async () => {
    const trail = await read(json({ columns: [{ name: 'bytes' }], rows: [['1'], ['2']] }));
    expect(trail.events).toEqual([]);
    expect(trail.skipped).toHaveLength(1);
  });
});

it('says of XML what to do with it', async () => {
  const field = json(records[0]).replaceAll('"', '&quot;');
  const { cells: told } = await read(`<?xml version="1.0"?><results><v>${field}</v></results>`);
  expect(told.map(({ detail }) => detail).join()).toContain(
    'not JSON but XML or HTML: export it as JSON or CSV',
  );
});
