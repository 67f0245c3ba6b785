import { parse } from 'yaml';
import { lineReader } from './cli-text.js';
import { recordsWithin } from './containers.js';
import type { ChunkReader } from './table-reader.js';

/** One entry, or a file that is no list, is at most this large, characters. */
const maxPiece = 32 * 1024 * 1024;

/**
 * Reads YAML (`aws … --output yaml` and `yaml-stream`), entry after entry of a list in the first column, and gives
 * each as one line of JSON.
 */
export function yamlReader(onValue: (line: string) => void, onUnread: (reason: string) => void): ChunkReader {
  let lines: string[] = [];
  let size = 0;
  /** Of the list in the first column: what stands around it holds no records of its own. */
  let inList = false;
  const flush = (): void => {
    const text = lines.join('\n');
    const isEntry = text.startsWith('- ');
    lines = [];
    size = 0;
    if (text.trim() === '') return;
    let value: unknown;
    try {
      value = parse(text, { logLevel: 'silent' });
    } catch {
      onUnread('a part that is not YAML');
      return;
    }
    if (isEntry || !inList || recordsWithin(value) !== null) onValue(`${JSON.stringify(value)}\n`);
  };
  return lineReader((line) => {
    const isEntry = line.startsWith('- ');
    const isBreak = line.startsWith('---') || line === '...' || line.startsWith('%');
    if (isEntry || isBreak || (inList && /^[^\s#]/.test(line))) {
      if (isEntry) inList = true;
      flush();
      if (isBreak) inList = false;
    }
    size += line.length;
    if (size > maxPiece) throw new Error(`a part of more than ${maxPiece / 1024 / 1024} MB`);
    if (!isBreak) lines.push(line.replace(/^\uFEFF/, ''));
  }, flush);
}
