import { createHash, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Actor, Call } from './incident-actors.js';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Fields = { [name: string]: Json };

/**
 * Writes what was called as CloudTrail would deliver it: gzipped log files by region and day, under
 * `AWSLogs/ACCOUNT/CloudTrail/` (CloudTrail user guide, "CloudTrail log file name format"), and among them a digest
 * file and a file without records, which are normal.
 */
export async function writeTrail(directory: string, account: string, calls: readonly Call[]): Promise<void> {
  const files = new Map<string, Fields[]>();
  for (const call of calls) {
    if (/^(Describe|List|GetUser|GetCaller)/.test(call.operation)) continue;
    const at = new Date(call.time).toISOString();
    const day = at.slice(0, 10).replaceAll('-', '/');
    const stamp = `${at.slice(0, 14).replace(/[-:]/g, '')}00Z`;
    const file = `${call.region}/${day}/${account}_CloudTrail_${call.region}_${stamp}_aB3dE6gH1jK4mN7p.json.gz`;
    files.set(file, [...(files.get(file) ?? []), recordOf(call, account)]);
  }
  const root = join(directory, 'AWSLogs', account);
  const write = async (path: string, content: Json): Promise<void> => {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, gzipSync(JSON.stringify(content)));
  };
  for (const [file, records] of files) {
    // The order in a file is not the order of time.
    await write(join(root, 'CloudTrail', file), { Records: records.reverse() });
  }
  await write(join(root, 'CloudTrail', 'us-east-1/2026/01/01/empty.json.gz'), { Records: [] });
  await write(join(root, 'CloudTrail-Digest', 'us-east-1/2026/01/01/digest.json.gz'), {
    awsAccountId: account,
    digestStartTime: '2026-01-01T00:00:00Z',
    logFiles: [],
  });
}

/** Field names as in CloudTrail record contents (CloudTrail user guide), eventVersion 1.08. */
function recordOf(call: Call, account: string): Fields {
  const { service, operation, region, time, actor } = call;
  return {
    eventVersion: '1.08',
    userIdentity: identityOf(actor, account, time),
    eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName: operation,
    awsRegion: region,
    sourceIPAddress: actor.address,
    userAgent: actor.userAgent,
    ...elementsOf(call),
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: operation === 'AssumeRole',
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
  };
}

function identityOf({ name, credentials, userAgent }: Actor, account: string, time: number): Fields {
  const idOf = (prefix: string, text: string): string =>
    prefix + createHash('sha256').update(text).digest('hex').slice(0, 17).toUpperCase();
  if (name === 'root') {
    const { accessKeyId } = credentials;
    return {
      type: 'Root',
      principalId: account,
      arn: `arn:aws:iam::${account}:root`,
      accountId: account,
      accessKeyId,
    };
  }
  if (userAgent === 'autoscaling.amazonaws.com') {
    const role = 'AWSServiceRoleForAutoScaling';
    return {
      type: 'AssumedRole',
      principalId: `${idOf('AROA', role)}:AutoScaling`,
      arn: `arn:aws:sts::${account}:assumed-role/${role}/AutoScaling`,
      accountId: account,
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: idOf('AROA', role),
          arn: `arn:aws:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/${role}`,
          accountId: account,
          userName: role,
        },
      },
      invokedBy: 'autoscaling.amazonaws.com',
    };
  }
  return {
    type: 'IAMUser',
    principalId: idOf('AIDA', name),
    arn: `arn:aws:iam::${account}:user/${name}`,
    accountId: account,
    accessKeyId: credentials.accessKeyId,
    userName: name,
    ...(credentials.sessionToken === undefined
      ? {}
      : {
          sessionContext: {
            attributes: { creationDate: new Date(time).toISOString(), mfaAuthenticated: 'false' },
          },
        }),
  };
}

/** requestParameters and responseElements; null where CloudTrail leaves them empty on calls that worked. */
function elementsOf({ operation, input, output }: Call): Fields {
  const request = lowered(input) as Fields;
  const answer = lowered(output) as Fields;
  delete answer['$metadata'];
  switch (operation) {
    case 'RunInstances': {
      const { imageId = null, minCount = null, maxCount = null, ...rest } = request;
      const { instances, ...reservation } = answer;
      const items = (Array.isArray(instances) ? instances : []).map((item) => {
        const instance = item as Fields;
        return {
          instanceId: instance['instanceId'] ?? null,
          instanceType: instance['instanceType'] ?? null,
          launchTime: Date.parse(instance['launchTime'] as string),
          placement: instance['placement'] ?? {},
          ...(instance['tags'] === undefined ? {} : { tagSet: { items: instance['tags'] } }),
        };
      });
      return {
        requestParameters: { ...rest, instancesSet: { items: [{ imageId, minCount, maxCount }] } },
        responseElements: { ...reservation, instancesSet: { items } },
      };
    }
    case 'ModifyInstanceAttribute':
      return { requestParameters: request, responseElements: { _return: true } };
    case 'CreateAccessKey': {
      const { secretAccessKey: _secret, ...accessKey } = answer['accessKey'] as Fields;
      return { requestParameters: request, responseElements: { accessKey } };
    }
    case 'GetSessionToken': {
      const { secretAccessKey: _secret, ...credentials } = answer['credentials'] as Fields;
      return { requestParameters: request, responseElements: { credentials } };
    }
    case 'CreateUser':
      return { requestParameters: request, responseElements: answer };
    default:
      return { requestParameters: request, responseElements: null };
  }
}

/** The SDK's names begin with a capital letter, CloudTrail's do not. */
function lowered(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value !== 'object' || value === null) return (value ?? null) as Json;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) =>
      inner === undefined ? [] : [[name.charAt(0).toLowerCase() + name.slice(1), lowered(inner)]],
    ),
  );
}
