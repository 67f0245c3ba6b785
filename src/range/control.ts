import { lockCloudFront, unlockCloudFront } from './cloudfront-lock.js';
import { AwsError } from './aws-error.js';
import { ownCalls } from './own-door.js';
import type { WireRequest } from './protocol/codec.js';
import { interruptSpot } from './services/ec2/spot-interruptions.js';
import { truth } from './world/truth.js';
import type { Faults, Settings, World } from './world/world.js';

/**
 * The range's own door, which AWS does not have: `GET /_range/log[?from=N]`, `GET /_range/truth`, `GET /_range/unknown`,
 * `GET /_range/clock`, `POST /_range/clock {"advance": ms, "speed": n}`, `POST /_range/faults {…}`,
 * `POST /_range/settings {…}`, `POST /_range/cloudfront {"account": id, "locked": true, "dnsAfter": ms}`,
 * `POST /_range/support {"account": id, "text": "…"}` (the web form of the support case),
 * `POST /_range/interrupt-spot {"account": id, "region": name}`,
 * `POST /_range/CredentialsInside {"region": name, "service": "lambda", "name": name, "parent": key}`,
 * `POST /_range/CredentialsThrough {…}`, `POST /_range/PlainCall {…}`.
 */
export function control(world: World, request: WireRequest): { status: number; value: unknown } {
  const what = `${request.method} ${request.path.slice('/_range/'.length)}`;
  world.clock.settle();
  const own = request.method === 'POST' ? ownCalls[what.slice('POST '.length)] : undefined;
  if (own !== undefined) {
    try {
      return ok(own(world, body<object>(request)));
    } catch (error) {
      if (error instanceof AwsError) return refused(`${error.code}: ${error.message}`);
      throw error;
    }
  }
  switch (what) {
    case 'GET log':
      return ok(world.log.slice(Number(request.query.get('from') ?? 0)));
    case 'GET truth':
      return ok(truth(world));
    case 'GET unknown':
      return ok(Object.fromEntries(world.unknownOperations));
    case 'GET clock':
      return ok({ now: world.clock.now(), speed: world.clock.speed });
    case 'POST clock': {
      const { advance, speed } = body<{ advance?: number; speed?: number }>(request);
      if (speed !== undefined) world.clock.setSpeed(speed);
      if (advance !== undefined) world.clock.advance(advance);
      return ok({ now: world.clock.now(), speed: world.clock.speed });
    }
    case 'POST faults':
      world.faults = body<Faults>(request);
      return ok(world.faults);
    case 'POST settings':
      Object.assign(world.settings, body<Partial<Settings>>(request));
      return ok(world.settings);
    case 'POST cloudfront': {
      const {
        account,
        locked,
        dnsAfter = 0,
      } = body<{
        account: string;
        locked: boolean;
        dnsAfter?: number;
      }>(request);
      if (locked) lockCloudFront(world.account(account));
      else unlockCloudFront(world.account(account), dnsAfter);
      return ok({ account, locked });
    }
    case 'POST support': {
      const { account, text = '' } = body<{ account: string; text?: string }>(request);
      if (text.trim() === '') return refused('A reply has a text.');
      if (text.length > longestReply)
        return refused(`The form takes ${longestReply} characters; this has ${text.length}.`);
      if (world.supportDesk === null) return refused('Nobody answers a case here: no scenario is served.');
      return ok(world.supportDesk(world.account(account), text));
    }
    case 'POST interrupt-spot': {
      const { account, region } = body<{ account: string; region: string }>(request);
      return ok({ interrupted: interruptSpot(world.account(account).region(region)) });
    }
    default:
      return { status: 404, value: { message: `the range has no ${what}` } };
  }
}

/** What the web form of a case takes, in characters, as customers have found. */
const longestReply = 8_000;

const refused = (message: string) => ({ status: 400, value: { message } });
const ok = (value: unknown) => ({ status: 200, value });
const body = <T>(request: WireRequest) => JSON.parse(request.body.toString('utf8') || '{}') as T;
