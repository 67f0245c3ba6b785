import { createHash } from 'node:crypto';
import { fstatSync, writeSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  asObject,
  type JournalEntry,
  type JournalRecord,
  journalVersion,
  safeJson,
} from '../../model/index.js';
import { makeDirectory } from './make-directory.js';
import type { Signer } from './signer.js';
import { wrongInLine } from './shape.js';

/** The chain's beginning. */
const genesis = '0'.repeat(64);

/** The journal cannot be written any more: nothing more is done. */
export class JournalBroken extends Error {
  override readonly name = 'JournalBroken';
}

/** What was given as a journal cannot be read, or is none. */
export class NoJournal extends Error {
  override readonly name = 'NoJournal';
}

/** The journal that was read was changed after it was written, or is of another version. */
export class JournalRefused extends Error {
  override readonly name = 'JournalRefused';
}

/** How the runner and the commands write down what they do. */
export interface JournalWriter {
  /** Resolves when the line is on disk. @throws JournalBroken */
  write(entry: JournalEntry): Promise<JournalRecord>;
  /** Hash of the last line: the proof of everything before it. */
  readonly head: string;
  readonly path: string;
  /** Everything that was written so far, read back. @throws NoJournal, JournalRefused */
  records(): Promise<JournalRecord[]>;
  close(): Promise<void>;
}

const always = (): Promise<void> => Promise.resolve();

/** SHA-256, hex, over the line without its `hash` and `mac`. */
function seal(record: Omit<JournalRecord, 'hash' | 'mac'>): string {
  return createHash('sha256').update(JSON.stringify(record)).digest('hex');
}

interface Waiting {
  line: string;
  record: JournalRecord;
  resolve: (record: JournalRecord) => void;
  reject: (error: Error) => void;
}

/**
 * An append-only file of JSON lines, mode 0600 in a directory of mode 0700, each line chained to the one before
 * by its hash. A line counts as written when it has been flushed (fdatasync); lines that come in while a flush
 * is under way share the next one.
 */
export class Journal implements JournalWriter {
  private readonly waiting: Waiting[] = [];
  private flushing: Promise<void> | null = null;
  private broken: JournalBroken | null = null;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
    private seq: number,
    private prev: string,
    private readonly now: () => number,
    private readonly mayWrite: () => Promise<void>,
    private readonly sign: Signer | null,
  ) {}

  /**
   * Starts a journal. A journal has one writer: `mayWrite` is asked before each line, and its error is the end.
   * @throws JournalBroken where the directory or file cannot be made.
   */
  static async create(
    path: string,
    now: () => number,
    mayWrite: () => Promise<void> = always,
    sign: Signer | null = null,
  ): Promise<Journal> {
    try {
      await makeDirectory(dirname(path));
      return new Journal(path, await open(path, 'ax', 0o600), 0, genesis, now, mayWrite, sign);
    } catch (error) {
      throw new JournalBroken(`The journal ${path} cannot be made (${messageOf(error)}). Nothing was done.`, {
        cause: error,
      });
    }
  }

  /** Takes a journal up again: its chain is checked, a torn last line is cut off. @throws NoJournal, JournalRefused */
  static async resume(
    path: string,
    now: () => number,
    mayWrite: () => Promise<void> = always,
    sign: Signer | null = null,
  ): Promise<{ journal: Journal; records: JournalRecord[] }> {
    const { records, bytes } = await readChain(path);
    let file: FileHandle;
    try {
      file = await open(path, 'r+');
      await file.truncate(bytes);
    } catch (error) {
      throw new JournalBroken(
        `The journal ${path} cannot be written (${messageOf(error)}). Nothing was done.`,
        {
          cause: error,
        },
      );
    }
    const last = records.at(-1);
    const journal = new Journal(
      path,
      file,
      (last?.seq ?? -1) + 1,
      last?.hash ?? genesis,
      now,
      mayWrite,
      sign,
    );
    journal.position = bytes;
    return { journal, records };
  }

  /** Where the next line goes: files taken up again are not opened for appending, since they may have been cut. */
  private position = 0;

  get head(): string {
    return this.prev;
  }

  write(entry: JournalEntry): Promise<JournalRecord> {
    if (this.broken !== null) return Promise.reject(this.broken);
    const open = { ...entry, seq: this.seq, at: new Date(this.now()).toISOString(), prev: this.prev };
    const hash = seal(open);
    const record: JournalRecord =
      this.sign === null ? { ...open, hash } : { ...open, hash, mac: this.sign(hash) };
    this.seq += 1;
    this.prev = record.hash;
    return new Promise((resolve, reject) => {
      this.waiting.push({ line: `${safeJson(JSON.stringify(record))}\n`, record, resolve, reject });
      this.flushing ??= this.flush();
    });
  }

  async records(): Promise<JournalRecord[]> {
    await this.flushing;
    return readJournal(this.path);
  }

  async close(): Promise<void> {
    await this.flushing;
    await this.file.close();
  }

  private async flush(): Promise<void> {
    // Let everything that is ready now share this flush.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0);
      try {
        await this.mayWrite();
        const bytes = Buffer.from(batch.map(({ line }) => line).join(''));
        // In one turn: a process that is stopped between a look and a write would write into its successor's lines.
        const { fd } = this.file;
        if (fstatSync(fd).size !== this.position) {
          await this.mayWrite();
          throw new Error('somebody else has written in it');
        }
        const bytesWritten = writeSync(fd, bytes, 0, bytes.length, this.position);
        if (bytesWritten !== bytes.length) throw new Error('the disk took only a part of the line');
        this.position += bytes.length;
        await this.file.datasync();
        if ((await this.file.stat()).nlink === 0) throw new Error('it was deleted');
        for (const { resolve, record } of batch) resolve(record);
      } catch (error) {
        this.broken =
          error instanceof JournalBroken
            ? error
            : new JournalBroken(
                `The journal ${this.path} cannot be written any more (${messageOf(error)}). Nothing more is done.`,
                { cause: error },
              );
        for (const { reject } of [...batch, ...this.waiting.splice(0)]) reject(this.broken);
      }
    }
    // In the same turn as the look at the queue: a line that comes in now starts a flush of its own.
    this.flushing = null;
  }
}

/** The journal's lines, chain checked. A torn last line (the process was killed while writing it) is left out.
 *  @throws NoJournal · JournalRefused, saying where the chain broke */
export async function readJournal(path: string): Promise<JournalRecord[]> {
  return (await readChain(path)).records;
}

async function readChain(path: string): Promise<{ records: JournalRecord[]; bytes: number }> {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new NoJournal(`The journal ${path} cannot be read (${messageOf(error)}).`, { cause: error });
  }
  const records: JournalRecord[] = [];
  let bytes = 0;
  let prev = genesis;
  for (let start = 0, line = 1; start < content.length; line += 1) {
    const end = content.indexOf(0x0a, start);
    // No newline: the process was killed while it wrote this line, and acted on nothing in it.
    if (end === -1) break;
    const record = parseLine(content.subarray(start, end).toString('utf8'), path, line);
    if (line === 1 && asObject(record)?.['kind'] !== 'opened') break;
    const wrong = wrongInLine(record);
    if (wrong !== null) {
      throw new JournalRefused(
        `The journal ${path} breaks at line ${line}: ${wrong}. Nothing was done with it.`,
      );
    }
    const { hash, ...signed } = record;
    const { mac: _mac, ...rest } = signed;
    if (record.prev !== prev || record.seq !== records.length || seal(rest) !== hash) {
      throw new JournalRefused(
        `The journal ${path} was changed after it was written: its chain breaks at line ${line}. Nothing was done with it.`,
      );
    }
    records.push(record);
    prev = hash;
    start = end + 1;
    bytes = start;
  }
  const first = records[0];
  if (first?.kind !== 'opened') {
    throw new NoJournal(`${path} is no leakguard journal: its first line does not open one.`);
  }
  if (first.version !== journalVersion) {
    throw new JournalRefused(
      `${path} is a journal of version ${first.version}; this leakguard reads ${journalVersion}.`,
    );
  }
  return { records, bytes };
}

function parseLine(text: string, path: string, line: number): JournalRecord {
  try {
    return JSON.parse(text) as JournalRecord;
  } catch (error) {
    if (line === 1)
      throw new NoJournal(`${path} is no leakguard journal: line 1 is not JSON.`, { cause: error });
    throw new JournalRefused(`The journal ${path} breaks at line ${line}: not JSON.`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
