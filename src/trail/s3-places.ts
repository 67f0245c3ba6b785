import { AwsFailure, type OutputOf } from '../aws/index.js';
import type { Cell, Emit } from '../model/index.js';
import { cellStatusOf } from './lookup.js';
import { addressOf, placeOf, type TrailPlace } from './s3-layout.js';
import type { TrailAccess } from './s3-listing.js';

type Trail = NonNullable<OutputOf<'cloudtrail', 'DescribeTrails'>['trailList']>[number];

/** The places that these addresses name, each once; `auto` is asked of CloudTrail. What names none is in the cells.
 *  @throws AwsFailure of kind `credentials` only */
export async function placesOf(
  addresses: readonly string[],
  access: TrailAccess,
  emit: Emit,
): Promise<{ places: TrailPlace[]; cells: Cell[] }> {
  const places = new Map<string, TrailPlace>();
  const cells: Cell[] = [];
  const none = (address: string, status: Cell['status'], detail: string): void => {
    cells.push({ subject: 'trail', region: address, status, count: 0, detail });
  };
  for (const address of new Set(addresses)) {
    if (address !== 'auto') {
      const place = placeOf(address);
      if (typeof place === 'string') none(address, 'failed', `${address}: ${place}`);
      else places.set(JSON.stringify(place), place);
      continue;
    }
    try {
      const found = await trailsOf(access);
      if (found.length === 0)
        none(
          address,
          'failed',
          '--trail auto: CloudTrail has no trail in this account, so that no files exist',
        );
      for (const trail of found) {
        const { Name: name = '', S3BucketName: bucket = '', S3KeyPrefix: prefix = '' } = trail;
        const left = await leftOut(trail, access);
        if (left !== null) none(address, 'truncated', `--trail auto: trail ${name} ${left}`);
        const place = placeOf(`s3://${bucket}/${prefix}`);
        if (typeof place === 'string') {
          none(address, 'failed', `--trail auto: trail ${name}: ${place}`);
          continue;
        }
        places.set(JSON.stringify(place), place);
        emit({ type: 'warning', message: `--trail auto: trail ${name} writes to ${addressOf(place)}.` });
      }
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      const next = 'Name the bucket yourself: --trail s3://BUCKET/PREFIX';
      none(address, cellStatusOf(error), `--trail auto: ${error.describe()}. ${next}`);
    }
  }
  return { places: [...places.values()], cells };
}

/** One of all regions that logs every call has everything; others make it up together, as far as they do. */
async function trailsOf(access: TrailAccess): Promise<Trail[]> {
  const { reader, homeRegion } = access;
  const input = { includeShadowTrails: true };
  const { trailList = [] } = await reader.call('cloudtrail', 'DescribeTrails', homeRegion, input);
  const whole: Trail[] = [];
  for (const trail of trailList)
    if (trail.IsMultiRegionTrail === true && (await leftOut(trail, access)) === null) whole.push(trail);
  if (whole.length <= 1) return whole.length === 1 ? whole : trailList;
  for (const trail of whole)
    if (trail.TrailARN !== undefined && (await isLogging(trail, trail.TrailARN))) return [trail];
  return whole.slice(0, 1);

  async function isLogging({ HomeRegion: region = homeRegion }: Trail, Name: string): Promise<boolean> {
    try {
      return (await reader.call('cloudtrail', 'GetTrailStatus', region, { Name })).IsLogging === true;
    } catch (error) {
      // Its files show whether it logs.
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      return false;
    }
  }
}

/** Which of the account's calls a trail does not log, in words: whoever may change it chooses (CloudTrail API reference,
 *  PutEventSelectors). Null: it logs all. @throws AwsFailure of kind `credentials` only */
async function leftOut(trail: Trail, { reader, homeRegion }: TrailAccess): Promise<string | null> {
  const { HasCustomEventSelectors: isChosen, HomeRegion: region = homeRegion, TrailARN: TrailName } = trail;
  if (isChosen !== true) return null;
  try {
    const chosen = await reader.call('cloudtrail', 'GetEventSelectors', region, { TrailName });
    const { EventSelectors: plain = [], AdvancedEventSelectors: advanced = [] } = chosen;
    const isWhole =
      plain.some(
        (one) =>
          one.IncludeManagementEvents !== false &&
          (one.ReadWriteType ?? 'All') === 'All' &&
          (one.ExcludeManagementEventSources ?? []).length === 0,
      ) ||
      advanced.some(
        ({ FieldSelectors: fields = [] }) =>
          fields.length > 0 &&
          fields.every(({ Field, Equals }) => Field === 'eventCategory' && Equals?.includes('Management')),
      );
    return isWhole ? null : 'does not log every management event: its event selectors leave some out';
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    return `may leave events out: ${error.describe()}`;
  }
}
