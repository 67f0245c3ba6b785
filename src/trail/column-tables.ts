import { asObject, asText, type Json, type JsonObject } from '../model/index.js';
import { plainName } from './record-shape.js';

/** A row that has more cells than its table has columns, or fewer. */
export const brokenRow = 'a row that does not fit its columns';

/** How deep names and rows stand in an answer: Databricks has them at `manifest.schema.columns` and `result.data_array`. */
const maxSteps = 3;

/**
 * A table as query services answer with it: the columns' names in one list, rows of bare cells in another. So do BigQuery
 * (jobs.query: `schema.fields`, `rows[].f[].v`), Azure Monitor (`tables[].columns`), Kusto (`Columns`, `Rows`), Trino, Snowflake
 * (`resultSetMetaData.rowType`), Databricks, ClickHouse, Elasticsearch's SQL and Splunk (`json_rows`), each by its API
 * reference. A row that does not fit is a text. Null for anything else, and for a table without an event's name.
 */
export function fromColumns(object: JsonObject): (JsonObject | typeof brokenRow)[] | null {
  const lists = listsIn(object, maxSteps);
  const names = lists.map(namesIn).find((some) => some?.some((name) => plainName(name) === 'eventname'));
  if (names === undefined || names === null) return null;
  const rows = lists.find((list) => list.length > 0 && list.every((row) => cellsOf(row) !== null));
  return (
    rows?.map((row) => {
      const cells = cellsOf(row) ?? [];
      if (cells.length !== names.length) return brokenRow;
      const named = names.map((name, column): [string, Json] => [name, cells[column] ?? null]);
      return Object.fromEntries(named.filter(([name, value]) => value !== null && name !== '__proto__'));
    }) ?? null
  );
}

/** Lists in the object, and in objects in it, not in lists. */
function listsIn(object: JsonObject, steps: number): Json[][] {
  return Object.values(object).flatMap((value) => {
    if (Array.isArray(value)) return [value];
    const inner = steps === 0 ? null : asObject(value);
    return inner === null ? [] : listsIn(inner, steps - 1);
  });
}

/** Names, or descriptions of columns that have one. */
function namesIn(list: readonly Json[]): string[] | null {
  const names = list.map((one) => {
    const column = asObject(one);
    return asText(one) ?? asText(column?.name) ?? asText(column?.ColumnName);
  });
  return names.some((name) => name === null) ? null : (names as string[]);
}

function cellsOf(row: Json): Json[] | null {
  if (Array.isArray(row)) return row;
  const cells = asObject(row)?.f;
  return Array.isArray(cells) ? cells.map((cell) => asObject(cell)?.v ?? null) : null;
}
