import { parse, type Parser } from 'csv-parse';

/**
 * Reads a table with a line of names (exports of Athena, CloudTrail Lake, Splunk), and gives each row as one line of
 * JSON: empty cells are left out. Write the table's bytes into it. @throws Error on what is no table, when written to
 */
export function tableReader(
  delimiter: string,
  onRow: (line: string) => void,
): { write(bytes: Buffer): void; end(): void } {
  const parser: Parser = parse({
    delimiter,
    columns: true,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    on_record: (row: Record<string, string>) => {
      const cells = Object.entries(row).filter(([, value]) => value !== '' && value !== '-');
      if (cells.length > 0) onRow(`${JSON.stringify(Object.fromEntries(cells))}\n`);
      return null;
    },
  });
  let failure: Error | null = null;
  parser.on('error', (error) => {
    failure ??= error;
  });
  parser.resume();
  const check = (): void => {
    if (failure !== null) throw failure;
  };
  return {
    write: (bytes) => {
      parser.write(bytes);
      check();
    },
    end: () => {
      parser.end();
      check();
    },
  };
}
