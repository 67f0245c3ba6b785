interface Task {
  at: number;
  order: number;
  run: () => void;
}

/**
 * The one clock of the simulated world: epoch milliseconds that may run faster than the wall. What is due
 * happens when the clock is read next, in order of time, so that no timer races a request.
 */
export class Clock {
  private wallStart = Date.now();
  private virtualStart: number;
  private tasks: Task[] = [];
  private order = 0;

  /** `start`: epoch milliseconds; `speed`: virtual seconds a wall second, 0 stands still. */
  constructor(
    start: number = Date.now(),
    public speed = 1,
  ) {
    this.virtualStart = start;
  }

  private read(): number {
    return Math.floor(this.virtualStart + (Date.now() - this.wallStart) * this.speed);
  }

  private current: number | null = null;

  /** Now, epoch milliseconds. While a due task runs, now is the moment that it was due. */
  now(): number {
    return this.current ?? this.read();
  }

  setSpeed(speed: number): void {
    this.virtualStart = this.read();
    this.wallStart = Date.now();
    this.speed = speed;
  }

  /** Moves the clock forward by `ms` virtual milliseconds and runs what falls due. */
  advance(ms: number): void {
    this.virtualStart += ms;
    this.settle();
  }

  /** Runs `run` once the clock has reached `delay` virtual milliseconds from now. */
  after(delay: number, run: () => void): void {
    const task = { at: this.now() + delay, order: this.order++, run };
    const index = this.tasks.findIndex((other) => other.at > task.at);
    if (index === -1) this.tasks.push(task);
    else this.tasks.splice(index, 0, task);
  }

  /** Runs `act` with the clock standing still: one request sees one moment. */
  hold<T>(act: () => T): T {
    this.settle();
    if (this.current !== null) return act();
    this.current = this.read();
    try {
      return act();
    } finally {
      this.current = null;
    }
  }

  /** Runs everything that is due. */
  settle(): void {
    if (this.current !== null) return;
    const now = this.read();
    try {
      for (let task = this.tasks[0]; task !== undefined && task.at <= now; task = this.tasks[0]) {
        this.tasks.shift();
        this.current = task.at;
        task.run();
      }
    } finally {
      this.current = null;
    }
  }
}
