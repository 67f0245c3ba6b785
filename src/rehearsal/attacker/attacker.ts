import { Random } from '../../range/index.js';
import { AttackerClients } from './attacker-client.js';
import { stepsOfMode } from './attacker-modes.js';
import { FollowedClock, tickEvery } from '../followed-clock.js';
import type { AttackerOrder, FromAttacker, Tally, ToAttacker } from './attacker-messages.js';
import {
  credentialsIn,
  filledIn,
  launchedIn,
  pickFrom,
  shotsOf,
  type Answer,
  type Credentials,
  type Shot,
} from '../scenario/script.js';
import type { ApiCall, Json, Launch, Meanwhile, MeanwhileStep } from '../scenario/scenario.js';

// The attacker: a process of its own that has nothing but the leaked key and the endpoint. Its script comes by
// message, and it runs until it is told to stop or nobody is there to tell it; it makes no more calls than these.
const mostCalls = 20_000;

class Attacker {
  private readonly clients: AttackerClients;
  private readonly bystanders: AttackerClients;
  private readonly random: Random;
  private readonly credentials: Map<string, Credentials>;
  private readonly ours: Map<string, Credentials>;
  private readonly memory: Map<string, Json>;
  /** Instances that it has launched, by region. */
  private readonly launched = new Map<string, Set<string>>();
  private readonly tally: Tally = { calls: 0, worked: {}, refused: {} };
  private stopped = false;
  /** The simulated clock. */
  readonly clock = new FollowedClock({ now: 0, rate: 1 }, () => performance.now());

  constructor(private readonly order: AttackerOrder) {
    this.clients = new AttackerClients(order.endpoint, 'attacker');
    this.bystanders = new AttackerClients(order.endpoint, 'bystander');
    this.random = new Random(order.seed);
    this.credentials = new Map(Object.entries(order.credentials));
    this.ours = new Map(Object.entries(order.ours));
    this.memory = new Map(Object.entries(order.names));
  }

  stop(): Tally {
    this.stopped = true;
    return this.tally;
  }

  /** Everything before the responder comes, one call after the other, so that a seed gives the same incident. */
  async prepare(wait: (ms: number) => Promise<void>): Promise<Tally> {
    for (const step of this.order.attacker.steps) {
      if (this.stopped) break;
      if ('wait' in step) await wait(step.wait);
      else {
        for (const shot of this.shots(step)) {
          await this.fire(shot, step);
          // The clock stands still meanwhile: a script takes its time between calls.
          await wait(100 + this.random.below(900));
        }
      }
    }
    return this.tally;
  }

  /** While the responder works: every part at its own pace. Ends when it is stopped. */
  async work(): Promise<void> {
    const { attacker, key, user } = this.order;
    const parts = [...attacker.meanwhile, ...stepsOfMode(attacker, [...this.credentials.keys()], key, user)];
    await Promise.all(parts.map((part) => this.repeat(part)));
  }

  /** Tries each credential with a few calls. Whether they worked stands in the range's log. */
  async probe(credentials: Credentials[], roles: string[]): Promise<void> {
    const clients = new AttackerClients(this.order.endpoint, 'probe');
    const { ip, userAgent } = this.order.attacker;
    const shot = (service: string, operation: string, input: Shot['input']): Shot => ({
      as: 'probe',
      service,
      operation,
      input,
      region: 'us-east-1',
      ip,
      userAgent,
    });
    const launch = { ImageId: 'ami-0c02fb55956c7d316', InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 };
    for (const one of credentials) {
      await clients.send(shot('ec2', 'DescribeInstances', { MaxResults: 5 }), one);
      await clients.send(shot('ec2', 'RunInstances', { ...launch, DryRun: true }), one);
      await clients.send(shot('iam', 'ListUsers', { MaxItems: 1 }), one);
      for (const RoleArn of roles)
        await clients.send(shot('sts', 'AssumeRole', { RoleArn, RoleSessionName: 'probe' }), one);
    }
  }

  private shots(step: ApiCall | Launch): Shot[] {
    const { as, ip, userAgent } = this.order.attacker;
    return shotsOf(step, { as, ip, userAgent }, this.random);
  }

  private async fire(shot: Shot, step?: ApiCall | Launch): Promise<Answer> {
    if (step?.ours === true) return await this.bystand(shot, step);
    const credentials = this.credentials.get(shot.as);
    // A credential that an earlier step was refused: there is nothing to call with.
    if (credentials === undefined || this.stopped || this.tally.calls >= mostCalls)
      return { error: 'NotTried' };
    this.tally.calls += 1;
    const input = filledIn(shot.input, this.memory) as Shot['input'];
    const answer = await this.clients.send({ ...shot, input }, credentials);
    const name = `${shot.service}:${shot.operation}`;
    if ('error' in answer) {
      const key = `${name} ${answer.error}`;
      this.tally.refused[key] = (this.tally.refused[key] ?? 0) + 1;
      return answer;
    }
    this.tally.worked[name] = (this.tally.worked[name] ?? 0) + 1;
    const mine = this.launched.get(shot.region) ?? new Set();
    for (const id of launchedIn(answer.output)) mine.add(id);
    if (mine.size > 0) this.launched.set(shot.region, mine);
    if (step !== undefined) this.keep(answer.output, step, this.credentials);
    return answer;
  }

  /** Somebody else's work at the same time: his credentials and what he makes are none of the attacker's. */
  private async bystand(shot: Shot, step: ApiCall | Launch): Promise<Answer> {
    const credentials = this.ours.get(shot.as);
    if (credentials === undefined || this.stopped) return { error: 'NotTried' };
    const input = filledIn(shot.input, this.memory) as Shot['input'];
    const answer = await this.bystanders.send({ ...shot, input }, credentials);
    if ('output' in answer) this.keep(answer.output, step, this.ours);
    return answer;
  }

  private keep(output: Json, step: ApiCall | Launch, into: Map<string, Credentials>): void {
    for (const [key, path] of Object.entries(step.remember ?? {}))
      this.memory.set(key, pickFrom(output, path));
    const kept = 'saveAs' in step && step.saveAs !== undefined ? credentialsIn(output) : null;
    if (kept === null || !('saveAs' in step) || step.saveAs === undefined) return;
    into.set(step.saveAs, kept);
    this.memory.set(step.saveAs, kept.accessKeyId);
  }

  private async repeat(part: Meanwhile): Promise<void> {
    const { after = 0, every, times = every === undefined ? 1 : Infinity, when = 'always', steps } = part;
    await this.pause(after);
    for (let done = 0; done < times && !this.stopped; ) {
      if (await this.holds(when)) {
        done += 1;
        for (const step of steps) await this.take(step);
      }
      if (every === undefined && done === 0 && when === 'always') break;
      await this.pause(every ?? 2000);
    }
  }

  private async take(step: MeanwhileStep): Promise<void> {
    if ('takeBack' in step) await this.takeBack(step);
    else await Promise.all(this.shots(step).map((shot) => this.fire(shot, step)));
  }

  private async holds(when: NonNullable<Meanwhile['when']>): Promise<boolean> {
    if (when === 'always') return true;
    const { as, ip, userAgent } = this.order.attacker;
    const base = { ip, userAgent, input: {} };
    if (when === 'key-is-off') {
      const asked = { ...base, as, service: 'sts', operation: 'GetCallerIdentity', region: 'us-east-1' };
      return 'error' in (await this.fire(asked));
    }
    for (const [region, ids] of this.launched) {
      const InstanceIds = [...ids].slice(-50);
      for (const label of this.credentials.keys()) {
        const asked = { ...base, as: label, service: 'ec2', operation: 'DescribeInstances', region };
        const answer = await this.fire({ ...asked, input: { InstanceIds } });
        if ('error' in answer) continue;
        const states = [pickFrom(answer.output, 'Reservations.*.Instances')]
          .flat(3)
          .map((instance) => pickFrom(instance, 'State.Name'));
        if (
          states.length < InstanceIds.length ||
          states.some((state) => state !== 'running' && state !== 'pending')
        )
          return true;
        break;
      }
    }
    return false;
  }

  /** Deletes the inline policies that deny, and switches the key on again: what IAM rights allow in the seconds
   *  before a Deny is enforced (hackingthe.cloud, "Survive access key deletion with sts:GetFederationToken"). */
  private async takeBack(step: Extract<MeanwhileStep, { takeBack: unknown }>): Promise<void> {
    const { user, role, key } = step.takeBack;
    const { as, ip, userAgent } = this.order.attacker;
    const ask = (operation: string, input: Shot['input']) =>
      this.fire({ as: step.as ?? as, service: 'iam', operation, region: 'us-east-1', input, ip, userAgent });
    for (const [kind, name] of [['User', user] as const, ['Role', role] as const]) {
      if (name === undefined) continue;
      const owner = { [`${kind}Name`]: name };
      const listed = await ask(`List${kind}Policies`, owner);
      if ('error' in listed) continue;
      for (const PolicyName of [pickFrom(listed.output, 'PolicyNames')].flat()) {
        if (typeof PolicyName !== 'string') continue;
        const policy = await ask(`Get${kind}Policy`, { ...owner, PolicyName });
        if ('error' in policy) continue;
        const text = JSON.stringify(pickFrom(policy.output, 'PolicyDocument'));
        if (/Deny/.test(text)) await ask(`Delete${kind}Policy`, { ...owner, PolicyName });
      }
    }
    const id = key === undefined ? undefined : this.memory.get(key);
    if (typeof id === 'string') {
      await ask('UpdateAccessKey', {
        AccessKeyId: id,
        Status: 'Active',
        ...(user === undefined ? {} : { UserName: user }),
      });
    }
  }

  /** Waits simulated milliseconds, and wakes when it is stopped. */
  private async pause(ms: number): Promise<void> {
    const due = this.clock.now() + ms;
    for (let left = ms; !this.stopped && left > 0; left = this.clock.until(due))
      await new Promise((resolve) => setTimeout(resolve, Math.min(tickEvery, left)));
  }
}

function tell(message: FromAttacker): void {
  process.send?.(message);
}

let attacker: Attacker | null = null;
let goOn: (() => void) | null = null;

async function hear(message: ToAttacker): Promise<void> {
  switch (message.type) {
    case 'prepare':
      attacker = new Attacker(message.order);
      tell({
        type: 'prepared',
        tally: await attacker.prepare(
          (ms) =>
            new Promise((resolve) => {
              goOn = resolve;
              tell({ type: 'wait', ms });
            }),
        ),
      });
      return;
    case 'waited':
      goOn?.();
      return;
    case 'go':
      await attacker?.work();
      return;
    case 'tick':
      attacker?.clock.hear(message);
      return;
    case 'stop':
      if (attacker !== null) tell({ type: 'stopped', tally: attacker.stop() });
      return;
    case 'probe':
      await attacker?.probe(message.credentials, message.roles);
      tell({ type: 'probed' });
      return;
  }
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
process.on('message', (message: ToAttacker) => {
  hear(message).catch((error: unknown) => {
    tell({
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  });
});
// Whoever started it is gone: so is the rehearsal.
process.on('disconnect', () => process.exit(0));
tell({ type: 'ready' });
