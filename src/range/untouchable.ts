import { AwsError } from './aws-error.js';
import type { Structure } from './service.js';

/**
 * One thing among many that a call may not end: a policy of the organisation on its tag, a service that manages it, a
 * protection that is no attribute. AWS refuses the whole call for it.
 */
export interface Untouchable {
  /** `service:Operation`, as AWS signs it. */
  to: string;
  code: string;
  /** `{id}` is who it is about. */
  message: string;
  /** Which ones; where none is named, the first that such a call is made for. */
  ids?: string[] | undefined;
}

/** Which things are untouchable, where the fault left it to the first call. */
export class Untouchables {
  private readonly chosen = new Map<Untouchable, string>();

  /** Why this call is refused, if it is. */
  refusal(faults: readonly Untouchable[] | undefined, name: string, input: Structure): AwsError | null {
    for (const fault of faults ?? []) {
      const asked = fault.to === name ? idsIn(input) : [];
      const [first] = asked;
      if (first === undefined) continue;
      if (fault.ids === undefined && !this.chosen.has(fault)) this.chosen.set(fault, first);
      const ids = fault.ids ?? [this.chosen.get(fault)];
      const id = asked.find((one) => ids.includes(one));
      if (id !== undefined) {
        const status = /^(UnauthorizedOperation|AccessDenied)/.test(fault.code) ? 403 : 400;
        return new AwsError(fault.code, fault.message.replaceAll('{id}', id), status);
      }
    }
    return null;
  }
}

function idsIn(input: Structure): string[] {
  return Object.entries(input).flatMap(([name, value]) =>
    name.endsWith('Ids') && Array.isArray(value) ? (value as string[]) : [],
  );
}
