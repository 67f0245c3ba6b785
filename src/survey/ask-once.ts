import type { Reader } from '../aws/index.js';

/** Answers of one list, page by page, for whoever asks for them while they come. */
class SharedPages<T> {
  private readonly asked: Promise<IteratorResult<T>>[] = [];

  constructor(private readonly source: AsyncIterator<T>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (let at = 0; ; at += 1) {
      const page = await (this.asked[at] ??= this.source.next());
      if (page.done === true) return;
      yield page.value;
    }
  }
}

/**
 * A reader for one look: what several plays ask in the same words is asked once, and all see the same moment. EC2's lists
 * are the long ones, and each is one play's: they are kept by nobody.
 */
export function askOnce(reader: Reader): Reader {
  const answers = new Map<string, unknown>();
  const once = <T>(words: readonly unknown[], ask: () => T): T => {
    const key = JSON.stringify(words);
    const answer = (answers.get(key) as T | undefined) ?? ask();
    answers.set(key, answer);
    return answer;
  };
  return {
    call: (service, operation, region, input) => {
      const ask = () => reader.call(service, operation, region, input);
      return service === 'ec2' ? ask() : once(['call', service, operation, region, input], ask);
    },
    pages: (service, operation, region, input) => {
      const ask = () => reader.pages(service, operation, region, input);
      if (service === 'ec2') return ask();
      const share = () => new SharedPages(ask()[Symbol.asyncIterator]());
      return once(['pages', service, operation, region, input], share);
    },
    now: () => reader.now(),
  };
}
