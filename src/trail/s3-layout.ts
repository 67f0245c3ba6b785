/**
 * Where CloudTrail puts log files in a bucket: `[prefix/]AWSLogs/[o-…/]account/CloudTrail/region/yyyy/mm/dd/` (CloudTrail
 * user guide, "Finding your CloudTrail log files"). Pure.
 */

/** A trail, or a part of one, as an s3:// address names it; what it leaves open is null. */
export interface TrailPlace {
  bucket: string;
  /** What stands before `AWSLogs/`: empty, or ending in a slash. */
  prefix: string;
  organization: string | null;
  account: string | null;
  region: string | null;
  /** `yyyy/`, `yyyy/mm/`, `yyyy/mm/dd/`, or empty. */
  date: string;
}

/** The log files of one account in one region. */
export interface LogFolder {
  /** The key's beginning, up to the region and its slash. */
  base: string;
  account: string;
  region: string;
}

const bucketName = /^[a-zA-Z0-9._-]{3,255}$/;
const below =
  /^(?:(o-[a-z0-9]{10,32})(?:\/|$))?(?:(\d{12})(?:\/|$))?(?:CloudTrail(?:\/|$)(?:([a-z]{2}[a-z0-9-]+-\d)(?:\/|$)((?:\d{4}\/?)?(?:(?<=\d{4}\/)\d{2}\/?)?(?:(?<=\d{4}\/\d{2}\/)\d{2}\/?)?))?)?$/;

/** The place that `s3://bucket/prefix` names; a text says what is wrong with it. */
export function placeOf(address: string): TrailPlace | string {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(address) ?? [];
  if (!bucketName.test(bucket)) return 'it names no bucket';
  if (/[\x00-\x1f\x7f]|^\/|\/\//.test(path)) return 'its prefix has an empty part';
  const parts = /^(|.*\/)AWSLogs(?:\/(.*))?$/s.exec(path);
  const open = { organization: null, account: null, region: null, date: '' };
  if (parts === null)
    return { bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/`, ...open };
  const [, prefix = '', rest = ''] = parts;
  const named = below.exec(rest);
  if (named === null)
    return 'below AWSLogs/ comes [o-…/]account/CloudTrail/region/yyyy/mm/dd/ (as far as you want to name it)';
  const [, organization = null, account = null, region = null, date = ''] = named;
  return { bucket, prefix, organization, account, region, date: date === '' ? '' : slashed(date) };
}

/** The same place, as a person writes it. */
export function addressOf(
  { bucket, prefix = '' }: { bucket: string; prefix?: string },
  key = prefix,
): string {
  return `s3://${bucket}/${key}`;
}

/** Whether a path of `--trail` is in a bucket. `auto`: where CloudTrail says that it writes to. */
export function isInBucket(path: string): boolean {
  return path === 'auto' || path.startsWith('s3:');
}

/** `yyyy/mm/dd/` of a time, epoch milliseconds. */
export function dayOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
}

/** True for what CloudTrail names its log files, in the folder of a day. */
export function isLogFile(key: string): boolean {
  return /\/\d{4}\/\d{2}\/\d{2}\/\d{12}_CloudTrail_[^/\s]+\.json(\.gz)?$/.test(key);
}

/** The day of a log file or digest: `yyyy/mm/dd/`. */
export function dayOfKey(key: string): string {
  return /\/(\d{4}\/\d{2}\/\d{2}\/)[^/]*$/.exec(key)?.[1] ?? '';
}

const dayLength = 24 * 3600_000;

/** Days that lie in the period with all their hours and have no log file: the last one may still come. */
export function daysWithout(seen: ReadonlySet<string>, from: number, to: number): string[] {
  const missing: string[] = [];
  for (let day = Math.ceil(from / dayLength) * dayLength; day + dayLength <= to; day += dayLength)
    if (!seen.has(dayOf(day))) missing.push(dayOf(day));
  return missing;
}

function slashed(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}
