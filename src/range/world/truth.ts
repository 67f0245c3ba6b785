import { instancesOf, stateAt, type InstanceState } from './compute.js';
import type { Maker, World } from './world.js';

/** One instance as it is, whatever a describe shows. */
interface InstanceTruth {
  account: string;
  region: string;
  id: string;
  type: string;
  state: InstanceState;
  launchTime: number;
  /** Epoch milliseconds; null while it is not terminated. */
  endedAt: number | null;
  disableApiTermination: boolean;
  disableApiStop: boolean;
  tags: Record<string, string>;
  spot: boolean;
  maker: Maker;
}

interface KeyTruth {
  account: string;
  id: string;
  user: string | null;
  status: 'Active' | 'Inactive';
  /** What AWS enforces at this moment. */
  works: boolean;
  lastUsed: number | null;
  maker: Maker;
}

export interface Truth {
  now: number;
  instances: InstanceTruth[];
  keys: KeyTruth[];
}

/** The world as it is, for tests and the score: never for the tool that is tested. */
export function truth(world: World): Truth {
  const now = world.clock.now();
  const accounts = [...world.accounts.values()];
  const instances = accounts.flatMap((account) =>
    account.usedRegions().flatMap((region) =>
      [...instancesOf(region).values()].map((instance) => {
        const last = instance.states.at(-1)!;
        return {
          account: account.id,
          region: region.name,
          id: instance.id,
          type: instance.instanceType,
          state: stateAt(instance, now) ?? 'pending',
          launchTime: instance.launchTime,
          endedAt: last.state === 'terminated' ? last.at : null,
          disableApiTermination: instance.disableApiTermination,
          disableApiStop: instance.disableApiStop,
          tags: instance.tags,
          spot: instance.spotRequestId !== undefined,
          maker: instance.maker,
        };
      }),
    ),
  );
  const keys = [...world.keys.values()].map((key) => ({
    account: key.account.id,
    id: key.id,
    user: key.user,
    status: key.status.current,
    works: key.status.effective(now) === 'Active' && (key.user === null || key.account.users.has(key.user)),
    lastUsed: key.lastUsed?.at ?? null,
    maker: key.maker,
  }));
  return { now, instances, keys };
}
