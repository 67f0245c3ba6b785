import type { CoreEvent } from '../../model/index.js';
import { fit } from './layout.js';

type Progress = Extract<CoreEvent, { type: 'progress' }>;

/** How often the line is drawn at most, milliseconds. */
const drawEvery = 80;

/** Moves to the line's beginning and erases it (ECMA-48, EL). */
const eraseLine = '\r\u001b[2K';

/** One line of progress at the bottom of a terminal, redrawn in place and never longer than the terminal is wide. */
export class StatusLine {
  private readonly subjects = new Map<string, { done: number; total: number | null; regions: Set<string> }>();
  private last: Progress | null = null;
  private drawnAt = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private shown = false;

  constructor(
    private readonly stream: { write(text: string): unknown },
    private readonly columns: () => number,
    private readonly now: () => number,
  ) {}

  update(event: Progress): void {
    const known = this.subjects.get(event.subject);
    const regions = known?.regions ?? new Set<string>();
    if (event.region !== null) regions.add(event.region);
    const { done, total } = event;
    if (total !== null && done >= total) this.subjects.delete(event.subject);
    else this.subjects.set(event.subject, { done, total, regions });
    this.last = event;
    if (this.subjects.size === 0) return this.reset();
    const wait = this.drawnAt + drawEvery - this.now();
    if (wait <= 0) return this.draw();
    // The last state is drawn too, though no event may follow it for long.
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.draw();
    }, wait).unref();
  }

  draw(): void {
    if (this.subjects.size === 0) return;
    this.drawnAt = this.now();
    this.shown = true;
    // One column stays free: a terminal that wraps at its last column would scroll.
    this.stream.write(eraseLine + fit(this.text(), this.columns() - 1));
  }

  /** Takes the line away; the next draw brings it back. */
  erase(): void {
    if (this.shown) this.stream.write(eraseLine);
    this.shown = false;
  }

  /** Takes the line away and forgets what it told of. */
  reset(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.subjects.clear();
    this.erase();
  }

  private text(): string {
    const parts = [...this.subjects].map(([subject, { done, total, regions }]) => {
      const where = regions.size > 1 ? ` in ${regions.size} regions` : '';
      return `${subject} ${done}${total === null ? '' : `/${total}`}${where}`;
    });
    const now = this.last?.message ?? '';
    return `${parts.join(' · ')}${now === '' ? '' : ` · ${now}`}`;
  }
}
