import { AwsFailure, type Reader } from '../../aws/index.js';

/** The names of all IAM users. */
export async function userNames(reader: Reader): Promise<string[]> {
  const names: string[] = [];
  for await (const page of reader.pages('iam', 'ListUsers', 'global', {})) {
    for (const { UserName } of page.Users ?? []) names.push(UserName ?? '');
  }
  return names;
}

/** What `read` gives, or null where the user or the thing asked for is gone, or never was. @throws AwsFailure */
export async function unlessGone<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AwsFailure && error.kind === 'gone') return null;
    throw error;
  }
}
