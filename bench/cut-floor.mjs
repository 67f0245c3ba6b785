// The floor of the cut: a bare script with the SDK that is told the user and the key, and switches it off.
import { IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';

const [UserName, AccessKeyId] = process.argv.slice(2);
await new IAMClient({}).send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
