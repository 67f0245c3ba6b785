import { AwsFailure, type Reader } from '../aws/index.js';
import { type CloudThing, cloudThingOf } from '../detect/index.js';
import { type Cell, type Incident, type Resource, resourceKey, type TrailEvent } from '../model/index.js';
import { cloudControl } from '../plays/index.js';
import { cellStatusOf } from '../trail/index.js';

/** How many are asked for at most in one look: each is a call. */
const most = 100;

interface Made {
  resources: Resource[];
  cells: Cell[];
}

/**
 * Asks Cloud Control for the things that the misuse made and no play looks at, each by its id. "There is none" counts
 * where AWS gave that id itself, or where the thing was read before: a name that was taken from the record wrongly is
 * unknown there too.
 */
export class AskMade {
  private readonly readOnce = new Set<string>();

  /** @throws AwsFailure of kind `credentials` only; every other failure is a cell. */
  async ask({ deeds }: Incident, events: readonly TrailEvent[], reader: Reader): Promise<Made> {
    const standing = new Set(
      deeds.flatMap(({ evidence, stands, play }) =>
        evidence.eventId !== null && (stands || play === cloudControl.id) ? [evidence.eventId] : [],
      ),
    );
    const things = new Map<string, { region: string; thing: CloudThing }>();
    for (const event of events) {
      if (event.eventId === null || !standing.has(event.eventId)) continue;
      const thing = cloudThingOf(event);
      if (thing !== null)
        things.set(`${event.region}|${thing.type}|${thing.identifier}`, { region: event.region, thing });
    }
    const asked = [...things.values()].slice(0, most);
    const answers = await Promise.all(asked.map(({ region, thing }) => this.askOne(region, thing, reader)));
    const left = things.size - asked.length;
    return {
      resources: answers.flatMap(({ resources }) => resources),
      cells: [
        ...answers.flatMap(({ cells }) => cells),
        ...(left > 0 ? [cellOf('global', 'truncated', `${left} more were not asked for`)] : []),
      ],
    };
  }

  private async askOne(region: string, thing: CloudThing, reader: Reader): Promise<Made> {
    const id = `${thing.type}|${thing.identifier}`;
    try {
      const found = (await cloudControl.findById?.(reader, region, [id])) ?? [];
      const resources = found.filter((one) => {
        const key = resourceKey(one);
        if (one.live) this.readOnce.add(key);
        return one.live || thing.certain || this.readOnce.has(key);
      });
      return { resources, cells: [] };
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      // A type that Cloud Control does not read there is told as left, like any other that no play looks at.
      if (error.kind === 'unsupported' || error.kind === 'not-offered') return { resources: [], cells: [] };
      return { resources: [], cells: [cellOf(region, cellStatusOf(error), `${id}: ${error.describe()}`)] };
    }
  }
}

function cellOf(region: string, status: Cell['status'], detail: string): Cell {
  return { subject: cloudControl.id, region, status, count: 0, detail };
}
