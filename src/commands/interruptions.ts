import { ExitCode } from '../model/index.js';

/** Commands that act, or keep a journal: they finish what runs. The others only look, and end at once. */
const finishesWhatRuns = new Set(['contain', 'resume', 'undo', 'cloudfront', 'rehearse', 'range']);
/** Commands that change an account once it is agreed to: nobody has to be there to read what they say. */
export const needsNoReader = new Set(['contain', 'resume', 'undo']);

/** A query of Athena goes on, and costs, when nobody waits for it: it is told to stop before a command that looks ends. */
const runsQueries = process.argv.some((word) => /^(--trail=)?athena:/.test(word));
/** Milliseconds. */
const timeToStopQueries = 2_000;

/** What the outputs came to. */
export interface Outputs {
  /** Why the result did not reach stdout; null where it did, or where its reader had enough and went away. */
  lost(): string | null;
}

/**
 * Watches stdout and stderr: neither ever ends the process by itself. A command that acts goes on by its journal; of the
 * others, one whose reader went away (`leakguard rehearse --all | head`) starts nothing new.
 */
export function watchOutputs(stop: AbortController, name: string): Outputs {
  let lost: string | null = null;
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code !== 'EPIPE') lost ??= message;
    else if (!needsNoReader.has(name)) stop.abort(ExitCode.interrupted);
  });
  return { lost: () => lost };
}

/**
 * The first signal starts nothing new; the second leaves at once. A lost connection is no second one: a terminal that
 * goes away says so twice, by the kernel and by the shell.
 */
export function onSignals(stop: AbortController, name: string, tidy: () => void): () => void {
  const handlers = (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const).map((signal) => {
    const handler = (): void => {
      const code = signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated;
      if (signal === 'SIGHUP' && stop.signal.aborted) return;
      const leave = (): never => {
        tidy();
        process.exit(code);
      };
      if (stop.signal.aborted || (!finishesWhatRuns.has(name) && !runsQueries)) leave();
      stop.abort(code);
      if (!finishesWhatRuns.has(name)) {
        setTimeout(leave, timeToStopQueries);
        return;
      }
      process.stderr.write(
        `\n${signal}: nothing new is started; what runs is written down. Once more to leave at once.\n`,
      );
    };
    process.on(signal, handler);
    return () => {
      if (signal === 'SIGHUP') process.on(signal, () => undefined);
      process.off(signal, handler);
    };
  });
  return () => {
    for (const off of handlers) off();
    // A connection that is lost at the very end must not kill what is ending by itself: Node takes its handlers away
    // while it ends, unless it is told to exit.
    process.once('beforeExit', () => process.exit());
  };
}
