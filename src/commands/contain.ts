import { readFile } from 'node:fs/promises';
import {
  checkCaller,
  lookAtKey,
  lookAtRest,
  pending,
  type Plan,
  type PlanFile,
  readPlan,
  refuseDescendant,
  sealPlan,
  unheardWords,
} from '../contain/index.js';
import type { Session } from '../aws/index.js';
import { ExitCode, leadFlag, type Reason, leadInWords, safeJson, version } from '../model/index.js';
import { exitCodeOfAct, reasonsOfPlan } from '../outcome/index.js';
import { plays } from '../plays/index.js';
import { namesEndpoint, parsePeriod } from './arguments.js';
import { type LeadFlags, parseLead } from './lead.js';
import { planOptions, showPlan, type ContainmentFlags } from './carry-out.js';
import { CommandError, type CommandContext } from './context.js';
import { checkSession } from './check-session.js';
import { explained } from './explained.js';
import { saveFile } from './output-file.js';
import { assertOrganizationFlags, type OrganizationFlags } from './organization-flags.js';
import { reportDirectory } from './report-directory.js';
import { startContainment } from './start-containment.js';
import { namedBy } from './named.js';
import { surveyOf } from './survey-options.js';

export interface ContainFlags extends ContainmentFlags, LeadFlags, OrganizationFlags {
  agreed?: string;
  dryRun?: boolean;
  checkPermissions?: boolean;
  account?: string;
  reportDir?: string;
  plan?: string;
  apply?: string;
  takeOver?: boolean;
  endpointUrl?: string;
}

/** Cuts the key, contains the rest, confirms; or with --dry-run says what that would be. */
export async function run(flags: ContainFlags, context: CommandContext): Promise<ExitCode> {
  assertOrganizationFlags(flags);
  if (flags.organization === true)
    return (await import('./contain-organization.js')).containOrganization(flags, context);
  const simulated = flags.simulated === true || namesEndpoint(context.env, flags.endpointUrl ?? null);
  const key = parseLead(flags, simulated);
  if (key === null)
    throw new CommandError(
      ExitCode.usage,
      "required option '--key <id>' (or '--session <id>', '--user <name>', '--role <name>') not specified. Nothing was done.",
    );
  planOptions(flags);
  if (flags.apply !== undefined && (flags.dryRun === true || flags.plan !== undefined)) {
    throw new CommandError(
      ExitCode.usage,
      '--apply does what a plan says, --dry-run and --plan do nothing: give one of them. Nothing was done.',
    );
  }
  if (flags.watch !== undefined) parsePeriod(flags.watch);
  const acts = flags.dryRun !== true && flags.checkPermissions !== true && flags.plan === undefined;
  if (acts && !context.interactive && !(flags.yes === true && flags.account !== undefined)) {
    throw new CommandError(
      ExitCode.refused,
      'There is no terminal to ask on, and --yes --account ID was not given. Nothing was done.',
      `leakguard contain ${leadFlag(key)} --yes --account ID`,
    );
  }
  const file = flags.apply === undefined ? null : await readPlanFile(flags.apply);
  const session = await context.openSession();
  checkSession(flags, session);
  if (flags.checkPermissions === true) {
    const { checkPermissions } = await import('./check-permissions.js');
    return checkPermissions(session, context);
  }
  if (flags.dryRun === true || flags.plan !== undefined) return dryRun(flags, key, session, context);
  const fixed = file === null ? null : planToApply(file, key, session);

  const directory = reportDirectory(flags.reportDir, context.env);
  return startContainment(flags, key, session, directory, { agreed: new Set(), fixed }, context);
}

/** @throws CommandError with exit code 2 */
async function readPlanFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(
      ExitCode.usage,
      `--apply ${file} cannot be read: ${(error as Error).message}. Nothing was done.`,
      'Give the file that contain wrote with --plan.',
    );
  });
}

/** The plan of the file, for this account and key. @throws PlanRefused, CommandError */
function planToApply(text: string, key: string, { identity, reader }: Session): PlanFile {
  const plan = readPlan(text, identity.account, identity.simulated, reader.now());
  if (plan.key === key) return plan;
  throw new CommandError(
    ExitCode.refused,
    `The plan is for ${leadInWords(plan.key)}, not for ${leadInWords(key)}. Nothing was done.`,
    `leakguard contain ${leadFlag(plan.key)} --apply …, or make a plan for the other key with --plan.`,
  );
}

/** The same steps as contain's, and no way to act on what they plan. */
async function dryRun(
  flags: ContainFlags,
  key: string,
  session: Session,
  context: CommandContext,
): Promise<ExitCode> {
  const survey = surveyOf(flags, key, session, context);
  const { reader, identity } = session;
  const request = { session, survey, plays, options: planOptions(flags), include: survey.included };
  const step = await lookAtKey(
    request,
    key,
    await namedBy(key, reader.now(), { flags, survey, session, context }),
  );
  checkCaller(step, session);
  const { facts, cut } = step;
  const { incident, planned: rest } = await lookAtRest(request);
  refuseDescendant(incident, identity, 'The cut is all that it could do; nothing was done.');
  const unheard = unheardWords(survey, incident);
  const reasons: Reason[] = [unheard.include, unheard.exclude].flatMap((words) =>
    words === null ? [] : [{ rule: 'end.word-names-nothing', words }],
  );
  for (const { words } of reasons) context.emit({ type: 'warning', message: words });
  const { actions, left } = pending(cut, rest);
  const planned: Plan = { actions: [...cut, ...actions], left };
  if (flags.plan !== undefined) {
    const { account, simulated } = identity;
    const at = new Date(reader.now()).toISOString();
    const sealed = sealPlan({
      planVersion: 1,
      toolVersion: version,
      account,
      key,
      at,
      simulated,
      cut,
      rest: { actions, left },
    });
    const written = await saveFile(
      flags.plan,
      safeJson(`${JSON.stringify(sealed, null, 2)}\n`),
      context.emit,
    );
    if (written !== ExitCode.ok)
      reasons.push({ rule: 'file.not-written', words: `${flags.plan} could not be written` });
  }
  const dropped = survey.skippedRecords().length > 0;
  reasons.push(...reasonsOfPlan(incident, facts, { actions: planned.actions.length, left }, dropped));
  const exitCode = exitCodeOfAct(reasons);
  if (context.json) {
    const document = {
      schemaVersion: 1,
      command: 'contain',
      dryRun: true,
      exitCode,
      reasons,
      identity,
      key,
      cut: facts,
      plan: planned,
      incident,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    await showPlan(incident, planned, identity, context);
    context.stdout.write(`Dry run: ${planned.actions.length} actions pending, nothing was changed.\n`);
  }
  return explained(exitCode, reasons, context);
}
