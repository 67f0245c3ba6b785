import { Chalk } from 'chalk';
import type { CoreEvent, Emit } from '../../model/index.js';
import { fit } from './layout.js';
import type { Style } from './screen.js';
import { Narrator } from './narrator.js';
import { StatusLine } from './status-line.js';

/** Where a renderer writes: stderr, or what stands in for it. */
interface RenderStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface RendererOptions {
  stream: RenderStream;
  color: boolean;
  verbose: boolean;
  env?: Record<string, string | undefined>;
  /** Epoch milliseconds; for how often progress is told. */
  now?: () => number;
}

export interface Renderer {
  emit: Emit;
  /** Takes the progress line away until the next event: before a prompt, or before somebody else writes. */
  clear(): void;
  close(): void;
}

/** How often plain lines tell of progress that is not finished, milliseconds. */
const plainProgressEvery = 10_000;
/** Columns of one line that is not cut to the terminal: bounded all the same. */
const longestLine = 1000;
/** Columns where the terminal does not say. */
const defaultColumns = 80;

/**
 * Whether to colour: `--no-color`, then FORCE_COLOR (also on a pipe; `0` and `false` mean no), then NO_COLOR
 * (no-color.org: any value that is not empty), then TERM=dumb, then whether `stream` is a terminal.
 */
export function colorOf(
  stream: { isTTY?: boolean },
  env: Record<string, string | undefined>,
  flag: boolean,
): boolean {
  if (!flag) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return env['TERM'] !== 'dumb' && stream.isTTY === true;
}

/** Renders the core's events: on a terminal as lines above one progress line that redraws, elsewhere as plain lines. */
export function createRenderer(options: RendererOptions): Renderer {
  const { stream, color, verbose } = options;
  const env = options.env ?? process.env;
  const now = options.now ?? Date.now;
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const terminal = stream.isTTY === true && env['TERM'] !== 'dumb';
  const columns = (): number => stream.columns ?? defaultColumns;
  const status = terminal ? new StatusLine(stream, columns, now) : null;
  const narrator = new Narrator(verbose);
  const told = new Map<string, number>();
  let closed = false;

  const paint = (text: string, style: Style | null): string => {
    if (style === null) return text;
    return style === 'banner' ? chalk.bold.black.bgYellow(text) : chalk[style](text);
  };
  const write = (text: string, style: Style | null, width = longestLine): void => {
    stream.write(`${paint(fit(text, width), style)}\n`);
  };

  const progress = (event: Extract<CoreEvent, { type: 'progress' }>): void => {
    if (status !== null) return status.update(event);
    const finished = event.total !== null && event.done >= event.total;
    const last = told.get(event.subject);
    if (!finished && last !== undefined && now() - last < plainProgressEvery) return;
    // The first word of a subject waits for its time too, or every subject would begin with "1 of many".
    if (!finished && last === undefined) {
      told.set(event.subject, now());
      return;
    }
    told.set(event.subject, now());
    const total = event.total === null ? '' : ` of ${event.total}`;
    write(`${event.subject}: ${event.done}${total}`, 'dim');
  };

  return {
    emit: (event) => {
      if (closed) return;
      if (event.type === 'progress') return progress(event);
      const lines = narrator.tell(event);
      if (lines.length > 0) status?.erase();
      // One of many that the screen at the end counts is cut to the terminal; what failed, warnings and paths stay whole.
      const many = event.type === 'finding' || (event.type === 'outcome' && event.outcome.error === null);
      for (const [text, style] of lines) write(text, style, many && terminal ? columns() : longestLine);
      // What follows an incident or an agreement is written by somebody else.
      if (event.type === 'incident') status?.reset();
      else if (lines.length > 0) status?.draw();
    },
    clear: () => status?.reset(),
    close: () => {
      closed = true;
      status?.reset();
    },
  };
}
