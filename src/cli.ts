#!/usr/bin/env node
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { parsePeriod, parseRegions, parseSize } from './commands/arguments.js';
import { CommandError, type CommandContext } from './commands/context.js';
import { examplesOf, shapeHelp } from './commands/help.js';
import { parseMoment } from './commands/moment.js';
import { ExitCode, exitCodeHelp, version } from './model/index.js';

interface GlobalFlags {
  profile?: string;
  roleArn?: string;
  externalId?: string;
  mfaSerial?: string;
  region: string[];
  endpointUrl?: string;
  maxAttempts?: string;
  json?: boolean;
  output?: string;
  color: boolean;
  verbose?: boolean;
  debug?: boolean;
  trace?: string;
}

/** What a command file exports: flags and context in, exit code out. */
type Run = (flags: never, context: CommandContext) => Promise<ExitCode>;

/** Refused at once where it does not parse; the commands, and the journal, keep it as it was written. */
const checked =
  (parse: (text: string) => unknown) =>
  (text: string): string => {
    try {
      parse(text);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
    return text;
  };

/** An option that may be given several times; `none` says what is done without it. */
const repeatable = (
  flags: string,
  description: string,
  none = 'none',
  check = (text: string) => text,
): Option =>
  new Option(flags, `${description}; repeatable`)
    .argParser((value: string, earlier: string[]) => [...earlier, check(value)])
    .default([], none);

let exitCode: ExitCode = ExitCode.ok;
let commandRuns = false;

/** Runs one command, loaded only now: `--help` loads none. */
function lazily(load: () => Promise<{ run: Run }>, positional: string[] = []) {
  return async (...args: unknown[]): Promise<void> => {
    const command = args.at(-1) as Command;
    const flags: Record<string, unknown> = { ...command.optsWithGlobals<GlobalFlags>() };
    positional.forEach((name, at) => {
      if (args[at] !== undefined) flags[name] = args[at];
    });
    commandRuns = true;
    const { runCommand } = await import('./commands/run-command.js');
    exitCode = await runCommand(command.name(), load, flags as unknown as GlobalFlags);
  };
}

const program = new Command('leakguard')
  .description('Contains a misused AWS access key: cuts it, stops what it launched, and proves it.')
  .version(version)
  .helpOption('-h, --help')
  .addHelpText(
    'before',
    [
      'The mail has come? In this order:',
      '',
      '  leakguard scan --key AKIA…                 what the key made, where, and what could not be looked at',
      '  leakguard contain --key AKIA… --dry-run    what would be done',
      '  leakguard contain --key AKIA…              cut the key at once, then the rest; asks before each',
      '  leakguard verify --key AKIA…               is everything clean, and was everything looked at',
      '  leakguard cloudfront --watch               until every distribution serves again',
      '  leakguard rehearse                         all of that on a simulated AWS, on a calm day',
      '',
    ].join('\n'),
  )
  .addHelpText('afterAll', `\nExit codes (neither 3 nor 5 ever means clean):\n${exitCodeHelp()}`)
  .option('--profile <name>', 'credentials of this profile (else the environment, then AWS_PROFILE)')
  .option('--role-arn <arn>', 'work as this role, assumed with those credentials')
  .option('--external-id <id>', 'with --role-arn: what the role’s trust policy asks for')
  .option('--mfa-serial <arn>', 'with --role-arn: the MFA device; its code is asked for')
  .addOption(
    repeatable(
      '--region <region>',
      'look only there (several: separated by commas)',
      'all that are enabled',
      checked((text) => parseRegions([text])),
    ),
  )
  .option('--endpoint-url <url>', 'call this endpoint instead of AWS (else AWS_ENDPOINT_URL)')
  .option('--max-attempts <n>', 'attempts of one call (else AWS_MAX_ATTEMPTS, then 4)')
  .option('--json', 'one JSON document on stdout, on failure as well')
  .option('--output <file>', 'write the result to this file instead of stdout')
  .option('--no-color', 'no colours (else NO_COLOR, FORCE_COLOR, TERM)')
  .option('--verbose', 'details')
  .option('--debug', 'each request to AWS on stderr, and the stack of an error')
  .option('--trace <file>', 'also write each call, wait and computation, for ui.perfetto.dev')
  .exitOverride()
  // Said by refuse(), as every other error is.
  .configureOutput({ outputError: () => undefined });

const since = new Option(
  '--since <when>',
  'from when to read the event history, which holds 90 days: 2h, 90d, 2026-11-27, "yesterday 14:00"',
)
  .argParser(checked((text) => parseMoment(text, Date.now())))
  .default('90d');
const compromisedAt = new Option(
  '--compromised-at <time>',
  'when the misuse began: "2026-11-27 14:00", "yesterday 14:00 local", 2h; UTC unless a zone is said (else estimated, and shown)',
).argParser(checked((text) => parseMoment(text, Date.now())));
const trail = new Option(
  '--trail <paths...>',
  'CloudTrail log files, directories, s3://BUCKET/PREFIX, auto (the bucket of your trail) or athena:DATABASE.TABLE, instead of the event history',
);
const maxScan = new Option(
  '--max-scan <size>',
  'how much Athena may read in all, with --trail athena:…: 500GB',
)
  .argParser(checked(parseSize))
  .default('500GB');
const closedRegion = repeatable(
  '--closed-region <region>',
  'a policy of the organisation closes it to everybody, I answer for that (several: separated by commas)',
);
const trustTrail = new Option(
  '--trust-trail',
  'I answer for the files of --trail: act on what CloudTrail’s event history does not confirm',
);
const validate = new Option(
  '--validate',
  'prove the files of --trail by CloudTrail’s digest files, as aws cloudtrail validate-logs does',
).conflicts('trustTrail');
const publicKeys = new Option(
  '--public-keys <file>',
  'with --validate: CloudTrail’s keys, what aws cloudtrail list-public-keys wrote (else CloudTrail is asked)',
);

const ofKey = new Option('--key <id>', 'the incident of this key');
const reportDir = new Option('--report-dir <dir>', 'where the journals are (else the state directory)');

const organization = new Option(
  '--organization',
  'the key’s incident in all accounts of the organization, from its management account or a delegated one',
);
const memberRole = new Option(
  '--member-role <name>',
  'with --organization: the role to work as in each account (else AWSControlTowerExecution, then OrganizationAccountAccessRole)',
);
const memberExternalId = new Option(
  '--member-external-id <id>',
  'with --organization: what the trust policy of that role asks for',
);
const accounts = repeatable(
  '--accounts <ids>',
  'with --organization: only these accounts (several: separated by commas)',
  'all of them',
);
const unit = new Option(
  '--ou <id>',
  'with --organization: only the accounts of this unit and those below it',
);
const concurrency = new Option(
  '--concurrency <n>',
  'with --organization: so many accounts at a time',
).default('8');

program
  .command('scan')
  .description('what a key made, which keys look misused, and what could not be looked at; changes nothing')
  .option('--key <id>', 'the key; without it the suspicious keys are named')
  .option('--instance <id>', 'from an instance up to the key or principal behind it')
  .option('--session <id>', 'from a session (ASIA…) up to the key or principal behind it')
  .option('--user <name>', 'from a user name to its keys and sessions')
  .addOption(since)
  .addOption(compromisedAt)
  .addOption(trail)
  .addOption(trustTrail)
  .addOption(maxScan)
  .addOption(validate)
  .addOption(publicKeys)
  .addOption(closedRegion)
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .option('--html <file>', 'also write one self-contained page')
  .addOption(organization)
  .addOption(memberRole)
  .addOption(memberExternalId)
  .addOption(accounts)
  .addOption(unit)
  .addOption(concurrency)
  .action(lazily(() => import('./commands/scan.js')));

program
  .command('contain')
  .description('disables the key at once, cuts its sessions, stops and terminates what it made, confirms')
  .option('--key <id>', 'the misused key')
  .option('--session <id>', 'instead of a key: a stolen session (ASIA…) of a role')
  .option('--user <name>', 'instead of a key: a user, with its password, sessions and misused keys')
  .option('--role <name>', 'instead of a key: a role, and those of its sessions that are misused')
  .option('--dry-run', 'only reads: what would be done')
  .option('--check-permissions', 'which permissions the caller lacks; changes nothing')
  .addOption(since)
  .addOption(compromisedAt)
  .addOption(trail)
  .addOption(trustTrail)
  .addOption(maxScan)
  .addOption(validate)
  .addOption(publicKeys)
  .addOption(closedRegion)
  .addOption(
    repeatable(
      '--include <what>',
      'act on this too: an id, held, a group or a region (several: separated by commas)',
    ),
  )
  .addOption(
    repeatable('--exclude <what>', 'spare this: an id, a group or a region (several: separated by commas)'),
  )
  .option('--deny <which>', 'dated (spares the user’s other keys) or all', 'dated')
  .option('--evict <how>', 'disable or remove what was planted', 'disable')
  .option('--remove-templates', 'remove launch templates and configurations of the incident too')
  .option('--snapshot', 'snapshot the volumes of rogue instances first')
  .option(
    '--watch <period>',
    'keep sweeping until nothing was found for this long, for example 30m',
    checked(parsePeriod),
  )
  .option('--yes', 'agree to everything; needs --account')
  .option('--account <id>', 'the account that must be meant')
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .option('--report-dir <dir>', 'where the journal and the report go (else the state directory)')
  .option('--plan <file>', 'write the plan to this file; changes nothing')
  .option('--apply <file>', 'do exactly what this plan says')
  .option('--take-over', 'take over the lock of a run that is gone, on another host too')
  .action(lazily(() => import('./commands/contain.js')));

program
  .command('resume')
  .description('goes on with an interrupted containment')
  .argument('[report]', 'its journal (.jsonl) or report (else the only unfinished one)')
  .addOption(ofKey)
  .addOption(reportDir)
  .option('--unconfirmed', 'agree to flags that stand in the journal alone, not confirmed by CloudTrail')
  .option('--yes', 'agree to what was not agreed to yet; needs --account')
  .option('--account <id>', 'the account that must be meant')
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .option('--take-over', 'take over the lock of a run that is gone, on another host too')
  .action(lazily(() => import('./commands/resume.js'), ['report']));

program
  .command('undo')
  .description(
    'gives innocents their things back, from the before-values in its journal; leaves the attacker’s',
  )
  .argument('[report]', 'its journal (.jsonl) or report (else the last one)')
  .addOption(ofKey)
  .addOption(reportDir)
  .option('--reactivate-key', 'turn the key on again too')
  .option('--include-rogue', 'the attacker’s things too, and the Denies on sessions that can still live')
  .addOption(
    repeatable('--only <id>', 'only what was done to this, whatever it was (several: separated by commas)'),
  )
  .option(
    '--unconfirmed',
    'agree to before-values that stand in the journal alone, not confirmed by CloudTrail',
  )
  .option('--yes', 'agree; needs --account')
  .option('--account <id>', 'the account that must be meant')
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .option('--take-over', 'take over the lock of a run that is gone, on another host too')
  .action(lazily(() => import('./commands/undo.js'), ['report']));

program
  .command('verify')
  .description('the clearance list: is everything clean, and was everything looked at; changes nothing')
  .option('--key <id>', 'the key that was misused')
  .option('--session <id>', 'instead of a key: a stolen session (ASIA…) of a role')
  .option('--user <name>', 'instead of a key: a user, with its password, sessions and misused keys')
  .option('--role <name>', 'instead of a key: a role, and those of its sessions that are misused')
  .addOption(repeatable('--watch-key <id>', 'a replacement key to watch too'))
  .option('--wait', 'until CloudTrail has settled')
  .addOption(since)
  .addOption(compromisedAt)
  .addOption(trail)
  .addOption(trustTrail)
  .addOption(maxScan)
  .addOption(validate)
  .addOption(publicKeys)
  .addOption(closedRegion)
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .action(lazily(() => import('./commands/verify.js')));

program
  .command('notice')
  .description('what AWS’s mail or Health event says, and the command to run next; only looks')
  .argument('<file>', 'an .eml, pasted text or Health JSON; - for standard input')
  .action(lazily(() => import('./commands/notice.js'), ['file']));

program
  .command('cloudfront')
  .description('does the API answer, does each host resolve, does it serve, was it changed')
  .option('--watch', 'until all serve; prints each change, and journals it')
  .option(
    '--every <period>',
    'with --watch: the shortest time between two looks (default: 15s)',
    checked(parsePeriod),
  )
  .addOption(repeatable('--host <name>', 'a distribution’s host, where the API is locked'))
  .option('--hosts-file <file>', 'hosts, one a line')
  .option('--report <report>', 'take the hosts of this report')
  .option('--key <id>', 'whose changes to look for in CloudTrail')
  .addOption(since)
  .addOption(compromisedAt)
  .addOption(repeatable('--resolver <ip[:port]>', 'ask this resolver instead of the public ones'))
  .addOption(repeatable('--doh <url>', 'ask this DNS-over-HTTPS resolver too'))
  .option('--no-http', 'no HTTPS request to the hosts')
  .option('--stand-in', 'what could serve meanwhile, for each alternate name; changes nothing')
  .option('--probe-origins', 'with --stand-in: ask the origins too')
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .option('--report-dir <dir>', 'where the watch’s journal goes (else the state directory)')
  .action(lazily(() => import('./commands/cloudfront.js')));

program
  .command('restrictions')
  .description(
    'which services has AWS limited: one harmless read in each, in the home region or those of --region',
  )
  .option('--key <id>', 'what AWS’s own services say of this key')
  .option('--cost', 'what each of the last days has cost; AWS charges $0.01 for the request')
  .option('--simulated', 'the endpoint is not AWS, and I know')
  .action(lazily(() => import('./commands/restrictions.js')));

program
  .command('list')
  .description('the incidents so far: when, which key and account, how each stands, and the next command')
  .addOption(ofKey)
  .addOption(reportDir)
  .action(lazily(() => import('./commands/list.js')));

program
  .command('report')
  .description('shows a containment again, from its journal')
  .argument('[report]', 'its journal (.jsonl) or report (else the last one)')
  .addOption(ofKey)
  .addOption(reportDir)
  .option('--html <file>', 'write one self-contained page')
  .option('--markdown', 'Markdown for a ticket, in place of the screen')
  .option('--csv <file>', 'write both sides over time, one event a line')
  .action(lazily(() => import('./commands/report.js'), ['report']));

program
  .command('explain')
  .description('why a thing has its class: rule, reasons, events, and what would change it; changes nothing')
  .argument('<id>', 'the id, as a screen or report shows it')
  .argument('[report]', 'the journal (.jsonl) or report (else the last one)')
  .addOption(ofKey)
  .addOption(reportDir)
  .action(lazily(() => import('./commands/explain.js'), ['id', 'report']));

program
  .command('case')
  .description('the reply for the support case, from the journal alone')
  .argument('[report]', 'its journal (.jsonl) or report (else the last one)')
  .addOption(ofKey)
  .addOption(reportDir)
  .option('--lang <lang>', 'en or ja', 'en')
  .option('--credit', 'ask for a billing adjustment too, with the instances as CSV')
  .option('--csv <file>', 'where the CSV goes (else beside the journal)')
  .action(lazily(() => import('./commands/case.js'), ['report']));

program
  .command('completion')
  .description('a completion script')
  .argument('<shell>', 'bash, zsh or fish')
  .action(async (shell: string) => {
    const { argumentOf, completionScript, isShell, valuesOf } = await import('./commands/completion.js');
    if (!isShell(shell)) return program.error('completion takes bash, zsh or fish');
    const shown = program.commands.filter((command) => command.name() !== 'complete');
    const commands = shown.map((command) => ({
      name: command.name(),
      description: command.description(),
      flags: [...command.options, ...program.options].flatMap(({ long, description, required, optional }) =>
        long == null ? [] : [{ long, description, takes: valuesOf(long, required || optional) }],
      ),
      argument: argumentOf(command.name(), command.registeredArguments.length > 0),
    }));
    process.stdout.write(completionScript(shell, commands));
  });

program
  .command('complete', { hidden: true })
  .description('what a completion script offers')
  .argument('<what>', 'keys, profiles, regions or scenarios')
  .action(async (what: string) => {
    const { wordsFor } = await import('./commands/complete.js');
    process.stdout.write((await wordsFor(what, process.env)).map((word) => `${word}\n`).join(''));
  });

program
  .command('man', { hidden: true })
  .description('the manual page, for man(1)')
  .action(async () => {
    const { manPage } = await import('./commands/man-page.js');
    const described = ({ options }: Command) =>
      options.map(({ flags, description }) => ({ term: flags, description }));
    const shown = program
      .createHelp()
      .visibleCommands(program)
      .filter((one) => one.name() !== 'help');
    const commands = shown.map((command) => ({
      name: command.name(),
      usage: `${command.name()} ${command.usage()}`,
      description: command.description(),
      options: described(command),
      examples: examplesOf(command.name()),
    }));
    const [description, options] = [program.description(), described(program)];
    process.stdout.write(manPage({ version, description, options, commands, exitCodes: exitCodeHelp() }));
  });

program
  .command('policy')
  .description('the IAM policy that the responder needs, generated from the plays')
  .option('--read-only', 'only what scan and verify need')
  .option('--plays <ids...>', 'only these plays')
  .option(
    '--trail <paths...>',
    'also what reading the trail from there takes: s3://BUCKET/PREFIX, auto or athena:DATABASE.TABLE',
  )
  .action(lazily(() => import('./commands/policy.js')));

program
  .command('athena-ddl')
  .description('the statement that makes a table of a trail’s files in Athena; runs nothing')
  .argument('<bucket>', 's3://BUCKET/PREFIX, as aws cloudtrail describe-trails names them')
  .option('--table <name>', 'the table’s name', 'cloudtrail_logs')
  .option('--from <day>', 'the first day that it has', '2020-01-01')
  .action(lazily(() => import('./commands/athena-ddl.js'), ['bucket']));

program
  .command('rehearse')
  .description('an incident on a simulated AWS: the real scan and contain against an attacker, scored')
  .argument('[scenario...]', 'names (see --list) or files; default: mass-gpu')
  .option('--all', 'every scenario that comes with leakguard')
  .option('--list', 'which scenarios there are')
  .option('--seed <n>', 'another incident of the same kind; the same seed gives the same one')
  .option('--seeds <from..to>', 'a soak: one rehearsal for each seed, the scenarios in turn')
  .option('--speed <n>', 'simulated seconds a second')
  .addOption(repeatable('--goal <key=value>', 'set a goal'))
  .option('--chaos', 'a bad day, by seed: dropped connections, 5xx, throttle storms, lost permissions')
  .option('--manual', 'print endpoint and credentials, wait, score whoever responds')
  .option('--junit <file>', 'also write JUnit XML')
  .option('--html <file>', 'also write one page with goals, figures and both sides over time')
  .option('--append <file>', 'of a soak in parts: one line for each seed, and no seed twice for one build')
  .option('--keep <dir>', 'keep the journals and reports of the rehearsals here')
  .action(lazily(() => import('./commands/rehearse.js'), ['scenario']));

program
  .command('range')
  .description('only the simulated AWS, to point any client at')
  .argument('[scenario]', 'a name or a file; default: an empty account')
  .option('--port <n>', 'listen here; default: any free port')
  .option('--seed <n>', 'the same seed gives the same account')
  .option('--speed <n>', 'simulated seconds a second')
  .option('--trail-dir <dir>', 'also write CloudTrail log files here, at the start and at the end')
  .action(lazily(() => import('./commands/range.js'), ['scenario']));

async function main(): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The reader went away, as in `leakguard scan | head`: quietly, and with the code of what was done. What else is
    // wrong with it costs the result, never what a command has begun: run-command says so of its own.
    if (error.code !== 'EPIPE' && !commandRuns) process.exitCode = ExitCode.unexpected;
  });
  // Nobody can be told; the exit code and the journal say what came of it.
  process.stderr.on('error', () => undefined);
  shapeHelp(program);
  if (process.argv.length <= 2) {
    program.outputHelp();
    return;
  }
  try {
    await program.parseAsync();
  } catch (error) {
    const shown = error instanceof CommanderError && error.exitCode === 0;
    exitCode = shown ? ExitCode.ok : await refuse(error);
  }
  process.exitCode = exitCode === ExitCode.ok ? (process.exitCode ?? exitCode) : exitCode;
}

/** What does not parse is said as every other error is: one sentence, the next step, and with --json the document. */
async function refuse(error: unknown): Promise<ExitCode> {
  const given = process.argv.slice(2);
  const name = program.commands.map((command) => command.name()).find((one) => given.includes(one)) ?? null;
  const { fail } = await import('./commands/run-command.js');
  const flags = { json: given.includes('--json'), debug: given.includes('--debug') };
  if (!(error instanceof CommanderError)) return fail(name, error, flags, process.stdout);
  const key = given.find((word) => /^["']?A[KS]IA\w{12,}["']?$/i.test(word));
  const isBare = error.code === 'commander.excessArguments' && key !== undefined;
  const bare = isBare ? `the key stands behind --key: leakguard ${name ?? 'scan'} --key ${key}` : null;
  const why = error.code === 'commander.help' ? 'no command was given' : (bare ?? error.message);
  // A secret that was pasted in the wrong place is not repeated.
  const said = why.replace(/^error: /, '').replace(/(?<![\w/+=])[\w/+=]{40}(?![\w/+=])/g, '…');
  const message = `${said}${/[.?)]$/.test(said) ? '' : '.'} Nothing was done.`;
  const next = ['leakguard', ...(name === null ? [] : [name]), '--help'].join(' ');
  return fail(name, new CommandError(ExitCode.usage, message, next), flags, process.stdout);
}

await main();
