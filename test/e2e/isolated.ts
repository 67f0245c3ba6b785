import { spawnSync } from 'node:child_process';

/** What runs a command in a network of its own. */
export const isolated = ['unshare', '-rnm', '--'];

/** Whether this machine lacks what a network of its own with a resolver takes; told loudly, since `file` is skipped then. */
export function cannotIsolate(file: string): boolean {
  const missing = [
    ['unshare', '-rnm', 'true'],
    ['dnsmasq', '--version'],
    ['ip', '-V'],
  ].filter(([command = '', ...args]) => spawnSync(command, args).status !== 0);
  if (missing.length === 0) return false;
  const line = '!'.repeat(80);
  const names = missing.map((words) => words.join(' ')).join(', ');
  console.error(`\n${line}\nSKIPPED: ${file} needs a network of its own, and fails: ${names}\n${line}\n`);
  return true;
}
