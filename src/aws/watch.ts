import { AsyncLocalStorage } from 'node:async_hooks';

/** One call of leakguard's: its pages, waits and retries are steps of it. */
interface WatchedCall {
  /** Counts up. */
  id: number;
  service: string;
  operation: string;
  region: string;
}

/**
 * A step on the way to AWS, told once it is over, for `--debug` and `--trace`: never a secret, and nothing of what was
 * asked or answered. `from` is on the clock of performance.now(); both times are milliseconds.
 */
export type WatchedStep = WatchedCall & { from: number; took: number } & (
    | { step: 'call'; error: string | null }
    /** For AWS's published rate, for a place among the reads that go at a time, or after a throttle. */
    | { step: 'wait'; why: 'rate' | 'place' | 'throttled' }
    /** What went over the wire. `status` is null where nothing came back. */
    | {
        step: 'request';
        method: string;
        host: string;
        status: number | null;
        requestId: string | null;
        error: string | null;
      }
  );

export type Watch = (step: WatchedStep) => void;

interface HttpRequest {
  method?: string;
  hostname?: string;
  port?: number;
}
interface HttpResponse {
  statusCode?: number;
  headers?: Record<string, string>;
}

/** Tells each step of each call to `watch`. */
export class Watched {
  private calls = 0;
  private readonly current = new AsyncLocalStorage<WatchedCall>();

  constructor(private readonly watch: Watch | undefined) {}

  async call<T>(named: Omit<WatchedCall, 'id'>, make: () => Promise<T>): Promise<T> {
    if (this.watch === undefined) return make();
    const call = { ...named, id: (this.calls += 1) };
    const from = performance.now();
    const told = (error: string | null): void =>
      this.watch?.({ ...call, step: 'call', from, took: performance.now() - from, error });
    try {
      const made = await this.current.run(call, make);
      told(null);
      return made;
    } catch (error) {
      told((error as { code?: string; name?: string }).code ?? (error as Error).name);
      throw error;
    }
  }

  /** A wait of the call that is being made. */
  async wait(why: 'rate' | 'place' | 'throttled', wait: Promise<void>): Promise<void> {
    const call = this.current.getStore();
    if (this.watch === undefined || call === undefined) return wait;
    const from = performance.now();
    await wait;
    const took = performance.now() - from;
    if (took >= 1) this.watch({ ...call, step: 'wait', why, from, took });
  }

  /** Middleware of the SDK, nearest to the wire: sees each attempt. */
  readonly middleware =
    (next: (args: { request: HttpRequest }) => Promise<{ response: HttpResponse }>) =>
    async (args: { request: HttpRequest }): Promise<{ response: HttpResponse }> => {
      const call = this.current.getStore();
      if (this.watch === undefined || call === undefined) return next(args);
      const { method = '', hostname = '', port } = args.request;
      const from = performance.now();
      const told = (
        answer: Pick<Extract<WatchedStep, { step: 'request' }>, 'status' | 'requestId' | 'error'>,
      ) => {
        const host = port === undefined ? hostname : `${hostname}:${port}`;
        this.watch?.({
          ...call,
          step: 'request',
          method,
          host,
          from,
          took: performance.now() - from,
          ...answer,
        });
      };
      try {
        const result = await next(args);
        const { statusCode = null, headers = {} } = result.response;
        const requestId = headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? null;
        told({ status: statusCode, requestId, error: null });
        return result;
      } catch (error) {
        const { code, name } = error as { code?: string; name?: string };
        told({ status: null, requestId: null, error: code ?? name ?? 'Error' });
        throw error;
      }
    };
}
