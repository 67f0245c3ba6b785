import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  EC2Client,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { rehearsalEnvironment } from '../../src/rehearsal/product.js';
import { startRange } from '../../src/range/server.js';
import { Clock } from '../../src/range/world/clock.js';
import { createAccessKey, createUser } from '../../src/range/world/identity.js';
import { truth } from '../../src/range/world/truth.js';
import { World, type Account } from '../../src/range/world/world.js';
import { cliPath } from '../cli-path.js';
import { runWarm } from './warm-cli.js';

export const accountId = '111122223333';
export const regions = ['us-east-1', 'eu-west-1'] as const;
const day = 86_400_000;

/** One run of the built command line. */
export interface CommandRun {
  /** Null where a signal ended it. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command line as a process of its own, without a terminal; `by`: what starts it, where that is not a bare
 *  process. */
export function runCli(
  args: readonly string[],
  env: Record<string, string>,
  by: readonly string[] = [],
): Promise<CommandRun> {
  const [command = '', ...rest] = [...by, process.execPath, cliPath, ...args];
  const child = spawn(command, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => (output[stream] += text));
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...output }));
  });
}

export interface SmallIncident {
  url: string;
  account: Account;
  world: World;
  /** The misused key, and the other one of its user. */
  key: string;
  otherKey: string;
  /** Whose key the commands are run with. */
  responderKey: string;
  /** Instances of the key's own life and of a bystander; those of the attacker. */
  innocent: string[];
  rogue: string[];
  /** Of those, what is held. */
  held: string[];
  home: string;
  /** The environment in which the responder runs a command. */
  environment: Record<string, string>;
  /** Runs the built command line as the responder, or as whoever `as` names. */
  run(args: string[], as?: 'responder' | 'key', nodeOptions?: string): Promise<CommandRun>;
  /** `contain`, with a disk that takes so many lines of its journal and no more. */
  containOnFullDisk(lines: number): Promise<CommandRun>;
  /** Runs the built command line in a pseudo-terminal, where a person gives these answers, each once its question stands
   *  there. */
  inTerminal(
    args: string[],
    answers: readonly (readonly [RegExp, string])[],
    nodeOptions?: string,
  ): Promise<CommandRun>;
  /** The command line of `contain` without a terminal, on the two regions of this incident. */
  containment: readonly string[];
  /** `contain` without a terminal, on the two regions of this incident. */
  contain(...more: string[]): Promise<CommandRun>;
  journals(): Promise<string[]>;
  /** What an observer who knows the truth would compare: states of instances, keys, groups and policies. */
  state(): object;
  close(): Promise<void>;
}

/**
 * A small incident on the range, two regions wide: three weeks of the key's own launches, a bystander, then the
 * misuse (GPU instances, some protected, a session, a user with a key, a group), twenty minutes before now. `rogue`: how
 * many instances the key launched then; `held`: how many of them CloudTrail does not tell of; `guarded`: one more of each
 * region's was protected by a call of its own; `fresh`: each command
 * is a process of its own, and the clock of the range goes twenty times as fast, busy or not.
 */
export async function smallIncident(
  size: { rogue?: number; held?: number; guarded?: boolean; fresh?: boolean } = {},
): Promise<SmallIncident> {
  const clock = new Clock(Date.now() - 21 * day - 20 * 60_000, 0);
  const world = new World({}, clock);
  const range = await startRange({ world });
  const account = world.createAccount(accountId);
  const admin = { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] };
  for (const user of ['oncall', 'ci', 'web']) createUser(account, user, admin);
  const responder = createAccessKey(account, 'oncall');
  const leaked = createAccessKey(account, 'ci');
  const other = createAccessKey(account, 'ci');
  const web = createAccessKey(account, 'web');
  const options = (key: { id: string; secret: string }, region: string) => ({
    region,
    endpoint: range.url,
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
  });
  const launch = async (
    key: typeof leaked,
    region: string,
    more: Partial<RunInstancesCommandInput>,
  ): Promise<string[]> => {
    const answer = await new EC2Client(options(key, region)).send(
      new RunInstancesCommand({ ImageId: 'ami-0123456789abcdef0', MinCount: 1, MaxCount: 1, ...more }),
    );
    return (answer.Instances ?? []).flatMap(({ InstanceId }) => InstanceId ?? []);
  };
  const innocent: string[] = [];
  for (let week = 0; week < 21; week += 1) {
    innocent.push(
      ...(await launch(leaked, 'us-east-1', { InstanceType: week % 5 === 0 ? 'g4dn.xlarge' : 't3.medium' })),
    );
    clock.advance(day);
  }
  innocent.push(...(await launch(web, 'eu-west-1', { InstanceType: 'g5.xlarge', MaxCount: 2 })));

  const rogue: string[] = [];
  for (const region of regions) {
    for (const DisableApiTermination of [true, false]) {
      rogue.push(
        ...(await launch(leaked, region, {
          InstanceType: 'p3.16xlarge',
          MinCount: 3,
          MaxCount: 3,
          DisableApiTermination,
        })),
      );
    }
  }
  for (const [i, region] of size.guarded === true ? regions.entries() : []) {
    const InstanceId = rogue[(i + 1) * (rogue.length / regions.length) - 1];
    const input = { InstanceId, DisableApiTermination: { Value: true } };
    await new EC2Client(options(leaked, region)).send(new ModifyInstanceAttributeCommand(input));
  }
  const more = (size.rogue ?? rogue.length) - rogue.length - (size.held ?? 0);
  for (const [region, n] of [
    ['us-east-1', Math.floor(more / 2)],
    ['eu-west-1', Math.ceil(more / 2)],
  ] as const)
    if (n > 0)
      rogue.push(
        ...(await launch(leaked, region, { InstanceType: 'p3.16xlarge', MinCount: n, MaxCount: n })),
      );
  const heldCount = size.held ?? 0;
  let held: string[] = [];
  if (heldCount > 0) {
    clock.advance(60_000);
    // CloudTrail leaves that launch out.
    world.faults = { omittedEvents: [{ name: 'RunInstances', region: 'us-east-1', since: clock.now() }] };
    held = await launch(leaked, 'us-east-1', {
      InstanceType: 'p3.16xlarge',
      MinCount: heldCount,
      MaxCount: heldCount,
    });
    rogue.push(...held);
  }
  await new STSClient(options(leaked, 'us-east-1')).send(
    new GetSessionTokenCommand({ DurationSeconds: 36 * 3600 }),
  );
  const iam = new IAMClient(options(leaked, 'us-east-1'));
  await iam.send(new CreateUserCommand({ UserName: 'support-2' }));
  await iam.send(new CreateAccessKeyCommand({ UserName: 'support-2' }));
  const groups = new AutoScalingClient(options(leaked, 'eu-west-1'));
  await groups.send(
    new CreateLaunchConfigurationCommand({
      LaunchConfigurationName: 'lc',
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'c5.18xlarge',
    }),
  );
  await groups.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'workers',
      LaunchConfigurationName: 'lc',
      MinSize: 2,
      MaxSize: 50,
      DesiredCapacity: 2,
      AvailabilityZones: ['eu-west-1a'],
    }),
  );
  clock.advance(20 * 60_000);
  clock.setSpeed(20);

  const home = await mkdtemp(join(tmpdir(), 'leakguard-e2e-'));
  const reports = join(home, 'reports');
  const credentialsOf = (key: typeof leaked) => ({ accessKeyId: key.id, secretAccessKey: key.secret });
  const environment = rehearsalEnvironment({
    endpoint: range.url,
    credentials: credentialsOf(responder),
    home,
  });
  const run: SmallIncident['run'] = (args, as = 'responder', nodeOptions) => {
    const credentials = credentialsOf(as === 'key' ? leaked : responder);
    const env = rehearsalEnvironment({ endpoint: range.url, credentials, home });
    if (nodeOptions !== undefined) return runCli(args, { ...env, NODE_OPTIONS: nodeOptions });
    // In a process that is kept, hurried with the range's clock.
    return size.fresh === true ? runCli(args, env) : runWarm(args, env, { clock });
  };
  const inTerminal: SmallIncident['inTerminal'] = (args, answers, nodeOptions) => {
    const plain = rehearsalEnvironment({ endpoint: range.url, credentials: credentialsOf(responder), home });
    const env = nodeOptions === undefined ? plain : { ...plain, NODE_OPTIONS: nodeOptions };
    const command = [process.execPath, cliPath, ...args].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', `stty cols 110 rows 30 && exec ${command}`, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const waiting = [...answers];
    let stdout = '';
    let seen = 0;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const [question, answer] = waiting[0] ?? [];
      if (question === undefined || !question.test(stdout.slice(seen))) return;
      seen = stdout.length;
      waiting.shift();
      child.stdin.write(`${answer}\n`);
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr: '' }));
    });
  };
  const containment = ['contain', '--key', leaked.id, '--yes', '--account', accountId, '--simulated'].concat(
    ...['--report-dir', reports, '--region', regions.join()],
  );
  return {
    url: range.url,
    account,
    world,
    inTerminal,
    key: leaked.id,
    otherKey: other.id,
    responderKey: responder.id,
    innocent,
    rogue,
    held,
    home,
    environment,
    run,
    containment,
    contain: (...more) => run([...containment, ...more]),
    containOnFullDisk: (lines) => runWarm(containment, environment, { clock, journalLines: lines }),
    journals: async () =>
      (await readdir(reports).catch(() => []))
        .filter((name) => name.endsWith('.jsonl'))
        .sort()
        .map((name) => join(reports, name)),
    state: () => stateOf(world, account, new Set(innocent)),
    close: async () => {
      await range.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The truth, in words that two runs of the same incident share whatever was relaunched meanwhile. */
function stateOf(world: World, account: Account, innocent: ReadonlySet<string>): object {
  world.clock.settle();
  const { instances, keys } = truth(world);
  const alive = instances.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  return {
    innocentAlive: alive.filter(({ id }) => innocent.has(id)).length,
    innocentProtected: alive.filter(
      ({ id, disableApiTermination }) => innocent.has(id) && disableApiTermination,
    ).length,
    rogueAlive: alive.filter(({ id }) => !innocent.has(id)).length,
    keys: keys.map(({ user, status }) => `${user}: ${status}`).sort(),
    policies: [...account.users.values()]
      .map(({ name, grants }) => `${name}: ${Object.keys(grants.current.inline).sort().join()}`)
      .sort(),
  };
}
