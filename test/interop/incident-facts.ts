import { expect } from 'vitest';
import type { Seeded } from './incident-seed.js';
import { truthOf } from './incident-state.js';
import type { RecordedRequest } from './requests.js';
import { isRead } from './requests.js';

/** The three facts, by the server's own state: nothing rogue alive, nobody innocent touched, the credentials cut. */
export async function expectContained(seeded: Seeded): Promise<void> {
  const truth = await truthOf(seeded);
  const { policiesOnUser, rogueGroup, ...rest } = truth;
  expect(rest).toEqual({
    rogueAlive: [],
    innocentsNotRunning: [],
    unguarded: [],
    leakedKey: 'Inactive',
    plantedKey: 'Inactive',
    innocentKeysOff: [],
    bystanderGroup: { min: 2, max: 20, desired: 2, suspended: [] },
    policiesOnInnocents: [],
  });
  // The group may be gone or empty, but nothing must be able to come out of it.
  if (rogueGroup !== null) expect(rogueGroup).toMatchObject({ min: 0, max: 0, desired: 0 });
  expect(policiesOnUser.sort()).toEqual(['AdministratorAccess', 'LeakguardRevokeSessions']);
}

/** Nobody innocent is even named in a request that changes something. */
export function expectNoInnocentNamed(seeded: Seeded, requests: readonly RecordedRequest[]): void {
  const { own, bystanders, innocentKeys, bystanderGroup } = seeded;
  const names = [...own, ...bystanders].map(({ id }) => id);
  names.push(...innocentKeys.map(({ id }) => id), `GroupName=${bystanderGroup.name}`);
  const named = changes(requests).filter(({ body }) => names.some((name) => body.includes(name)));
  expect(named).toEqual([]);
}

/** The requests that change something. */
export function changes(requests: readonly RecordedRequest[]): RecordedRequest[] {
  return requests.filter((request) => !isRead(request));
}

/**
 * The key goes first: before it is off, nothing but lookups by name; no region is described, no trail read. The Deny on
 * its user is sent beside it and may arrive before it: neither waits for the other to be answered.
 */
export function expectKeyFirst(requests: readonly RecordedRequest[]): void {
  const cut = changes(requests).slice(0, 2);
  expect(cut.map(({ operation }) => operation).sort()).toEqual(['PutUserPolicy', 'UpdateAccessKey']);
  const before = requests.slice(0, requests.indexOf(cut[1] as RecordedRequest));
  const others = before.filter(({ service }) => service !== 'iam' && service !== 'sts');
  expect(others.map(({ operation }) => operation)).toEqual([]);
}
