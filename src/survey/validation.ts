import type { Emit, Incident, TrailEvent } from '../model/index.js';
import { heldUnlessProven, printOf, restsOn, type Standing } from '../detect/index.js';
import { eventHistory, trailDelay } from '../facts/index.js';
import type { Play } from '../plays/index.js';
import { TrailLookup, type TrailQuery } from '../trail/index.js';
import type { Caller } from './survey-trail.js';

/** Of what a credential did in a region, so many pages; what they do not show is asked for one by one, so many times. */
const pagesOfKey = 4;
const asksOfRegion = 60;
/** What is left out may have carried something else: looked at again, so often at most. */
const maxRounds = 6;

/**
 * Files may hold what somebody put there. What a file says that CloudTrail's digests prove is AWS's word. What others say is
 * confirmed by CloudTrail's event history, and where the two differ, the history is right (CloudTrail API reference, LookupEvents: by AccessKeyId or EventId, within 90 days).
 */
export class Validation {
  /** AWS's own record, by the print of the file's. */
  private readonly confirmed = new Map<string, TrailEvent>();
  private readonly said = new Map<string, Standing>();

  constructor(
    private readonly session: Caller,
    private readonly emit: Emit,
    private readonly plays: readonly Play[],
  ) {}

  /** `incident`, with what only unconfirmed records tie to it held. `detect`: the incident of these events. */
  async judge(
    incident: Incident,
    events: readonly TrailEvent[],
    include: ReadonlySet<string>,
    detect: (events: readonly TrailEvent[]) => Incident,
  ): Promise<Incident> {
    const { account } = this.session.identity;
    const left = new Set<TrailEvent>(
      events.filter((event) => event.account !== null && event.account !== account),
    );
    // What claims to be a proven event is told as that one, whatever else it says.
    for (const event of events) {
      if (event.proof !== 'proven' || event.account !== account) continue;
      this.confirmed.set(print(event), event);
      this.said.set(print(event), 'known');
    }
    let proven = left.size === 0 ? incident : detect(events.filter((event) => !left.has(event)));
    let refuted = false;
    for (let round = 0; round < maxRounds; round += 1) {
      const { start, ties } = restsOn(proven, events, this.plays);
      const before = left.size;
      // The beginning by itself: over a short time, a few pages show every call.
      for (const some of [start, ties]) {
        await this.ask(some.filter((event) => !left.has(event)));
        for (const event of some) if (this.standingOf(event) !== 'known') left.add(event);
      }
      refuted ||= start.some((event) => this.standingOf(event) === 'unknown');
      proven = detect(events.filter((event) => !left.has(event)).map((event) => this.recordOf(event)));
      if (left.size === before) break;
    }
    const changed = new Set(events.flatMap((event) => (event.proof === 'changed' ? [print(event)] : [])));
    return heldUnlessProven(
      incident,
      proven,
      (evidence) => {
        const standing = this.said.get(printOf(evidence)) ?? 'not-asked';
        return standing !== 'known' && changed.has(printOf(evidence)) ? 'changed' : standing;
      },
      refuted,
      include,
    );
  }

  private standingOf(event: TrailEvent): Standing {
    return this.said.get(print(event)) ?? 'not-asked';
  }

  private recordOf(event: TrailEvent): TrailEvent {
    return this.confirmed.get(print(event)) ?? event;
  }

  private async ask(events: readonly TrailEvent[]): Promise<void> {
    const now = this.session.reader.now();
    const open: TrailEvent[] = [];
    for (const event of events) {
      const standing = this.standingOf(event);
      if (standing === 'known' || standing === 'unknown' || standing === 'too-old') continue;
      if (event.time === null || event.region === '') this.said.set(print(event), 'unknown');
      else if (event.time < now - eventHistory) this.said.set(print(event), 'too-old');
      else open.push(event);
    }
    const groups = new Map<string, TrailEvent[]>();
    for (const event of open) {
      const group = `${event.region}|${event.actor.accessKeyId ?? ''}`;
      groups.set(group, [...(groups.get(group) ?? []), event]);
    }
    await Promise.all([...groups.values()].map((group) => this.askOfKey(group)));
    const byRegion = new Map<string, TrailEvent[]>();
    for (const event of open) {
      if (this.standingOf(event) !== 'not-asked' && this.standingOf(event) !== 'ahead') continue;
      byRegion.set(event.region, [...(byRegion.get(event.region) ?? []), event]);
    }
    await Promise.all([...byRegion.values()].map((some) => this.askOneByOne(some)));
  }

  /** The credential's own events of that time, the newest first. */
  private async askOfKey(events: readonly TrailEvent[]): Promise<void> {
    const [first] = events;
    const accessKeyId = first?.actor.accessKeyId ?? null;
    if (first === undefined || accessKeyId === null) return;
    const times = events.map(({ time }) => time ?? 0);
    const { found, failed } = await this.lookUp({
      attribute: 'AccessKeyId',
      value: accessKeyId,
      regions: [first.region],
      from: Math.min(...times) - 1000,
      to: Math.max(...times) + 1000,
      maxPages: pagesOfKey,
    });
    for (const event of events) this.compare(event, found, failed ? 'unread' : 'not-asked');
  }

  private async askOneByOne(events: readonly TrailEvent[]): Promise<void> {
    const now = this.session.reader.now();
    const young = (event: TrailEvent): boolean => (event.time ?? 0) > now - trailDelay;
    for (const [index, event] of events.entries()) {
      const { eventId, region, time } = event;
      if (index >= asksOfRegion || eventId === null || time === null) {
        this.said.set(print(event), young(event) ? 'ahead' : 'not-asked');
        continue;
      }
      const query = { regions: [region], from: time - 1000, to: time + 1000, maxPages: 1 };
      const { found, failed } = await this.lookUp({ attribute: 'EventId', value: eventId, ...query });
      this.compare(event, found, failed ? 'unread' : young(event) ? 'ahead' : 'unknown');
    }
  }

  private compare(event: TrailEvent, found: readonly TrailEvent[], otherwise: Standing): void {
    const own = found.find((one) =>
      event.eventId === null
        ? print({ ...one, eventId: null }) === print(event)
        : one.eventId === event.eventId,
    );
    if (own === undefined) {
      this.said.set(print(event), otherwise);
      return;
    }
    this.confirmed.set(print(event), own);
    this.said.set(print(event), 'known');
    // The incident points to AWS's record from here on.
    this.said.set(print(own), 'known');
  }

  private async lookUp(query: TrailQuery): Promise<{ found: TrailEvent[]; failed: boolean }> {
    const { reader, identity } = this.session;
    const lookup = new TrailLookup({ reader, account: identity.account, emit: this.emit });
    await lookup.read([query]);
    const [cell] = lookup.cells();
    return {
      found: lookup.all(),
      failed: cell?.status === 'denied' || cell?.status === 'failed',
    };
  }
}

function print({ eventId, name, region, time, actor }: TrailEvent): string {
  return printOf({ eventId, name, region, time, accessKeyId: actor.accessKeyId });
}
