import type { OperationOfChange, ServiceOfChange } from './changes.js';
import type { JsonObject } from './json.js';

/** Nobody can write it: a change is made by aws `change`, which checks it against AWS's types, or read back from a
 *  journal or plan file, which checks it against the list of changes. */
declare const checked: unique symbol;

/** One change to AWS, as data: what the SDK is given. */
export interface Change {
  service: ServiceOfChange;
  operation: OperationOfChange;
  input: JsonObject;
  readonly [checked]: true;
}

/** A change, and where it is made. */
export interface AwsCall extends Change {
  /** AWS region; `global` for services that have one endpoint a partition. */
  region: string;
}

/** A call as documents print it, whoever reads them. */
export type PrintedCall = Pick<AwsCall, 'region' | 'input'> & { service: string; operation: string };

/** `change` made in `region`, and nothing else that stands with it. */
export function callIn(region: string, { service, operation, input }: Change): AwsCall {
  return { service, operation, region, input } as AwsCall;
}
