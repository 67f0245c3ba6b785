import { partitionOfRegion } from '../aws/index.js';
import { ExitCode } from '../model/index.js';
import { usualRoles } from '../organization/index.js';
import {
  memberTemplate,
  organizationRights,
  plays,
  responderPolicies,
  tableRights,
  trailRights,
} from '../plays/index.js';
import { isInBucket, placeOf } from '../trail/index.js';
import { CommandError, type CommandContext } from './context.js';
import { assertAddresses, isTable } from './survey-options.js';

interface PolicyFlags {
  readOnly?: boolean;
  plays?: string[];
  trail?: string[];
  region: string[];
  organization?: 'member' | 'management';
}

/** Prints the responder's IAM policy: the document, or where it takes several, a list of names and documents. */
export async function run(flags: PolicyFlags, context: CommandContext): Promise<ExitCode> {
  const wanted = (flags.plays ?? []).flatMap((names) => names.split(',')).filter((name) => name !== '');
  const unknown = wanted.filter((name) => !plays.some(({ id }) => id === name));
  if (unknown.length > 0) {
    throw new CommandError(
      ExitCode.usage,
      `No such play: ${unknown.join(', ').slice(0, 200)}.`,
      `There are: ${plays.map(({ id }) => id).join(', ')}`,
    );
  }
  const chosen = wanted.length === 0 ? plays : plays.filter(({ id }) => wanted.includes(id));
  const readOnly = flags.readOnly === true;
  if (flags.organization === 'member') {
    context.stdout.write(`${JSON.stringify(memberTemplate(chosen, readOnly), null, 2)}\n`);
    return ExitCode.ok;
  }
  const partition = partitionMeant(flags, context);
  const policies = responderPolicies(chosen, readOnly, [
    ...rightsOf(flags.trail ?? [], partition),
    ...(flags.organization === 'management' ? organizationRights(usualRoles, partition) : []),
  ]);
  const [only, ...more] = policies;
  const printed = context.json ? { version: 1, policies } : more.length === 0 ? only?.document : policies;
  context.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
  return ExitCode.ok;
}

/** What reading these trails takes: nothing more for files. @throws CommandError with exit code 2 */
function rightsOf(trail: readonly string[], partition: string): ReturnType<typeof trailRights> {
  assertAddresses(trail);
  const places = trail.filter(isInBucket).map((address) => {
    const place = placeOf(address);
    return typeof place === 'string' ? null : place;
  });
  return [
    ...(places.length === 0 ? [] : trailRights(places, partition)),
    ...(trail.some(isTable) ? tableRights(partition) : []),
  ];
}

/** Nothing is called, so nobody says which partition it is for: the region does, of --region, else of the environment. */
function partitionMeant({ region }: PolicyFlags, { env }: CommandContext): string {
  const named = region.find((name) => name !== 'all');
  return partitionOfRegion(named ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1');
}
