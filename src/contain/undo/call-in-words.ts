import { asText, type AwsCall, type Json } from '../../model/index.js';
import { readDeny } from '../../plays/index.js';

/** What this call does, from the call alone: `iam UpdateAccessKey: UserName ci, AccessKeyId AKIA…, Status Active`. Pure. */
export function callInWords({ service, operation, input }: AwsCall): string {
  const values = Object.entries(input).map(([name, value]) => `${name} ${valueInWords(value)}`);
  return `${service} ${operation}: ${values.join(', ')}`;
}

function valueInWords(value: Json): string {
  const text = asText(value);
  if (text === null) return JSON.stringify(value);
  const deny = readDeny(text);
  if (deny === null) return text;
  if (deny.kind === 'all') return '(denies everything)';
  const whose = deny.kind === 'sessions' ? ` of ${deny.userIds.join(', ')}` : '';
  const until =
    deny.issuedBefore === null ? '' : ` issued before ${new Date(deny.issuedBefore).toISOString()}`;
  return `(denies everything to sessions${whose}${until})`;
}
