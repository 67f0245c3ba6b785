import { AwsFailure, type Reader } from '../../aws/index.js';
import type { Emit } from '../../model/index.js';
import { answers, classify, needsPermission, type Access } from './classify.js';
import { permissionsOf } from './permission.js';
import { harmlessReads, type HarmlessRead } from './reads.js';

/** How one service answers in one region. */
export interface ServiceAccess extends Access {
  service: string;
  /** AWS region, or `global`. */
  region: string;
  action: string;
}

/**
 * One harmless read of each service: AWS limits "some services" of a misused account and does not say which. Changes
 * nothing; every failure is a row. @throws AwsFailure of kind `credentials` only
 */
export async function lookForRestrictions(
  reader: Reader,
  request: { callerArn: string; regions: readonly string[]; emit: Emit },
): Promise<ServiceAccess[]> {
  const jobs = harmlessReads.flatMap((read) =>
    (read.scope === 'global' ? ['global'] : request.regions).map((region) => ({ read, region })),
  );
  let done = 0;
  const results = await Promise.all(
    jobs.map(async ({ read, region }) => {
      const result = await attempt(reader, read, region);
      done += 1;
      const message = `asking ${read.service}${region === 'global' ? '' : ` in ${region}`}`;
      request.emit({ type: 'progress', subject: 'restrictions', region, done, total: jobs.length, message });
      return { read, region, result };
    }),
  );
  const doubtful = new Set(
    results
      .filter(({ result }) => result instanceof AwsFailure && needsPermission(result))
      .map(({ read }) => read.action),
  );
  const permissions = await permissionsOf(reader, request.callerArn, [...doubtful]);
  const someAnswer = results.some(({ result }) => !(result instanceof AwsFailure));
  return results.map(({ read: { service, action }, region, result }) => {
    const access =
      result instanceof AwsFailure
        ? classify(result, permissions.get(action) ?? 'unknown', someAnswer, action)
        : result;
    return { service, region, action, ...access };
  });
}

async function attempt(reader: Reader, one: HarmlessRead, region: string): Promise<Access | AwsFailure> {
  try {
    const limit = await one.read(reader, region);
    if (limit === null) return answers;
    const next = ['Ask AWS Support in the case what it takes to lift it.'];
    return { state: 'restricted', code: null, message: null, reason: limit, next };
  } catch (error) {
    if (error instanceof AwsFailure && error.kind !== 'credentials') return error;
    throw error;
  }
}
