import type { Signal } from './behaviour/signal.js';
import {
  isInstance,
  isVolume,
  type Finding,
  hasMany,
  type Incident,
  type MisuseStart,
  type Resource,
  resourceKey,
  type Suspect,
  type TrailEvent,
} from '../model/index.js';
import { Baseline } from './behaviour/baseline.js';
import { birthOf, type Birth } from './onset/birth.js';
import type { Case } from './classify/case.js';
import { cloudPlay } from '../facts/index.js';
import { classify } from './classify/classify.js';
import { classifyCloudMade } from './classify/cloud-made.js';
import { classifyInstance, indexInstances } from './classify/classify-instances.js';
import { withStart } from './classify/started.js';
import { classifyVolume } from './classify/classify-volumes.js';
import { costOf } from './findings/cost.js';
import { buildGraph, familyOf, signerOf, type CredentialGraph } from './credentials/credential-graph.js';
import { credentialsOf } from './credentials/credentials.js';
import { deedsOf } from './findings/deeds.js';
import { timeInWords } from './records/evidence.js';
import type { Facts } from './facts.js';
import { homeOf, type InstanceHome } from './credentials/instance-home.js';
import { launchRequestOf } from './records/launch-request.js';
import { withTemplateTypes } from './records/launch-templates.js';
import { judgeLaunches, launchedByFleet, type JudgedLaunch } from './launches/launches.js';
import { followLaunchers } from './classify/launchers.js';
import { makersOf } from './classify/makers.js';
import { fromTrail } from './findings/from-trail.js';
import { type Misused, misusedOf } from './onset/misused.js';
import { estimateStart } from './onset/misuse-start.js';
import { notesOf, quarantineNotes, sparedNotes } from './findings/notes.js';
import { historiesOf, OriginRules } from './classify/origins.js';
import { withPersonsWord } from './classify/overrides.js';
import { signalsOf } from './behaviour/signals.js';
import { silenceOf, type Silence } from './launches/silence.js';
import { StandingActs } from './findings/standing.js';
import { asMove, quarantinesOf, standsOut, suspectsOf } from './onset/suspects.js';
import { Taint } from './credentials/taint.js';
import { misusedItself, type RootCredential } from './credentials/tainted.js';
import { alone, withoutStart } from './onset/without-start.js';
import { loweredCoverage, tamperingOf } from './classify/trail-tampering.js';
import { withOpenWays } from './classify/ways-in.js';

export type { Facts } from './facts.js';

/** Rogue instances' sessions may launch more instances: more rounds than any chain that was seen. */
const maxRounds = 6;

/**
 * The incident that these facts show. Pure: the same facts in any order give the same incident, byte for byte.
 * Nearly linear in the number of events.
 */
export function detect(facts: Facts): Incident {
  const graph = buildGraph(withTemplateTypes(facts.events));
  const suspects = facts.key === null ? suspectsOf(graph, facts.accelerators) : [];
  const key = facts.key ?? theOne(suspects);
  const misused = key !== null && hasMany(key) ? misusedOf(graph, key, facts) : null;
  const family = familyOfIncident(graph, key, misused, suspects);
  // What is normal for a role shows in all that its sessions did.
  const home = key === null || misused !== null ? null : homeOf(graph, key);
  const mine = misused?.life ?? lifeOf(graph, family, home);
  const owner = facts.keyOwner ?? ownerOf(graph, key);
  const account = facts.account ?? accountOf(graph, key);
  const quarantined = quarantinesOf(graph.events);
  const quarantines = owner === null ? [] : (quarantined.get(owner) ?? []);
  const signals = key === null ? [] : allSignals(mine, quarantines, facts);
  const birth = key === null || misused !== null ? null : birthOf(graph, key, facts.accelerators);
  const start =
    misused === null
      ? (strangersStart(graph, facts, key, home) ?? startOf(graph, facts, key, signals, mine, birth))
      : startOfMany(misused.roots, facts);
  const baseline = baselineOf(mine, start.at);
  const taint = taintOf(graph, key, misused, start, baseline, birth, home);
  const judged =
    taint === null
      ? misused === null
        ? withoutStart(
            mine.filter((event) => family.has(signerOf(event) ?? '')),
            baseline,
            facts,
          )
        : []
      : judgedLaunches(
          graph,
          taint,
          baseline,
          start,
          signals,
          facts,
          misused === null ? silenceOf(facts, graph, taint.key, start, baseline) : null,
        );
  const rules = new OriginRules(facts.plays);
  const its: Case = {
    facts,
    graph,
    key: key ?? '',
    roots: new Set(misused?.roots.map(({ id }) => id) ?? [key ?? '']),
    family,
    taint,
    start,
    baseline,
    histories: historiesOf(graph.events, rules),
    makers: makersOf(graph.events),
    launches: new Map(judged.map((one) => [one.request.event.key, one])),
  };
  const tampered = tamperingOf(its);
  its.facts = {
    ...facts,
    coverage: loweredCoverage(facts.coverage, tampered, facts.trailFrom === 'event-history'),
  };
  const findings = withPersonsWord(withOpenWays(classifyAll(its), its), its);
  const standing = new StandingActs(graph.events, rules, (event) => taint?.of(event) != null);
  const traced = fromTrail(its, rules, standing);
  return {
    key,
    userName: owner,
    account,
    misuse: start,
    credentials: credentialsOf(
      graph,
      taint?.credentials.values() ?? (misused === null ? alone(graph, key) : []),
      key ?? '',
      owner,
      account,
    ),
    launches: judged.map(({ launch }) => launch),
    findings,
    ...(traced.length === 0 ? {} : { fromTrail: traced.sort(byClassAndKey) }),
    deeds: deedsOf(its, rules, standing),
    suspects,
    cost: costOf(findings, graph.events, lookedUntil(facts), judged, inventoryWasRead(facts)),
    coverage: [...its.facts.coverage],
    notes:
      key === null
        ? [...quarantined.values()].flatMap(quarantineNotes)
        : [
            ...(misused === null ? [] : sparedNotes(key, misused)),
            ...notesOf(its, quarantines, tampered, owner, findings, birth),
          ],
  };
}

/** Trail files alone say nothing of what came after them: of an old trail's instances no burn of years is made. */
function lookedUntil(facts: Facts): number {
  if (inventoryWasRead(facts)) return facts.now;
  return facts.events.reduce((last, { time }) => Math.max(last, time ?? 0), 0);
}

function inventoryWasRead({ coverage }: Facts): boolean {
  return !coverage.some(
    ({ subject, region, status }) => subject === 'inventory' && region === 'global' && status === 'failed',
  );
}

/** The suspect that stands out of the others; null where none does: nothing is guessed. */
function theOne([first, second]: readonly Suspect[]): string | null {
  if (first === undefined || !standsOut(first)) return null;
  return second === undefined || second.score < first.score - 0.15 ? first.accessKeyId : null;
}

function familyOfIncident(
  graph: CredentialGraph,
  key: string | null,
  misused: Misused | null,
  suspects: readonly Suspect[],
): Set<string> {
  if (misused !== null) return new Set(misused.roots.flatMap(({ id }) => [...familyOf(graph, id)]));
  return key === null ? familiesOf(graph, suspects) : familyOf(graph, key);
}

/** Of an instance's session, what the instance did before in its earlier ones is normal too. */
function lifeOf(
  graph: CredentialGraph,
  family: ReadonlySet<string>,
  home: InstanceHome | null,
): TrailEvent[] {
  const earlier = new Set(home?.life);
  return graph.events.filter((event) => family.has(signerOf(event) ?? '') || earlier.has(event));
}

function taintOf(
  graph: CredentialGraph,
  key: string | null,
  misused: Misused | null,
  { at }: MisuseStart,
  baseline: Baseline,
  birth: Birth | null,
  home: InstanceHome | null,
): Taint | null {
  if (key === null || at === null || misused?.roots.length === 0) return null;
  const madeForIt = birth?.ofIncident === true ? birth.words : null;
  const roots =
    misused === null
      ? [misusedItself(graph, { id: key, since: at, how: 'the misused key itself', home }, madeForIt)]
      : misused.roots.map((root) => misusedItself(graph, root));
  return new Taint(graph, key, at, baseline, roots);
}

/** Of several misused credentials: when the first of them began, or when the person says. */
function startOfMany(roots: readonly RootCredential[], { compromisedAt }: Facts): MisuseStart {
  if (compromisedAt !== null)
    return { at: compromisedAt, source: 'given', confidence: 'certain', reasons: ['given by the person'] };
  const [first] = roots;
  const nothing = 'nothing in what was read shows misuse of any of its credentials';
  if (first === undefined) return { at: null, source: 'none', confidence: 'uncertain', reasons: [nothing] };
  const reasons = roots.map(({ id, how }) => `${id}: ${how}`);
  return { at: first.since, source: 'estimated', confidence: 'likely', reasons };
}

function familiesOf(graph: CredentialGraph, suspects: readonly Suspect[]): Set<string> {
  return new Set(suspects.flatMap(({ accessKeyId }) => [...familyOf(graph, accessKeyId)]));
}

function ownerOf(graph: CredentialGraph, key: string | null): string | null {
  if (key === null) return null;
  const used = graph.bySigner.get(key)?.find(({ actor }) => actor.userName !== null)?.actor.userName;
  return used ?? graph.mints.get(key)?.userName ?? null;
}

/** Where files of several accounts are read, the account is the key's. */
function accountOf(graph: CredentialGraph, key: string | null): string | null {
  if (key === null) return null;
  return graph.bySigner.get(key)?.find(({ actor }) => actor.account !== null)?.actor.account ?? null;
}

function allSignals(mine: readonly TrailEvent[], quarantines: readonly Signal[], facts: Facts): Signal[] {
  const signals = [...signalsOf(mine, facts.accelerators), ...quarantines];
  return signals.sort((a, b) => a.time - b.time || (a.kind < b.kind ? -1 : 1));
}

function startOf(
  graph: CredentialGraph,
  facts: Facts,
  key: string | null,
  signals: readonly Signal[],
  mine: readonly TrailEvent[],
  birth: Birth | null,
): MisuseStart {
  if (key === null)
    return {
      at: null,
      source: 'none',
      confidence: 'uncertain',
      reasons: ['no key was named, and none stands out'],
    };
  if (facts.compromisedAt !== null) {
    return {
      at: facts.compromisedAt,
      source: 'given',
      confidence: 'certain',
      reasons: ['given by the person'],
    };
  }
  if (birth?.ofIncident === true) {
    const reasons = [`the key was ${birth.words}, by a hand that never made one, for what it launched then`];
    return { at: birth.at, source: 'estimated', confidence: 'likely', reasons };
  }
  if (mine.length === 0 && signals.length === 0) {
    const reasons = ['what was read holds no call of this key'];
    return { at: null, source: 'none', confidence: 'uncertain', reasons };
  }
  const times = mine.map(({ time }) => time).filter((time) => time !== null);
  const first = times[0] ?? null;
  const last = times.at(-1) ?? null;
  const start = estimateStart(signals, {
    before: (time) => (first === null ? 0 : Math.max(0, time - first)),
    first,
    span: first === null || last === null ? 0 : last - first,
    busySince: (time) => busySince(mine, time),
    mintedAt: (signer) => mintedAt(graph, key, signer),
  });
  const doubt = start.at === null ? null : asMove(start.at, signals, mine);
  return doubt === null ? start : { ...start, confidence: 'uncertain', doubt };
}

/** A stolen session of an instance is misused from the first call on that does not come from the instance. */
function strangersStart(
  graph: CredentialGraph,
  { compromisedAt }: Facts,
  key: string | null,
  home: InstanceHome | null,
): MisuseStart | null {
  const first =
    home === null ? undefined : graph.bySigner.get(key ?? '')?.find((event) => home.isStranger(event));
  if (home === null || compromisedAt !== null || first?.time == null) return null;
  const reasons = [
    `${timeInWords(first.time)}: first call from ${first.sourceIp ?? ''}, where ${home.instance} never called from`,
  ];
  return { at: first.time, source: 'estimated', confidence: 'likely', reasons };
}

/** Back along events that lie less than an hour apart. */
function busySince(mine: readonly TrailEvent[], time: number): number {
  let since = time;
  for (let index = mine.length - 1; index >= 0; index -= 1) {
    const at = mine[index]?.time ?? null;
    if (at === null || at > since) continue;
    if (since - at > 3600_000) break;
    since = at;
  }
  return since;
}

/** When the first of the sessions between the key and `signer` was minted; null for the key itself. */
function mintedAt(graph: CredentialGraph, key: string, signer: string): number | null {
  let first: number | null = null;
  for (let here = signer, step = 0; here !== key && step < 20; step += 1) {
    const mint = graph.mints.get(here);
    if (mint === undefined) break;
    first = mint.event.time ?? first;
    here = signerOf(mint.event) ?? key;
  }
  return first;
}

/** The key's life before `until`; its whole life where that is null. What has no time is in no life. */
function baselineOf(mine: readonly TrailEvent[], until: number | null): Baseline {
  const baseline = new Baseline();
  for (const event of mine) {
    if (event.time === null || (until !== null && event.time >= until)) continue;
    baseline.addEvent(event);
    const launch = launchRequestOf(event);
    if (launch !== null && !launchedByFleet(event)) baseline.addLaunch(launch);
  }
  return baseline;
}

/** Judges, taints the sessions of rogue instances, and judges again until nothing is added. */
function judgedLaunches(
  graph: CredentialGraph,
  taint: Taint,
  baseline: Baseline,
  start: MisuseStart,
  signals: readonly Signal[],
  facts: Facts,
  silence: Silence | null,
): JudgedLaunch[] {
  for (let round = 0; ; round += 1) {
    const judged = judgeLaunches(graph, taint, baseline, start, signals, facts.accelerators, silence);
    const known = taint.credentials.size;
    for (const { launch, request, tainted } of judged) {
      if (launch.class === 'rogue') taint.addInstances(launch.instanceIds, request.time, tainted.id);
    }
    if (taint.credentials.size === known || round === maxRounds) return judged;
  }
}

function classifyAll(its: Case): Finding[] {
  const index = indexInstances(its);
  const inventory = [...its.facts.inventory].sort((a, b) => (resourceKey(a) < resourceKey(b) ? -1 : 1));
  const others = new Map<string, Finding[]>();
  const groups = new Map<string, Resource[]>();
  const findings = new Map<Resource, Finding>();
  for (const resource of inventory) {
    if (isVolume(resource)) continue;
    if (isInstance(resource)) {
      if (!resource.live) continue;
      for (const { id } of resource.links) push(groups, `${resource.region}|${id}`, resource);
      continue;
    }
    const one = resource.play === cloudPlay ? classifyCloudMade(resource, its) : classify(resource, its);
    findings.set(resource, withStart(one, its));
  }
  followLaunchers(findings, its);
  for (const found of findings.values()) push(others, `${found.resource.region}|${found.resource.id}`, found);
  for (const members of groups.values()) {
    members.sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0) || (a.id < b.id ? -1 : 1));
  }
  for (const resource of inventory) {
    if (isInstance(resource))
      findings.set(resource, withStart(classifyInstance(resource, its, index, others, groups), its));
  }
  followLaunchers(findings, its);
  const instances = new Map(
    [...findings.values()]
      .filter(({ resource }) => isInstance(resource))
      .map((found) => [`${found.resource.region}|${found.resource.id}`, found]),
  );
  for (const resource of inventory) {
    if (isVolume(resource)) findings.set(resource, classifyVolume(resource, its, instances));
  }
  return [...findings.values()].sort(byClassAndKey);
}

const classes = ['rogue', 'tampered', 'held', 'settling', 'own', 'not-tied'];
const order = (found: Finding): number => classes.indexOf(found.class);

function byClassAndKey(a: Finding, b: Finding): number {
  return order(a) - order(b) || (resourceKey(a.resource) < resourceKey(b.resource) ? -1 : 1);
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
