/**
 * Which entries of the world's tables run, cost, relaunch or let somebody in. A kind that is not listed never does:
 * a template, a key pair and a security group that are left behind harm nobody by themselves.
 */
export const lives: Record<string, (entry: object) => boolean> = {
  'ec2:relaunchers': (entry) => {
    const { keeps, target } = entry as { keeps: boolean; target: number };
    return keeps && target > 0;
  },
  // What is verified sends nothing by itself: the account's sending does.
  'ses:identities': () => false,
  'ec2:spot-requests': (entry) => {
    const { type, state } = entry as { type: string; state: string };
    return type === 'persistent' && (state === 'open' || state === 'active');
  },
};
