import { asObject, isChange } from '../model/index.js';

/** Why an action read from a file cannot be one of ours, the way back included; null where it can. The types that
 *  check what is planned do not reach what was written down. Pure. */
export function wrongInCalls(action: unknown): string | null {
  const { undo, ...call } = asObject(action) ?? {};
  const back = asObject(undo);
  if (back === null) return 'the action has no undo';
  if ('none' in back) return wrongInCall(call, 'the action');
  if (!Array.isArray(back['calls'])) return 'the undo has no calls';
  return [
    wrongInCall(call, 'the action'),
    ...back['calls'].map((one) => wrongInCall(one, 'the undo')),
  ].reduce((first, next) => first ?? next);
}

function wrongInCall(call: unknown, whose: string): string | null {
  const { service, operation, region, input } = asObject(call) ?? {};
  if (typeof service !== 'string' || typeof operation !== 'string' || typeof region !== 'string')
    return `${whose} has no service, operation or region`;
  if (!isChange(service, operation))
    return `${whose} calls ${service}:${operation}, which leakguard never calls`;
  return asObject(input) === null ? `${whose} has no input` : null;
}
