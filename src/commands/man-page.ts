/** What a manual page is made of: the command line's own table. */
export interface Manual {
  version: string;
  description: string;
  options: readonly Described[];
  commands: readonly {
    name: string;
    usage: string;
    description: string;
    options: readonly Described[];
    examples: readonly (readonly [string, string])[];
  }[];
  /** As `--help` shows them. */
  exitCodes: string;
}

interface Described {
  term: string;
  description: string;
}

/** What the environment decides, beside what the AWS CLI takes from it. */
const environment: readonly Described[] = [
  {
    term: 'AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, AWS_USE_FIPS_ENDPOINT, …',
    description: 'as the AWS CLI takes them',
  },
  { term: 'HTTPS_PROXY, ALL_PROXY, NO_PROXY', description: 'as curl takes them' },
  { term: 'LEAKGUARD_MFA_CODE', description: 'the code of the MFA device, where there is no terminal' },
  {
    term: 'LEAKGUARD_WEBHOOK_URL, LEAKGUARD_WEBHOOK_FILE, LEAKGUARD_WEBHOOK_FORMAT, LEAKGUARD_PAGERDUTY_KEY',
    description:
      'who else is told: an https address (or a file with it), slack, teams, pagerduty or json, and PagerDuty’s integration key',
  },
  {
    term: 'XDG_STATE_HOME',
    description: 'where the journals are kept: leakguard/ in it, else ~/.local/state/leakguard',
  },
  { term: 'NO_COLOR, FORCE_COLOR, COLUMNS', description: 'how it is drawn' },
];

/** leakguard(1), in the language of man(7). Pure. */
export function manPage({ version, description, options, commands, exitCodes }: Manual): string {
  return [
    `.TH LEAKGUARD 1 "" "leakguard ${version}" "User Commands"`,
    '.SH NAME',
    `leakguard \\- ${text(description.charAt(0).toLowerCase() + description.slice(1))}`,
    '.SH SYNOPSIS',
    '.B leakguard',
    '.I command',
    '[options]',
    '.SH COMMANDS',
    ...commands.flatMap(({ usage, description: what, options: its, examples }) => [
      `.SS "${text(`leakguard ${usage}`)}"`,
      text(capital(what)) + (/[.!?]$/.test(what) ? '' : '.'),
      ...(examples.length === 0 ? [] : ['.PP', '.nf']),
      ...examples.map(([line, why]) => text(`    ${line}    # ${why}`)),
      ...(examples.length === 0 ? [] : ['.fi']),
      ...its.flatMap(described),
    ]),
    '.SH OPTIONS OF ALL COMMANDS',
    ...options.flatMap(described),
    '.SH EXIT STATUS',
    'Neither 3 nor 5 ever means clean.',
    '.nf',
    ...exitCodes.split('\n').map(text),
    '.fi',
    '.SH ENVIRONMENT',
    ...environment.flatMap(described),
    '',
  ].join('\n');
}

function described({ term, description }: Described): string[] {
  return ['.TP', `\\fB${text(term)}\\fR`, text(description)];
}

/** Escaped for troff: backslashes, hyphens, and what would be a request at a line's beginning. */
function text(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(
      /[^\x20-\x7e]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replace(/^[.']/, '\\&$&');
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
