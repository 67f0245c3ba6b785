import { createInterface } from 'node:readline/promises';
import type { CommandContext } from './context.js';

/** One typed answer on stderr. An end of input, or a signal, is a no: it never hangs. */
export async function ask(question: string, context: CommandContext): Promise<string> {
  const readline = createInterface({ input: context.stdin, output: context.stderr, terminal: true });
  try {
    return await new Promise<string>((resolve, reject) => {
      readline.once('close', () => resolve(''));
      readline.question(question, { signal: context.signal }).then(resolve, (error: unknown) => {
        if (context.signal.aborted) resolve('');
        else reject(error instanceof Error ? error : new Error(String(error)));
      });
    });
  } finally {
    readline.close();
  }
}
