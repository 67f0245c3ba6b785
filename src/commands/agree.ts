import { createInterface } from 'node:readline/promises';
import type { RestWord } from '../contain/index.js';
import type { PersonsWords } from '../model/index.js';
import { screenWords } from '../report/messages/index.js';
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

/** Shows a text a screenful at a time, until the person has seen enough. */
export async function pageThrough(text: string, context: CommandContext): Promise<void> {
  const lines = text.split('\n');
  const screenful = context.rows === null ? Infinity : Math.max(5, context.rows - 2);
  for (let from = 0; from < lines.length; from += screenful) {
    context.stderr.write(`${lines.slice(from, from + screenful).join('\n')}\n`);
    const left = lines.length - from - screenful;
    if (left <= 0) return;
    const answer = (await ask(`${left} more lines: Enter goes on, q ends. `, context)).trim();
    if (/^q/i.test(answer) || context.signal.aborted) return;
  }
}

/** A slip gets another try, so often; then it is a no. */
const tries = 3;

/** The person's word for the cut: y and the last four characters of what is cut. An empty line or `n` is a no. */
export async function askForCut(question: string, last: string, context: CommandContext): Promise<boolean> {
  for (let slips = 0; slips < tries; slips += 1) {
    if (slips > 0) context.stderr.write(`${screenWords(context.lang).ask.notTheKey(last)}\n`);
    const answer = (await ask(question, context)).trim();
    if (answer === '' || /^no?$/i.test(answer)) return false;
    if (/^y/i.test(answer) && answer.slice(1).trim().toLowerCase() === last.toLowerCase()) return true;
  }
  return false;
}

/**
 * The person's word for `actions`: the account id, with or without dashes. `v` shows each thing, `v ID` one with all its
 * reasons, by `show`, and asks again; `e` takes things out of the plan and held ones into it, where it `canChange`; an
 * empty line, `n`, or the end of input is a no.
 */
export async function askForRest(
  actions: number,
  account: string,
  canChange: boolean,
  show: (ids: readonly string[]) => Promise<void>,
  context: CommandContext,
): Promise<RestWord> {
  const say = screenWords(context.lang).ask;
  const question = say.account(account);
  for (let slips = 0; slips < tries; ) {
    context.stderr.write(`${say.actions(actions, canChange)}\n`);
    const line = (await ask(question, context)).trim();
    if (line.replaceAll(/[\s-]/g, '') === account) return 'all';
    if (line === '' || /^no?$/i.test(line)) return 'none';
    const [letter = '', ...rest] = spoken(line);
    if (/^v$/i.test(letter)) {
      await show(rest);
      continue;
    }
    if (canChange && /^e$/i.test(letter)) {
      const words = rest.length > 0 ? { exclude: rest, include: [] } : await askWhat(context);
      if (words.exclude.length + words.include.length > 0) return words;
      continue;
    }
    slips += 1;
    context.stderr.write(`${say.notTheAccount}\n`);
  }
  return 'none';
}

/** What is taken out of the plan, and which of the held things are taken in. */
async function askWhat(context: CommandContext): Promise<PersonsWords> {
  const exclude = await ask(screenWords(context.lang).ask.takeOut, context);
  const include = await ask(screenWords(context.lang).ask.takeIn, context);
  return { exclude: spoken(exclude), include: spoken(include) };
}

/** The words of a line, between spaces or commas; quotes keep a name with spaces together. */
function spoken(line: string): string[] {
  return [...line.matchAll(/"([^"]+)"|'([^']+)'|([^\s,]+)/g)].flatMap(
    ([, double, single, bare]) => double ?? single ?? bare ?? [],
  );
}
