import { createReadStream } from 'node:fs';
import { ExitCode } from '../model/index.js';
import {
  maxMessageBytes,
  type NoticeMessage,
  noticeScreen,
  readMessage,
  readNotice,
} from '../recovery/notice/index.js';
import { CommandError, type CommandContext } from './context.js';

interface NoticeFlags {
  /** A path, or `-` for standard input. */
  file: string;
}

/** Says what AWS's mail or Health event says. Calls nobody, and changes nothing. */
export async function run(flags: NoticeFlags, context: CommandContext): Promise<ExitCode> {
  if (flags.file === '-' && context.interactive)
    context.stderr.write('Paste the notice, then press Ctrl-D.\n');
  const notice = readNotice(await read(flags.file, context));
  const exitCode =
    notice.form === null && notice.keys.length + notice.sessions.length === 0
      ? ExitCode.incomplete
      : ExitCode.ok;
  if (context.json) {
    const document = { schemaVersion: 1, command: 'notice', exitCode, notice };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const { width, color, verbose, carried } = context;
    context.stdout.write(`${noticeScreen(notice, { width, color, verbose, carried })}\n`);
  }
  return exitCode;
}

async function read(file: string, context: CommandContext): Promise<NoticeMessage> {
  try {
    return await readMessage(await firstBytes(file === '-' ? context.stdin : createReadStream(file)));
  } catch (error) {
    throw new CommandError(
      ExitCode.usage,
      (error as Error).message,
      'Give the mail as a file (.eml or text), or paste it: leakguard notice -',
    );
  }
}

/** No more than a notice may have, and one byte, by which it is seen to be cut. */
async function firstBytes(stream: AsyncIterable<string | Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > maxMessageBytes) break;
  }
  return Buffer.concat(chunks);
}
