import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cliPath } from '../cli-path.js';

const home = mkdtempSync(join(tmpdir(), 'leakguard-completion-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
// As it is called once it is installed.
const bin = join(home, 'bin');
mkdirSync(bin);
writeFileSync(
  join(bin, 'leakguard'),
  `#!/bin/sh\nexec ${JSON.stringify(process.execPath)} ${JSON.stringify(cliPath)} "$@"\n`,
);
chmodSync(join(bin, 'leakguard'), 0o755);
mkdirSync(join(home, '.aws'));
writeFileSync(
  join(home, '.aws', 'config'),
  '[profile prod-oncall]\nregion = eu-west-1\n[sso-session corp]\nsso_region = eu-west-1\n[services local]\n',
);
const env = { HOME: home, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`, TERM: 'dumb' };

function shell(name: string, args: readonly string[], input = ''): string {
  const { stdout, stderr, error } = spawnSync(name, args, { encoding: 'utf8', env, input, cwd: home });
  if (error !== undefined) throw error;
  return `${stdout}\n${stderr}`;
}

function scriptFor(name: string): string {
  const file = join(home, `completion.${name}`);
  if (!existsSync(file)) writeFileSync(file, shell('leakguard', ['completion', name]));
  return file;
}

const ask: Record<string, (line: string) => string> = {
  bash: (line) => {
    const words = line.split(' ');
    const given = words.map((word) => JSON.stringify(word)).join(' ');
    return shell('bash', [
      '-c',
      `source ${scriptFor('bash')}; COMP_WORDS=(${given}); COMP_CWORD=${words.length - 1}; _leakguard; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ]);
  },
  fish: (line) => shell('fish', ['-c', `source ${scriptFor('fish')}; complete -C ${JSON.stringify(line)}`]),
  zsh: (line) => {
    // A person's keys: the line, then what lists the choices and says that it has.
    const typed = [
      'zmodload zsh/zpty',
      'zpty z zsh -f -i',
      `zpty -w z 'PROMPT=; autoload -U compinit; compinit -u -D; source ${scriptFor('zsh')}; zstyle ":completion:*" list-prompt ""; LISTMAX=10000; listed() { zle list-choices; zle -R; print -r -- "LIS""TED" }; zle -N listed; bindkey "^X" listed; print -r READY'`,
      'zpty -r -m z out "*READY*READY*"',
      `zpty -n -w z ${JSON.stringify(`${line}`)}$'\\x18'`,
      'zpty -r -m z out "*LISTED*"',
      'print -r -- "$out"',
    ].join('\n');
    return shell('zsh', ['-f', '-c', typed]);
  },
};

const isThere = (name: string): boolean => spawnSync(name, ['-c', 'true']).status === 0;

describe.each(Object.keys(ask))('completion in %s', (name) => {
  const missing = !isThere(name);
  if (missing) {
    const message = `No ${name}: its completion was NOT tried.`;
    if (process.env['CI'] === 'true') throw new Error(message);
    console.warn(`SKIPPED: ${message}`);
  }

  it.skipIf(missing).each([
    ['a command', 'leakguard ver', /\bverify\b/],
    ['a flag', 'leakguard contain --dry', /--dry-run\b/],
    ['a flag of all commands', 'leakguard scan --prof', /--profile\b/],
    ['a profile', 'leakguard scan --profile prod', /\bprod-oncall\b/],
    ['a region', 'leakguard scan --region eu-no', /\beu-north-1\b/],
    ['a scenario', 'leakguard rehearse mass', /\bmass-gpu\b/],
    ['a word', 'leakguard contain --evict re', /\bremove\b/],
  ])('offers %s', { timeout: 30_000 }, (_what, line, words) => {
    expect(ask[name]!(line)).toMatch(words);
  });

  it.skipIf(missing || name === 'bash')('says what a command does', { timeout: 30_000 }, () => {
    expect(ask[name]!('leakguard ').replace(/\s+/g, ' ')).toMatch(/verify .{0,12}the clearance list/);
  });

  it.skipIf(missing)('offers no section that is no profile', { timeout: 30_000 }, () => {
    expect(ask[name]!('leakguard scan --profile ')).not.toMatch(/\bcorp\b|\blocal\b/);
  });
});
