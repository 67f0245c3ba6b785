import { AwsFailure, type Reader } from '../aws/index.js';
import { asText, type Finding, type Resource, resourceKey } from '../model/index.js';

/** How many are asked for at most: each is a call. */
const most = 60;

/** By play: a read of this one thing, true where the answer has it. Calls that the survey is permitted anyway. */
const asks: Record<string, (reader: Reader, resource: Resource) => Promise<boolean>> = {
  'access-keys': async (reader, { id, properties }) => {
    const UserName = asText(properties['userName']);
    if (UserName === null) return true;
    const { AccessKeyMetadata: keys = [] } = await reader.call('iam', 'ListAccessKeys', 'global', {
      UserName,
    });
    return keys.some(({ AccessKeyId }) => AccessKeyId === id);
  },
  'login-profiles': async (reader, { id: UserName }) => {
    await reader.call('iam', 'GetLoginProfile', 'global', { UserName });
    return true;
  },
  'iam-principals': async (reader, { id }) => {
    const name = id.slice(id.indexOf('|') + 1);
    // Of a user that is not there IAM lists no keys, and says so.
    if (id.startsWith('role|')) await reader.call('iam', 'GetRole', 'global', { RoleName: name });
    else await reader.call('iam', 'ListAccessKeys', 'global', { UserName: name });
    return true;
  },
  'role-trust': async (reader, { id: RoleName }) => {
    await reader.call('iam', 'GetRole', 'global', { RoleName });
    return true;
  },
  'lambda-functions': async (reader, { id: FunctionName, region }) => {
    await reader.call('lambda', 'GetFunctionConcurrency', region, { FunctionName });
    return true;
  },
  'ec2-instances': async (reader, { id, region }) => {
    await reader.call('ec2', 'DescribeInstances', region, { InstanceIds: [id] });
    return true;
  },
};

/**
 * Of what the trail says was made and no list shows: the keys of those that AWS, asked for them by id, says are not
 * there. A refusal, or any other failure, says nothing.
 */
export async function absentAmong(findings: readonly Finding[], reader: Reader): Promise<Set<string>> {
  const absent = new Set<string>();
  const asked = findings.filter(({ trail }) => trail?.now === 'not-known').slice(0, most);
  await Promise.all(
    asked.map(async ({ resource }) => {
      try {
        if ((await asks[resource.play]?.(reader, resource)) === false) absent.add(resourceKey(resource));
      } catch (error) {
        if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
        if (error.kind === 'gone') absent.add(resourceKey(resource));
      }
    }),
  );
  return absent;
}
