import { isComplete, type Incident, type Reason, resourceKey, type SkippedRecords } from '../model/index.js';
import { reasonsOfScan } from '../outcome/index.js';
import { gaps, joined } from '../report/index.js';
import type { MemberAccount } from './accounts.js';

/** How far an account was looked at. whole: a scan of it · signs: asked for signs only, and there are none · dark: not, or
 *  not all of it: nothing can be said. */
export type Look = 'whole' | 'signs' | 'dark';

/** One account of the organization: all that is kept of it. */
export interface AccountRow {
  account: string;
  name: string;
  /** As Organizations says it; null where the account was not listed. */
  state: string | null;
  look: Look;
  /** It is the key's own. */
  ofKey: boolean;
  /** The role that it was entered by; null for the person's own credentials, and where nobody got in. */
  roleArn: string | null;
  /** What it was looked at for: the key, sessions of it that came in from other accounts. */
  leads: string[];
  found: number;
  held: number;
  settling: number;
  usdPerHour: number;
  /** Regions where something of the incident is. */
  regions: string[];
  /** Accelerated instances that began since the misuse did: what made an account that nothing leads to be looked at. */
  launches: number;
  /** What speaks against "clean". */
  reasons: Reason[];
  /** Why it is dark, or not all of it was seen. */
  why: string | null;
  next: string | null;
}

/** A row in which nothing is known yet. */
export function blankRow({ id, name, state }: MemberAccount, ofKey: boolean): AccountRow {
  return {
    account: id,
    name,
    state,
    look: 'dark',
    ofKey,
    roleArn: null,
    leads: [],
    found: 0,
    held: 0,
    settling: 0,
    usdPerHour: 0,
    regions: [],
    launches: 0,
    reasons: [],
    why: null,
    next: null,
  };
}

/** Folds what one look at the account saw into its row; `seen`: keys of what earlier looks at it had found. */
export function foldLook(
  row: AccountRow,
  seenOnce: Incident,
  skipped: readonly SkippedRecords[],
  seen: Set<string>,
): void {
  const incident = joined(seenOnce);
  const isNew = incident.findings.filter(({ resource }) => !seen.has(resourceKey(resource)));
  const of = (...classes: (typeof isNew)[number]['class'][]) =>
    isNew.filter((finding) => classes.includes(finding.class));
  const tied = of('rogue', 'tampered', 'held', 'settling');
  for (const { resource } of tied) seen.add(resourceKey(resource));
  row.look = 'whole';
  row.found += of('rogue', 'tampered').length;
  row.held += of('held').length;
  row.settling += of('settling').length;
  row.usdPerHour += incident.cost.usdPerHour;
  row.regions = [...new Set([...row.regions, ...tied.map(({ resource }) => resource.region)])].sort();
  row.reasons.push(...reasonsOfScan(incident, skipped.length > 0));
  if (!isComplete(incident.coverage)) row.why = gapsInWords(incident.coverage);
}

/** What could not be looked at, in a line. */
export function gapsInWords(coverage: Incident['coverage']): string {
  const [first, ...others] = gaps(coverage);
  if (first === undefined) return 'not everything could be looked at';
  const where = first.regions.slice(0, 3).join(', ');
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  return `not seen: ${first.subject} in ${where} (${first.detail ?? first.status})${more}`;
}
