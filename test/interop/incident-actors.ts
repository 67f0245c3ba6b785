import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import type { MiddlewareStack } from '@smithy/types';

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** A call that worked, as it was sent and answered: what CloudTrail makes a record of. */
export interface Call {
  actor: Actor;
  service: string;
  operation: string;
  region: string;
  /** Epoch milliseconds, by the story's clock. */
  time: number;
  input: Record<string, unknown>;
  output: Record<string, unknown>;
}

/** The account on one server, the story's clock, and everything that was called in it. */
export class Story {
  readonly calls: Call[] = [];
  /** Epoch milliseconds. A story told to a server without a trail of its own may lie in the past. */
  clock = Date.now();

  constructor(
    readonly url: string,
    readonly account: string,
  ) {}
}

/** Somebody with credentials, known by address and user agent; each call that works goes into the story. */
export class Actor {
  constructor(
    private readonly story: Story,
    readonly name: string,
    readonly credentials: Credentials,
    readonly address: string,
    readonly userAgent: string,
  ) {}

  /** The same person with other credentials. */
  with(credentials: Credentials, name = this.name): Actor {
    return new Actor(this.story, name, credentials, this.address, this.userAgent);
  }

  /** Somebody else. */
  as(name: string, credentials: Credentials, address: string, userAgent: string): Actor {
    return new Actor(this.story, name, credentials, address, userAgent);
  }

  /** A call that AWS's service makes on its own, of which the servers make no request. */
  tell(call: Omit<Call, 'actor' | 'time'>): void {
    this.story.calls.push({ ...call, actor: this, time: this.story.clock });
  }

  ec2(region: string): EC2Client {
    return this.recorded(new EC2Client(this.options(region)), 'ec2', region);
  }

  autoScaling(region: string): AutoScalingClient {
    return this.recorded(new AutoScalingClient(this.options(region)), 'autoscaling', region);
  }

  iam(): IAMClient {
    return this.recorded(new IAMClient(this.options('us-east-1')), 'iam', 'us-east-1');
  }

  sts(): STSClient {
    return this.recorded(new STSClient(this.options('us-east-1')), 'sts', 'us-east-1');
  }

  private options(region: string) {
    return { endpoint: this.story.url, region, credentials: this.credentials, maxAttempts: 2 };
  }

  private recorded<Client extends EC2Client | AutoScalingClient | IAMClient | STSClient>(
    client: Client,
    service: string,
    region: string,
  ): Client {
    const stack = client.middlewareStack as MiddlewareStack<object, object>;
    stack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        this.story.clock += 700;
        this.story.calls.push({
          actor: this,
          service,
          operation: String(context['commandName']).replace(/Command$/, ''),
          region,
          time: this.story.clock,
          input: args.input as Record<string, unknown>,
          output: answer.output as Record<string, unknown>,
        });
        return answer;
      },
      { step: 'initialize', name: 'story' },
    );
    return client;
  }
}
