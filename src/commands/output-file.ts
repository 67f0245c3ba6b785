import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { type Emit, ExitCode, safeJson } from '../model/index.js';
import { CommandError } from './context.js';

/** The flags that name a file which is written only once the work is done. */
const fileFlags = ['output', 'html', 'plan', 'csv', 'junit'];

/** The AWS CLI's formats (its user guide, "Setting the output format"): its `--output` names one of them. */
const formats = ['json', 'yaml', 'yaml-stream', 'text', 'table', 'off'];

/** @throws CommandError with exit code 2 where `--output` names a format, as the AWS CLI's does */
export function refuseFormat({ output }: { output?: string }): void {
  if (output === undefined || !formats.includes(output.trim().toLowerCase())) return;
  const meant =
    output.trim().toLowerCase() === 'json' ? 'for JSON: --json' : 'there is the screen, or --json';
  throw new CommandError(
    ExitCode.usage,
    `--output names a file here; ${meant}. Nothing was done.`,
    `Leave out --output ${output.trim()}; where a file of that name is meant: --output ./${output.trim()}`,
  );
}

/** Nobody waits for a result that cannot be kept: looked at before anything is done. @throws CommandError with exit code 2 */
export function checkOutputFiles(flags: object): void {
  for (const [name, file] of Object.entries(flags)) {
    if (!fileFlags.includes(name) || typeof file !== 'string') continue;
    const why = unwritable(resolve(file));
    if (why === null) continue;
    throw new CommandError(
      ExitCode.usage,
      `--${name} ${file} cannot be written: ${why}. Nothing was done.`,
      `Give --${name} a file in a directory that exists and can be written.`,
    );
  }
}

/** Why a file cannot be made here, in words; null where nothing speaks against it. */
function unwritable(path: string): string | null {
  const directory = dirname(path);
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true) return 'it is a directory';
    if (!statSync(directory).isDirectory()) return `${directory} is no directory`;
    // A device or a pipe is written to; a file is written anew beside itself, and put in its place.
    accessSync(isSpecial(there) ? path : directory, constants.W_OK);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Writes a file that goes with the result. What fails so late must not cost the result: it is told, and the code says it.
 * @returns 0, or 1 where it could not be written
 */
export async function saveFile(file: string, text: string, emit: Emit): Promise<ExitCode> {
  try {
    if (isSpecial(await stat(file).catch(() => undefined))) await writeFile(file, text);
    else await (await import('write-file-atomic')).default(resolve(file), text, { mode: 0o600 });
    return ExitCode.ok;
  } catch (error) {
    const message = `${file} could not be written (${messageOf(error)}). Everything else of the result still goes to stdout.`;
    emit({ type: 'warning', message });
    return ExitCode.unexpected;
  }
}

function isSpecial(there: { isFile(): boolean } | undefined): boolean {
  return there?.isFile() === false;
}

/**
 * The file of `--output`, in place of stdout. It is opened by the first word of the result: a command that ends before it
 * has one leaves an earlier file as it was. From where it cannot be written, everything goes to stdout after all.
 */
export class OutputFile extends Writable {
  /** Why it could not be written; null where it was. */
  failure: string | null = null;
  private written = '';

  constructor(private readonly path: string) {
    super({ decodeStrings: false });
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    try {
      if (this.failure === null)
        writeFileSync(this.path, text, { mode: 0o600, flag: this.written === '' ? 'w' : 'a' });
    } catch (error) {
      this.failure = messageOf(error);
      process.stdout.write(this.written);
    }
    if (this.failure !== null) process.stdout.write(text);
    this.written += text;
    done();
  }
}

/** `target` for a JSON document: what a terminal would obey is written out (see safeJson). */
export function jsonOutput(target: NodeJS.WritableStream): Writable {
  return new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      target.write(safeJson(text));
      done();
    },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
