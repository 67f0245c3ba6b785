import type { CaseWords } from './words.js';

const requestId = (id: string | null): string => (id === null ? '' : ` (request id ${id})`);
const detail = (text: string | null): string => (text === null ? '' : `: ${text}`);
const n = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

export const english: CaseWords = {
  part: (i, of) => `[Part ${i} of ${of}]`,
  simulated: (where) => `SIMULATION: made on an endpoint that is not AWS (${where}). Do not send this.`,
  opening: (key, user, account) =>
    `This is our reply about access key ${key}${user === null ? '' : ` of user ${user}`} in account ${account}. All times are UTC.`,
  source: (version, records, head) =>
    `Every statement is taken from the journal of our containment (leakguard ${version}, ${n(records, 'record')}, last hash ${head}). What the journal does not hold is written as unknown.`,
  and: (items, more) => `${items.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,

  happened: '1. WHAT HAPPENED',
  misuse: (at, source, confidence) =>
    at === null
      ? 'When the misuse began is unknown.'
      : `The key was misused from ${at} on (${source === 'given' ? 'as stated by us' : 'estimated from CloudTrail'}; ${confidence}).`,
  reason: (reason) => `- ${reason}`,
  route: 'The key was misused; by which route that became possible is unknown.',
  launched: (instances, regions, tried) =>
    `We found ${n(instances, 'instance')} launched by the misuse, in ${n(regions, 'region')}; ${n(tried, 'further launch request')} did not work.`,
  deed: (time, what, target, count, event) =>
    `- ${time}: ${what}${target === null ? '' : `: ${target}`}${count > 1 ? ` (${count} times)` : ''} [${event}]`,
  more: (count) => `- and ${count} more`,

  key: '2. THE ACCESS KEY',
  keyOff: (key, at, id, already) =>
    already
      ? `Access key ${key} was Inactive already when we checked, at ${at}${requestId(id)}.`
      : `Access key ${key} was set to Inactive at ${at}${requestId(id)}.`,
  keyNotOff: (key) => `That access key ${key} was set to Inactive is not in the journal: unknown.`,
  keySeen: (state) => `Its state when the account was read: ${state}.`,
  keyReactivated: 'It was set to Active again later.',
  keyDeleted: (deleted) =>
    deleted
      ? 'The key was deleted.'
      : 'The journal holds no deletion of the key; we can delete it when you ask us to.',
  cut: (title, result, at, id) =>
    `- ${title}: ${result === 'done' ? `done at ${at}` : result === 'already-so' ? `so already at ${at}` : `${result.toUpperCase()} at ${at}`}${requestId(id)}`,
  replacement:
    'Whether a replacement key was created is not in the journal: [to be completed by hand: new key created / no longer needed].',

  trail: '3. CLOUDTRAIL: USERS, LOGIN PROFILES, KEYS, POLICIES, ROLES, TEMPORARY CREDENTIALS',
  trailRead: (regions, complete, from, to) =>
    `CloudTrail was read in ${n(regions, 'region')}, completely in ${complete}; period: ${from ?? 'unknown'} to ${to ?? 'unknown'}.`,
  trailNotRead: 'CloudTrail was not read: what it would show is unknown.',
  minted: (id, kind, owner, since, fate) =>
    `- ${kind} ${id} of ${owner}, minted by the misuse ${since}: ${fate}`,
  thing: (type, id, cls, fate) =>
    `- ${type} ${id} (${cls === 'rogue' ? 'made by the misuse' : 'ours, changed by the misuse'}): ${fate}`,
  fate: (fate, time) => {
    switch (fate.kind) {
      case 'acted':
        return `${fate.operation} done at ${time(fate.at)}${requestId(fate.requestId)}`;
      case 'undone':
        return 'CloudTrail shows that it was undone already';
      case 'not-live':
        return `not live when we looked (${fate.state})`;
      case 'expired':
        return `expired at ${time(fate.at)}`;
      case 'other-account':
        return `works in account ${fate.account}; not contained by us`;
      case 'left':
        return `NOT contained (${fate.cause}${detail(fate.detail)})`;
      case 'swept':
        return `no action of ours; not found alive by the sweep at ${time(fate.at)}`;
      case 'unknown':
        return 'its state is unknown';
    }
  },
  nothingElse: (complete) =>
    complete
      ? 'Nothing else made or changed by the misuse was found in these checks.'
      : 'Nothing else was found in what could be read; what could not be read is unknown.',
  checkedCompletely: (subjects) => `Checked completely: ${subjects}.`,
  gap: (subject, regions, status, why) =>
    `- NOT fully read: ${subject} in ${regions}: ${status}${detail(why)}`,

  regions: '4. EC2, LAMBDA, SPOT REQUESTS AND THE REST, IN EVERY REGION',
  check: (subject, complete, cells) =>
    `- ${subject}: read completely in ${complete} of ${n(cells, 'region')}`,
  region: (region, found, acted, lastAt, gone, left, unknown) =>
    `- ${region}: found ${found}; contained ${acted}${lastAt === null ? '' : ` (last at ${lastAt})`}${gone > 0 ? `; gone without us ${gone}` : ''}; left ${left}${unknown > 0 ? `; unknown ${unknown}` : ''}`,
  nothingInRegions: (complete) =>
    complete
      ? 'Nothing made or changed by the misuse was found in the regions.'
      : 'Nothing was found in what could be read; what could not be read is unknown.',
  notEnabled: (regions) =>
    `Regions that are not enabled for the account, and were not looked into: ${regions}.`,
  notThere: (subject, regions) => `- ${subject}: not offered or not enabled in ${regions}`,
  notExamined: (subjects) => `Not examined at all, so unknown: ${subjects}.`,
  held: (count) =>
    `${n(count, 'resource')} may belong to the key's normal use or to the misuse: unknown, and left running until we decide.`,
  spared: (count, ids) => `${n(count, 'resource')} we left alone by our own decision: ${ids}.`,
  included: (count, ids) =>
    `${n(count, 'resource')} we count to the misuse by our own decision, since CloudTrail alone leaves it in doubt: ${ids}.`,
  settling: (count) =>
    `${n(count, 'resource')} were too young for CloudTrail to tell who made them: unknown.`,

  confirmation: '5. CONFIRMATION',
  confirm: 'We confirm points 2 to 4 exactly as far as they are stated above.',
  verdict: (state) =>
    ({
      contained: 'By the journal, everything that was found is contained.',
      held: 'By the journal, everything that was found is contained, except what awaits our decision.',
      unknown: 'By the journal, it is not known whether everything is contained:',
      'not-contained': 'By the journal, NOT everything is contained yet:',
    })[state],
  verdictReason: (_rule, reason) => `- ${reason}`,
  sweep: (round, at, clean, left) =>
    `- sweep ${round} over all regions at ${at}: ${clean ? 'nothing of the incident alive' : `${left} left`}`,
  noSweep: 'No sweep verified the result: unknown.',
  settles: (at) => `CloudTrail may deliver events late; we can say more from ${at} on.`,

  remains: '6. WHAT REMAINS',
  counted: (count, type) => n(count, type),
  left: (cause, what, why) => `- ${what}: ${cause}${detail(why)}`,
  nothingLeft: (at) =>
    at === null
      ? 'Nothing is on record as left; no sweep verified it.'
      : `By the sweep at ${at} nothing of what was found remains.`,

  cloudfront: '7. CLOUDFRONT',
  api: (state, why, at) => `CloudFront API at ${at}: ${state}${detail(why)}`,
  host: (host, state, why) => `- ${host}: ${state}${detail(why)}`,
  liftRequest:
    'Please tell us what still restricts the account, lift it where the above suffices, and restore the DNS of these hosts.',

  credit: '8. BILLING ADJUSTMENT',
  creditRequest: (account) =>
    `We ask for an adjustment of the charges that this misuse caused in account ${account}.`,
  estimate: (usd, instances, unknown) =>
    `Our estimate for ${n(instances, 'instance')} with known type, launch and termination: ${usd}.${unknown > 0 ? ` For ${unknown} more it is unknown, and not counted as zero.` : ''}`,
  estimateByScan: (usd, perHour) =>
    `Our estimate when the account was scanned: ${usd} so far, ${perHour} an hour while it ran.`,
  estimateSource: (source) => `Estimated at on-demand prices (${source}); it is not a bill.`,
  csv: (rows) => `Attached as CSV: launch and termination times of ${n(rows, 'instance')}.`,
};
