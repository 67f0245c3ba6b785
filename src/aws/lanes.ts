/** How many reads go at a time, and how long each keeps its place. */
export interface LaneWidths {
  /** In each region. */
  region: number;
  /** To IAM and its like, which are asked for each user, and to S3 for the objects of a trail. */
  global: number;
  /** Milliseconds after which a read gives its place away: most are answered by then, and what hangs must not add up. */
  placeLasts: number;
}

/**
 * So many reads of one region at a time, so that a look at all regions opens no more connections than a laptop, a
 * container or a company's proxy allows. Each region waits in its own lane: one that hangs holds back no other.
 */
export class Lanes {
  private readonly lanes = new Map<string, { free: number; waiting: (() => void)[] }>();

  constructor(private readonly widths: LaneWidths) {}

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
    const { waiting } = lane;
    if (lane.free > 0) lane.free -= 1;
    else await wait(new Promise<void>((resolve) => waiting.push(resolve)));
    let isHeld = true;
    const leave = (): void => {
      if (!isHeld) return;
      isHeld = false;
      const next = waiting.shift();
      if (next === undefined) lane.free += 1;
      else next();
    };
    const timer = setTimeout(leave, this.widths.placeLasts);
    try {
      return await read();
    } finally {
      clearTimeout(timer);
      leave();
    }
  }
}
