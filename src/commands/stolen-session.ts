import { listRegions, type Session } from '../aws/index.js';
import type { SessionOwner } from '../contain/index.js';
import { isTemporary, roleOfArn } from '../facts/index.js';
import { ExitCode } from '../model/index.js';
import { TrailLookup } from '../trail/index.js';
import { CommandError, type CommandContext } from './context.js';

/** How far back its calls are looked for, milliseconds: no session of a role lives longer than twelve hours. */
const lookBack = 30 * 24 * 3600_000;

/**
 * Whose session `key` is, by its own calls in CloudTrail; null where it is a long-term key.
 * @throws CommandError where it is no session of a role, or nothing tells of it
 */
export async function stolenSession(
  key: string,
  { reader, identity }: Session,
  context: CommandContext,
): Promise<SessionOwner | null> {
  if (!isTemporary(key)) return null;
  const { account, homeRegion } = identity;
  const enabled = (await listRegions(reader, homeRegion)).filter((region) => region.enabled);
  const regions = [...new Set([homeRegion, ...enabled.map(({ name }) => name)])];
  const lookup = new TrailLookup({ reader, account, emit: context.emit, maxPages: 1 });
  const from = reader.now() - lookBack;
  await lookup.read(
    (['AccessKeyId', 'ResourceName'] as const).map((attribute) => ({ attribute, value: key, from, regions })),
  );
  const events = lookup.all();
  const { actor } = events.find((event) => event.actor.accessKeyId === key) ?? {};
  const role = roleOfArn(actor?.issuerArn ?? null);
  const userId = actor?.principalId ?? null;
  const seeWhose = `Whose it is: leakguard scan --session ${key}`;
  if (actor === undefined) {
    const unread = lookup.cells().find(({ status }) => status === 'denied' || status === 'failed');
    if (unread !== undefined)
      throw refused(
        `Whose session ${key} is could not be read: CloudTrail in ${unread.region}: ${unread.detail ?? unread.status}.`,
        seeWhose,
      );
    throw refused(
      `CloudTrail shows no call of session ${key} in account ${account}: is the id right, and the account? It can lag by 15 minutes.`,
      seeWhose,
    );
  }
  if (role === null || userId?.includes(':') !== true) {
    const whose = actor.userName ?? actor.arn ?? 'somebody';
    throw refused(
      `${key} is a session of ${whose}, of no role: it ends with the key that minted it.`,
      seeWhose,
    );
  }
  if (role.account !== account) {
    throw refused(
      `${key} is a session of role ${role.name} in account ${role.account}; you are in ${account}.`,
      `Use credentials of account ${role.account}: --profile NAME`,
    );
  }
  return { kind: 'session', role: role.name, userIds: [userId] };
}

function refused(message: string, next: string): CommandError {
  return new CommandError(ExitCode.refused, `${message} Nothing was done.`, next);
}
