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

/** A slip gets another try, so often; then it is a no. */
const tries = 3;

/**
 * The person's word for `actions`: the account id, with or without dashes. `v` shows each thing by `showAll` and asks
 * again; an empty line, `n`, or the end of input is a no.
 */
export async function askForAll(
  actions: number,
  account: string,
  showAll: () => Promise<void>,
  context: CommandContext,
): Promise<boolean> {
  const question = `${actions} actions. Type the account id (${account}) to do them, v to see each thing, n to do none: `;
  for (let slips = 0; slips < tries; ) {
    const answer = (await ask(question, context)).replaceAll(/[\s-]/g, '');
    if (answer === account) return true;
    if (answer === '' || /^no?$/i.test(answer)) return false;
    if (/^v$/i.test(answer)) {
      await showAll();
      continue;
    }
    slips += 1;
    context.stderr.write(`That is not the account id. Nothing was done so far beyond the cut.\n`);
  }
  return false;
}
