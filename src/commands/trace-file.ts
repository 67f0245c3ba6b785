import { closeSync, openSync, writeSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import type { Watch, WatchedStep } from '../aws/index.js';

/** An event of Chrome's trace format, which Perfetto opens ("Trace Event Format", JSON array). Times are microseconds. */
interface TraceEvent {
  name: string;
  ph: 'X' | 'M';
  pid: number;
  tid: number;
  ts?: number;
  dur?: number;
  args: Record<string, unknown>;
}

/** Track of leakguard's own computing; each region has tracks of its own behind it. */
const computing = 1;

/**
 * `--trace`: what leakguard waited for, call by call, and what it computed, as a file that ui.perfetto.dev opens. It is
 * written as it goes, so that the trace of a run that was killed opens as well.
 */
export class TraceFile {
  private readonly file: number;
  /** Why it is written no more; null while it is. */
  failure: string | null = null;
  private pending: string[] = [];
  private isFirst = true;
  /** The process (region), by name. */
  private readonly regions = new Map<string, number>();
  /** Of each region when each of its tracks is free again; calls of one moment stand below each other. */
  private readonly tracks = new Map<string, number[]>();
  /** What calls that are not over have done so far. */
  private readonly steps = new Map<number, Exclude<WatchedStep, { step: 'call' }>[]>();
  private readonly measures: PerformanceObserver;

  /** @throws Error of the file system where the file cannot be made */
  constructor(path: string) {
    this.file = openSync(path, 'w', 0o600);
    writeSync(this.file, '[\n');
    this.name(computing, 'leakguard');
    this.measures = new PerformanceObserver((list) => {
      for (const { name, startTime, duration } of list.getEntries())
        this.slice(name, computing, 1, startTime, duration, {});
    });
    this.measures.observe({ entryTypes: ['measure', 'gc'] });
  }

  readonly watch: Watch = (step) => {
    const its = this.steps.get(step.id) ?? [];
    if (step.step !== 'call') {
      this.steps.set(step.id, [...its, step]);
      return;
    }
    this.steps.delete(step.id);
    const { service, operation, region, from, took, error } = step;
    const pid = this.pidOf(region);
    const tid = this.trackFor(region, from, from + took);
    this.slice(`${service}:${operation}`, pid, tid, from, took, error === null ? {} : { error });
    for (const one of its) {
      const [name, args] = one.step === 'wait' ? [`waits: ${one.why}`, {}] : requestOf(one);
      this.slice(name, pid, tid, one.from, one.took, args);
    }
  };

  close(): void {
    this.measures.disconnect();
    this.pending.push('\n]\n');
    this.flush();
    if (this.failure === null) closeSync(this.file);
  }

  private pidOf(region: string): number {
    let pid = this.regions.get(region);
    if (pid === undefined) {
      pid = this.regions.size + computing + 1;
      this.regions.set(region, pid);
      this.name(pid, region);
    }
    return pid;
  }

  private trackFor(region: string, from: number, to: number): number {
    const ends = this.tracks.get(region) ?? [];
    this.tracks.set(region, ends);
    const free = ends.findIndex((end) => end <= from);
    const track = free < 0 ? ends.length : free;
    ends[track] = to;
    return track + 1;
  }

  private name(pid: number, name: string): void {
    this.write({ name: 'process_name', ph: 'M', pid, tid: 1, args: { name } });
  }

  private slice(
    name: string,
    pid: number,
    tid: number,
    from: number,
    took: number,
    args: Record<string, unknown>,
  ): void {
    const [ts, dur] = [Math.round(from * 1000), Math.round(took * 1000)];
    this.write({ name, ph: 'X', pid, tid, ts, dur, args });
  }

  private write(event: TraceEvent): void {
    // As the format allows, the list is closed only where the run is: each event stands behind its comma.
    this.pending.push(`${this.isFirst ? '' : ',\n'}${JSON.stringify(event)}`);
    this.isFirst = false;
    if (this.pending.length >= 200) this.flush();
  }

  /** A full disk ends the trace, never the containment. */
  private flush(): void {
    const text = this.pending.join('');
    this.pending = [];
    if (this.failure !== null) return;
    try {
      writeSync(this.file, text);
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }
}

function requestOf(step: Extract<WatchedStep, { step: 'request' }>): [string, Record<string, unknown>] {
  const { method, host, status, requestId, error } = step;
  return [`${method} ${host}`, { status, requestId, ...(error === null ? {} : { error }) }];
}

/** `--debug`: each request in one line, as it went over the wire. Pure. */
export function requestLine(step: WatchedStep, now: Date): string | null {
  if (step.step !== 'request') return null;
  const { method, host, service, operation, status, requestId, took, error } = step;
  const answer = status === null ? `no answer (${error ?? ''})` : status;
  const words = [now.toISOString().slice(11, 23), method, host, `${service}:${operation}`, answer];
  return [...words, `${Math.round(took)} ms`, requestId ?? ''].join(' ').trimEnd();
}
