import type { Session } from '../aws/session.js';
import { isComplete } from '../coverage.js';
import type { Incident } from '../detect/incident.js';
import type { Emit, Identity } from '../events.js';
import { ExitCode, exitCodeOfAct } from '../exit-codes.js';
import type { Play, PlanContext } from '../playbook/play.js';
import { resourceKey } from '../playbook/resource.js';
import type { Survey } from '../survey.js';
import { outcomesByTarget, judgeSweep, type Sweep } from './confirm.js';
import { guardCut, lookUpKey, planCut, type CutFacts } from './cut.js';
import { recordEvidence } from './evidence.js';
import type { JournalWriter } from './journal.js';
import type { CloudFrontFacts, LeftOver } from './journal-record.js';
import { plan, type Plan } from './plan.js';
import { runPlan } from './run-plan.js';
import { run, type Effects, type Executed, type Remedy } from './run.js';

/** Limits of confirm. Times in milliseconds. */
export interface ConfirmLimits {
  rounds: number;
  time: number;
  /** Keep sweeping this long after the last thing was found (AWS's own playbook asks for a quiet half hour). */
  quiet: number;
}

/** Until two sweeps in a row are clean, but not for ever. */
export const defaultLimits: ConfirmLimits = { rounds: 40, time: 10 * 60_000, quiet: 0 };
/** An attacker with IAM rights can see the Deny and delete it within the seconds that IAM takes to enforce it:
 *  it is read again after this long (hackingthe.cloud, "Survive access key deletion"). Milliseconds. */
const denySecondLook = 15_000;
const cleanSweeps = 2;

export interface ContainRequest {
  key: string;
  session: Session;
  survey: Survey;
  plays: readonly Play[];
  include: ReadonlySet<string>;
  options: PlanContext['options'];
  limits: ConfirmLimits;
  emit: Emit;
  signal: AbortSignal;
  sleep: (milliseconds: number) => Promise<void>;
  /** Opened only when something is about to be done, and before anything is. */
  journal: JournalWriter;
  /** The person's word. Both are asked once; on a resumed run, what was agreed stands. */
  agree: {
    cut(facts: CutFacts, doubts: string[], planned: number): Promise<boolean>;
    rest(incident: Incident, planned: Plan): Promise<boolean>;
  };
  cloudfront(): Promise<CloudFrontFacts>;
}

export interface ContainResult {
  exitCode: ExitCode;
  summary: string;
  incident: Incident | null;
  left: LeftOver[];
  changes: number;
}

/** A guard, or the person, said no. What was done before stands in the journal. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * The whole containment: cut, then the rest, then confirm. Asks through `request.agree`, acts through the journal.
 * @throws Refused where nothing was done · JournalBroken · AwsFailure of kind `credentials`
 */
export async function contain(request: ContainRequest): Promise<ContainResult> {
  const { key, session, survey, journal, emit, signal } = request;
  const { identity, reader } = session;
  const effects: Effects = {
    send: (call) => session.send(call),
    journal,
    emit,
    signal,
    sleep: request.sleep,
  };
  const codes = new Set<ExitCode>();
  const executed: Executed[] = [];

  // 1. Cut: by name only, before any region is described.
  const facts = await lookUpKey(reader, identity, key);
  const guard = guardCut(facts, identity);
  if (guard.refusals.length > 0) throw new Refused(guard.refusals.join(' '));
  if (facts.owner.kind === 'root') throw new Refused(rootSteps(key));
  const cut = planCut(
    facts,
    reader.now(),
    request.options.denyAll,
    facts.status === 'Inactive' ? null : reader.now(),
  );
  if (!(await request.agree.cut(facts, guard.doubts, cut.length)))
    throw new Refused('The cut was not agreed to. Nothing was done.');
  if (facts.owner.kind === 'unknown') {
    codes.add(ExitCode.incomplete);
    const message = `Access key ${key}: not found or not readable in account ${identity.account} (${facts.owner.why}). It was NOT disabled.`;
    emit({ type: 'warning', message });
    await journal.write({ kind: 'note', message });
  }
  for (const unread of facts.unreadable)
    await journal.write({ kind: 'note', message: `Could not be read before the cut: ${unread}` });
  executed.push(...(await run(cut, () => null, effects)));
  const cutAt = reader.now();

  // 2. The rest: one look at everything, one agreement.
  survey.setOwner(facts.owner.kind === 'user' ? facts.owner.name : null);
  let incident = await survey.look();
  refuseDescendant(incident, identity);
  await journal.write({ kind: 'incident', incident });
  let planned = planFor(request, incident);
  if (!(await request.agree.rest(incident, planned))) {
    await journal.write({ kind: 'note', message: 'The rest was not agreed to: only the cut was done.' });
    return finish(
      request,
      ExitCode.refused,
      'the cut stands; the rest was not agreed to and is not contained',
      incident,
      planned.left,
      executed,
    );
  }
  const tried = async (): Promise<void> => {
    const remedy: Remedy = remedyOf(request, incident);
    const now = planned;
    const findings = incident;
    executed.push(
      ...(await runPlan(
        now.actions,
        {
          remedy,
          record: async () => {
            const targets = new Set(
              now.actions.filter(({ phase }) => phase !== 'cut').flatMap(({ targets }) => targets),
            );
            await recordEvidence(
              findings.findings.filter(({ resource }) => targets.has(resourceKey(resource))),
              request.plays,
              reader,
              journal,
            );
          },
        },
        effects,
      )),
    );
  };
  const seen = new Set<string>();
  const remember = (): void => {
    for (const { resource } of incident.findings) seen.add(resourceKey(resource));
  };
  remember();
  await tried();

  // 3. Confirm: sweep until two rounds in a row are clean; what is new goes back to 2.
  const { limits } = request;
  const startedAt = reader.now();
  let lastFound = startedAt;
  let clean = 0;
  let sweep: Sweep | null = null;
  let stubborn = '';
  for (let round = 1; round <= limits.rounds && !signal.aborted; round += 1) {
    await request.sleep(Math.min(1000 * round, 10_000));
    const [again, next] = await Promise.all([lookUpKey(reader, identity, key), survey.look()]);
    incident = next;
    refuseDescendant(incident, identity);
    // The key or its Deny may have been turned back by the attacker.
    const recut = planCut(again, reader.now(), request.options.denyAll, facts.deny === null ? cutAt : null);
    if (recut.length > 0 && facts.owner.kind === 'user') {
      const message = `The cut did not hold: ${recut.map(({ title }) => title).join(', ')} is needed again. Somebody took it back.`;
      emit({ type: 'warning', message });
      await journal.write({ kind: 'note', message });
      executed.push(...(await run(recut, () => null, effects)));
    }
    planned = planFor(request, incident);
    sweep = judgeSweep(incident, planned, request.plays, request.include, outcomesByTarget(executed), seen);
    const now = reader.now();
    await journal.write({
      kind: 'sweep',
      round,
      clean: sweep.clean && recut.length === 0,
      left: sweep.left,
      coverage: incident.coverage,
      settlesAt: sweep.settlesAt,
      message: sweep.message,
    });
    emit({
      type: 'sweep',
      round,
      clean: sweep.clean,
      live: sweep.left.length,
      settling: sweep.settling,
      message: sweep.message,
    });
    // What was refused or failed in the same way as before would be so for ever: it is left, and told.
    const signature = sweep.clean
      ? ''
      : sweep.left
          .map(({ play, region, id, cause }) => `${play}|${region}|${id}|${cause}`)
          .sort()
          .join('\n');
    const stuck =
      !sweep.clean &&
      sweep.fresh === 0 &&
      signature === stubborn &&
      sweep.left.every(({ cause }) => cause !== 'unknown' && cause !== 'new');
    stubborn = signature;
    if (sweep.clean && recut.length === 0) clean += 1;
    else {
      clean = 0;
      lastFound = now;
    }
    const settled = sweep.settling === 0 || now - startedAt > settlePatience;
    const lookedTwice = now - cutAt >= denySecondLook || facts.owner.kind !== 'user';
    if (clean >= cleanSweeps && settled && lookedTwice && now - lastFound >= limits.quiet) break;
    if ((stuck || now - startedAt > limits.time) && now - lastFound >= limits.quiet) break;
    remember();
    if (planned.actions.length > 0) await tried();
  }

  // 4. CloudFront, once.
  const facing = await request.cloudfront();
  await journal.write({ kind: 'cloudfront', facts: facing });
  if (facing.api.state !== 'answers' || facing.hosts.some(({ serving }) => serving !== true))
    codes.add(ExitCode.incomplete);

  // 5. What is true now, in one code and one sentence.
  const left = sweep?.left ?? planned.left;
  if (clean < cleanSweeps || left.length > 0 || !isComplete(incident.coverage))
    codes.add(ExitCode.incomplete);
  if (survey.skippedRecords().length > 0) codes.add(ExitCode.incomplete);
  const failed = executed.filter(
    ({ outcome }) => outcome.status === 'denied' || outcome.status === 'failed',
  ).length;
  const exitCode = signal.aborted ? ExitCode.incomplete : exitCodeOfAct(codes);
  return finish(
    request,
    exitCode,
    summarise(exitCode, left, failed, incident, signal.aborted),
    incident,
    left,
    executed,
  );
}

/** How long confirm waits for launches that CloudTrail has not told of yet; after that the report names the time
 *  from which `verify` can say more. Milliseconds. */
const settlePatience = 90_000;

/** The rest of the plan. The key itself and its user's Deny were cut by name; here they are found again, and nothing
 *  is planned for what is contained. */
export function planFor(
  request: Pick<ContainRequest, 'plays' | 'include' | 'options' | 'session'>,
  incident: Incident,
): Plan {
  return plan(
    incident,
    request.plays,
    contextOf(request, incident),
    request.include,
    request.session.identity,
  );
}

function contextOf(
  { options, session }: Pick<ContainRequest, 'options' | 'session'>,
  incident: Incident,
): PlanContext {
  const { account, partition } = session.identity;
  return { incident, account, partition, now: session.reader.now(), options };
}

function remedyOf(request: ContainRequest, incident: Incident): Remedy {
  const byId = new Map(request.plays.map((play) => [play.id, play]));
  return (action, failure) =>
    byId.get(action.play)?.remedy?.(action, failure, contextOf(request, incident)) ?? null;
}

/** The trail may show that the caller's own session descends from the misused key. */
function refuseDescendant(incident: Incident, identity: Identity): void {
  const own = incident.credentials.find(({ id }) => id === identity.accessKeyId);
  if (own === undefined) return;
  throw new Refused(
    `Your own credential ${identity.accessKeyId} descends from the misused key (minted by ${own.parent ?? 'an unknown parent'}). ` +
      'The cut stands; nothing more was done. Go on with another principal, by the same command.',
  );
}

async function finish(
  request: ContainRequest,
  exitCode: ExitCode,
  summary: string,
  incident: Incident,
  left: LeftOver[],
  executed: Executed[],
): Promise<ContainResult> {
  await request.journal.write({ kind: 'closed', exitCode, summary });
  const changes = executed.filter(({ outcome }) => outcome.status === 'done').length;
  return { exitCode, summary, incident, left, changes };
}

function summarise(
  exitCode: ExitCode,
  left: LeftOver[],
  failed: number,
  incident: Incident,
  aborted: boolean,
): string {
  if (aborted) return 'stopped by a signal before the end: not contained';
  if (exitCode === ExitCode.ok) return 'contained, and confirmed by two sweeps';
  const parts: string[] = [];
  const count = (cause: LeftOver['cause']): number => left.filter((one) => one.cause === cause).length;
  const held = count('held');
  const settling = count('settling');
  const open = left.length - held - settling;
  if (open > 0) parts.push(`${open} not contained`);
  if (failed > 0) parts.push(`${failed} actions denied or failed`);
  if (held > 0) parts.push(`${held} held for your decision`);
  if (settling > 0) parts.push(`${settling} settling`);
  if (!isComplete(incident.coverage)) parts.push('not everything could be looked at');
  return `incomplete: ${parts.length > 0 ? parts.join(', ') : 'see the notes'}`;
}

function rootSteps(key: string): string {
  return [
    `${key} is a key of the account's root user: no policy can cut it, and only root can disable it. Nothing was done. As root:`,
    '1. Sign in as root (another device than the one that may be compromised), change the password, check the MFA device and the contact data.',
    `2. Security credentials → Access keys → ${key} → Deactivate. Root sessions end within an hour.`,
    '3. Then run: leakguard scan --key (the same key), and leakguard verify.',
  ].join('\n');
}
