import { AwsFailure, type Reader } from '../../aws/index.js';

/** What one of AWS's own services says of the incident. Used where it is there, never required. */
export interface Signal {
  source: 'GuardDuty' | 'Health' | 'Support' | 'Cost Explorer';
  /** AWS region, or `global`. */
  region: string;
  /** none: it was asked, and says nothing · not-available: it is off, or not paid for, or refused. */
  status: 'found' | 'none' | 'not-available';
  details: string[];
}

/** Findings, events and cases shown of each; more are counted. */
const maxShown = 20;

/**
 * GuardDuty's findings on the key in each region (and where it is off: said), Health's RISK events, open support cases.
 * With `cost`, what each of the last days has cost: AWS charges $0.01 for that request, so it is made on demand only.
 * Reads only. Sources: GuardDuty API reference, ListFindings (criterion `resource.accessKeyDetails.accessKeyId`); AWS
 * Health API reference, DescribeEvents; AWS Support API reference, DescribeCases: both take a paid support plan; Cost
 * Explorer's FAQ and API reference, GetCostAndUsage.
 * @throws AwsFailure of kind `credentials` only
 */
export async function lookForSignals(
  reader: Reader,
  key: string | null,
  regions: readonly string[],
  cost = false,
): Promise<Signal[]> {
  const guardDuty =
    key === null
      ? []
      : regions.map((region) => ask('GuardDuty', region, () => findingsOn(reader, key, region)));
  return Promise.all([
    ...guardDuty,
    ask('Health', 'global', () => riskEvents(reader)),
    ask('Support', 'global', () => openCases(reader)),
    ...(cost ? [ask('Cost Explorer', 'global', () => dailyCosts(reader))] : []),
  ]);
}

async function ask(
  source: Signal['source'],
  region: string,
  read: () => Promise<string[] | string>,
): Promise<Signal> {
  try {
    const details = await read();
    if (typeof details === 'string') return { source, region, status: 'not-available', details: [details] };
    const shown = details.slice(0, maxShown);
    if (details.length > shown.length) shown.push(`and ${details.length - shown.length} more`);
    return { source, region, status: details.length > 0 ? 'found' : 'none', details: shown };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    const why = error.kind === 'no-subscription' ? 'it takes a paid support plan' : error.describe();
    return { source, region, status: 'not-available', details: [why] };
  }
}

async function findingsOn(reader: Reader, key: string, region: string): Promise<string[] | string> {
  const { DetectorIds } = await reader.call('guardduty', 'ListDetectors', region, {});
  const detector = DetectorIds?.[0];
  if (detector === undefined) return 'GuardDuty is off in this region: its silence says nothing';
  const { FindingIds } = await reader.call('guardduty', 'ListFindings', region, {
    DetectorId: detector,
    FindingCriteria: { Criterion: { 'resource.accessKeyDetails.accessKeyId': { Equals: [key] } } },
    MaxResults: 50,
  });
  if (FindingIds === undefined || FindingIds.length === 0) return [];
  const { Findings } = await reader.call('guardduty', 'GetFindings', region, {
    DetectorId: detector,
    FindingIds,
  });
  return (Findings ?? []).map(
    ({ Type, Severity, UpdatedAt }) =>
      `${Type ?? 'finding'}, severity ${Severity ?? '?'}, ${UpdatedAt ?? ''}`,
  );
}

async function riskEvents(reader: Reader): Promise<string[]> {
  const { events } = await reader.call('health', 'DescribeEvents', 'global', {
    filter: { services: ['RISK'] },
    maxResults: 50,
  });
  return (events ?? []).map(
    ({ eventTypeCode, statusCode, startTime }) =>
      `${eventTypeCode ?? 'event'}, ${statusCode ?? ''}, since ${startTime?.toISOString() ?? '?'}`,
  );
}

async function openCases(reader: Reader): Promise<string[]> {
  const { cases } = await reader.call('support', 'DescribeCases', 'global', {
    includeResolvedCases: false,
    includeCommunications: false,
    maxResults: 50,
  });
  return (cases ?? []).map(
    ({ displayId, status, subject }) => `case ${displayId ?? '?'}, ${status ?? '?'}: ${subject ?? ''}`,
  );
}

const day = 86_400_000;
/** Two weeks: enough of the time before to compare with. */
const daysOfCost = 14;

/** One line a day (UTC), oldest first; days without a cost are left out. The last ones are incomplete: AWS refreshes
 *  the figures up to three times a day (Cost Management user guide, "Best practices for the Cost Explorer API"). */
async function dailyCosts(reader: Reader): Promise<string[]> {
  const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const { ResultsByTime } = await reader.call('costexplorer', 'GetCostAndUsage', 'global', {
    TimePeriod: { Start: dateOf(reader.now() - (daysOfCost - 1) * day), End: dateOf(reader.now() + day) },
    Granularity: 'DAILY',
    Metrics: ['UnblendedCost'],
  });
  return (ResultsByTime ?? []).flatMap(({ TimePeriod, Total, Estimated }) => {
    const { Amount, Unit } = Total?.['UnblendedCost'] ?? {};
    const amount = Number(Amount);
    if (!Number.isFinite(amount) || amount === 0) return [];
    const words = `${TimePeriod?.Start ?? '?'}: ${amount.toFixed(2)} ${Unit ?? ''}`;
    return [Estimated === true ? `${words} (not final)` : words];
  });
}
