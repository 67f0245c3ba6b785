import type { Session } from '../aws/index.js';
import type { Emit } from '../model/index.js';
import type { News } from '../webhook/index.js';
import type { Lang } from '../report/messages/index.js';
import type { ScreenOptions } from '../report/terminal/index.js';

/** What the command line gives to every command. */
export interface CommandContext {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
  /** Needed only for prompts; a command without a terminal never waits. */
  stdin: NodeJS.ReadStream;
  env: Record<string, string | undefined>;
  /** Progress, warnings and findings as they come: rendered on stderr. */
  emit: Emit;
  /** Tells those who are not at the terminal, where a webhook is set up: returns at once, and never fails. */
  announce(news: () => Promise<News>): void;
  /** The command line as it was typed, behind `leakguard`. */
  argv: readonly string[];
  /** Flags of it that say where AWS is and as whom, each with its value: what a printed command needs too. */
  carried: readonly (readonly string[])[];
  json: boolean;
  color: boolean;
  verbose: boolean;
  /** Columns of the terminal; where there is none, those of COLUMNS, or 80. */
  width: number;
  /** The language of the screens of cut, plan and outcome, and of the letter. */
  lang: Lang;
  /** How to draw on stderr, where the screens that are agreed to stand: it may be a terminal when stdout is none. */
  onStderr: ScreenOptions;
  /** Lines of the terminal of stderr; null where it is none. */
  rows: number | null;
  interactive: boolean;
  /** Aborted by the first Ctrl-C, SIGTERM, SIGQUIT or SIGHUP (a lost connection): start nothing new, flush, say how to go on. */
  signal: AbortSignal;
  /** Opens the session on first use, by the global flags. @throws as openSession does */
  openSession(): Promise<Session>;
}

/** An end that the person should read as one sentence, with the exit code that says it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  constructor(
    readonly exitCode: number,
    message: string,
    /** The next step, as a command or a sentence. */
    readonly next: string | null = null,
  ) {
    super(message);
  }
}
