import type { JsonObject } from './json.js';

/** One call to AWS, as data: what the SDK is given. */
export interface AwsCall {
  /** The SDK's name of the service: a key of aws/services. */
  service: string;
  operation: string;
  /** AWS region; `global` for services that have one endpoint a partition. */
  region: string;
  input: JsonObject;
}
