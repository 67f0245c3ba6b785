import { type AccessKey, createSession, Delayed, type Session, type World } from '../range/index.js';
import type { Scenario } from './scenario/scenario.js';

/** Who responds: the key, or a session of its user (with MFA, as IAM demands) where it is to end in the middle. */
export function responderOf(
  { responder }: Scenario,
  keys: ReadonlyMap<string, AccessKey>,
): AccessKey | Session {
  const key = keys.get(responder.key)!;
  if (responder.expiresAfter === undefined) return key;
  const { account, user, id: parent } = key;
  const whose = { user, role: null, name: null, parent };
  return createSession(account, {
    kind: 'session-token',
    ...whose,
    policies: null,
    mfa: true,
    seconds: 43_200,
  });
}

/** What befalls the responder in the middle of `contain`. */
export function turnsOf(
  { responder }: Scenario,
  world: World,
  credential: AccessKey | Session,
): World['turns'] {
  const { expiresAfter, deniedAfter, switchedOffAfter } = responder;
  const { id: accessKeyId } = credential;
  const turns: World['turns'] = [];
  if (expiresAfter !== undefined && 'token' in credential)
    turns.push({
      accessKeyId,
      calls: expiresAfter,
      happen: () => (credential.expiresAt = world.clock.now()),
    });
  if (deniedAfter !== undefined)
    turns.push({
      accessKeyId,
      calls: deniedAfter.calls,
      happen: () => {
        const denied = [...(world.faults.denied ?? []), ...deniedAfter.denied];
        world.faults = { ...world.faults, denied };
      },
    });
  if (switchedOffAfter !== undefined && 'status' in credential)
    turns.push({
      accessKeyId,
      calls: switchedOffAfter,
      happen: () => (credential.status = new Delayed<'Active' | 'Inactive'>('Inactive')),
    });
  return turns;
}
