import type { AwsClients } from './clients.js';
import type { OperationOfChange, ServiceOfChange } from '../model/index.js';
import type { InputOf, OperationOf, OutputOf, PagedOperationOf, ServiceName } from './services/index.js';

/** What of a service is asked, and changes nothing. */
export type ReadOf<S extends ServiceName> = Exclude<
  OperationOf<S>,
  S extends ServiceOfChange ? OperationOfChange<S> : never
>;

/**
 * Reads of AWS: one call, or all pages of one. Paced, retried, time-bounded; every failure is an AwsFailure.
 * A dry run has nothing else: what is not a read is refused before it is sent.
 */
export interface Reader {
  call<S extends ServiceName, O extends ReadOf<S>>(
    service: S,
    operation: O,
    region: string,
    input: InputOf<S, O>,
  ): Promise<OutputOf<S, O>>;

  /** All pages, by the SDK's own paginator. */
  pages<S extends ServiceName, O extends PagedOperationOf<S> & ReadOf<S>>(
    service: S,
    operation: O,
    region: string,
    input: InputOf<S, O>,
  ): AsyncIterable<OutputOf<S, O>>;

  /** AWS's clock, epoch milliseconds: the local clock corrected by the Date header of the last answers. */
  now(): number;
}

/** The reading half of `clients`. `once`: a refusal of a call is its answer, and is not tried again. */
export function readerOf(clients: AwsClients, { once = false } = {}): Reader {
  const read = once ? clients.readOnce.bind(clients) : clients.read.bind(clients);
  return {
    call: async (service, operation, region, input) =>
      (await read(service, operation, region, input as object)).output,
    pages: (service, operation, region, input) =>
      clients.readPages(service, operation, region, input as object) as never,
    now: () => clients.now(),
  };
}
