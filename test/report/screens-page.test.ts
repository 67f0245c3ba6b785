import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askForRest } from '../../src/commands/agree.js';
import type { CommandContext } from '../../src/commands/context.js';
import { clearance } from '../../src/contain/confirm/clearance.js';
import { planCut } from '../../src/contain/cut/cut.js';
import { plan } from '../../src/contain/plan/plan.js';
import { planUndo } from '../../src/contain/undo/undo.js';
import type { Incident } from '../../src/model/incident.js';
import type { JournalEntry } from '../../src/model/journal-record.js';
import type { JsonObject } from '../../src/model/json.js';
import { foldReport } from '../../src/outcome/fold-journal.js';
import { datedDeny, plays } from '../../src/plays/index.js';
import { limitsOf } from '../../src/report/facts.js';
import { joined } from '../../src/report/joined.js';
import {
  clearanceScreen,
  cutScreen,
  explainScreen,
  incidentScreen,
  outcomeScreen,
  planScreen,
  reasonsScreen,
  undoScreen,
} from '../../src/report/screens/index.js';
import { cutFacts } from '../contain/builders.js';
import { account, at, incident, key, outcome, seal, simulatedIdentity as identity } from './samples.js';

/*
 * Each main screen as it is now, of one invented incident, in docs/screens: `npx vitest run test/report/screens-page -u`
 * writes them anew.
 */

const options = { width: 80, color: false, verbose: false };
const japanese = { ...options, lang: 'ja' as const };
const path = 'reports/111122223333-AKIAIOSFODNN7EXAMPLE-20261121T034840000Z.jsonl';
const planOptions = { denyAll: false, evict: 'disable', snapshot: false, removeTemplates: false } as const;

const more: Record<string, JsonObject> = {
  'asg-runner-x': { minSize: 10, desiredCapacity: 20, maxSize: 999 },
  'web-frontend': { minSize: 2, desiredCapacity: 200, maxSize: 200 },
  AKIAI44QH8DHBEXAMPLE: { userName: 'svc-backup' },
};
const found = incident({
  findings: incident().findings.map((one) => {
    const properties = { ...one.resource.properties, ...more[one.resource.id] };
    return { ...one, resource: { ...one.resource, properties } };
  }),
});
const owner = { kind: 'user', name: 'ci-deployer' } as const;
const facts = cutFacts({ key, keyAccount: account, owner, lastUsed: null });
const cut = planCut(facts, at(42), false, at(42));
const planOf = (of: Incident, now: number) =>
  plan(
    of,
    plays,
    { incident: of, account, partition: 'aws', now, options: planOptions },
    new Set(),
    identity,
  );
const planned = planOf(found, at(44));

/** The plan, done; with what AWS does to what was ended. */
const after = incident({
  findings: found.findings.map((one) =>
    one.class === 'rogue' ? { ...one, resource: { ...one.resource, state: 'ended', live: false } } : one,
  ),
});
const entries: [number, JournalEntry][] = [
  [41, { kind: 'opened', version: 1, toolVersion: '0.0.0', identity, key, options: {} }],
  [42, { kind: 'agreed', what: 'cut', by: 'prompt' }],
  ...cut.flatMap((one): [number, JournalEntry][] => [
    [42, { kind: 'intent', action: one }],
    [42.02, { kind: 'outcome', outcome: outcome(one.id) }],
  ]),
  [44, { kind: 'incident', incident: found }],
  [45, { kind: 'agreed', what: 'rest', by: 'prompt' }],
  ...planned.actions.flatMap((one, n): [number, JournalEntry][] => [
    [45 + n / 100, { kind: 'intent', action: one }],
    [45.5 + n / 100, { kind: 'outcome', outcome: outcome(one.id) }],
  ]),
  ...[1, 2].map((round): [number, JournalEntry] => [
    48 + round,
    {
      kind: 'sweep',
      round,
      clean: true,
      left: planned.left,
      coverage: after.coverage,
      settlesAt: at(65),
      message: 'nothing of the incident is left',
    },
  ]),
  [50, { kind: 'closed', exitCode: 5, summary: 'not everything could be looked at' }],
];
const records = seal(entries);
const report = foldReport(records);
const one = found.findings.find(({ class: classed }) => classed === 'rogue')!.resource.id;

/** What stands below the plan, and what is asked. */
async function prompt(lang: 'en' | 'ja' = 'en'): Promise<string> {
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  const context = { stdin, stderr, lang, signal: new AbortController().signal } as unknown as CommandContext;
  stdin.end('n\n');
  await askForRest(planned.actions.length, account, true, () => Promise.resolve(), context);
  return String(stderr.read())
    .replaceAll(/\u001b\[\d*[A-Z]/g, '')
    .replaceAll('\r', '');
}

const cutDone = { ...facts, status: 'Inactive' as const, deny: datedDeny(at(42)) };
const verified = clearance(after, plays, cutDone, planOf(after, at(120)), at(120));
const proof = { by: null, provenTo: records.length, unread: null, made: new Set<string>() };
const undo = planUndo(records, { flags: new Set(), includeRogue: false, only: [], now: at(60), proof });

describe('docs/screens', () => {
  it.each<[name: string, screen: () => string | Promise<string>]>([
    ['scan', () => incidentScreen(joined(found), identity, options)],
    ['cut', () => cutScreen(facts, [], options, identity)],
    ['plan', async () => `${planScreen(found, planned, options, identity)}\n\n${await prompt()}`],
    ['reasons', () => reasonsScreen(found, [one], options)],
    ['outcome', () => outcomeScreen(report, options, path)],
    ['verify', () => clearanceScreen(verified, limitsOf(after.coverage), identity, options)],
    ['cut.ja', () => cutScreen(facts, [], japanese, identity)],
    ['plan.ja', async () => `${planScreen(found, planned, japanese, identity)}\n\n${await prompt('ja')}`],
    ['outcome.ja', () => outcomeScreen(report, japanese, path)],
    ['undo', () => undoScreen(undo, proof, path, options, identity)],
    ['explain', () => explainScreen(report, one, options, path)],
  ])('%s is as it is now', async (name, screen) => {
    await expect(`${(await screen()).trimEnd()}\n`).toMatchFileSnapshot(`../../docs/screens/${name}.txt`);
  });
});
