import { AwsFailure, type OutputOf, type Reader } from '../../aws/index.js';
import { classify, needsPermission, type Permission, permissionsOf } from '../restrictions/index.js';
import type { ApiObservation, Configuration, Origin } from './state.js';

/** A distribution as the API lists it. */
interface ListedDistribution {
  id: string;
  host: string;
  aliases: string[];
  configuration: Configuration;
}

export interface ApiLook {
  api: ApiObservation;
  distributions: ListedDistribution[];
}

type Listed = NonNullable<
  NonNullable<OutputOf<'cloudfront', 'ListDistributions'>['DistributionList']>['Items']
>[number];

/** Not asked: the state of an API that nobody called. */
export function notAsked(reason: string): ApiObservation {
  return { state: 'not-asked', code: null, message: null, reason, next: [] };
}

/**
 * Do ListDistributions and GetDistribution work, and which distributions are there? A refusal is judged by its code
 * and text, by whether STS answers the same caller, and by the caller's policies where they can be simulated.
 */
export async function lookAtApi(reader: Reader): Promise<ApiLook> {
  const distributions: ListedDistribution[] = [];
  try {
    for await (const page of reader.pages('cloudfront', 'ListDistributions', 'global', {})) {
      distributions.push(...(page.DistributionList?.Items ?? []).flatMap(toListed));
    }
    // One is enough to see whether the operation works.
    const first = distributions[0];
    if (first !== undefined) await reader.call('cloudfront', 'GetDistribution', 'global', { Id: first.id });
    const reason = first === undefined ? 'it answers, and lists no distribution' : 'it answers';
    return { api: { state: 'answers', code: null, message: null, reason, next: [] }, distributions };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { api: await judgeFailure(reader, error), distributions };
  }
}

async function judgeFailure(reader: Reader, failure: AwsFailure): Promise<ApiObservation> {
  let callerArn: string | null = null;
  try {
    callerArn = (await reader.call('sts', 'GetCallerIdentity', 'global', {})).Arn ?? null;
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
  }
  const action = `cloudfront:${failure.operation}`;
  let permission: Permission = 'unknown';
  if (needsPermission(failure) && callerArn !== null)
    permission = (await permissionsOf(reader, callerArn, [action])).get(action) ?? 'unknown';
  const access = classify(failure, permission, callerArn !== null);
  return { ...access, state: access.state === 'not-enabled' ? 'failed' : access.state };
}

function toListed(summary: Listed): ListedDistribution[] {
  const { Id, DomainName } = summary;
  if (Id === undefined || DomainName === undefined) return [];
  const behaviours = [summary.DefaultCacheBehavior, ...(summary.CacheBehaviors?.Items ?? [])];
  return [
    {
      id: Id,
      host: DomainName,
      aliases: summary.Aliases?.Items ?? [],
      configuration: {
        enabled: summary.Enabled === true,
        deployed: summary.Status === 'Deployed',
        lastModified: summary.LastModifiedTime?.toISOString() ?? null,
        origins: (summary.Origins?.Items ?? []).map(toOrigin),
        functions: [
          ...new Set(
            behaviours.flatMap((behaviour) => [
              ...(behaviour?.LambdaFunctionAssociations?.Items ?? []).map(
                (item) => item.LambdaFunctionARN ?? '',
              ),
              ...(behaviour?.FunctionAssociations?.Items ?? []).map((item) => item.FunctionARN ?? ''),
            ]),
          ),
        ].filter((arn) => arn !== ''),
      },
    },
  ];
}

function toOrigin(origin: NonNullable<NonNullable<Listed['Origins']>['Items']>[number]): Origin {
  const identity = origin.S3OriginConfig?.OriginAccessIdentity ?? '';
  const control = origin.OriginAccessControlId ?? '';
  return {
    id: origin.Id ?? '',
    domain: origin.DomainName ?? '',
    kind: origin.S3OriginConfig === undefined ? 'custom' : 's3',
    private: identity !== '' || control !== '',
  };
}
