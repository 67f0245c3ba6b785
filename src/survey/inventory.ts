import { AwsFailure, type Reader } from '../aws/index.js';
import { type Cell, type Emit, type Resource, resourceKey } from '../model/index.js';
import { cellStatusOf } from '../trail/index.js';
import type { Play } from '../plays/index.js';
import { askOnce } from './ask-once.js';

/** What is in the account now, and what could not be looked at. */
export interface Inventory {
  resources: Resource[];
  cells: Cell[];
}

export interface InventoryScope {
  /** Enabled regions to look at. */
  regions: readonly string[];
  /** Regions of the account that are not: listed, never silently left out. */
  notEnabled: readonly string[];
}

/**
 * Runs every play's `find` over every region, all at once: a region that hangs, refuses or throttles ends in its
 * own cell and holds back no other.
 * @throws AwsFailure of kind `credentials` only; every other failure is a cell.
 */
export async function takeInventory(
  plays: readonly Play[],
  reader: Reader,
  scope: InventoryScope,
  emit: Emit,
): Promise<Inventory> {
  const listed = plays.filter(({ askedById }) => askedById !== true);
  const jobs = listed.flatMap((play) =>
    (play.scope === 'global' ? ['global'] : scope.regions).map((region) => ({ play, region })),
  );
  const resources = new Map<string, Resource>();
  const sameMoment = askOnce(reader);
  const open = new Set(jobs);
  const cells = await Promise.all(
    jobs.map(async (job) => {
      const { play, region } = job;
      const cell = await findOne(play, sameMoment, region, resources);
      open.delete(job);
      emit({ type: 'cell', cell });
      // What is still waited for says more than what has just come.
      const [next = job] = open;
      emit({
        type: 'progress',
        subject: 'inventory',
        region,
        done: jobs.length - open.size,
        total: jobs.length,
        message: `listing ${next.play.noun}${next.region === 'global' ? '' : ` in ${next.region}`}`,
      });
      return cell;
    }),
  );
  for (const region of scope.notEnabled) {
    cells.push({
      subject: 'region',
      region,
      status: 'not-enabled',
      count: 0,
      detail: 'not enabled for this account',
    });
  }
  const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return {
    resources: [...resources.values()].sort((a, b) => order(resourceKey(a), resourceKey(b))),
    cells: cells.sort((a, b) => order(`${a.subject}|${a.region}`, `${b.subject}|${b.region}`)),
  };
}

async function findOne(
  play: Play,
  reader: Reader,
  region: string,
  into: Map<string, Resource>,
): Promise<Cell> {
  let count = 0;
  try {
    for await (const resource of play.find(reader, region)) {
      count += 1;
      into.set(resourceKey(resource), resource);
    }
    return { subject: play.id, region, status: 'complete', count, detail: null };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    const status = statusOf(error);
    return { subject: play.id, region, status, count, detail: error.describe() };
  }
}

/** Only a name that does not resolve, where AWS's list has no endpoint either, says that there is nothing to look at: one
 *  that resolves and does not answer says nothing. */
function statusOf(error: AwsFailure): Cell['status'] {
  // An endpoint that does not know the operation (a simulated one, or a region without that part of the service)
  // has nothing of the kind to show, and nothing was looked at.
  if (error.kind === 'unsupported') return 'not-examined';
  return error.kind === 'not-offered' ? 'not-enabled' : cellStatusOf(error);
}
