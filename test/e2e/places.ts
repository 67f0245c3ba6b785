/** What signs a call. */
export interface Signer {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

type Next = (args: unknown) => unknown;
interface Stack {
  add(middleware: (next: Next) => Next, options: { step: 'build' }): void;
}

/** The client, calling from this address as far as the range's trail tells. */
export function from<C extends { middlewareStack: unknown }>(ip: string, client: C): C {
  (client.middlewareStack as Stack).add(
    (next) => (args) => {
      (args as { request: { headers: Record<string, string> } }).request.headers['x-range-source-ip'] = ip;
      return next(args);
    },
    { step: 'build' },
  );
  return client;
}
