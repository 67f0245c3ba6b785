import type { ChunkReader } from './table-reader.js';

/** What `aws cloudtrail lookup-events` prints of what stands beside the records (`--output text` and `table`). */
const beside = /^((RESOURCES|NEXTTOKEN)(\t|$)|[|+-])/;

/** Cuts the record out of each line, and leaves out lines that only stand beside records. */
export function cliTextReader(onLine: (line: string) => void): ChunkReader {
  const each = (line: string): void => {
    const from = line.indexOf('{"');
    if (from >= 0) onLine(`${line.slice(from, line.lastIndexOf('}') + 1 || undefined)}\n`);
    else if (line.trim() !== '' && !beside.test(line)) onLine(`${line}\n`);
  };
  return lineReader(each, () => undefined);
}

/** Gives each line of a text, without its end. */
export function lineReader(each: (line: string) => void, done: () => void): ChunkReader {
  const decoder = new TextDecoder();
  let rest: string[] = [];
  const take = (text: string): void => {
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      each([...rest, line].join('').replace(/\r$/, ''));
      rest = [];
    }
    rest.push(last);
  };
  return {
    write: (bytes) => {
      take(decoder.decode(bytes, { stream: true }));
    },
    end: () => {
      take(`${decoder.decode()}\n`);
      done();
    },
  };
}
