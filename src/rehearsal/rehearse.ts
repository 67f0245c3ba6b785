import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type AccessKey,
  Delayed,
  Dispatcher,
  interruptSpotNowAndThen,
  onDemandPrice,
  startRange,
  type World,
} from '../range/index.js';
import { AttackerProcess } from './attacker/attacker-process.js';
import type { Tally } from './attacker/attacker-messages.js';
import { judge, withGoals, type Judgement } from './score/goals.js';
import { lengthOf, live } from './scenario/history.js';
import { itemsOf } from './scenario/items.js';
import { Pacemaker } from './pacemaker.js';
import { pastOf } from './scenario/past.js';
import {
  journalNames,
  readJournals,
  rehearsalEnvironment,
  runProduct,
  type CommandRun,
  type ProductOptions,
} from './product.js';
import type { Scenario } from './scenario/scenario.js';
import type { NamedScenario } from './scenario/scenario-file.js';
import type { Credentials } from './scenario/script.js';
import { keyOf, type Item } from './score/score-facts.js';
import { scoreOf, type Score } from './score/score.js';
import { supportDesk } from './support.js';
import { credentialsOf, restrict, seedWorld, settingsOf } from './scenario/seed.js';
import { responderOf, turnsOf } from './responder.js';
import { timelineOf, type Timeline } from './score/timeline.js';
import { openRoles, taintedCredentials } from './score/taint.js';

export interface RehearsalOptions {
  /** The built command line. */
  cli: string;
  /** The built attacker; beside it stands what hurries a command's clock. */
  attacker: string;
  /** Instead of the scenario's own. */
  seed?: number;
  speed?: number;
  /** `key=value`, over the scenario's goals. */
  goals?: readonly string[];
  /** Keep the journals and reports here instead of throwing them away. */
  keep?: string;
  signal?: AbortSignal;
  /** What goes on, in a few words: for the screen. */
  tell?: (message: string) => void;
  /** Instead of a process of its own for each command. */
  run?: typeof runProduct;
  /** Instead of leakguard: a person or another tool. Resolves when they are done. */
  manual?: (scene: Scene) => Promise<void>;
}

/** What a responder is given. */
export interface Scene {
  endpoint: string;
  account: string;
  key: string;
  notice: string | null;
  /** The environment with the responder's credentials. */
  environment: Record<string, string>;
  /** For leakguard, run by somebody else than the rehearsal: what hurries it with the scene's clock. */
  clock: () => NonNullable<ProductOptions['clock']>;
}

export interface Rehearsal {
  name: string;
  title: string;
  seed: number;
  score: Score;
  judgements: Judgement[];
  reached: boolean;
  commands: CommandRun[];
  /** What the attacker believes that it did. */
  tally: Tally;
  timeline: Timeline;
  /** Wall milliseconds. */
  took: number;
  /** Calls that the range does not know: a hole in the range, not in the responder. */
  unknownOperations: Record<string, number>;
}

/** Quiet time after the responder has ended: what comes back, comes back in it. Virtual milliseconds. */
const aftermath = 10 * 60_000;

/**
 * One rehearsal: an account with a past, an attacker, the real command line, and a score from the range's own truth.
 * @throws where the range, the attacker or the scenario itself fails: that is no result
 */
export async function rehearse(named: NamedScenario, options: RehearsalOptions): Promise<Rehearsal> {
  const { scenario } = named;
  const { tell = () => undefined, run: runCommand = runProduct, signal } = options;
  const seed = options.seed ?? scenario.seed;
  const speed = options.speed ?? scenario.speed;
  const goals = withGoals(scenario.goals, options.goals ?? []);
  const startedAt = Date.now();
  const home = options.keep ?? (await mkdtemp(join(tmpdir(), 'leakguard-rehearsal-')));

  // The past ends now, on the wall's clock, once the attacker has done what it did before anybody noticed.
  const waits = (scenario.attacker?.steps ?? []).reduce(
    (sum, step) => sum + ('wait' in step ? step.wait : 0),
    0,
  );
  const incidentAt = Date.now() - waits + (scenario.aws.clockAhead ?? 0);
  const { world, keys } = seedWorld(scenario, seed, incidentAt - lengthOf(scenario.history));
  const range = await startRange({ world });
  const order = {
    endpoint: range.url,
    seed,
    names: Object.fromEntries([...keys].map(([label, { id }]) => [label, id])),
  };
  const attacker = new AttackerProcess(options.attacker, (ms) => world.clock.advance(ms));
  let pacemaker: Pacemaker | null = null;
  try {
    tell('living the past');
    live(scenario, pastOf(world, new Dispatcher(world), keys), incidentAt, seed);
    Object.assign(world.settings, settingsOf(scenario, seed));
    if (scenario.aws.spotInterruptions !== undefined)
      interruptSpotNowAndThen(world, scenario.aws.spotInterruptions);
    let innocents = itemsOf(world);
    const misuseAt = scenario.attacker === undefined ? null : world.clock.now();
    const key = keys.get(scenario.incident.key)!;
    let tally: Tally = { calls: 0, worked: {}, refused: {} };
    if (scenario.attacker !== undefined) {
      tell('the attacker is at work');
      const leaked = keys.get(scenario.attacker.as);
      tally = await attacker.prepare({
        ...order,
        attacker: scenario.attacker,
        credentials: leaked === undefined ? {} : { [scenario.attacker.as]: credentialsOf(leaked) },
        ours: oursOf(scenario.attacker, keys),
        key: scenario.incident.key,
        user: key.user,
      });
    }

    innocents = [
      ...innocents,
      ...madeMeanwhile(innocents, itemsOf(world), taintedCredentials(world, key.id, misuseAt)),
    ];
    // Somebody reads the mail.
    restrict(world, scenario);
    world.supportDesk = supportDesk({ world, scenario, key, innocents, misuseAt });
    const responder = responderOf(scenario, keys);
    world.faults = { ...scenario.aws.faults, deniedTo: responder.id };
    pacemaker = new Pacemaker(world.clock, speed);
    if (scenario.attacker !== undefined) attacker.go(pacemaker);
    const account = responder.account.id;
    const directory = join(home, 'reports');
    const older = await journalNames(directory);
    const hurrying = pacemaker;
    const { clockAhead = 0 } = scenario.aws;
    const clock = () => ({
      module: join(dirname(options.attacker), 'hurried-clock.js'),
      at: world.clock.now() - clockAhead,
      behind: clockAhead,
      pacemaker: hurrying,
    });
    const product = {
      cli: options.cli,
      endpoint: range.url,
      resolver: range.resolver,
      credentials: credentialsOf(responder),
      home,
    };
    const marks: { scan: number | null; contain: number | null; end: number } = {
      scan: null,
      contain: null,
      end: 0,
    };
    const commands: CommandRun[] = [];
    // CloudTrail's times are whole seconds: the first of them must not fall before.
    const since = misuseAt === null ? '' : new Date(Math.floor(misuseAt / 1000) * 1000).toISOString();
    const flags = (scenario.responder.flags ?? []).map((flag) => flag.replace('${misuse}', since));
    if (options.manual !== undefined) {
      marks.contain = world.log.length;
      await options.manual({
        endpoint: range.url,
        account,
        key: key.id,
        notice: noticeOf(scenario.notice, order.names),
        environment: rehearsalEnvironment(product),
        clock,
      });
    } else {
      for (const command of scenario.responder.commands) {
        if (signal?.aborted === true) break;
        marks[command] = world.log.length;
        tell(`leakguard ${command}`);
        const named = command === 'scan' && !scenario.responder.knowsKey ? [] : ['--key', key.id];
        const args = [command, ...named, '--simulated', '--json', ...flags];
        if (command === 'contain') {
          world.turns = turnsOf(scenario, world, responder);
          args.push('--yes', '--account', account, '--report-dir', directory);
          args.push(...scenario.responder.containFlags);
        }
        const run = await runCommand(args, {
          ...product,
          clock: clock(),
          ...(signal === undefined ? {} : { signal }),
        });
        commands.push(run);
        if (options.keep !== undefined) {
          await writeFile(join(home, `${command}.json`), run.stdout);
          await writeFile(join(home, `${command}.log`), run.stderr);
        }
      }
    }
    marks.end = world.log.length;
    if (scenario.attacker !== undefined) tally = await attacker.stop();

    // What is truly over stays over: ten more quiet minutes, then the truth.
    tell('looking at what is true');
    pacemaker.end();
    world.faults = {};
    world.turns = [];
    // Who switched the responder's key off gives it back with the other faults: its innocence is not at stake.
    if (scenario.responder.switchedOffAfter !== undefined && 'status' in responder)
      responder.status = new Delayed<'Active' | 'Inactive'>('Active');
    world.clock.setSpeed(0);
    world.clock.advance(aftermath);
    const tainted = taintedCredentials(world, key.id, misuseAt);
    if (scenario.attacker !== undefined) {
      world.settings.throttling = false;
      await attacker.probe([...tainted.values()], openRoles(world, scenario));
    }
    const exitOf = (name: string) => commands.find(({ command }) => command === name)?.exitCode ?? null;
    const score = scoreOf({
      log: world.log,
      innocents,
      after: itemsOf(world),
      key: key.id,
      user: key.user,
      tainted: new Set(tainted.keys()),
      responder: new Set([responder.id]),
      marks,
      misuseAt,
      endedAt: world.clock.now() - aftermath,
      journal:
        options.manual === undefined && marks.contain !== null ? await readJournals(directory, older) : null,
      exits: { scan: exitOf('scan'), contain: exitOf('contain') },
      dark: scenario.aws.faults?.darkRegions ?? [],
      price: onDemandPrice,
    });
    // Exit codes are leakguard's own language: a person or another tool is judged by the rest.
    const { scanExit: _scan, containExit: _contain, ...common } = goals;
    const judgements = judge(score, options.manual === undefined ? goals : common);
    return {
      name: named.name,
      title: scenario.title,
      seed,
      score,
      judgements,
      reached: judgements.every(({ reached }) => reached),
      commands,
      tally,
      timeline: timelineOf({
        ...{
          log: world.log,
          responder: responder.id,
          marks,
          misuseAt,
          endedAt: world.clock.now() - aftermath,
        },
        ...{ keyOff: score.keyOff, lastRogueStopped: score.lastRogueStopped },
      }),
      took: Date.now() - startedAt,
      unknownOperations: Object.fromEntries(world.unknownOperations),
    };
  } finally {
    pacemaker?.end();
    attacker.end();
    await range.close();
    if (options.keep === undefined) await rm(home, { recursive: true, force: true });
  }
}

/** Keys of people whose own work goes on in the attacker's script. */
function oursOf(
  { steps, meanwhile }: NonNullable<Scenario['attacker']>,
  keys: ReadonlyMap<string, AccessKey>,
): Record<string, Credentials> {
  const all = [...steps, ...meanwhile.flatMap((part) => part.steps)];
  const labels = all.flatMap((step) => ('ours' in step && step.ours === true ? (step.as ?? []) : []));
  return Object.fromEntries(
    labels.flatMap((label) => {
      const key = keys.get(label);
      return key === undefined ? [] : [[label, credentialsOf(key)] as const];
    }),
  );
}

/** What innocents made while the attacker was at work. */
function madeMeanwhile(
  before: readonly Item[],
  now: readonly Item[],
  tainted: ReadonlyMap<string, Credentials>,
): Item[] {
  const known = new Set(before.map(keyOf));
  return now.filter(
    (item) =>
      !known.has(keyOf(item)) &&
      (item.label === 'bystander' ||
        (item.kind === 'session' && item.madeBy !== null && !tainted.has(item.madeBy))),
  );
}

function noticeOf(notice: string | undefined, names: Record<string, string>): string | null {
  return notice?.replace(/\$\{([^}]+)\}/g, (text, name: string) => names[name] ?? text) ?? null;
}

/** The world of a scenario with nobody in it but its past: what `leakguard range SCENARIO` serves. */
export function worldOf(
  { scenario }: NamedScenario,
  seed = scenario.seed,
): { world: World; keys: ReturnType<typeof seedWorld>['keys'] } {
  const now = Date.now();
  const { world, keys } = seedWorld(scenario, seed, now - lengthOf(scenario.history));
  live(scenario, pastOf(world, new Dispatcher(world), keys), now, seed);
  Object.assign(world.settings, settingsOf(scenario, seed));
  if (scenario.aws.spotInterruptions !== undefined)
    interruptSpotNowAndThen(world, scenario.aws.spotInterruptions);
  restrict(world, scenario);
  // Whoever plays the thief by hand does so from now on.
  const key = keys.get(scenario.incident.key)!;
  const [innocents, misuseAt] = [itemsOf(world), world.clock.now()];
  world.supportDesk = supportDesk({ world, scenario, key, innocents, misuseAt });
  return { world, keys };
}
