import { Chalk } from 'chalk';
import { type Identity, withFlags } from '../../model/index.js';
import { visible } from './escape.js';
import { fit, padEnd, rangesOf, wrap } from './layout.js';
import { type Lang, screenWords, some } from '../messages/index.js';

export interface ScreenOptions {
  /** Columns of the terminal. No line is longer, but for what is to be copied; nothing is left out to make it fit. */
  width: number;
  color: boolean;
  /** Everything, not only what fits on one screen. */
  verbose: boolean;
  /** For terminals without Unicode: bars of ASCII. */
  ascii?: boolean;
  /** The language of its sentences; English where none is said. */
  lang?: Lang;
  /** Flags that each printed command needs too. */
  carried?: readonly (readonly string[])[];
}

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'banner';

/** Plain text, or plain text with a style. Always made visible and fitted: foreign text may stand here. */
export type Part = string | readonly [text: string, style: Style | null];

const labelWidth = 11;
const longestCommand = 5000;
/** Characters of one part of a row: others may choose what stands there. */
const longestPart = 500;
const narrowest = 40;

/** Lines with a label in the left margin, broken where the width ends: the form of all of leakguard's screens. */
export class Screen {
  private readonly lines: string[] = [];
  private readonly chalk;
  readonly width: number;
  /** Its sentences, in the language that is asked for. */
  readonly say;

  constructor(readonly options: ScreenOptions) {
    this.width = Math.max(narrowest, options.width);
    this.say = screenWords(options.lang);
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

  /** Parts in a row over as many lines as they need; what goes on below stands `hanging` columns further in. */
  private flow(parts: readonly Part[], width: number, hanging = 2): string[] {
    const shown = parts.map((part): [string, Style | null] => {
      const [text, style] = typeof part === 'string' ? [part, null] : part;
      return [visible(text, longestPart), style];
    });
    const plain = shown.map(([text]) => text).join('');
    const begin = Math.max(0, plain.search(/\S/));
    const further = ' '.repeat(Math.min(begin + hanging, Math.floor(width / 2)));
    return rangesOf(plain, width, width - further.length).map(([from, to], i) => {
      let line = i === 0 ? '' : further;
      let at = 0;
      for (const [text, style] of shown) {
        const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at));
        if (piece !== '') line += this.style(piece, style);
        at += text.length;
      }
      return line.trimEnd();
    });
  }

  /** Across the whole width. */
  line(...parts: Part[]): this {
    this.lines.push(...this.flow(parts, this.width));
    return this;
  }

  /** To the right of a label; an empty label continues what stands above. */
  row(label: string, ...parts: Part[]): this {
    return this.put(label, this.flow(parts, this.room));
  }

  /** As a row, but for sentences: every line begins where the first one does. */
  text(label: string, text: string, style: Style | null = null): this {
    return this.put(label, this.flow([[text, style]], this.room, 0));
  }

  private put(label: string, lines: readonly string[]): this {
    const margin = this.style(padEnd(fit(label, labelWidth - 1), labelWidth), label === '' ? null : 'bold');
    for (const [i, line] of lines.entries())
      this.lines.push(`${i === 0 ? margin : ' '.repeat(labelWidth)}${line}`.trimEnd());
    return this;
  }

  /** A command or a path, to be copied: never cut; a terminal that is too narrow breaks the line itself. */
  whole(label: string, text: string, style: Style | null = null): this {
    const margin = padEnd(fit(label, labelWidth - 1), labelWidth);
    this.lines.push(
      this.style(margin, label === '' ? null : 'bold') +
        this.style(visible(withFlags(text, this.options.carried ?? []), longestCommand), style),
    );
    return this;
  }

  /** The last section: what to do now. Commands stay whole, sentences are broken between words. */
  next(steps: readonly string[]): this {
    this.gap();
    for (const [i, step] of steps.entries()) {
      const label = i === 0 ? this.say.next : '';
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
    for (const line of wrap(this.say.simulated(where), this.width - 1))
      this.line([padEnd(` ${line}`, this.width), 'banner']);
    return this;
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
