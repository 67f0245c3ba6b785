import { type AccessKey, AwsError, type Dispatcher, ownCalls, type World } from '../../range/index.js';
import type { Past } from './history.js';
import type { Answer } from './script.js';
import type { Json } from './scenario.js';

/** The world as the past sees it: calls go to the dispatcher without the wire, at whatever time the clock shows. */
export function pastOf(world: World, dispatcher: Dispatcher, keys: ReadonlyMap<string, AccessKey>): Past {
  const ids = new Map([...keys].map(([label, { id }]) => [label, id]));
  return {
    now: () => world.clock.now(),
    advance: (ms) => world.clock.advance(ms),
    keep: (as, accessKeyId) => ids.set(as, accessKeyId),
    perform: ({ as, service, operation, region, input, ip, userAgent }): Answer => {
      if (service === 'range') {
        const own = ownCalls[operation];
        if (own === undefined) throw new Error(`the range has no range:${operation}`);
        return answerOf(() => own(world, { ...input, region, parent: ids.get(as) ?? '', ip, userAgent }));
      }
      const by = { accessKeyId: ids.get(as) ?? '', sourceIp: ip, userAgent, label: as };
      return answerOf(() => dispatcher.perform({ ...by, service, operation, region, input }));
    },
  };
}

function answerOf(call: () => object): Answer {
  try {
    return { output: JSON.parse(JSON.stringify(call())) as Json };
  } catch (error) {
    if (error instanceof AwsError) return { error: `${error.code}: ${error.message}` };
    throw error;
  }
}
