import type { AwsFailure, Session } from '../aws/index.js';
import {
  type AwsCall,
  type CutFacts,
  type Emit,
  ExitCode,
  type Identity,
  hasMany,
  type Incident,
  leadInWords,
  safeJson,
  shellArgument,
  withFlags,
} from '../model/index.js';
import {
  contain,
  type ContainRequest,
  defaultLimits,
  type Journal,
  LockLost,
  type Plan,
  type PlanFile,
  readJournal,
} from '../contain/index.js';
import { foldReport } from '../outcome/index.js';
import { type PlanContext, plays, urgent } from '../plays/index.js';
import { reportDocument } from '../report/index.js';
import { ask, askForCut, askForRest, pageThrough } from './agree.js';
import { parsePeriod } from './arguments.js';
import { CommandError, type CommandContext } from './context.js';
import { type Lang, screenWords } from '../report/messages/index.js';
import { explained } from './explained.js';
import { saveFile } from './output-file.js';
import { namedBy } from './named.js';
import { surveyOf, type SurveyFlags } from './survey-options.js';

/** The flags that decide what a containment does. The journal keeps them, so that a resumed run does the same. */
export interface ContainmentFlags extends SurveyFlags {
  deny: string;
  evict: string;
  removeTemplates?: boolean;
  snapshot?: boolean;
  watch?: string;
  yes?: boolean;
  simulated?: boolean;
}

/**
 * One containment, from the cut to the report, through `journal`. What was agreed to before an interruption stands;
 * with a `fixed` plan exactly that is done; with `heldBack` (who is at work on it) only the cut.
 * @throws as contain() does
 */
export async function carryOut(
  flags: ContainmentFlags,
  key: string,
  session: Session,
  journal: Journal,
  settled: { agreed: ReadonlySet<string>; fixed: PlanFile | null; heldBack: string | null },
  context: CommandContext,
): Promise<ExitCode> {
  const survey = surveyOf(flags, key, session, context);
  const [opened] = await journal.records();
  const begunAt = opened === undefined ? session.reader.now() : Date.parse(opened.at);
  const named = await namedBy(key, begunAt, { flags, survey, session, context }).catch(
    async (error: unknown) => {
      if (error instanceof CommandError)
        await journal.write({ kind: 'closed', exitCode: ExitCode.refused, summary: error.message });
      throw error;
    },
  );
  let isCut = false;
  const emit: Emit = (event) => {
    context.emit(event);
    if (isCut || event.type !== 'outcome' || event.action.phase !== 'cut' || event.outcome.status !== 'done')
      return;
    isCut = true;
    const now = session.reader.now();
    context.announce(async () => (await import('./news.js')).newsOfCut(key, session.identity, now));
  };
  const result = await contain({
    key,
    named,
    session,
    survey,
    plays,
    urgent,
    include: survey.included,
    options: planOptions(flags),
    limits: flags.watch === undefined ? defaultLimits : watchLimits(parsePeriod(flags.watch)),
    fixed: settled.fixed,
    heldBack: settled.heldBack,
    effects: {
      send: (call: AwsCall) => session.send(call),
      journal,
      emit,
      signal: context.signal,
      sleep: sleepUnless(context.signal),
    },
    emit,
    agree: agreement(flags, session, settled, journal, context),
    cloudfront: () => cloudFrontFacts(session, context),
  }).catch(async (error: unknown) => {
    if (error instanceof Error && error.name === 'Refused') {
      await journal.write({ kind: 'closed', exitCode: ExitCode.refused, summary: error.message });
    } else if (isCutOff(error)) {
      throw await notContained(error, key, journal, session.identity, context);
    } else if (!(error instanceof LockLost)) {
      const message = withFlags(
        `Not finished. What was done stands in the journal; go on with: leakguard resume ${shellArgument(journal.path, 'JOURNAL')}`,
        context.carried,
      );
      context.emit({ type: 'warning', message });
    }
    throw error;
  });
  await journal.close();
  if ((await session.anchor(journal.head)) === null) {
    context.emit({
      type: 'warning',
      message: 'The journal’s chain head could not be anchored in CloudTrail; it is printed below.',
    });
  }
  const finished = !context.signal.aborted;
  const written = await writeOutcome(journal.path, context);
  if (!finished) {
    context.stderr.write(
      withFlags(
        `Not finished. Go on with: leakguard resume ${shellArgument(journal.path, 'JOURNAL')}\n`,
        context.carried,
      ),
    );
  } else if (settled.heldBack !== null) {
    context.stderr.write(
      withFlags(
        `Next: see how far they are; where nobody is at work there any more: leakguard resume ${shellArgument(journal.path, 'JOURNAL')} --take-over\n`,
        context.carried,
      ),
    );
  }
  return written === ExitCode.ok ? explained(result.exitCode, result.reasons, context) : written;
}

function isCutOff(error: unknown): error is AwsFailure {
  return (
    error instanceof Error && error.name === 'AwsFailure' && (error as AwsFailure).kind === 'credentials'
  );
}

/** The responder's own credentials ended in the middle: said before anything else, on record, and how to go on. */
async function notContained(
  failure: AwsFailure,
  key: string,
  journal: Journal,
  identity: Identity,
  context: CommandContext,
): Promise<CommandError> {
  const message = `NOT CONTAINED: stopped, because AWS no longer takes your own credentials (${identity.arn}). ${failure.describe()}`;
  context.emit({ type: 'warning', message });
  await journal.write({ kind: 'note', message });
  const next = `With other credentials of account ${identity.account}, which are not the attacker's to switch off: leakguard resume ${shellArgument(journal.path, 'JOURNAL')} --profile NAME`;
  const now = Date.now();
  context.announce(async () => (await import('./news.js')).newsOfCutOff(key, identity, message, next, now));
  return new CommandError(ExitCode.credentials, message, next);
}

/** @throws CommandError with exit code 2 */
export function planOptions(flags: ContainmentFlags): PlanContext['options'] {
  const { deny, evict } = flags;
  if (deny !== 'dated' && deny !== 'all')
    throw new CommandError(
      ExitCode.usage,
      `--deny takes dated or all, not ${JSON.stringify(deny.slice(0, 40))}.`,
    );
  if (evict !== 'disable' && evict !== 'remove')
    throw new CommandError(
      ExitCode.usage,
      `--evict takes disable or remove, not ${JSON.stringify(evict.slice(0, 40))}.`,
    );
  return {
    denyAll: deny === 'all',
    evict,
    snapshot: flags.snapshot === true,
    removeTemplates: flags.removeTemplates === true,
  };
}

function watchLimits(quiet: number): typeof defaultLimits {
  return { rounds: Number.MAX_SAFE_INTEGER, time: quiet + 60 * 60_000, quiet };
}

const flagsKept = [
  'since',
  'compromisedAt',
  'region',
  'closedRegion',
  'trail',
  'trustTrail',
  'maxScan',
  'validate',
  'publicKeys',
  'include',
  'exclude',
  'deny',
  'evict',
  'removeTemplates',
  'snapshot',
  'watch',
  'simulated',
] as const satisfies readonly (keyof ContainmentFlags)[];

/** What the journal keeps of the flags, so that a resumed run does the same. */
export function flagsOnRecord(flags: ContainmentFlags): Record<string, string | boolean | string[]> {
  return Object.fromEntries(
    flagsKept.flatMap((name) => {
      const value = flags[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function agreement(
  flags: ContainmentFlags,
  session: Session,
  { agreed, fixed }: { agreed: ReadonlySet<string>; fixed: PlanFile | null },
  journal: Journal,
  context: CommandContext,
): ContainRequest['agree'] {
  const { identity } = session;
  const { account } = identity;
  const recorded = new Set(agreed);
  let changed = false;
  const record = async (what: string, by: string): Promise<void> => {
    if (recorded.has(what)) return;
    recorded.add(what);
    await journal.write({ kind: 'agreed', what, by });
    // So that a run that is interrupted can prove it too; nothing waits for it.
    void session.anchor(journal.head);
  };
  return {
    restBefore: flags.yes === true || agreed.has('rest'),
    cut: async (facts, doubts, planned) => {
      const { cutScreen } = await import('../report/screens/index.js');
      context.stderr.write(`${cutScreen(facts, doubts, context.onStderr, identity)}\n`);
      if (agreed.has('cut')) return true;
      if (flags.yes === true) {
        await record('cut', '--yes');
        return true;
      }
      if (planned === 0) return true;
      for (const doubt of doubts) {
        if (!/^y(es)?$/i.test((await ask(`${doubt}\nGo on with these credentials? [y/N] `, context)).trim()))
          return false;
      }
      const last = facts.key.slice(-4);
      if (!(await askForCut(cutQuestion(facts, last, context.lang), last, context))) return false;
      await record('cut', 'prompt');
      return true;
    },
    rest: async (incident, planned) => {
      await showPlan(incident, planned, identity, context);
      // A plan that they emptied is asked for too: the sweeps act on what comes up later.
      if (planned.actions.length === 0 && !changed) return 'all';
      if (agreed.has('rest')) return 'all';
      if (flags.yes === true) {
        await record('rest', `--yes --account ${account}`);
        return 'all';
      }
      const show = async (ids: readonly string[]): Promise<void> => {
        const { planDetailsScreen, reasonsScreen } = await import('../report/screens/index.js');
        const text =
          ids.length === 0
            ? planDetailsScreen(incident, planned, context.onStderr)
            : reasonsScreen(incident, ids, context.onStderr);
        await pageThrough(text, context);
      };
      // A plan from a file is done as it was reviewed, or not at all.
      const word = await askForRest(planned.actions.length, account, fixed === null, show, context);
      if (word === 'all') await record('rest', 'prompt');
      else changed ||= word !== 'none';
      return word;
    },
    unheard: (message) => {
      context.stderr.write(`${message} Nothing was changed in the plan.\n`);
    },
  };
}

function cutQuestion({ key, owner, passwordAt }: CutFacts, last: string, lang: Lang): string {
  const say = screenWords(lang).ask;
  if (hasMany(key)) return say.cutMany(leadInWords(key), passwordAt != null, last);
  return owner.kind === 'session' ? say.cutSession(last) : say.cutKey(last);
}

export async function showPlan(
  incident: Incident,
  planned: Plan,
  identity: Identity,
  context: CommandContext,
): Promise<void> {
  const { planScreen } = await import('../report/screens/index.js');
  context.stderr.write(`${planScreen(incident, planned, context.onStderr, identity)}\n`);
}

async function cloudFrontFacts(session: Session, context: CommandContext) {
  const { checkForContain } = await import('../recovery/cloudfront/index.js');
  return checkForContain(session, context.emit);
}

/** The journal, folded into the report, beside it and on stdout. */
async function writeOutcome(path: string, context: CommandContext): Promise<ExitCode> {
  const report = foldReport(await readJournal(path));
  const file = path.replace(/\.jsonl$/, '.report.json');
  const text = safeJson(`${JSON.stringify(reportDocument(report), null, 2)}\n`);
  context.announce(async () => (await import('./news.js')).newsOfEnd(report, path, Date.now()));
  const written = await saveFile(file, text, context.emit);
  if (written === ExitCode.ok) context.emit({ type: 'journal', path: file, message: 'report' });
  if (context.json) {
    context.stdout.write(text);
    return written;
  }
  const { outcomeScreen } = await import('../report/screens/index.js');
  const { width, color, verbose, carried, lang } = context;
  context.stdout.write(`${outcomeScreen(report, { width, color, verbose, carried, lang }, path)}\n`);
  return written;
}

/** Sleeps, and wakes at once when the signal comes. */
export function sleepUnless(signal: AbortSignal): (milliseconds: number) => Promise<void> {
  return (milliseconds) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal.addEventListener('abort', done);
    });
}
