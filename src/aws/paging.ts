import { AwsFailure } from './errors.js';

/** A listing may have so many pages: LookupEvents, the longest that we read, has 50 events a page, and its own limit far
 *  below this; the others have 50 to 1,000 resources a page. */
const mostPages = 1_000;

/**
 * Watches over one listing: every page of every service is asked for through `ask`. A page that was asked for already (its
 * token came again), or one page too many, ends the listing: there is more, and it cannot be read.
 */
export class Listing {
  private readonly asked = new Set<string>();

  constructor(
    private readonly service: string,
    private readonly operation: string,
    private readonly region: string,
  ) {}

  /** @throws AwsFailure of kind `endless` */
  ask(input: unknown): void {
    const page = JSON.stringify(input);
    if (this.asked.has(page)) throw this.endless('the token of an earlier page came again');
    if (this.asked.size >= mostPages) throw this.endless(`there are more than ${mostPages} pages`);
    this.asked.add(page);
  }

  private endless(why: string): AwsFailure {
    const message = `the listing does not end: ${why}. Read up to page ${this.asked.size} only.`;
    const { service, operation, region } = this;
    return new AwsFailure('endless', 'EndlessPages', message, service, operation, region, null, null, null);
  }
}

interface Sender {
  send(command: unknown): Promise<unknown>;
}

/** A paginator for an operation that the SDK has none for: `member` of the answer goes back as `sentAs`. */
export function pagesBy(
  Command: new (input: never) => object,
  member: string,
  sentAs = member,
): (config: { client: Sender }, input: object) => AsyncIterable<unknown> {
  return async function* ({ client }, input) {
    let more: object = {};
    for (;;) {
      const page = (await client.send(new Command({ ...input, ...more } as never))) as Record<
        string,
        unknown
      >;
      yield page;
      const token = page[member];
      if (typeof token !== 'string' || token === '' || page['IsTruncated'] === false) return;
      more = { [sentAs]: token };
    }
  };
}
