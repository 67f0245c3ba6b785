import { Chalk } from 'chalk';
import type { Identity } from '../events.js';
import { visible } from './escape.js';
import { columnsOf, fit, padEnd, wrap } from './layout.js';
import { some } from './words.js';

export interface ScreenOptions {
  /** Columns of the terminal. No line is longer, but for what is to be copied. */
  width: number;
  color: boolean;
  /** Everything, not only what fits on one screen. */
  verbose: boolean;
  /** For terminals without Unicode: bars of ASCII. */
  ascii?: boolean;
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'banner';

/** Plain text, or plain text with a style. Always made visible and fitted: foreign text may stand here. */
export type Part = string | readonly [text: string, style: Style | null];

const labelWidth = 11;
const longestCommand = 5000;
const narrowest = 40;

/** Lines with a label in the left margin, each cut to the width: the form of all of leakguard's screens. */
export class Screen {
  private readonly lines: string[] = [];
  private readonly chalk;
  readonly width: number;

  constructor(readonly options: ScreenOptions) {
    this.width = Math.max(narrowest, options.width);
    this.chalk = new Chalk({ level: options.color ? 1 : 0 });
  }

  /** Columns to the right of the label. */
  get room(): number {
    return this.width - labelWidth;
  }

  private style(text: string, style: Style | null): string {
    if (style === null) return text;
    if (style === 'banner') return this.chalk.bold.black.bgYellow(text);
    return this.chalk[style](text);
  }

  private compose(parts: readonly Part[], width: number): string {
    let left = width;
    let line = '';
    for (const part of parts) {
      if (left <= 0) break;
      const [text, style] = typeof part === 'string' ? [part, null] : part;
      const fitted = fit(text, left);
      line += this.style(fitted, style);
      left -= columnsOf(fitted);
    }
    return line.trimEnd();
  }

  /** One line across the whole width. */
  line(...parts: Part[]): this {
    this.lines.push(this.compose(parts, this.width));
    return this;
  }

  /** One line to the right of a label; an empty label continues what stands above. */
  row(label: string, ...parts: Part[]): this {
    const margin = this.style(padEnd(fit(label, labelWidth - 1), labelWidth), label === '' ? null : 'bold');
    this.lines.push(`${margin}${this.compose(parts, this.room)}`.trimEnd());
    return this;
  }

  /** Text over as many lines as it needs, at most `max`; the last one then ends in an ellipsis. */
  text(label: string, text: string, style: Style | null = null, max = Infinity): this {
    const lines = wrap(fit(text, this.room * 50), this.room);
    if (lines.length > max) lines.splice(max - 1, Infinity, `${lines.slice(max - 1).join(' ')}`);
    for (const [i, line] of lines.entries()) this.row(i === 0 ? label : '', [line, style]);
    return this;
  }

  /** A command or a path, to be copied: never cut; a terminal that is too narrow breaks the line itself. */
  whole(label: string, text: string, style: Style | null = null): this {
    const margin = padEnd(fit(label, labelWidth - 1), labelWidth);
    this.lines.push(
      this.style(margin, label === '' ? null : 'bold') + this.style(visible(text, longestCommand), style),
    );
    return this;
  }

  /** The last section: what to do now. Commands stay whole, sentences are broken between words. */
  next(steps: readonly string[]): this {
    this.gap();
    for (const [i, step] of steps.entries()) {
      const label = i === 0 ? 'next' : '';
      if (step.includes('leakguard ')) this.whole(label, step, 'bold');
      else this.text(label, step, 'bold');
    }
    return this;
  }

  gap(): this {
    if (this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('');
    return this;
  }

  /** What is simulated says so on every screen, first. */
  simulated(identity: Identity): this {
    if (!identity.simulated) return this;
    const where = some([...new Set(Object.values(identity.endpoints))], 2);
    return this.line([
      padEnd(
        fit(` SIMULATED: not AWS${where === '' ? '' : ` (${where})`}. Nothing here is real.`, this.width),
        this.width,
      ),
      'banner',
    ]);
  }

  toString(): string {
    return this.lines.join('\n');
  }
}

/** A small bar chart, one character a value, scaled to `max`. */
export function sparkline(values: readonly number[], max: number, ascii: boolean): string {
  const bars = ascii ? '.:-=+*#' : '▁▂▃▄▅▆▇█';
  return values
    .map((value) => {
      if (value <= 0 || max <= 0) return ' ';
      return bars[Math.min(bars.length - 1, Math.ceil((value / max) * bars.length) - 1)] ?? ' ';
    })
    .join('');
}
