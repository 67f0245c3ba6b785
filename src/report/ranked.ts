import { administratorDanger, isAdministratorPolicy, rankOfAct, ranks } from '../facts/index.js';
import {
  isInstance,
  asText,
  type Deed,
  type Finding,
  type Incident,
  type Rank,
  type RemovalStep,
} from '../model/index.js';
import { groupBy } from './facts.js';
import { count, some, usd } from './messages/index.js';

/** One line of what stands, was read or was tried: like things together, counted. */
export interface RankedLine {
  rank: Rank;
  /** 0 to 100 within its rank. */
  danger: number;
  /** `administrator: user eve`, `2 Lambda functions`, `19 × PutSecretValue`. */
  what: string;
  /** What stands with it, or where: foreign text. */
  detail: string;
  /** A person has to decide whether it is of the incident. */
  inDoubt: boolean;
  /** For the rest in numbers: `user`, `Lambda function`, `GetSecretValue`. */
  kind: string;
  /** How many things or calls it stands for. */
  n: number;
}

export interface Ranked {
  /** What stands, by rank, the most dangerous first. */
  stands: Record<Rank, RankedLine[]>;
  /** What was tried and refused; launches are told apart. */
  tried: RankedLine[];
  /** What was done besides, and leaves nothing of the above. */
  also: RankedLine[];
  /** How many things of each kind stand: `4 users`, `2 access keys`, most dangerous first. */
  kinds: string[];
  /** Of those that stand: shown by the trail alone, and nobody has looked whether they still do. */
  byTrail: number;
  /** An inventory was read, and does not show them. */
  unseen: boolean;
  /** How to take away what stands by the trail alone, the most dangerous first, each once. */
  removals: RemovalStep[];
  /** Made, as the trail tells, and not there any more: AWS says so. */
  gone: string[];
  total: number;
}

/** Plays whose findings are no things: sessions are told apart. */
const noThings = new Set(['user-sessions', 'role-sessions']);

/** Of findings that no event tells of: what the play looks for. */
const byPlay: Record<string, [Rank, number]> = {
  'access-keys': ['access', 96],
  'login-profiles': ['access', 95],
  'user-credentials': ['access', 80],
  'roles-anywhere': ['access', 90],
  'identity-providers': ['access', 87],
  'iam-principals': ['access', 80],
  'iam-grants': ['access', 74],
  'role-trust': ['access', 86],
  'managed-policies': ['access', 40],
  'lambda-functions': ['access', 82],
  'lambda-urls': ['access', 85],
  'lambda-permissions': ['access', 84],
  'eventbridge-rules': ['access', 56],
  'scheduler-schedules': ['access', 56],
  'codebuild-projects': ['access', 63],
  'security-group-rules': ['access', 60],
  'security-groups': ['access', 18],
  'key-pairs': ['access', 48],
  'launch-templates': ['access', 38],
  'launch-configurations': ['access', 36],
  'bucket-access': ['read', 86],
  'image-shares': ['read', 88],
  trails: ['blind', 95],
};

/** What still stands, was read and was tried, in the order in which a person has to see to it. Pure. */
export function ranked(incident: Incident): Ranked {
  const things = incident.findings.filter((finding) => isStanding(finding, incident.key));
  const stands = Object.fromEntries(ranks.map((rank) => [rank, [] as RankedLine[]])) as Ranked['stands'];
  const itself = keyLines(incident);
  for (const line of [
    ...itself,
    ...accessLines(things),
    ...burningLines(things, incident),
    ...thingLines(things),
  ])
    stands[line.rank].push(line);
  const acts = incident.deeds.filter(({ result }) => result === 'worked');
  const told = new Set(things.flatMap(({ evidence }) => evidence.map(({ name }) => name)));
  // What a play contains is told as a thing, or is no thing of the incident.
  const lines = deedLines(
    acts.filter(
      ({ evidence, play, undone }) =>
        !told.has(evidence.name) && (play === null || undone || isNotUndone(evidence)),
    ),
  );
  for (const line of lines) if (isSpentOrRead(line)) stands[line.rank].push(line);
  for (const rank of ranks) stands[rank].sort(worstFirst);
  const gone = incident.findings.filter(({ trail }) => trail?.now === 'gone');
  const byDanger = [...things].sort((a, b) => kindWeight(b) - kindWeight(a));
  return {
    stands,
    tried: deedLines(incident.deeds.filter(({ result }) => result !== 'worked')),
    also: lines.filter((line) => !isSpentOrRead(line)),
    kinds: [...groupBy(byDanger, ({ resource }) => resource.type)].map(([type, all]) =>
      count(all.length, type),
    ),
    byTrail: things.filter(({ trail }) => trail !== undefined).length,
    unseen: things.some(({ trail }) => trail?.now === 'not-known'),
    removals: removalsOf(byDanger),
    gone: [...groupBy(gone, ({ resource }) => resource.type)].map(([type, all]) => count(all.length, type)),
    total: things.length,
  };
}

function removalsOf(things: readonly Finding[]): RemovalStep[] {
  const removals = things.flatMap(({ trail }) => trail?.remove ?? []);
  return [...new Map(removals.map((one) => [`${one.command ?? ''} ${one.step}`, one])).values()];
}

function isStanding({ resource, class: cls, undone, trail }: Finding, key: string | null): boolean {
  if (cls !== 'rogue' && cls !== 'tampered' && cls !== 'held') return false;
  if (undone || trail?.now === 'gone' || noThings.has(resource.play) || resource.id === key) return false;
  return resource.live || resource.play === 'iam-principals';
}

/** Nothing lets anybody in like the key itself, as long as it is on. */
function keyLines({ findings, key }: Incident): RankedLine[] {
  const isOn = findings.some(
    ({ resource, undone, trail }) =>
      resource.id === key &&
      resource.play === 'access-keys' &&
      resource.live &&
      !undone &&
      trail === undefined,
  );
  if (!isOn || key === null) return [];
  const common = { rank: 'access', danger: 101, inDoubt: false, n: 1 } as const;
  return [{ ...common, what: 'the misused key itself', detail: `${key} is on`, kind: 'access key' }];
}

/** The instances that burn: how many where, and what they cost. Those in doubt are told where launches are. */
function burningLines(things: readonly Finding[], { cost }: Incident): RankedLine[] {
  const instances = things.filter(
    ({ resource, trail, class: cls }) => trail === undefined && cls !== 'held' && isInstance(resource),
  );
  if (instances.length === 0) return [];
  const regions = [...new Set(instances.map(({ resource }) => resource.region))];
  const unknown = cost.unknownInstances > 0 ? ', and more of unknown price' : '';
  const price = cost.usdPerHour > 0 ? `about ${usd(cost.usdPerHour)} an hour${unknown}` : 'price not known';
  return [
    {
      ...{ rank: 'spend', danger: 101, inDoubt: false, kind: 'instance', n: instances.length },
      what: count(instances.length, 'instance'),
      detail: `in ${some(regions, 2)}, ${price}`,
    },
  ];
}

/** Rank and danger of a finding: by the worst act that its evidence names, else by what its play looks for. */
function rankOf({ evidence, resource, trail }: Finding): { rank: Rank; danger: number } {
  if (trail !== undefined) return trail;
  const acts = evidence.map(({ source, name }) => rankOfAct(source, name)).filter((act) => act !== null);
  const [rank, danger] = byPlay[resource.play] ?? (resource.type === 'user' ? ['access', 80] : ['spend', 50]);
  const worst = acts.filter((act) => act.rank === rank).map((act) => act.danger);
  const isAdmin =
    resource.play === 'iam-grants' && isAdministratorPolicy(asText(resource.properties['what']) ?? '');
  return {
    rank,
    danger: Math.max(isAdmin ? administratorDanger : 0, worst.length === 0 ? danger : Math.max(...worst)),
  };
}

/** A kind is as dangerous as it mostly is. */
function kindWeight(finding: Finding): number {
  const { rank, danger } = rankOf(finding);
  return (ranks.length - ranks.indexOf(rank)) * 1000 + (danger === administratorDanger ? 75 : danger);
}

const worstFirst = (a: RankedLine, b: RankedLine): number =>
  Number(a.inDoubt) - Number(b.inDoubt) || b.danger - a.danger || b.n - a.n || (a.detail < b.detail ? -1 : 1);

/** Who or what a thing lets act: `user eve`, `function backup`. Null where it is nobody's. */
function holderOf({ resource: { play, id, properties, links } }: Finding): string | null {
  const user = asText(properties['userName']) ?? links.find(({ kind }) => kind === 'user')?.id ?? null;
  switch (play) {
    case 'access-keys':
    case 'user-credentials':
      return user === null ? null : `user ${user}`;
    case 'login-profiles':
      return `user ${id}`;
    case 'iam-principals':
      return id.replace('|', ' ');
    case 'iam-grants': {
      const [holder = '', name = '', kind = '', ...what] = id.split('|');
      return kind === 'member' ? `user ${what.join('|')}` : `${holder.toLowerCase()} ${name}`;
    }
    case 'role-trust':
      return `role ${id}`;
    case 'lambda-functions':
      return `function ${id}`;
    case 'lambda-urls':
    case 'lambda-permissions':
      return `function ${id.slice(0, id.lastIndexOf(':'))}`;
    default:
      return null;
  }
}

/** What lets somebody in, a line for each user, role and function; those with nothing but themselves together. */
function accessLines(things: readonly Finding[]): RankedLine[] {
  const access = things.filter((finding) => rankOf(finding).rank === 'access');
  const held = access.filter((finding) => holderOf(finding) !== null);
  const groups = [...groupBy(held, (finding) => holderOf(finding) ?? '')];
  const alone = groups.filter(([, all]) => all.length === 1).flatMap(([, all]) => all);
  const lines = groups.filter(([, all]) => all.length > 1).map(([holder, all]) => principalLine(holder, all));
  return [...lines, ...alike(alone), ...alike(access.filter((finding) => holderOf(finding) === null))];
}

function principalLine(holder: string, all: readonly Finding[]): RankedLine {
  const isNew = isMade(all);
  const isAdmin = all.some((finding) => rankOf(finding).danger === administratorDanger);
  const parts = [...all]
    .filter(({ resource }) => resource.play !== 'iam-principals' && resource.play !== 'lambda-functions')
    .sort((a, b) => wayIn(b) - wayIn(a) || rankOf(b).danger - rankOf(a).danger)
    .map(partOf);
  const danger = Math.max(...all.map((finding) => rankOf(finding).danger));
  // A way in beside the rights: it can be used now.
  const isOpen = all.some(({ resource }) =>
    ['access-keys', 'login-profiles', 'role-trust'].includes(resource.play),
  );
  return {
    rank: 'access',
    danger: danger + (isAdmin && isOpen ? 1 : 0),
    what: `${isAdmin ? 'administrator: ' : ''}${isNew ? 'new ' : ''}${holder}`,
    detail: parts.join(', '),
    inDoubt: all.every((finding) => finding.class === 'held'),
    kind: holder.slice(0, holder.indexOf(' ')),
    n: 1,
  };
}

/** What somebody comes in by, beside what he may do then. */
function wayIn({ resource }: Finding): number {
  return ['access-keys', 'login-profiles', 'user-credentials', 'role-trust'].includes(resource.play) ? 1 : 0;
}

function isMade(all: readonly Finding[]): boolean {
  return all.some(
    ({ resource, class: cls }) =>
      cls === 'rogue' && (resource.play === 'iam-principals' || resource.play === 'lambda-functions'),
  );
}

/** `AdministratorAccess`, `access key AKIA…`, `console password`. */
function partOf({ resource: { play, type, id, properties } }: Finding): string {
  if (play === 'iam-grants') {
    const what = asText(properties['what']) ?? id.split('|').slice(3).join('|');
    const name = what.slice(what.lastIndexOf('/') + 1);
    return properties['kind'] === 'member' ? `in group ${id.split('|')[1] ?? ''}` : name;
  }
  if (play === 'login-profiles') return 'console password';
  if (play === 'role-trust') return 'who may assume it was changed';
  if (play === 'lambda-permissions') return `may be called by others (${id.slice(id.lastIndexOf(':') + 1)})`;
  if (play === 'lambda-urls') return 'function URL';
  return `${type} ${id}`;
}

/** Everything else that stands, like things together. */
function thingLines(things: readonly Finding[]): RankedLine[] {
  // Instances have a table of their own.
  const others = things.filter(({ resource, trail }) => trail !== undefined || !isInstance(resource));
  return alike(others.filter((finding) => rankOf(finding).rank !== 'access'));
}

function alike(things: readonly Finding[]): RankedLine[] {
  const groups = groupBy(things, (finding) => `${finding.resource.type}|${finding.class === 'held' ? 1 : 0}`);
  return [...groups.values()].map((all) => {
    const [first] = all as [Finding, ...Finding[]];
    const { resource, class: cls } = first;
    const regions = [...new Set(all.map((finding) => finding.resource.region))].filter(
      (one) => one !== 'global',
    );
    const { rank, danger } = rankOf([...all].sort((a, b) => rankOf(b).danger - rankOf(a).danger)[0] ?? first);
    const where = regions.length === 0 || rank === 'other' ? '' : ` in ${some(regions, 2)}`;
    return {
      rank,
      danger,
      kind: resource.type,
      what: all.length === 1 ? resource.type : count(all.length, resource.type),
      detail: `${namesOf(all.map((finding) => nameOf(finding)))}${where}`,
      inDoubt: cls === 'held',
      n: all.length,
    };
  });
}

function nameOf({ resource: { id, play, properties } }: Finding): string {
  if (play === 'iam-principals') return id.slice(id.indexOf('|') + 1);
  if (play === 'iam-grants') return id.split('|').slice(1).join(' ');
  const user = play === 'access-keys' ? asText(properties['userName']) : null;
  return `${asText(properties['name']) ?? id}${user === null ? '' : ` of ${user}`}`;
}

/** `a`, `a, b`, `stratus-red-team-…`: what names have in common where there are many. */
function namesOf(names: readonly string[]): string {
  const distinct = [...new Set(names.map(shortName))].sort();
  if (distinct.length <= 2) return distinct.join(', ');
  const [first = ''] = distinct;
  const last = distinct.at(-1) ?? '';
  let n = 0;
  while (n < first.length && first[n] === last[n]) n += 1;
  const common = first.slice(0, n).replace(/[^/:._-]*$/, '');
  return common.length >= 4 ? `${common}…` : some(distinct, 2);
}

/** An ARN's own part: account and region are told already. */
function shortName(name: string): string {
  return name.startsWith('arn:')
    ? name
        .split(':')
        .slice(5)
        .join(':')
        .replace(/^(secret|function|user|role):/, '') || name
    : name;
}

/** Acts of one name together. */
function deedLines(deeds: readonly Deed[]): RankedLine[] {
  return [...groupBy(deeds, ({ evidence }) => `${evidence.source}|${evidence.name}`).values()]
    .map((all): RankedLine => {
      const [first] = all as [Deed, ...Deed[]];
      const { source, name } = first.evidence;
      const n = all.reduce((sum, deed) => sum + deed.count, 0);
      const targets = all.flatMap(({ target }) => target ?? []);
      const act = rankOfAct(source, name);
      const undone = all.every((deed) => deed.undone) ? ' (undone since)' : '';
      return {
        rank: act?.rank ?? 'other',
        // What was taken back may have been used while it stood.
        danger: (act?.danger ?? (looks.test(first.tactic) ? 1 : 5)) / (undone === '' ? 1 : 2),
        kind: name,
        what: `${isSecret(act?.thing) && first.result === 'worked' ? 'rotate: ' : ''}${n === 1 ? name : `${n.toLocaleString('en-US')} × ${name}`}`,
        detail: `${targets.length === 0 ? '' : `on ${namesOf(targets)}`}${undone}`,
        inDoubt: false,
        n,
      };
    })
    .sort((a, b) => ranks.indexOf(a.rank) - ranks.indexOf(b.rank) || worstFirst(a, b));
}

const looks = /discovery|reconnaissance/i;

/** Put back or not: what happened meanwhile is in no record, and what was given away is known outside. */
function isNotUndone({ source, name }: Deed['evidence']): boolean {
  const rank = rankOfAct(source, name)?.rank;
  return rank === 'blind' || rank === 'read';
}

/** What leaves no thing that stands, and cannot be taken back. */
function isSpentOrRead({ rank, kind }: RankedLine): boolean {
  return (
    rank === 'read' || rank === 'blind' || (rank === 'spend' && /^(Invoke|Converse|Send|Publish)/.test(kind))
  );
}

/** Known outside now: whoever read it has it. */
function isSecret(thing: string | undefined): boolean {
  return thing !== undefined && ['secret', 'parameter', 'Windows password', 'user data'].includes(thing);
}
