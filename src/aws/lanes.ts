/** How many reads go at a time, and how long each keeps its place. */
export interface LaneWidths {
  /** In each region. */
  region: number;
  /** To IAM and its like, which are asked for each user, and to S3 for the objects of a trail. */
  global: number;
  /** Milliseconds after which a read gives its place away: most are answered by then, and what hangs must not add up. */
  placeLasts: number;
  /** In all, where the machine allows few open files: such a place is kept until the answer is there. */
  inAll?: number;
}

/** Places that are taken and given back. */
export interface Lane {
  free: number;
  readonly waiting: (() => void)[];
}

/** @returns once there is a place, which the caller gives back by `leave` */
function enter(lane: Lane): Promise<void> | null {
  if (lane.free > 0) {
    lane.free -= 1;
    return null;
  }
  return new Promise<void>((resolve) => lane.waiting.push(resolve));
}

function leave(lane: Lane): void {
  const next = lane.waiting.shift();
  if (next === undefined) lane.free += 1;
  else next();
}

/** As many places in all as the machine allows. */
export function placesInAll({ inAll = Infinity }: LaneWidths): Lane {
  return { free: inAll, waiting: [] };
}

/**
 * So many reads of one region at a time, so that a look at all regions opens no more connections than a laptop, a
 * container or a company's proxy allows. Each region waits in its own lane: one that hangs holds back no other.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();

  /** @param all the places in all: the sessions of several accounts share them */
  constructor(
    private readonly widths: LaneWidths,
    private readonly all: Lane = placesInAll(widths),
  ) {}

  /** @param wait is given the wait for a place, where there is one */
  async run<T>(
    region: string,
    read: () => Promise<T>,
    wait: (place: Promise<void>) => Promise<void> = (place) => place,
  ): Promise<T> {
    let lane = this.lanes.get(region);
    if (lane === undefined) {
      lane = {
        free: this.widths[region === 'global' || region === 'objects' ? 'global' : 'region'],
        waiting: [],
      };
      this.lanes.set(region, lane);
    }
    const its = lane;
    const place = enter(its);
    if (place !== null) await wait(place);
    let isHeld = true;
    const giveBack = (): void => {
      if (isHeld) leave(its);
      isHeld = false;
    };
    const timer = setTimeout(giveBack, this.widths.placeLasts);
    const door = enter(this.all);
    if (door !== null) await wait(door);
    try {
      return await read();
    } finally {
      leave(this.all);
      clearTimeout(timer);
      giveBack();
    }
  }
}
