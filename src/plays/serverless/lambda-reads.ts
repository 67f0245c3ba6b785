import pLimit from 'p-limit';
import type { OutputOf, Reader } from '../../aws/index.js';
import { textAt, type TrailEvent } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';

export type LambdaFunction = NonNullable<OutputOf<'lambda', 'ListFunctions'>['Functions']>[number];

/** What `read` gives for every function of a region, in order. Lambda allows 15 control calls a second in each region
 *  (Lambda developer guide, "Lambda quotas"), so only some run at once. */
export async function* ofEachFunction<T>(
  reader: Reader,
  region: string,
  read: (made: LambdaFunction, name: string) => Promise<T>,
): AsyncIterable<T> {
  const limit = pLimit(8);
  for await (const page of reader.pages('lambda', 'ListFunctions', region, {})) {
    yield* await Promise.all(
      (page.Functions ?? []).map((made) => limit(() => read(made, made.FunctionName ?? ''))),
    );
  }
}

/** The name of the function that the event speaks of: requests name it by its name, by a part of its ARN, or by all
 *  of it (Lambda API reference, "FunctionName"). */
export function functionOf(event: TrailEvent): string | null {
  const given = requestText(event, 'functionName') ?? textAt(event.response, 'functionName');
  return given === null ? null : (/(?:^|:)function:([^:]+)/.exec(given)?.[1] ?? given.split(':')[0] ?? null);
}
