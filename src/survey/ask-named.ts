import { AwsFailure, type Reader } from '../aws/index.js';
import { signerOf } from '../detect/index.js';
import { type Cell, type Incident, type Resource, type TrailEvent, worked } from '../model/index.js';
import { cloudControl, type Play } from '../plays/index.js';
import { cellStatusOf } from '../trail/index.js';

/** How many are asked for at most in one look, of each play: each is a call or two. */
const most = 100;

interface Named {
  resources: Resource[];
  cells: Cell[];
}

/**
 * Asks for what no list shows and the incident's own events name: whom a snapshot is shared with, how a bucket is open.
 * What is not asked for, or not answered, is a cell: never nothing.
 * @throws AwsFailure of kind `credentials` only
 */
export async function askNamed(
  plays: readonly Play[],
  { credentials }: Incident,
  events: readonly TrailEvent[],
  reader: Reader,
): Promise<Named> {
  const asked = plays.filter((play) => play.askedById === true && play !== cloudControl);
  const signers = new Set(credentials.map(({ id }) => id));
  const acts = events.filter(
    (event) => event.readOnly !== true && signers.has(signerOf(event) ?? '') && worked(event),
  );
  const answers = await Promise.all(asked.map((play) => askPlay(play, acts, reader)));
  return {
    resources: answers.flatMap(({ resources }) => resources),
    cells: answers.flatMap(({ cells }) => cells),
  };
}

async function askPlay(play: Play, acts: readonly TrailEvent[], reader: Reader): Promise<Named> {
  const byRegion = new Map<string, Set<string>>();
  for (const event of acts) {
    const rules = play.origin.filter(
      ({ source, name, effect, tellsOnly }) =>
        source === event.source && name === event.name && effect !== 'undone' && tellsOnly !== true,
    );
    const ids = rules.flatMap((rule) => rule.ids(event));
    if (ids.length > 0) byRegion.set(event.region, new Set([...(byRegion.get(event.region) ?? []), ...ids]));
  }
  const answers = await Promise.all(
    [...byRegion].map(([region, ids]) => askRegion(play, region, [...ids].sort(), reader)),
  );
  return {
    resources: answers.flatMap(({ resources }) => resources),
    cells: answers.flatMap(({ cells }) => cells),
  };
}

async function askRegion(play: Play, region: string, ids: readonly string[], reader: Reader): Promise<Named> {
  const some = ids.slice(0, most);
  const cell = (status: Cell['status'], count: number, detail: string | null): Cell => ({
    subject: play.id,
    region,
    ...{ status, count, detail },
  });
  try {
    const resources = (await play.findById?.(reader, region, some)) ?? [];
    const left = ids.length - some.length;
    const cells = [
      left > 0
        ? cell('truncated', resources.length, `${left} more were not asked for`)
        : cell('complete', resources.length, null),
    ];
    return { resources, cells };
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    return { resources: [], cells: [cell(cellStatusOf(error), 0, error.describe())] };
  }
}
