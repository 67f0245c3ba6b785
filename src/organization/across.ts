import { AwsFailure, type Session } from '../aws/index.js';
import { hasMany, type Incident, isComplete, leadFlag, leadOf, shellCommand } from '../model/index.js';
import type { Survey } from '../survey/index.js';
import type { MemberAccount } from './accounts.js';
import { askForSigns } from './signs.js';
import { enter, type Entry, type Inside } from './enter.js';
import { type AccountLead, blindInWords, canBeFollowed, type Edge, edgesOf, leadsOf } from './leads.js';
import { type AccountRow, blankRow, foldLook, gapsInWords } from './row.js';

export interface AcrossOptions {
  /** The person's own, of the management account or of one that reads the organization for it. */
  session: Session;
  key: string;
  /** The account that the key is of; null where AWS does not tell. */
  keyAccount: string | null;
  accounts: readonly MemberAccount[];
  entry: Entry;
  /** So many accounts at a time. */
  concurrency: number;
  /** How far back launches count where the incident does not say when it began, epoch milliseconds. */
  since: number;
  regions: readonly string[] | null;
  /** A survey of the account that `session` is in; null: without a key. */
  surveyOf: (session: Session, lead: AccountLead | null) => Survey;
  tell: (done: number, total: number, message: string) => void;
  signal: AbortSignal;
  /** Where accounts were seen to already: those are not looked at again, and what leads out of them is followed. */
  start?: { done: ReadonlySet<string>; edges: readonly Edge[]; misuseAt: number | null };
}

/** What is known of the incident in all accounts. */
export interface Across {
  /** The key's own account first, then by what burns, then as Organizations lists them. */
  rows: AccountRow[];
  edges: Edge[];
  /** When the misuse began in the key's account, epoch milliseconds. */
  misuseAt: number | null;
  userName: string | null;
}

/**
 * One incident over all accounts. The key's own account is scanned first; the sessions that lead out of it are followed,
 * account by account, until no new one comes up; every other account is asked for signs only, and scanned where there are
 * some. What an account gave is folded into its row before the next is begun.
 */
export async function lookAcross(options: AcrossOptions): Promise<Across> {
  return new Look(options).run();
}

class Look {
  private readonly rows = new Map<string, AccountRow>();
  private readonly members = new Map<string, MemberAccount>();
  private readonly edges = new Map<string, Edge>();
  /** Credentials that were followed, or are being. */
  private readonly followed = new Set<string>();
  /** By account: keys of what earlier looks at it found. Of accounts that something leads to alone. */
  private readonly seen = new Map<string, Set<string>>();
  private misuseAt: number | null = null;
  private userName: string | null = null;
  private done = 0;

  constructor(private readonly options: AcrossOptions) {
    for (const account of options.accounts) this.members.set(account.id, account);
    for (const edge of options.start?.edges ?? []) this.edges.set(edge.id, edge);
    this.misuseAt = options.start?.misuseAt ?? null;
  }

  async run(): Promise<Across> {
    const { keyAccount, key, start } = this.options;
    if (start !== undefined) await this.followAll();
    else if (keyAccount !== null) {
      const home = this.members.get(keyAccount) ?? { id: keyAccount, name: '', state: null };
      await this.scan(home, [{ key, include: [], roleName: null, since: null }]);
      await this.followAll();
    }
    const others = [...this.members.values()].filter(
      ({ id }) => !this.rows.has(id) && start?.done.has(id) !== true,
    );
    await this.each(others, (account) => this.askOne(account));
    await this.followAll();
    const { misuseAt, userName } = this;
    return {
      rows: [...this.rows.values()].sort(byBurn),
      edges: [...this.edges.values()],
      misuseAt,
      userName,
    };
  }

  /** Goes after what leads from account to account, until nothing new does. */
  private async followAll(): Promise<void> {
    for (;;) {
      const next = new Map<string, Edge[]>();
      for (const edge of this.edges.values()) {
        if (this.followed.has(edge.id)) continue;
        this.followed.add(edge.id);
        next.set(edge.account, [...(next.get(edge.account) ?? []), edge]);
      }
      if (next.size === 0) return;
      await this.each([...next], async ([id, edges]) => {
        const account = this.members.get(id) ?? { id, name: '', state: null };
        await this.scan(account, leadsOf(edges.filter(canBeFollowed)));
        const blind = edges.filter((edge) => !canBeFollowed(edge));
        if (blind.length === 0) return;
        const row = this.rowOf(account);
        this.darken(
          row,
          row.why ?? blindInWords(blind.length),
          `look at the whole of it: ${scanCommand(row, null)}`,
        );
      });
    }
  }

  private async each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const queue = [...items];
    const worker = async (): Promise<void> => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    };
    await Promise.all(Array.from({ length: Math.min(this.options.concurrency, queue.length) }, worker));
  }

  private rowOf(account: MemberAccount): AccountRow {
    const row = this.rows.get(account.id) ?? blankRow(account, account.id === this.options.keyAccount);
    this.rows.set(account.id, row);
    return row;
  }

  /** Enters the account, and does `work` there: whatever fails darkens its row, and nothing else. */
  private async within(account: MemberAccount, work: (inside: Inside, row: AccountRow) => Promise<void>) {
    const row = this.rowOf(account);
    const { session, entry, tell, signal } = this.options;
    try {
      if (signal.aborted) {
        this.darken(row, 'interrupted before it was looked at', 'the same command again');
        return;
      }
      const inside = await enter(session, account, entry);
      if ('why' in inside) {
        this.darken(row, inside.why, inside.next);
        return;
      }
      row.roleArn = inside.roleArn;
      await work(inside, row);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      const next =
        error.kind === 'credentials'
          ? 'get new credentials, then the same command again'
          : 'the same command again';
      this.darken(row, error.describe(), next);
    } finally {
      this.done += 1;
      const total = Math.max(this.members.size, this.rows.size);
      tell(Math.min(this.done, total), total, `account ${account.id}: ${row.look}`);
    }
  }

  /** Scans the whole account for each of what leads there. */
  private async scan(account: MemberAccount, leads: readonly AccountLead[]): Promise<void> {
    if (leads.length === 0) return;
    await this.within(account, async (inside, row) => {
      for (const lead of leads) await this.scanFor(lead, inside, row);
    });
  }

  private async scanFor(lead: AccountLead | null, { session }: Inside, row: AccountRow): Promise<void> {
    const survey = this.options.surveyOf(session, lead);
    row.leads.push(...(lead === null ? [] : lead.include.length > 0 ? lead.include : [lead.key]));
    if (lead !== null && hasMany(lead.key)) {
      const { id: RoleName } = leadOf(lead.key);
      const { Role } = await session.reader.call('iam', 'GetRole', 'global', { RoleName });
      await survey.misused(Role?.Arn ?? null);
    }
    const incident = await survey.look();
    const seen = this.seen.get(row.account) ?? new Set<string>();
    this.seen.set(row.account, seen);
    foldLook(row, incident, survey.skippedRecords(), seen);
    row.next = scanCommand(row, lead);
    this.learn(incident, row);
  }

  private learn(incident: Incident, row: AccountRow): void {
    if (row.ofKey && incident.key === this.options.key) {
      this.misuseAt = incident.misuse.at;
      this.userName = incident.userName;
    }
    for (const edge of edgesOf(incident, row.account))
      if (!this.edges.has(edge.id)) this.edges.set(edge.id, edge);
  }

  /** Asks for signs; where there are some, scans the whole. */
  private async askOne(account: MemberAccount): Promise<void> {
    await this.within(account, async (inside, row) => {
      const { key, since, regions } = this.options;
      const signs = await askForSigns(inside.session, { key, since: this.misuseAt ?? since, regions });
      row.launches = [...signs.launches.values()].reduce((sum, n) => sum + n, 0);
      if (signs.byKey || row.launches > 0) {
        await this.scanFor(
          signs.byKey ? { key, include: [], roleName: null, since: null } : null,
          inside,
          row,
        );
        return;
      }
      if (isComplete(signs.cells)) row.look = 'signs';
      else this.darken(row, gapsInWords(signs.cells), scanCommand(row, null));
    });
  }

  private darken(row: AccountRow, why: string, next: string): void {
    row.look = 'dark';
    row.why = why;
    row.next = next;
    row.reasons.push({ rule: 'look.account-dark', words: `account ${row.account} is dark` });
  }
}

/** The command that shows all of what a row folds. */
function scanCommand({ roleArn }: AccountRow, lead: AccountLead | null): string {
  const role = roleArn === null ? [] : ['--role-arn', roleArn];
  const command = shellCommand(['leakguard', 'scan', ...role]) ?? 'leakguard scan';
  const one = lead === null ? null : (lead.include[0] ?? lead.key);
  return one === null ? command : `${command} ${leadFlag(one)}`;
}

function byBurn(a: AccountRow, b: AccountRow): number {
  return (
    Number(b.ofKey) - Number(a.ofKey) ||
    b.usdPerHour - a.usdPerHour ||
    b.found + b.held - a.found - a.held ||
    (a.account < b.account ? -1 : 1)
  );
}
