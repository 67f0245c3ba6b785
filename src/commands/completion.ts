/** What can be completed: each command with its long flags. */
export interface Completable {
  name: string;
  flags: string[];
}

const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function isShell(text: string): text is Shell {
  return (shells as readonly string[]).includes(text);
}

/** The completion script of a shell, from the command line's own table. Pure. */
export function completionScript(shell: Shell, commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  if (shell === 'fish') {
    return commands
      .flatMap(({ name, flags }) => [
        `complete -c leakguard -n __fish_use_subcommand -a ${name}`,
        ...flags.map(
          (flag) => `complete -c leakguard -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`,
        ),
      ])
      .join('\n')
      .concat('\n');
  }
  const cases = commands.map(({ name, flags }) => `    ${name}) words="${flags.join(' ')}" ;;`).join('\n');
  const bash = `_leakguard() {
  local words="${names}" current="\${COMP_WORDS[COMP_CWORD]}"
  case "\${COMP_WORDS[1]}" in
${cases}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${names}"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _leakguard leakguard
`;
  return shell === 'bash' ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}
