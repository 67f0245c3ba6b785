import type { Command } from 'commander';

/** What a person reads first: command lines to take and change. */
const examples: Record<string, readonly (readonly [string, string])[]> = {
  scan: [
    ['leakguard scan --key AKIA…', 'what it made, in every region'],
    ['leakguard scan', 'no key named: which keys look misused'],
    ['leakguard scan --instance i-0abc…', 'from an instance up to the key behind it'],
    ['leakguard scan --trail logs/ --html scan.html', 'from CloudTrail’s files, without an account'],
  ],
  contain: [
    ['leakguard contain --key AKIA… --dry-run', 'what would be done; only reads'],
    ['leakguard contain --key AKIA…', 'asks before the cut, and before the rest'],
    ['leakguard contain --key AKIA… --yes --account 111122223333 --json', 'without a terminal'],
    ['leakguard contain --session ASIA…', 'a stolen session; also --role NAME, --user NAME'],
  ],
  verify: [
    ['leakguard verify --key AKIA…', 'is everything clean, and was everything looked at'],
    ['leakguard verify --key AKIA… --wait', 'until CloudTrail has settled'],
  ],
  undo: [
    ['leakguard undo', 'the last incident: innocents get their things back'],
    ['leakguard undo --only i-0abc…', 'one thing, whatever it was'],
  ],
  report: [
    ['leakguard report', 'the last incident, from its journal'],
    ['leakguard report --markdown --output ticket.md', 'for the ticket'],
    [
      'leakguard report --html report.html --csv timeline.csv',
      'for whoever commands, and for the post-mortem',
    ],
  ],
  cloudfront: [
    ['leakguard cloudfront', 'API, names and pages: once'],
    ['leakguard cloudfront --watch', 'until all serve again'],
  ],
  rehearse: [
    ['leakguard rehearse', 'mass-gpu: scan and contain against an attacker, scored'],
    ['leakguard rehearse --list', 'which scenarios there are'],
    ['leakguard rehearse mass-gpu --manual', 'an endpoint to respond to by hand'],
    ['leakguard rehearse --all --junit rehearsal.xml', 'in CI'],
  ],
};

/** The command lines that a command's help begins with. */
export function examplesOf(name: string): readonly (readonly [line: string, what: string])[] {
  return examples[name] ?? [];
}

/** Options by what a person looks for; what is not named stands under `Options:`. */
const groups: readonly (readonly [string, string])[] = [
  ['Whom:', 'key session user role instance watchKey'],
  ['Look first:', 'dryRun checkPermissions plan'],
  [
    'When, and from what:',
    'since compromisedAt trail trustTrail maxScan closedRegion validate publicKeys wait',
  ],
  [
    'What is acted on:',
    'include exclude deny evict removeTemplates snapshot only includeRogue reactivateKey',
  ],
  ['In an organization:', 'organization memberRole memberExternalId accounts ou concurrency agreed'],
  ['How it goes:', 'apply watch every takeOver unconfirmed seed seeds speed goal chaos manual'],
  ['Without a terminal:', 'yes account simulated'],
  ['Files:', 'reportDir html markdown csv junit keep'],
];

const commandGroups: readonly (readonly [string, string])[] = [
  ['See:', 'scan notice restrictions explain'],
  ['Contain:', 'contain resume undo'],
  ['Prove, and get the service back:', 'verify cloudfront case'],
  ['Past incidents:', 'list report'],
  ['On a calm day:', 'rehearse range policy athena-ddl completion'],
];

const groupOf = (name: string, table: typeof groups): string | null =>
  table.find(([, names]) => names.split(' ').includes(name))?.[0] ?? null;

/** Examples first, options in groups, and the options of all commands in one line. */
export function shapeHelp(program: Command): void {
  const everywhere = program.options.map(({ long }) => long).join(' ');
  for (const command of program.commands) {
    command.helpGroup(groupOf(command.name(), commandGroups) ?? 'Commands:');
    for (const option of command.options) {
      const heading = groupOf(option.attributeName(), groups);
      if (heading !== null) option.helpGroup(heading);
    }
    const lines = examplesOf(command.name());
    const width = Math.max(...lines.map(([line]) => line.length));
    const shown = lines.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`);
    if (shown.length > 0) command.addHelpText('before', `${shown.join('\n')}\n`);
    command.addHelpText('after', `\nWith every command (leakguard --help): ${everywhere}`);
  }
}
