import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { CloudTrailRecord, TrailRecord } from './trail.js';
import type { Account } from './world.js';

const fiveMinutes = 300_000;
const compress = promisify(gzip);

/** The log files that a trail of all regions has delivered by now: path below the bucket → records (CloudTrail user
 *  guide, "CloudTrail log file name format"). A file holds what was delivered in five minutes, in no order. */
export function trailFiles(account: Account): Map<string, CloudTrailRecord[]> {
  const now = account.world.clock.now();
  const files = new Map<string, CloudTrailRecord[]>();
  for (const region of account.usedRegions()) {
    for (const event of region.events) {
      if (event.visibleAt > now) continue;
      const path = pathOf(account.id, region.name, event);
      const file = files.get(path);
      if (file === undefined) files.set(path, [event.record]);
      else file.push(event.record);
    }
  }
  return files;
}

function pathOf(account: string, region: string, { visibleAt }: TrailRecord): string {
  const time = new Date(Math.ceil(visibleAt / fiveMinutes) * fiveMinutes).toISOString();
  const [year, month, day] = time.slice(0, 10).split('-');
  const stamp = time.slice(0, 16).replace(/[-:]/g, '');
  return `AWSLogs/${account}/CloudTrail/${region}/${year}/${month}/${day}/${account}_CloudTrail_${region}_${stamp}Z_0000000000000000.json.gz`;
}

/** Writes those files below `directory`, gzipped; the same moment gives the same files. Returns how many.
 *  @throws NodeJS.ErrnoException where it cannot be written */
export async function writeTrailFiles(account: Account, directory: string): Promise<number> {
  const files = trailFiles(account);
  for (const [path, records] of files) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, await compress(JSON.stringify({ Records: records })));
  }
  return files.size;
}
