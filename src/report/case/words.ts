import type { LeftOver, MisuseStart, OutcomeRule, ReportAction, Verdict } from '../../model/index.js';
import type { Fate } from './facts.js';

/**
 * The letter's sentences in one language. Each says one fact that the records hold; names come in visible and bounded,
 * times as text (UTC). Nothing here decides what is true.
 */
export interface CaseWords {
  part(n: number, of: number): string;
  simulated(where: string): string;
  opening(key: string, user: string | null, account: string): string;
  source(version: string, records: number, head: string): string;
  and(items: readonly string[], more: number): string;

  happened: string;
  misuse(at: string | null, source: MisuseStart['source'], confidence: MisuseStart['confidence']): string;
  reason(reason: string): string;
  route: string;
  launched(instances: number, regions: number, triedInVain: number): string;
  deed(time: string, what: string, target: string | null, count: number, event: string): string;
  more(n: number): string;

  key: string;
  keyOff(key: string, at: string, requestId: string | null, already: boolean): string;
  keyNotOff(key: string): string;
  keySeen(state: string): string;
  keyReactivated: string;
  keyDeleted(deleted: boolean): string;
  cut(title: string, result: ReportAction['result'], at: string, requestId: string | null): string;
  replacement: string;

  trail: string;
  trailRead(regions: number, complete: number, from: string | null, to: string | null): string;
  trailNotRead: string;
  minted(id: string, kind: string, owner: string, since: string, fate: string): string;
  thing(type: string, id: string, cls: 'rogue' | 'tampered', fate: string): string;
  fate(fate: Fate, time: (at: number) => string): string;
  nothingElse(complete: boolean): string;
  checkedCompletely(subjects: string): string;
  gap(subject: string, regions: string, status: string, detail: string | null): string;

  regions: string;
  check(subject: string, complete: number, cells: number): string;
  region(
    region: string,
    found: string,
    acted: number,
    lastAt: string | null,
    gone: number,
    left: number,
    unknown: number,
  ): string;
  nothingInRegions(complete: boolean): string;
  notEnabled(regions: string): string;
  notThere(subject: string, regions: string): string;
  notExamined(subjects: string): string;
  held(n: number): string;
  spared(n: number, ids: string): string;
  included(n: number, ids: string): string;
  settling(n: number): string;

  confirmation: string;
  confirm: string;
  verdict(state: Verdict['state']): string;
  verdictReason(rule: OutcomeRule | undefined, reason: string): string;
  sweep(round: number, at: string, clean: boolean, left: number): string;
  noSweep: string;
  settles(at: string): string;

  remains: string;
  counted(n: number, type: string): string;
  left(cause: LeftOver['cause'], what: string, detail: string | null): string;
  nothingLeft(at: string | null): string;

  cloudfront: string;
  api(state: string, detail: string | null, at: string): string;
  host(host: string, state: string, detail: string | null): string;
  liftRequest: string;

  credit: string;
  creditRequest(account: string): string;
  estimate(usd: string, instances: number, unknown: number): string;
  estimateByScan(usd: string, perHour: string): string;
  estimateSource(source: string): string;
  csv(rows: number): string;
}
