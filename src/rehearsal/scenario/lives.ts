import { type Instance, isAlive } from '../../range/index.js';

/** Where the service's own shelf does not say which of its entries run, cost, relaunch or let somebody in. */
const lives: Record<string, (entry: object) => boolean> = {
  'ec2:instances': (entry) => (entry as Instance).states.at(-1)?.state === 'running',
  // What nobody uses is billed all the same.
  'ec2:addresses': () => true,
  'ec2:volumes': (entry) => (entry as { instanceId?: string | null }).instanceId == null,
  'ec2:relaunchers': (entry) => {
    const { keeps, target } = entry as { keeps: boolean; target: number };
    return keeps && target > 0;
  },
  'ec2:spot-requests': (entry) => {
    const { type, state } = entry as { type: string; state: string };
    return type === 'persistent' && (state === 'open' || state === 'active');
  },
};

/** What harms nobody by itself, wherever it is left: other things act by it, and have a life of their own. */
const harmless = new Set([
  'amplify:apps',
  // Its relauncher lives.
  'autoscaling:groups',
  'autoscaling:configurations',
  'batch:job-definitions',
  'ec2:fleet',
  'ec2:key-pairs',
  'ec2:launch-templates',
  'ec2:security-groups',
  // It is told as left; its shares live.
  'ec2:snapshots',
  'ec2:spot-fleet',
  'ecs:clusters',
  'ecs:task-definitions',
  // A bus carries what is put on it; rules act.
  'events:event-buses',
  'sagemaker:endpoint-configs',
  // AWS's people grant it or do not; what is launched by it counts.
  'servicequotas:requests',
  // What is verified sends nothing by itself: the account's sending does.
  'ses:identities',
]);

/** Of those, what nobody needs once the attacker is out, and what the next one could use: it can be deleted. */
const tools = new Set([
  'autoscaling:configurations',
  'ec2:key-pairs',
  'ec2:launch-templates',
  'ec2:security-groups',
  'ses:identities',
]);

/** Whether things of this kind are an attacker's tools: harmless by themselves, and better gone. */
export const isTool = (table: string): boolean => tools.has(table);

/** Whether an entry of one of the world's tables runs, costs, relaunches or lets somebody in; null for a kind of
 *  which nobody has decided that: the score would be silent about it. */
export function livesOf(table: string, entry: object): boolean | null {
  if (harmless.has(table)) return false;
  return lives[table]?.(entry) ?? isAlive(table, entry);
}
