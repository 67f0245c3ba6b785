import { ExitCode } from '../model/index.js';
import { type Lang, languages } from '../report/messages/index.js';
import { CommandError } from './context.js';

/**
 * The language of what is shown: --lang, else LEAKGUARD_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG; the first that is
 * set, as POSIX has it); a locale of any other language is English. @throws CommandError for a flag of another word
 */
export function languageOf(flag: string | undefined, env: Record<string, string | undefined>): Lang {
  const known = (word: string | undefined): Lang | undefined => languages.find((one) => one === word);
  if (flag !== undefined && known(flag) === undefined)
    throw new CommandError(
      ExitCode.usage,
      `--lang takes ${languages.join(' or ')}, not ${JSON.stringify(flag.slice(0, 40))}.`,
    );
  // A variable never stops a containment.
  const said = known(flag) ?? known(env['LEAKGUARD_LANG']);
  if (said !== undefined) return said;
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^ja(_|\.|-|$)/.test(locale) ? 'ja' : 'en';
}
