/** What can be completed: each command, what it does, its flags, and what its first argument is. */
export interface Completable {
  name: string;
  description: string;
  flags: CompletableFlag[];
  argument: Values;
}

interface CompletableFlag {
  /** `--key`. */
  long: string;
  description: string;
  /** Null: a switch. */
  takes: Values | null;
}

/** What stands behind a flag: these words, what `leakguard complete WHAT` prints, a file, or what nobody can guess. */
export type Values = { words: readonly string[] } | { ask: Asked } | 'file' | 'any';

/** What changes from day to day, and is asked for while typing. */

export type Asked = 'keys' | 'profiles' | 'regions' | 'scenarios';

const byFlag: Record<string, Values> = {
  '--key': { ask: 'keys' },
  '--watch-key': { ask: 'keys' },
  '--profile': { ask: 'profiles' },
  '--region': { ask: 'regions' },
  '--closed-region': { ask: 'regions' },
  '--lang': { words: ['en', 'ja'] },
  '--deny': { words: ['dated', 'all'] },
  '--evict': { words: ['disable', 'remove'] },
  '--since': { words: ['2h', '1d', '7d', '30d', '90d', 'yesterday'] },
};
const files = new Set(
  '--html --csv --junit --output --trace --plan --apply --trail --public-keys --hosts-file --report --report-dir --keep --trail-dir'.split(
    ' ',
  ),
);

/** What a flag takes, by its name; null for a switch. `hasValue`: the command line's own word for it. */
export function valuesOf(long: string, hasValue: boolean): Values | null {
  if (!hasValue) return null;
  return byFlag[long] ?? (files.has(long) ? 'file' : 'any');
}

const byCommand: Record<string, Values> = {
  rehearse: { ask: 'scenarios' },
  range: { ask: 'scenarios' },
  completion: { words: ['bash', 'zsh', 'fish'] },
  explain: 'any',
};

/** What a command's first argument is. */
export function argumentOf(name: string, takesArgument: boolean): Values {
  return byCommand[name] ?? (takesArgument ? 'file' : { words: [] });
}

const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function isShell(text: string): text is Shell {
  return (shells as readonly string[]).includes(text);
}

/** The completion script of a shell, from the command line's own table. Pure. */
export function completionScript(shell: Shell, commands: readonly Completable[]): string {
  if (shell === 'fish') return fish(commands);
  return shell === 'zsh' ? zsh(commands) : bash(commands);
}

/** In single quotes, as sh and its kin read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The words that a shell offers, as its own expression; null where it offers files, or nothing. */
function words(values: Values): string | null {
  if (values === 'file' || values === 'any') return null;
  return 'ask' in values ? `$(leakguard complete ${values.ask} 2>/dev/null)` : values.words.join(' ');
}

function bash(commands: readonly Completable[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  const offer = (values: Values): string => {
    if (values === 'file') return 'COMPREPLY=($(compgen -f -- "$current"))';
    return `COMPREPLY=($(compgen -W "${words(values) ?? ''}" -- "$current"))`;
  };
  const flags = new Map(commands.flatMap((command) => command.flags).map((flag) => [flag.long, flag]));
  const behind = [...flags.values()].flatMap(({ long, takes }) =>
    takes === null ? [] : [`    ${long}) ${offer(takes)}; return ;;`],
  );
  const cases = commands.map(
    ({ name, flags: its, argument }) =>
      `    ${name}) words="${its.map(({ long }) => long).join(' ')}"; [[ "$current" == -* ]] || { ${offer(argument)}; return; } ;;`,
  );
  return `_leakguard() {
  local words="" current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  case "$previous" in
${behind.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "${names}" -- "$current")); return; fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _leakguard leakguard
`;
}

function zsh(commands: readonly Completable[]): string {
  // Colons part a name from its description, brackets end one.
  const told = (text: string): string => text.replace(/[[\]:\\]/g, '\\$&');
  const action = (values: Values): string => {
    if (values === 'file') return '_files';
    const offered = words(values);
    if (offered === null || offered === '') return ' ';
    // Braces are evaluated when it is offered.
    return typeof values === 'object' && 'ask' in values ? `{compadd - ${offered}}` : `(${offered})`;
  };
  const describe = commands.map(({ name, description }) => `    ${quoted(`${name}:${told(description)}`)}`);
  const cases = commands.map(({ name, flags, argument }) => {
    const specs = flags.map(({ long, description, takes }) =>
      quoted(`*${long}[${told(description)}]${takes === null ? '' : `:${long.slice(2)}:${action(takes)}`}`),
    );
    return `    ${name}) _arguments -S ${[...specs, quoted(`*:${name}:${action(argument)}`)].join(' ')} ;;`;
  });
  return `#compdef leakguard
_leakguard() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${describe.join('\n')}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _leakguard leakguard
`;
}

function fish(commands: readonly Completable[]): string {
  const offer = (values: Values): string => {
    if (values === 'file') return ' -F';
    const offered = words(values);
    if (offered === null || offered === '') return '';
    return ` -a ${quoted(offered.replace(/^\$/, ''))}`;
  };
  const lines = commands.flatMap(({ name, description, flags, argument }) => {
    const here = `complete -c leakguard -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c leakguard -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      `${here}${offer(argument)}`,
      ...flags.map(
        ({ long, description: what, takes }) =>
          `${here} -l ${long.slice(2)} -d ${quoted(what)}${takes === null ? '' : ` -r${offer(takes)}`}`,
      ),
    ];
  });
  return ['complete -c leakguard -f', ...lines, ''].join('\n');
}
