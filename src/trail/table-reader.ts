import { parse, type Options, type Parser } from 'csv-parse';
import { asRecord, plainName, properName } from './record-shape.js';
import type { TableForm } from './table-form.js';

/** What takes a file's bytes, one chunk after the other. @throws Error on what cannot be read, when written to */
export interface ChunkReader {
  write(bytes: Buffer): void;
  end(): void | Promise<void>;
}

/**
 * Reads a table (exports of Athena, CloudTrail Lake, Splunk, CloudTrail's console), and gives each row as one line of
 * JSON: empty cells are left out. Where the names of its columns are not enough for a record, each row without one in a
 * cell is unread.
 */
export function tableReader(
  { delimiter, skip, named }: TableForm,
  onRow: (line: string) => void,
  onUnread: (reason: string) => void,
): ChunkReader {
  let extra: object = {};
  let missing: string[] = [];
  const options: Options = {
    delimiter,
    columns: named
      ? (names: string[]) => {
          missing = missingOf(names);
          extra = missing.length === 0 && !saysWhatWasAsked(names) ? { _truncated: true } : {};
          return names.map((name, index) => (name === '' ? `column ${index + 1}` : name));
        }
      : false,
    bom: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    on_record: (row) => {
      const cells = Object.entries(row).filter(([, value]) => value !== '' && value !== '-');
      if (missing.length > 0 && cells.every(([, value]) => isPlainCell(value))) {
        if (cells.length > 0) onUnread(`a row of a table without the columns ${missing.join(', ')}`);
      } else if (cells.length > 0) onRow(`${JSON.stringify({ ...Object.fromEntries(cells), ...extra })}\n`);
      return null;
    },
  };
  const parser: Parser = parse(options);
  let failure: Error | null = null;
  parser.on('error', (error) => {
    failure ??= error;
  });
  parser.resume();
  const check = (): void => {
    if (failure !== null) throw failure;
  };
  let toSkip = skip;
  return {
    write: (bytes) => {
      let from = 0;
      for (; toSkip > 0 && from < bytes.length; toSkip -= 1) {
        const end = bytes.indexOf(0x0a, from);
        if (end < 0) return;
        from = end + 1;
      }
      parser.write(bytes.subarray(from));
      check();
    },
    // What is left is parsed, and found to be broken, later.
    end: () =>
      new Promise((resolve, reject) => {
        if (failure !== null) reject(failure);
        parser.once('end', resolve);
        parser.once('error', reject);
        parser.end();
      }),
  };
}

/** Neither JSON nor anything packed. */
function isPlainCell(value: string): boolean {
  return !/[{[]\\*"|^[A-Za-z0-9+/=]{200,}$/.test(value);
}

/** What a table must tell of an event to be read, and its columns do not. */
function missingOf(names: readonly string[]): string[] {
  const columns = Object.fromEntries(names.map((name) => [name, 'x']));
  const record = asRecord(columns) ?? columns;
  const told = new Set(
    Object.keys(record)
      .filter((name) => record[name] !== null)
      .map((name) => properName(name)),
  );
  const callers = ['accessKeyId', 'userName', 'arn', 'principalId', 'userIdentity'] as const;
  const isTold =
    callers.some((name) => told.has(name)) ||
    names.some((name) => plainName(name).startsWith('useridentity'));
  const missing = ['eventName', 'eventTime', 'eventSource'].filter((name) => !told.has(name));
  return isTold ? missing : [...missing, 'userIdentity'];
}

function saysWhatWasAsked(names: readonly string[]): boolean {
  const columns = asRecord(Object.fromEntries(names.map((name) => [name, 'x']))) ?? {};
  return [...names, ...Object.keys(columns)].some((name) =>
    /^(requestparameters|responseelements)/.test(plainName(name)),
  );
}
