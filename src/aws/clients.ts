import { type AwsCall, isChange, version } from '../model/index.js';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { assertWhole, readAnswer, type RawAnswer } from './answers.js';
import { AwsFailure, noCredentials } from './errors.js';
import { AwsClock } from './aws-clock.js';
import { toAwsFailure } from './failure.js';
import { type Lane, Lanes, type LaneWidths } from './lanes.js';
import { Listing } from './paging.js';
import { unresolved, type EndpointWishes } from './no-endpoint.js';
import { Pacer, systemClock } from './pacing.js';
import { isRead } from './reads.js';
import { LeavesThrottles, leavesThrottles } from './retrying.js';
import { Standing } from './standing.js';
import { services, type ServiceName } from './services/index.js';
import { Watched, type Watch } from './watch.js';

/** What AWS answered: the output, and the id by which CloudTrail knows the call. */
export interface Answer {
  output: Record<string, unknown>;
  requestId: string | null;
}

export interface ClientsOptions {
  credentials: AwsCredentialIdentityProvider;
  endpoints: Partial<Record<ServiceName, string>>;
  wishes: EndpointWishes;
  requestHandler: NodeHttpHandler;
  lanes: LaneWidths;
  /** Places that the sessions of several accounts share. */
  places: Lane;
  homeRegion: string;
  maxAttempts: number;
  /** What the person must know of AWS's answers. */
  tell?: ((message: string) => void) | undefined;
  watch?: Watch | undefined;
}

/** The parts of an SDK client that we use; each service's own types meet here. */
interface Client {
  send(
    command: unknown,
    options?: { abortSignal?: AbortSignal },
  ): Promise<Record<string, unknown> & SdkMetadata>;
  middlewareStack: {
    add(middleware: unknown, options: { step: string; name: string; priority?: string }): void;
  };
  config: object;
  destroy(): void;
}
interface SdkMetadata {
  $metadata?: { requestId?: string };
}
/** Settings that are the same for every service and region. */
interface Found {
  authSchemePreference?: unknown;
  userAgentAppId?: unknown;
}
type Command = new (input: unknown) => unknown;
type Run = (
  client: Client,
  module: ServiceModule,
  signal: AbortSignal,
) => Promise<Record<string, unknown> & SdkMetadata>;
type Paginate = (
  config: { client: Client },
  input: unknown,
) => AsyncIterable<Record<string, unknown> & SdkMetadata>;
interface ServiceModule {
  client: new (config: object) => Client;
  commands: Record<string, Command>;
  paginators: Record<string, Paginate>;
}

/** One call may take this long in all, retries included: a region that hangs must not hold the rest. */
const callDeadline = 45_000;
/** All is done when the journal is anchored: nobody waits long for that. */
const anchorDeadline = 5_000;
/** How often a throttled call is tried again after the SDK has given up: the work is never lost to throttling. */
const throttledTries = 8;
/** After that long no call is tried anew: a storm of refusals ends, and what it hid is unknown. Milliseconds. */
const throttledPatience = 90_000;

/** One SDK client for each service and region, made when first needed; pacing, deadlines and errors for all. */
export class AwsClients {
  private readonly clients = new Map<string, Promise<{ client: Client; module: ServiceModule }>>();
  private readonly pacer = new Pacer();
  private readonly lanes: Lanes;
  private readonly awsClock: AwsClock;
  private readonly watched: Watched;
  private readonly standing = new Standing(() => systemClock.now());
  /** What every client would look for by itself, in the environment and the config files: the first one's answers. */
  private found: Found | null = null;

  constructor(private readonly options: ClientsOptions) {
    this.lanes = new Lanes(options.lanes, options.places);
    this.watched = new Watched(options.watch);
    this.awsClock = new AwsClock(Date.now, options.tell);
  }

  /** AWS's clock, epoch milliseconds. */
  now(): number {
    return this.awsClock.now();
  }

  /** The credentials in use. @throws AwsFailure of kind `credentials` */
  async credentials(): Promise<{ accessKeyId: string; sessionToken?: string }> {
    try {
      return await this.options.credentials();
    } catch (error) {
      if (error instanceof AwsFailure) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw noCredentials(error instanceof Error ? error.name : 'CredentialsProviderError', message, error);
    }
  }

  /** One change. @throws AwsFailure */
  async send({ service, operation, region, input }: AwsCall, signal?: AbortSignal): Promise<Answer> {
    // Types do not reach what comes from a file.
    if (!isChange(service, operation))
      throw new Error(`${service}:${operation} is no change of leakguard's, and was not sent`);
    return this.call(service, operation, region, input, signal);
  }

  /** A session of a role in another account. @throws AwsFailure */
  async assumeRole(region: string, input: object): Promise<Answer> {
    return this.call('sts', 'AssumeRole', region, input);
  }

  /** One read. @throws AwsFailure */
  async read(service: ServiceName, operation: string, region: string, input: object): Promise<Answer> {
    assertRead(service, operation);
    return this.call(service, operation, region, input);
  }

  /** All pages of a read, each paced and retried by itself. @throws AwsFailure */
  async *readPages(
    service: ServiceName,
    operation: string,
    region: string,
    input: object,
  ): AsyncIterable<Answer['output']> {
    assertRead(service, operation);
    const { client, module } = await this.client(service, this.regionOf(region));
    const paginate = module.paginators[operation];
    if (paginate === undefined) throw new Error(`aws/services has no paginator for ${service}:${operation}`);
    // The paginator calls client.send; giving it ours puts every page through the same pacing and deadlines.
    const listing = new Listing(service, operation, this.regionOf(region));
    const paced: Client = Object.create(client, {
      send: {
        value: async (command: { input: unknown }) => {
          listing.ask(command.input);
          return (
            await this.attempt(service, operation, region, undefined, (inner, _module, abortSignal) =>
              inner.send(command, { abortSignal }),
            )
          ).output;
        },
      },
    }) as Client;
    for await (const page of paginate({ client: paced }, input)) yield page;
  }

  /** A last GetCallerIdentity whose user agent carries `mark`. Its request id, or null where it failed. */
  async anchor(mark: string, region: string): Promise<string | null> {
    const module = (await services.sts()) as unknown as ServiceModule;
    const client = this.construct('sts', module, region, [['journal', mark]]);
    try {
      const Operation = module.commands['GetCallerIdentity'];
      const abortSignal = AbortSignal.timeout(anchorDeadline);
      const output = await client.send(new (Operation as Command)({}), { abortSignal });
      return output.$metadata?.requestId ?? null;
    } catch {
      // The journal is complete without the anchor; the caller says that there is none.
      return null;
    }
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.options.requestHandler.destroy();
  }

  private async call(
    service: ServiceName,
    operation: string,
    region: string,
    input: object,
    signal?: AbortSignal,
  ): Promise<Answer> {
    return this.attempt(service, operation, region, signal, async (client, module, abortSignal) => {
      const Operation = module.commands[operation];
      if (Operation === undefined) throw new Error(`aws/services has no ${service}:${operation}`);
      return client.send(new Operation(input), { abortSignal });
    });
  }

  /** One request, and what its refusal means. */
  private async attempt(
    service: ServiceName,
    operation: string,
    region: string,
    signal: AbortSignal | undefined,
    run: Run,
  ): Promise<Answer> {
    const again = (): Promise<Answer> =>
      this.watched.call({ service, operation, region: this.regionOf(region) }, () =>
        this.request(service, operation, region, signal, run),
      );
    try {
      const answer = await again();
      if (isRead(service, operation)) this.standing.heard(service, operation, this.regionOf(region), again);
      return answer;
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      const { sessionToken } = await this.credentials();
      throw await this.standing.judge(error, sessionToken !== undefined);
    }
  }

  private async request(
    service: ServiceName,
    operation: string,
    region: string,
    signal: AbortSignal | undefined,
    run: Run,
  ): Promise<Answer> {
    const where = this.regionOf(region);
    const { client, module } = await this.client(service, where);
    const since = systemClock.now();
    for (let tries = 1; ; tries += 1) {
      await this.watched.wait('rate', this.pacer.pace(service, operation, where));
      const once = (): ReturnType<Run> => {
        const deadline = AbortSignal.timeout(callDeadline);
        const ends = signal === undefined ? deadline : AbortSignal.any([deadline, signal]);
        return run(client, module, ends);
      };
      try {
        // A change waits for no read.
        const output = await (isRead(service, operation)
          ? this.lanes.run(laneOf(service, operation, region), once, (place) =>
              this.watched.wait('place', place),
            )
          : once());
        const requestId = output.$metadata?.requestId ?? null;
        assertWhole({ service, operation, region: where }, output, requestId);
        return { output, requestId };
      } catch (error) {
        const failure = await unresolved(toAwsFailure(error, service, operation, where));
        const most = leavesThrottles(service) ? throttledTries * this.options.maxAttempts : throttledTries;
        const spent = tries >= most || systemClock.now() - since > throttledPatience;
        if (failure.kind !== 'throttled' || spent || signal?.aborted === true) throw failure;
        this.pacer.refused(service, operation, where);
        const pause = Math.random() * Math.min(8000, 250 * 2 ** tries);
        await this.watched.wait('throttled', systemClock.sleep(pause));
      }
    }
  }

  private regionOf(region: string): string {
    return region === 'global' ? this.options.homeRegion : region;
  }

  private client(service: ServiceName, region: string): Promise<{ client: Client; module: ServiceModule }> {
    const key = `${service}|${region}`;
    let made = this.clients.get(key);
    if (made === undefined) {
      made = services[service]().then((loaded) => {
        const module = loaded as unknown as ServiceModule;
        return { client: this.construct(service, module, region, []), module };
      });
      this.clients.set(key, made);
    }
    return made;
  }

  private construct(
    service: ServiceName,
    module: ServiceModule,
    region: string,
    mark: [string, string][],
  ): Client {
    const endpoint = this.options.endpoints[service];
    const { fips, dualStack } = this.options.wishes;
    const client = new module.client({
      region,
      credentials: this.options.credentials,
      requestHandler: this.options.requestHandler,
      maxAttempts: this.options.maxAttempts,
      retryMode: 'standard',
      ...(leavesThrottles(service) ? { retryStrategy: new LeavesThrottles(this.options.maxAttempts) } : {}),
      customUserAgent: [['leakguard', version], ...mark],
      ...this.found,
      ...(endpoint === undefined
        ? { useFipsEndpoint: fips, useDualstackEndpoint: dualStack }
        : {
            endpoint,
            useFipsEndpoint: false,
            useDualstackEndpoint: false,
            // A server of one name has none for each of S3's buckets.
            forcePathStyle: true,
          }),
    });
    const { authSchemePreference, userAgentAppId } = client.config as Found;
    this.found ??= { authSchemePreference, userAgentAppId };
    client.middlewareStack.add(this.watched.middleware, {
      step: 'deserialize',
      name: 'leakguardWatch',
      priority: 'low',
    });
    client.middlewareStack.add(this.readDate(service), { step: 'deserialize', name: 'leakguardClock' });
    // Nearest to the wire: before the SDK parses, and reads an empty list where there is none.
    const check = checkAnswer(service, region);
    client.middlewareStack.add(check, { step: 'deserialize', name: 'leakguardAnswer', priority: 'low' });
    return client;
  }

  /** Reads AWS's clock off every answer: revocation times must not come from a local clock that is hours off. */
  private readonly readDate =
    (service: ServiceName) =>
    (next: (args: unknown) => Promise<{ response?: { headers?: Record<string, string> } }>) =>
    async (args: unknown) => {
      const result = await next(args);
      this.awsClock.heard(result.response?.headers?.['date'], service);
      return result;
    };
}

/** Thousands of objects of one bucket are read at a time when nothing else is asked of its region: they wait for themselves. */
function laneOf(service: ServiceName, operation: string, region: string): string {
  return service === 's3' && operation === 'GetObject' ? 'objects' : region;
}

function checkAnswer(service: ServiceName, region: string) {
  return (next: (args: unknown) => Promise<{ response: RawAnswer }>, context: { commandName?: string }) =>
    async (args: unknown) => {
      const result = await next(args);
      const operation = (context.commandName ?? '').replace(/Command$/, '');
      await readAnswer({ service, operation, region }, result.response);
      return result;
    };
}

function assertRead(service: string, operation: string): void {
  if (!isRead(service, operation)) throw new Error(`${service}:${operation} is not a read, and was not sent`);
}
