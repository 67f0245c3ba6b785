import { shellCommand } from '../model/index.js';
import type { CommandContext } from './context.js';

/** The same command as it was typed, with these flags too. Null where no quoting makes that safe. */
export function asTyped(
  { argv }: Pick<CommandContext, 'argv'>,
  ...more: readonly (readonly [flag: string, ...values: string[]])[]
): string | null {
  const missing = more.filter(([flag]) => !argv.some((word) => word === flag || word.startsWith(`${flag}=`)));
  return shellCommand(['leakguard', ...argv, ...missing.flat()]);
}
