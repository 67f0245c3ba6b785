import { AwsError } from '../../aws-error.js';
import type { Region } from '../../world/world.js';

interface Asked {
  ClientToken?: string;
}

/**
 * What the same request made before, by its client token; null where none was. Whoever sends it: a token is the
 * account's (EC2 developer guide, "Ensuring idempotency in Amazon EC2 API requests").
 */
export function madeBefore(region: Region, operation: string, input: Asked): string[] | null {
  const before =
    input.ClientToken === undefined ? undefined : tokens(region, operation).get(input.ClientToken);
  if (before === undefined) return null;
  if (before.fingerprint === JSON.stringify(input)) return before.ids;
  throw new AwsError(
    'IdempotentParameterMismatch',
    'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
  );
}

/** From now on the same request is answered with these. */
export function keepMade(region: Region, operation: string, input: Asked, ids: string[]): void {
  if (input.ClientToken === undefined) return;
  tokens(region, operation).set(input.ClientToken, { fingerprint: JSON.stringify(input), ids });
}

const tokens = (region: Region, operation: string) =>
  region.table<{ fingerprint: string; ids: string[] }>(`ec2:client-tokens:${operation}`);
