import { ExitCode, exitCodeOfLook } from '../model/index.js';
import {
  type AccessState,
  lookForRestrictions,
  lookForSignals,
  restrictionsScreen,
} from '../recovery/restrictions/index.js';
import { parseKeyId, parseRegions } from './arguments.js';
import type { CommandContext } from './context.js';

interface RestrictionsFlags {
  region: string[];
  key?: string;
  cost?: boolean;
}

/** 3 where AWS has restricted a service, 5 where that cannot be told; what is not enabled is neither. */
const codeOf: Record<AccessState, ExitCode> = {
  answers: ExitCode.ok,
  'not-enabled': ExitCode.ok,
  restricted: ExitCode.findings,
  denied: ExitCode.incomplete,
  failed: ExitCode.incomplete,
  'cannot-tell': ExitCode.incomplete,
};

/** Which services has AWS limited? One harmless read in each, and what AWS's own services say of the key. */
export async function run(flags: RestrictionsFlags, context: CommandContext): Promise<ExitCode> {
  const { reader, identity } = await context.openSession();
  const key = flags.key === undefined ? null : parseKeyId(flags.key, identity.simulated);
  const regions =
    flags.region.length === 0
      ? [identity.homeRegion]
      : (parseRegions(flags.region) ?? (await enabledRegions()));
  const { emit } = context;
  const [rows, signals] = await Promise.all([
    lookForRestrictions(reader, { callerArn: identity.arn, regions, emit }),
    lookForSignals(reader, key, regions, flags.cost === true),
  ]);
  const exitCode = exitCodeOfLook(rows.map(({ state }) => codeOf[state]));
  if (context.json) {
    const document = {
      schemaVersion: 1,
      command: 'restrictions',
      simulated: identity.simulated,
      identity,
      exitCode,
      services: rows,
      signals,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const { width, color, verbose } = context;
    context.stdout.write(`${restrictionsScreen(rows, signals, identity, { width, color, verbose })}\n`);
  }
  return exitCode;

  async function enabledRegions(): Promise<string[]> {
    const { Regions } = await reader.call('ec2', 'DescribeRegions', identity.homeRegion, {});
    return (Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []);
  }
}
