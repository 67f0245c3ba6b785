import { startRange, type Range } from '../../src/range/server.js';
import { createAccessKey, createUser } from '../../src/range/world/identity.js';
import { World, type Account, type Settings } from '../../src/range/world/world.js';
import { Clock } from '../../src/range/world/clock.js';

/** What every AWS client takes. */
export interface ClientOptions {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  maxAttempts: number;
}

export interface Ground {
  range: Range;
  world: World;
  account: Account;
  /** Client options for an administrator in `region`. */
  admin: (region?: string) => ClientOptions;
  /** Client options for a new user with this inline policy. */
  user: (name: string, policy: object | string, region?: string) => ClientOptions;
  options: (key: { id: string; secret: string; token?: string }, region?: string) => ClientOptions;
}

/** A range with one account and an administrator; its clock stands still until a test moves it. */
export async function ground(settings: Partial<Settings> = {}): Promise<Ground> {
  const world = new World(settings, new Clock(Date.UTC(2026, 10, 23, 3, 10), 0));
  const range = await startRange({ world });
  const account = world.createAccount('111122223333');
  createUser(account, 'admin', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
  const key = createAccessKey(account, 'admin');
  const options: Ground['options'] = ({ id, secret, token }, region = 'eu-west-1') => ({
    region,
    endpoint: range.url,
    credentials: {
      accessKeyId: id,
      secretAccessKey: secret,
      ...(token === undefined ? {} : { sessionToken: token }),
    },
    maxAttempts: 1,
  });
  return {
    range,
    world,
    account,
    options,
    admin: (region) => options(key, region),
    user: (name, policy, region) => {
      createUser(account, name, { inline: { granted: policy } });
      return options(createAccessKey(account, name), region);
    },
  };
}

/** A policy document of one statement that allows these actions everywhere. */
export const allow = (...actions: string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
});
