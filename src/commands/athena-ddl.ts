import { ExitCode } from '../model/index.js';
import { placeOf, tableStatement } from '../trail/index.js';
import { CommandError, type CommandContext } from './context.js';

interface DdlFlags {
  bucket: string;
  table: string;
  from: string;
}

/** Prints the statement that makes a table of a trail's files in Athena; runs nothing. */
export function run({ bucket, table, from }: DdlFlags, context: CommandContext): Promise<ExitCode> {
  const place = placeOf(bucket);
  if (typeof place === 'string')
    throw new CommandError(
      ExitCode.usage,
      `${bucket}: ${place}.`,
      'Name the trail’s bucket, as aws cloudtrail describe-trails does: s3://BUCKET/PREFIX',
    );
  if (!/^[a-z_][a-z0-9_]{0,127}$/.test(table))
    throw new CommandError(ExitCode.usage, `--table ${table}: small letters, digits and _ only.`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(from))
    throw new CommandError(ExitCode.usage, `--from ${from}: a day such as 2024-01-01.`);
  const statement = tableStatement(place, table, from);
  context.stdout.write(
    context.json ? `${JSON.stringify({ version: 1, statement }, null, 2)}\n` : `${statement}\n`,
  );
  return Promise.resolve(ExitCode.ok);
}
