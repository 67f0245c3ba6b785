import type { ExitCode, OutcomeRule, Reason } from '../model/index.js';
import { exitCodeOfLook } from '../outcome/index.js';
import {
  type AccessState,
  lookForRestrictions,
  lookForSignals,
  restrictionsScreen,
} from '../recovery/restrictions/index.js';
import { parseKeyId, parseRegions } from './arguments.js';
import type { CommandContext } from './context.js';
import { explained } from './explained.js';

interface RestrictionsFlags {
  region: string[];
  key?: string;
  cost?: boolean;
}

/** What is not enabled is neither restricted nor unknown. */
const ruleOf: Record<AccessState, OutcomeRule | null> = {
  answers: null,
  'not-enabled': null,
  restricted: 'restriction.found',
  denied: 'restriction.unknown',
  failed: 'restriction.unknown',
  'cannot-tell': 'restriction.unknown',
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
  const reasons = rows.flatMap(({ service, state }): Reason[] => {
    const rule = ruleOf[state];
    return rule === null ? [] : [{ rule, words: `${service}: ${state.replace('-', ' ')}` }];
  });
  const exitCode = exitCodeOfLook(reasons);
  if (context.json) {
    const document = {
      schemaVersion: 1,
      command: 'restrictions',
      simulated: identity.simulated,
      identity,
      exitCode,
      reasons,
      services: rows,
      signals,
    };
    context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    const { width, color, verbose, carried } = context;
    context.stdout.write(
      `${restrictionsScreen(rows, signals, identity, { width, color, verbose, carried })}\n`,
    );
  }
  return explained(exitCode, reasons, context);

  async function enabledRegions(): Promise<string[]> {
    const { Regions } = await reader.call('ec2', 'DescribeRegions', identity.homeRegion, {});
    return (Regions ?? []).flatMap(({ RegionName }) => RegionName ?? []);
  }
}
