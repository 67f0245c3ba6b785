/** Services whose IAM prefix is not the SDK's name of the service (Service Authorization Reference). */
const prefixes: Record<string, string> = {
  cloudcontrol: 'cloudformation',
  costexplorer: 'ce',
  emr: 'elasticmapreduce',
  eventbridge: 'events',
  sesv2: 'ses',
};

/** Operations whose IAM action has another name or needs no permission of its own (Service Authorization
 *  Reference, by service). */
const names: Record<string, string> = {
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjectsV2': 's3:ListBucket',
};

/** The IAM action that allows `operation`, such as `ec2:TerminateInstances`. */
export function iamAction(service: string, operation: string): string {
  const name = `${service}:${operation}`;
  return names[name] ?? `${prefixes[service] ?? service}:${operation}`;
}
