import { Writable } from 'node:stream';
import { parseLead } from './lead.js';
import { readJournal } from '../contain/index.js';
import type { Session } from '../aws/index.js';
import { type CoreEvent, ExitCode, type Identity, type Reason, shellCommand } from '../model/index.js';
import {
  type AccountLead,
  type AccountRow,
  blindInWords,
  canBeFollowed,
  type Edge,
  edgesOf,
  enter,
  type Entry,
  leadsOf,
  lookAcross,
  type MemberAccount,
  reasonsAcross,
} from '../organization/index.js';
import { exitCodeOfAct, foldReport } from '../outcome/index.js';
import { lookOnlyPolicy, plays } from '../plays/index.js';
import { namesEndpoint, parseRegions } from './arguments.js';
import { planOptions } from './carry-out.js';
import { checkSession } from './check-session.js';
import type { ContainFlags } from './contain.js';
import { CommandError, type CommandContext } from './context.js';
import { explained } from './explained.js';
import { parseMoment } from './moment.js';
import { accountOfKey, chosenAccounts, entryOf, flagsFor, memberContext } from './organization.js';
import { agreedOf, concurrencyOf } from './organization-flags.js';
import { type AccountEnd, containedScreen } from './contained-screen.js';
import { reportDirectory } from './report-directory.js';
import { describe } from './run-command.js';
import { startContainment } from './start-containment.js';
import { surveyOf } from './survey-options.js';

/**
 * Cuts the key in its own account and contains what it made there; then the accounts that its sessions moved to, the
 * dearest first, each with a journal and an agreement of its own. What fails in one stops no other.
 */
export async function containOrganization(flags: ContainFlags, context: CommandContext): Promise<ExitCode> {
  const work = await OrganizationContainment.begin(flags, context);
  return work.run();
}

class OrganizationContainment {
  private readonly ends: AccountEnd[] = [];
  private readonly edges = new Map<string, Edge>();
  /** Sessions that were contained, or tried. */
  private readonly handled = new Set<string>();
  private readonly done = new Set<string>();
  private rows: AccountRow[] = [];
  private misuseAt: number | null = null;
  private readonly reasons: Reason[] = [];
  private readonly directory: string;
  /** Resolves when the key's account has shown where the incident moved to. */
  private readonly moved = deferred();

  private constructor(
    private readonly flags: ContainFlags,
    private readonly context: CommandContext,
    private readonly key: string,
    private readonly session: Session,
    private readonly entry: Entry,
    private readonly agreed: ReadonlySet<string> | null,
  ) {
    this.directory = reportDirectory(flags.reportDir, context.env);
  }

  /** @throws CommandError where the flags do not say what is meant, or nobody can be asked */
  static async begin(flags: ContainFlags, context: CommandContext): Promise<OrganizationContainment> {
    const key = leadOfFlags(flags, context);
    planOptions(flags);
    concurrencyOf(flags);
    const agreed = agreedOf(flags);
    const given = flags.yes === true && agreed !== null;
    if (!given && (flags.yes === true || !context.interactive))
      throw new CommandError(
        ExitCode.refused,
        flags.yes === true
          ? '--yes acts in the accounts of --agreed alone, and none were given. Nothing was done.'
          : 'There is no terminal to ask on, and --yes --agreed ID,… was not given. Nothing was done.',
        `Which accounts it is in: leakguard scan --key ${key} --organization. Then: leakguard contain --key ${key} --organization --yes --agreed ID,ID`,
      );
    const session = await context.openSession();
    checkSession(flags, session);
    return new OrganizationContainment(flags, context, key, session, entryOf(flags, null, context), agreed);
  }

  async run(): Promise<ExitCode> {
    const { key, session, context, flags } = this;
    const keyAccount = await accountOfKey(key, session, context);
    const home: MemberAccount | null =
      keyAccount === null ? null : { id: keyAccount, name: 'the key’s own', state: null };
    // Nothing comes before the cut: the organization is not even listed.
    const first = home === null ? Promise.resolve() : this.contain(home, wholeKey(key));
    // Where nobody is asked, the accounts that it moved to need not wait until the key's own is confirmed.
    await (flags.yes === true ? Promise.race([first, this.moved.promise]) : first);
    const accounts = await this.listed();
    await this.containOthers(accounts, keyAccount);
    await first;
    // What the accounts showed while they were contained: each pass sees to all that is known by then.
    while (this.pendingEdges().length > 0) await this.containOthers([], keyAccount);
    return this.close(keyAccount);
  }

  private pendingEdges(): Edge[] {
    return [...this.edges.values()].filter(({ id }) => !this.handled.has(id));
  }

  private async listed(): Promise<MemberAccount[]> {
    const { flags, session, context } = this;
    try {
      return await chosenAccounts(flags, session, context);
    } catch (error) {
      const { message, next } = await describe(error, session.identity.profile);
      const words = `the organization could not be listed: only accounts that the incident leads to were seen to`;
      this.reasons.push({ rule: 'look.not-all-seen', words });
      context.emit({ type: 'warning', message: `${message}${next === null ? '' : ` Next: ${next}`}` });
      return [];
    }
  }

  /** Looks at all other accounts, and contains those that something leads to, the dearest first. */
  private async containOthers(accounts: readonly MemberAccount[], keyAccount: string | null): Promise<void> {
    const { flags, context, session, key } = this;
    const now = session.reader.now();
    const edges = this.pendingEdges();
    const across = await lookAcross({
      ...{ session, key, keyAccount, accounts, signal: context.signal },
      entry: { ...this.entry, policy: lookOnlyPolicy(plays) },
      concurrency: concurrencyOf(flags),
      since: parseMoment(flags.since, now).time,
      regions: parseRegions(flags.region),
      surveyOf: (member, lead) =>
        surveyOf(flagsFor(flags, lead), lead?.key ?? null, member, memberContext(member, context)),
      tell: (done, total, message) =>
        context.emit({ type: 'progress', subject: 'accounts', region: null, done, total, message }),
      start: { done: this.done, edges, misuseAt: this.misuseAt },
    });
    for (const edge of across.edges) this.edges.set(edge.id, edge);
    this.rows.push(...across.rows);
    const queue = across.rows.filter(({ account }) =>
      this.pendingEdges().some((one) => one.account === account),
    );
    const worker = async (): Promise<void> => {
      for (let row = queue.shift(); row !== undefined; row = queue.shift()) await this.containRow(row);
    };
    // Questions are asked one after the other.
    await Promise.all(Array.from({ length: flags.yes === true ? concurrencyOf(flags) : 1 }, worker));
  }

  private async containRow({ account: id, name, state }: AccountRow): Promise<void> {
    const mine = this.pendingEdges().filter(({ account }) => account === id);
    for (const edge of mine) this.handled.add(edge.id);
    for (const lead of leadsOf(mine.filter(canBeFollowed))) await this.contain({ id, name, state }, lead);
    const blind = mine.filter((edge) => !canBeFollowed(edge));
    if (blind.length === 0) return;
    const end = { ...this.newEnd(id, name, 'without an id'), summary: blindInWords(blind.length) };
    this.ends.push({ ...end, next: 'see what they could do there, and revoke the sessions of their roles' });
  }

  private newEnd(account: string, name: string, lead: string): AccountEnd {
    const nothing = { verdict: null, journal: null, next: null, summary: '' };
    return { account, name, lead, exitCode: ExitCode.incomplete, ...nothing };
  }

  /** One containment, with the steps, the journal and the questions of any other. */
  private async contain(account: MemberAccount, lead: AccountLead): Promise<void> {
    const { flags, context, session, agreed, entry, directory } = this;
    const { id, name } = account;
    this.done.add(id);
    const end = this.newEnd(id, name, lead.key);
    this.ends.push(end);
    if (context.signal.aborted) {
      end.summary = 'not begun: interrupted';
      end.next = this.sameCommand(id);
      return;
    }
    if (agreed !== null && !agreed.has(id)) {
      end.exitCode = ExitCode.refused;
      end.summary = 'not agreed to: nothing was done there';
      end.next = this.sameCommand(id);
      return;
    }
    try {
      const inside = await enter(session, account, entry);
      if ('why' in inside) {
        end.summary = `nobody got in, nothing was done there: ${inside.why}`;
        end.next = inside.next;
        return;
      }
      const own = this.contextOf(inside.roleArn, end, account);
      const settled = { agreed: new Set<string>(), fixed: null };
      const { account: _account, ...ofMember } = flagsFor(flags, lead);
      end.exitCode = await startContainment(ofMember, lead.key, inside.session, directory, settled, own);
    } catch (error) {
      const { code, message, next } = await describe(error, session.identity.profile);
      end.exitCode = code;
      end.summary = message;
      end.next = next;
      context.emit({ type: 'warning', message: `${id}: ${message}` });
    } finally {
      await readEnd(end);
    }
  }

  /** The context of one account's containment: what it prints names its role, and what it sees leads on. */
  private contextOf(roleArn: string | null, end: AccountEnd, { id }: MemberAccount): CommandContext {
    const { context, flags } = this;
    const others = context.carried.filter(
      ([flag = '']) => roleArn === null || !['--role-arn', '--external-id', '--mfa-serial'].includes(flag),
    );
    const externalId = flags.memberExternalId;
    const role =
      roleArn === null
        ? []
        : [['--role-arn', roleArn], ...(externalId === undefined ? [] : [['--external-id', externalId]])];
    const emit = (event: CoreEvent): void => {
      if (event.type === 'journal' && event.message === 'journal') end.journal = event.path;
      if (event.type === 'incident') this.learn(event.incident, id);
      if (event.type === 'warning') context.emit({ ...event, message: `${id}: ${event.message}` });
      else context.emit(event);
    };
    // One document over all goes to stdout at the end; each account's report stands beside its journal.
    const stdout = context.json ? nowhere() : context.stdout;
    return { ...context, emit, stdout, carried: [...others, ...role] };
  }

  private learn(incident: Extract<CoreEvent, { type: 'incident' }>['incident'], account: string): void {
    if (incident.key === this.key) this.misuseAt ??= incident.misuse.at;
    for (const edge of edgesOf(incident, account))
      if (!this.edges.has(edge.id)) this.edges.set(edge.id, edge);
    // A first look at a part says so, and may not have come to what minted sessions.
    const isPart = incident.coverage.some(
      ({ subject, status }) => subject === 'inventory' && status === 'truncated',
    );
    if (!isPart || this.edges.size > 0) this.moved.resolve();
  }

  private sameCommand(account: string): string {
    const ids = [...(this.agreed ?? []), account].join(',');
    return `leakguard contain --key ${this.key} --organization --yes --agreed ${ids}`;
  }

  private async close(keyAccount: string | null): Promise<ExitCode> {
    const { context, ends, session, key } = this;
    // A word of --include or --exclude is for all accounts: it need not name something in each.
    const isHeard = ends.some(({ exitCode }) => exitCode !== ExitCode.usage);
    for (const end of ends)
      if (isHeard && end.exitCode === ExitCode.usage && end.verdict === 'contained') {
        end.exitCode = ExitCode.ok;
        end.next = null;
      }
    const seenTo = new Set(ends.map(({ account }) => account));
    // Of accounts that were contained, their own end speaks, not the look before it.
    const rest = this.rows.filter(({ account }) => !seenTo.has(account));
    const edges = [...this.edges.values()];
    const reasons: Reason[] = [
      ...this.reasons,
      ...ends.flatMap(({ account, exitCode, summary }): Reason[] =>
        exitCode === ExitCode.ok ? [] : [{ rule: 'end.account', words: `account ${account}: ${summary}` }],
      ),
      ...reasonsAcross({ rows: rest, edges, misuseAt: null, userName: null }, keyAccount),
    ];
    const exitCode = context.signal.aborted ? (context.signal.reason as ExitCode) : exitCodeOfAct(reasons);
    const { identity } = session;
    if (context.json) context.stdout.write(`${JSON.stringify(documentOf(), null, 2)}\n`);
    else {
      const { width, color, verbose, carried } = context;
      const options = { width, color, verbose, carried };
      context.stdout.write(`${containedScreen({ key, keyAccount, identity, ends, rest }, options)}\n`);
    }
    return explained(exitCode, reasons, context);

    function documentOf(): object {
      const about = { schemaVersion: 1, command: 'contain', organization: true, exitCode, reasons };
      return {
        ...about,
        simulated: identity.simulated,
        identity: identity satisfies Identity,
        key,
        keyAccount,
        ends,
        rows: rest,
        edges,
      };
    }
  }
}

/** What the journal says of its own end. */
async function readEnd(end: AccountEnd): Promise<void> {
  if (end.journal === null) return;
  const report = foldReport(await readJournal(end.journal));
  end.verdict = report.verdict.state;
  if (end.summary === '') end.summary = report.closed?.summary ?? report.verdict.reasons.join('; ');
  if (end.exitCode !== ExitCode.ok && end.next === null)
    end.next = shellCommand(['leakguard', 'report', end.journal]);
}

function wholeKey(key: string): AccountLead {
  return { key, include: [], roleName: null, since: null };
}

/** @throws CommandError with exit code 2 */
function leadOfFlags(flags: ContainFlags, context: CommandContext): string {
  const simulated = flags.simulated === true || namesEndpoint(context.env, flags.endpointUrl ?? null);
  const { dryRun, checkPermissions, plan, apply, trail = [], session, user, role } = flags;
  const given = { '--session': session, '--user': user, '--role': role, '--dry-run': dryRun };
  const more = { '--check-permissions': checkPermissions, '--plan': plan, '--apply': apply };
  const [other] = [
    ...Object.entries({ ...given, ...more }).flatMap(([flag, value]) => (value === undefined ? [] : [flag])),
    ...(trail.length > 0 ? ['--trail'] : []),
  ];
  if (other !== undefined)
    throw new CommandError(
      ExitCode.usage,
      `contain --organization goes from a key on, and without ${other}. Nothing was done.`,
      'What it would act on, without doing it: leakguard scan --key AKIA… --organization; its rows name each account’s own command.',
    );
  const key = parseLead(flags, simulated);
  if (key === null)
    throw new CommandError(ExitCode.usage, "required option '--key <id>' not specified. Nothing was done.");
  return key;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve: () => resolve() };
}

function nowhere(): NodeJS.WritableStream {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
