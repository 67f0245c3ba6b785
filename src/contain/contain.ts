import {
  type Action,
  type Executed,
  ExitCode,
  leadFlag,
  type Incident,
  type Outcome,
  type OutcomeRule,
  patience,
  resourceKey,
} from '../model/index.js';
import { AwsFailure } from '../aws/index.js';
import { ec2Instances, type Elsewhere, type Play, putElsewhere, standsAlone } from '../plays/index.js';
import { judgeSweep, outcomesByTarget, type Sweep } from './confirm/confirm.js';
import { type CutState, Sweeping } from './confirm/sweeping.js';
import { cutUnread, denies, planCut } from './cut/cut.js';
import { unnamedOf } from './cut/cut-session.js';
import { takeEvidence } from './run/evidence.js';
import { moved, strangeInCut } from './plan/plan-file.js';
import type { Plan } from './plan/plan.js';
import { refuseDescendant, refuseMoved, Refused, refuseStrange, refuseUnspared } from './refused.js';
import type { ContainRequest, ContainResult } from './request.js';
import { runPlan } from './run/run-plan.js';
import { run } from './run/run.js';
import {
  amendRest,
  checkCaller,
  contextOf,
  lookAtKey,
  lookAtRest,
  lookUpSubject,
  pending,
  unheardWords,
} from './steps.js';
import { iamDelay } from '../facts/index.js';
import {
  exitCodeOfAct,
  foldReport,
  reasonsOfEnd,
  summaryOfEarlyEnd,
  summaryOfEnd,
} from '../outcome/index.js';

/**
 * The whole containment: cut, then the rest, then confirm.
 * @throws Refused where a guard or the person said no (what was done before stands in the journal) · JournalBroken ·
 * AwsFailure of kind `credentials`
 */
export async function contain(request: ContainRequest): Promise<ContainResult> {
  const containment = new Containment(request);
  const { signal } = request.effects;
  await containment.cut();
  if (!signal.aborted && request.heldBack !== null) return containment.holdBack(request.heldBack);
  if (!signal.aborted && !(await containment.rest()))
    return containment.close(stoppedBy(signal) ?? ExitCode.refused);
  if (!signal.aborted) await containment.confirm();
  if (!signal.aborted) await containment.checkCloudFront();
  return containment.close(stoppedBy(signal));
}

/** A signal at the question is no answer to it. */
function stoppedBy({ aborted, reason }: AbortSignal): ExitCode | undefined {
  return aborted ? (reason as ExitCode) : undefined;
}

/** What takes a key's cut, or its user's Deny, back. */
const ofCuts = new Set([
  'UpdateAccessKey',
  'CreateLoginProfile',
  'DeleteUserPolicy',
  'PutUserPolicy',
  'DetachUserPolicy',
  'DeleteUserPermissionsBoundary',
  'PutUserPermissionsBoundary',
]);

class Containment {
  private readonly executed: Executed[] = [];
  private readonly seen = new Set<string>();
  private planned: Plan = { actions: [], left: [] };
  private sweep: Sweep | null = null;
  private doubted = false;
  private cutDoubted = false;
  private cutAt = 0;
  private seenLast: Incident | null = null;
  /** When this run changed the cut last, and since when each look has read it as open; AWS's clock. */
  private cutChangedAt = 0;
  private openSince: number | null = null;
  private unsettledTold = false;
  /** The incident on record is of a look at a part. */
  private partRecorded = false;
  /** The Deny that was put must reach to the cut; one that stood before is enough as it is. */
  private denyReaches: number | null = null;

  constructor(private readonly request: ContainRequest) {}

  /** 1. The key, by name only: no region is described and no trail page read before it is off. */
  async cut(): Promise<void> {
    const { key, named, session, fixed, agree } = this.request;
    const { identity, reader } = session;
    const step = await lookAtKey(this.request, key, named);
    checkCaller(step, session);
    const { facts } = step;
    // Of a plan too it is the cut of now: its own date is that of its writing, and sessions minted since would outlive it.
    const actions = step.cut;
    if (fixed !== null) {
      const { denyAll } = this.request.options;
      const now = reader.now();
      const possible = planCut({ ...facts, status: 'Active', deny: null }, now, denyAll, now);
      const strange = strangeInCut(fixed, [...possible, ...actions]);
      if (strange.length > 0) throw refuseStrange(strange, key);
    }
    if (!(await agree.cut(facts, step.guard.doubts, actions.length))) {
      throw new Refused(
        'The cut was not agreed to. Nothing was done.',
        `Run the same command again to agree. What it would do, without doing it: leakguard contain ${leadFlag(key)} --dry-run${identity.simulated ? ' --simulated' : ''}`,
      );
    }
    if (facts.owner.kind === 'unknown') {
      await this.note(
        `Access key ${key}: not found or not readable in account ${identity.account} (${facts.owner.why}). It was not disabled by name.`,
      );
    }
    if (facts.owner.kind === 'session' && facts.owner.whole?.step != null)
      await this.note(facts.owner.whole.step);
    const unnamed = unnamedOf(facts);
    if (unnamed !== null && !this.request.options.denyAll) await this.note(unnamed);
    for (const unread of facts.unreadable) await this.note(`Could not be read before the cut: ${unread}`);
    await this.run(actions);
    this.cutAt = reader.now();
    this.cutChangedAt = this.cutAt;
    this.denyReaches = denies(facts).length === 0 ? this.cutAt : null;
  }

  /**
   * 2. The rest: one look at everything, one agreement. False where the person said no. Where it is agreed to already,
   * the instances that stand alone are ended before anything else is listed, and then what launches and runs is looked
   * at and stopped before the rest is.
   */
  async rest(): Promise<boolean> {
    const { fixed, agree, effects, urgent } = this.request;
    if (fixed === null && agree.restBefore) {
      await this.early({ first: [ec2Instances], of: standsAlone });
      if (!effects.signal.aborted) await this.early({ first: urgent });
      if (effects.signal.aborted) return true;
    }
    const incident = await this.look();
    await effects.journal.write({ kind: 'incident', incident });
    await this.checkWords(incident);
    if (fixed !== null) {
      const difference = moved(fixed, this.planned);
      if (difference.added.length + difference.gone.length > 0)
        throw refuseMoved(difference, this.request.key);
    }
    if (effects.signal.aborted) return true;
    const agreed = await this.agreeOn(incident);
    if (agreed === null) {
      await this.tell('The rest was not agreed to: only the cut was done.');
      return false;
    }
    await this.carryOutPlan(agreed);
    return true;
  }

  /** A look at a part, whose plan is carried out at once: whatever it finds rogue, the whole look finds rogue too. */
  private async early(part: Parameters<typeof lookAtRest>[1]): Promise<void> {
    const { agree, effects, survey } = this.request;
    const found = await this.look(part);
    // What was to be spared may not be among what this look sees: then nothing is done before it is found.
    const sparing = survey.namesNothing().exclude.length > 0;
    if (this.planned.actions.length === 0 || sparing) return;
    await effects.journal.write({ kind: 'incident', incident: found });
    await agree.rest(found, this.planned);
    await this.carryOutPlan(found);
  }

  /** The incident whose plan the person agreed to, as it was shown; null for none. What they take out or in is on record
   *  before it is planned for, and the new plan is asked for like the first. */
  private async agreeOn(found: Incident): Promise<Incident | null> {
    const { agree, effects } = this.request;
    let incident = found;
    for (;;) {
      const word = await agree.rest(incident, this.planned);
      if (word === 'all') return incident;
      if (word === 'none') return null;
      const { words, step, unheard } = await amendRest(this.request, word, incident);
      for (const message of [unheard.include, unheard.exclude]) if (message !== null) agree.unheard(message);
      if (step === null) continue;
      await effects.journal.write({ kind: 'words', words, by: 'prompt' });
      ({ incident, planned: this.planned } = step);
      await effects.journal.write({ kind: 'incident', incident });
    }
  }

  /** In place of the rest, where somebody else is at work on it: a lock never holds back the cut. */
  async holdBack(why: string): Promise<ContainResult> {
    const cutStands = !this.doubted && !this.executed.some(({ outcome }) => isFailure(outcome));
    await this.tell(`${why} The rest is held back: only the cut was done here.`);
    return this.close(cutStands ? ExitCode.refused : ExitCode.incomplete);
  }

  /** Words of the person that name nothing. What was to be spared must be found before anything is done; what was to be
   *  acted on too holds back nothing else. @throws Refused */
  private async checkWords(incident: Incident): Promise<void> {
    const { include, exclude } = unheardWords(this.request.survey, incident);
    if (exclude !== null) throw refuseUnspared(exclude, this.request.key);
    if (include !== null) await this.tell(include, 'end.word-names-nothing');
  }

  /** 3. Sweep until it is confirmed, or more would change nothing (confirm/sweeping.ts); what is new goes through the plan
   *  again. */
  async confirm(): Promise<void> {
    const { limits, effects, session, fixed } = this.request;
    const sweeping = new Sweeping(limits, session.reader.now());
    for (let next = sweeping.first(); next !== null && !effects.signal.aborted; ) {
      await effects.sleep(next.wait);
      const { round, whole } = next;
      const [{ cut, again }, incident] = await Promise.all([
        this.cutHolds(),
        this.look(whole ? 'everything' : 'touched'),
      ]);
      this.sweep = await this.judge(round, incident, cut);
      if (whole && this.partRecorded) await this.record(incident, whole);
      const now = session.reader.now();
      const denySeenAgain = this.denyReaches === null ? now : this.cutAt + patience.denySecondLook;
      const { coverage } = incident;
      next = sweeping.after({ sweep: this.sweep, cut, coverage, now, denySeenAgain });
      if (next === null) break;
      // One call a sweep for what the cut was put back by: the listing may be as old as what was read of the key.
      this.planned = pending(again, this.planned);
      if (fixed !== null || this.planned.actions.length === 0) continue;
      if (this.sweep.fresh > 0) await this.record(incident, whole);
      await this.carryOutPlan(incident);
    }
  }

  /** 4. CloudFront, once: AWS may have locked it, and lifts the lock only when everything is clean. */
  async checkCloudFront(): Promise<void> {
    const facts = await this.request.cloudfront();
    await this.request.effects.journal.write({ kind: 'cloudfront', facts });
  }

  /** 5. What is true now, as the journal tells it. `early`: the code of an end before the end. */
  async close(early?: ExitCode): Promise<ContainResult> {
    const { survey, effects } = this.request;
    if (survey.skippedRecords().length > 0) await this.note('Records of the trail could not be used.');
    const cutFailed = this.executed.some(
      ({ action, outcome }) => action.phase === 'cut' && isFailure(outcome),
    );
    const short =
      early === undefined ? null : summaryOfEarlyEnd(early, cutFailed, this.request.heldBack !== null);
    const ending = { exitCode: early ?? ExitCode.ok, summary: short ?? '' };
    const reasons = reasonsOfEnd({ ...foldReport(await effects.journal.records()), ending });
    const exitCode = early ?? exitCodeOfAct(reasons);
    const changes = this.executed.filter(({ outcome }) => outcome.status === 'done').length;
    const summary = short ?? summaryOfEnd(reasons, changes);
    await effects.journal.write({ kind: 'closed', exitCode, summary });
    return { exitCode, reasons };
  }

  /** What a look saw, on record. `whole`: it looked at everything. */
  private async record(incident: Incident, whole: boolean): Promise<void> {
    this.partRecorded = !whole;
    await this.request.effects.journal.write({ kind: 'incident', incident });
  }

  private async run(actions: readonly Action[]): Promise<void> {
    this.executed.push(
      ...(await run(actions, (action, failure) => this.elsewhere(action, failure), this.request.effects)),
    );
  }

  /** A Deny that found no room: where it is put instead. Where there is no place left, it is told what a person can do. */
  private async elsewhere(action: Action, failure: AwsFailure): Promise<Action[] | null> {
    const { reader, identity } = this.request.session;
    let next: Elsewhere;
    try {
      next = await putElsewhere(reader, action, failure, identity);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      await this.note(`The Deny for ${action.title} could not be put elsewhere: ${error.describe()}`);
      return null;
    }
    if (next === null) return null;
    if ('actions' in next) return next.actions;
    await this.note(next.step);
    return null;
  }

  /** Looks at everything again, and plans what is still to be done. */
  private async look(at?: Parameters<typeof lookAtRest>[1]): Promise<Incident> {
    const { incident, planned } = await lookAtRest(this.request, at);
    this.seenLast = incident;
    refuseDescendant(incident, this.request.session.identity, 'The cut stands; nothing more was done.');
    this.planned = planned;
    return incident;
  }

  private async carryOutPlan(incident: Incident): Promise<void> {
    const { plays, session, effects } = this.request;
    const { actions } = this.planned;
    for (const { resource } of incident.findings) this.seen.add(resourceKey(resource));
    const byId = new Map(plays.map((play) => [play.id, play]));
    const targets = new Set(
      actions.filter(({ phase }) => phase !== 'cut').flatMap((action) => action.targets),
    );
    const destroyed = incident.findings.filter(({ resource }) => targets.has(resourceKey(resource)));
    const options = {
      remedy: (action: Action, failure: Parameters<NonNullable<Play['remedy']>>[1]) =>
        byId.get(action.play)?.remedy?.(action, failure, contextOf(this.request, incident)) ??
        this.elsewhere(action, failure),
      record: () => takeEvidence(destroyed, plays, session.impatient, effects.journal),
    };
    this.executed.push(...(await runPlan(actions, options, effects)));
  }

  /** The attacker may have turned the key on again, or taken the Deny away: then both are put back, and it is told.
   *  What cannot be read is not known to hold. `again`: what was put back. */
  private async cutHolds(): Promise<{ cut: CutState; again: readonly Action[] }> {
    const { session, key, named, options } = this.request;
    const facts = await lookUpSubject(session, key, named);
    const unknown = cutUnread(facts);
    if (unknown !== null && !this.cutDoubted) {
      this.cutDoubted = true;
      await this.note(`Whether the cut holds could not be read: ${unknown}`);
    }
    if (facts.owner.kind !== 'user' && facts.owner.kind !== 'session') return { cut: 'unknown', again: [] };
    const tried = outcomesByTarget(this.executed);
    const again = planCut(facts, session.reader.now(), options.denyAll, this.denyReaches).filter(
      ({ operation, targets }) => {
        // What was refused before stays refused, and stands in the report; what cannot be read proves nothing.
        if (targets.some((target) => isFailure(tried.get(target)))) return false;
        const ofKey = operation === 'UpdateAccessKey' || operation === 'DeleteLoginProfile';
        return ofKey ? facts.status !== null : !facts.denyUnreadable;
      },
    );
    if (again.length === 0) {
      this.openSince = null;
      return { cut: unknown === null ? 'holds' : 'unknown', again };
    }
    const isTakenBack = this.isTakenBack(session.reader.now());
    await this.run(again);
    this.cutChangedAt = session.reader.now();
    const titles = again.map(({ title }) => title).join(', ');
    if (isTakenBack)
      await this.tell(`The cut did not hold: ${titles} was needed again. Somebody took it back.`);
    else if (!this.unsettledTold) {
      this.unsettledTold = true;
      await this.tell(`IAM does not show the cut yet, which is usual for some seconds: ${titles}, again.`);
    }
    return { cut: isTakenBack ? 'taken-back' : 'unsettled', again };
  }

  /** The act does not wait for proof; the word does: a list of IAM may be older than the cut. An event, or what it reads
   *  when it must have settled, is proof. */
  private isTakenBack(now: number): boolean {
    this.openSince ??= now;
    const acts = [...(this.seenLast?.deeds ?? []), ...(this.seenLast?.findings ?? [])].flatMap(
      ({ evidence }) => evidence,
    );
    const isOnRecord = acts.some(({ name, time }) => time !== null && time > this.cutAt && ofCuts.has(name));
    return isOnRecord || now - this.cutChangedAt > iamDelay || now - this.openSince > iamDelay;
  }

  private async judge(round: number, incident: Incident, cut: CutState): Promise<Sweep> {
    const { plays, include, effects } = this.request;
    const sweep = judgeSweep(
      incident,
      this.planned,
      plays,
      include,
      outcomesByTarget(this.executed),
      this.seen,
    );
    const { left, settling, settlesAt } = sweep;
    const clean = sweep.clean && cut === 'holds';
    const message = `${sweep.message}${cut === 'unknown' ? ' (whether the cut holds could not be read)' : ''}`;
    await effects.journal.write({
      kind: 'sweep',
      round,
      clean,
      left,
      coverage: incident.coverage,
      settlesAt,
      message,
    });
    this.request.emit({ type: 'sweep', round, clean, live: left.length, settling, message });
    return sweep;
  }

  /** A doubt about the whole: told, on record, and never a success. */
  private async note(message: string): Promise<void> {
    this.doubted = true;
    await this.tell(message, 'end.doubt');
  }

  /** What the person must know, and what the record must hold. `rule`: it counts against the end, by this rule. */
  private async tell(message: string, rule?: OutcomeRule): Promise<void> {
    this.request.emit({ type: 'warning', message });
    const note = { kind: 'note', message } as const;
    await this.request.effects.journal.write(rule === undefined ? note : { ...note, rule });
  }
}

function isFailure(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && outcome.status !== 'done' && outcome.status !== 'already-so';
}
