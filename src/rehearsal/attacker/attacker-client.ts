import type { ServiceName } from '../../range/index.js';
import { sdkClients } from './sdk-clients.js';
import type { Answer, Credentials, Shot } from '../scenario/script.js';
import type { Json } from '../scenario/scenario.js';

interface SdkClient {
  send(command: unknown, options: { abortSignal: AbortSignal }): Promise<unknown>;
  middlewareStack: {
    add(
      middleware: (next: (args: HttpArgs) => Promise<unknown>) => (args: HttpArgs) => Promise<unknown>,
      options: { step: 'build'; name: string; priority: 'low' },
    ): void;
  };
}
interface HttpArgs {
  request: { headers: Record<string, string> };
}
type Constructor = new (input: object) => unknown;

/** A call that takes longer than this has failed for the attacker. Wall milliseconds. */
const patience = 15_000;

/**
 * The attacker's hands: the unmodified AWS SDK, so that the range is called by a client that nobody here wrote.
 * It says where it comes from by header, since every process of a rehearsal is on the same machine.
 */
export class AttackerClients {
  private readonly clients = new Map<
    string,
    Promise<{ client: SdkClient; commands: Record<string, unknown> }>
  >();

  constructor(
    private readonly endpoint: string,
    private readonly label: string,
  ) {}

  /** Makes the call. Never throws for what AWS says: the error's code is the answer. */
  async send(shot: Shot, credentials: Credentials): Promise<Answer> {
    if (shot.service === 'range') return this.ownCall(shot, credentials);
    const { client, commands } = await this.client(shot, credentials);
    const Command = commands[`${shot.operation}Command`] as Constructor | undefined;
    if (Command === undefined) throw new Error(`the SDK has no ${shot.service}:${shot.operation}`);
    try {
      const output = await client.send(new Command(shot.input), {
        abortSignal: AbortSignal.timeout(patience),
      });
      return { output: JSON.parse(JSON.stringify(output ?? null)) as Json };
    } catch (error) {
      const { name, Code } = error as { name?: string; Code?: string };
      return { error: Code ?? name ?? 'Unknown' };
    }
  }

  /** What goes past the range's services: what his code finds inside of what runs with a role, what he comes in with. */
  private async ownCall(shot: Shot, { accessKeyId: parent }: Credentials): Promise<Answer> {
    const { operation, region, input, ip, userAgent } = shot;
    const response = await fetch(`${this.endpoint}/_range/${operation}`, {
      method: 'POST',
      body: JSON.stringify({ ...input, region, parent, ip, userAgent }),
      signal: AbortSignal.timeout(patience),
    });
    const answer = (await response.json()) as Json;
    return response.ok ? { output: answer } : { error: JSON.stringify(answer) };
  }

  private client(shot: Shot, credentials: Credentials) {
    const key = [shot.service, shot.region, credentials.accessKeyId, shot.ip, shot.userAgent].join('|');
    let made = this.clients.get(key);
    if (made === undefined) this.clients.set(key, (made = this.make(shot, credentials)));
    return made;
  }

  private async make({ service, region, ip, userAgent }: Shot, credentials: Credentials) {
    const load = Object.hasOwn(sdkClients, service) ? sdkClients[service as ServiceName] : undefined;
    if (load === undefined) throw new Error(`the range has no service ${service}`);
    const commands = (await load()) as Record<string, unknown>;
    const name = Object.keys(commands).find((one) => /^[A-Z]\w*Client$/.test(one) && one !== '__Client');
    const Client = commands[name ?? ''] as new (config: object) => SdkClient;
    const client = new Client({ region, endpoint: this.endpoint, credentials, maxAttempts: 2 });
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request;
        headers['x-range-source-ip'] = ip;
        headers['x-range-label'] = this.label;
        headers['user-agent'] = userAgent;
        delete headers['x-amz-user-agent'];
        return next(args);
      },
      { step: 'build', name: 'attackerAddress', priority: 'low' },
    );
    return { client, commands };
  }
}
