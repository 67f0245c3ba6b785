import { fork, type ChildProcess } from 'node:child_process';
import type { AttackerOrder, FromAttacker, Tally, ToAttacker } from './attacker-messages.js';
import type { Pacemaker } from '../pacemaker.js';
import type { Credentials } from '../scenario/script.js';

/** How long the attacker may take for one thing that it was asked for. Wall milliseconds. */
const patience = 180_000;

/** The attacker as the rehearsal holds it: a child process, told what to do by message. */
export class AttackerProcess {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<FromAttacker['type'], (message: FromAttacker) => void>();
  private failure: Error | null = null;
  private fail: (error: Error) => void = () => undefined;
  private readonly failed: Promise<never>;

  /** `entry`: the built attacker, `dist/attacker.js`. `advance` moves the simulated clock on. */
  constructor(
    entry: string,
    private readonly advance: (ms: number) => void,
  ) {
    // Nothing of the environment but what a process needs: it must not find anybody's credentials.
    const env: Record<string, string> = {
      ...(process.env['PATH'] === undefined ? {} : { PATH: process.env['PATH'] }),
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    this.failed = new Promise((_, reject) => {
      this.fail = (error) => {
        this.failure ??= error;
        reject(error);
      };
    });
    this.failed.catch(() => undefined);
    this.child = fork(entry, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.child.on('message', (message: FromAttacker) => this.hear(message));
    this.child.on('error', (error) => this.fail(error));
    this.child.on('exit', (code) => this.fail(new Error(`the attacker’s process ended by itself (${code})`)));
  }

  /** Runs the script up to the responder's arrival. */
  async prepare(order: AttackerOrder): Promise<Tally> {
    await this.next('ready');
    return tallyOf(await this.ask({ type: 'prepare', order }, 'prepared'));
  }

  /** From now on it works by itself, at the pace of the simulated clock. */
  go(pacemaker: Pacemaker): void {
    pacemaker.lead(this.child);
    this.say({ type: 'go' });
  }

  async stop(): Promise<Tally> {
    return tallyOf(await this.ask({ type: 'stop' }, 'stopped'));
  }

  /** Tries credentials, for the range's log. */
  async probe(credentials: Credentials[], roles: string[]): Promise<void> {
    await this.ask({ type: 'probe', credentials, roles }, 'probed');
  }

  end(): void {
    this.child.removeAllListeners('exit');
    this.child.kill();
  }

  private say(message: ToAttacker): void {
    this.child.send(message);
  }

  private ask(message: ToAttacker, answer: FromAttacker['type']): Promise<FromAttacker> {
    const answered = this.next(answer);
    this.say(message);
    return answered;
  }

  private next(type: FromAttacker['type']): Promise<FromAttacker> {
    if (this.failure !== null) return Promise.reject(this.failure);
    const answered = new Promise<FromAttacker>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the attacker did not say ${type} within ${patience / 1000} s`)),
        patience,
      );
      this.waiting.set(type, (message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
    return Promise.race([answered, this.failed]);
  }

  private hear(message: FromAttacker): void {
    if (message.type === 'failed') {
      this.fail(new Error(`the attacker failed: ${message.message}`));
      return;
    }
    if (message.type === 'wait') {
      this.advance(message.ms);
      this.say({ type: 'waited' });
      return;
    }
    this.waiting.get(message.type)?.(message);
    this.waiting.delete(message.type);
  }
}

function tallyOf(message: FromAttacker): Tally {
  if (message.type !== 'prepared' && message.type !== 'stopped')
    throw new Error(`no tally in ${message.type}`);
  return message.tally;
}
