import { instanceType } from '../../facts/index.js';
import type { Accelerator } from '../facts.js';

/** Families that carry accelerators, for types that are in no table yet: g, p, inf, trn, f, vt, dl followed by a
 *  generation (EC2 user guide, "Amazon EC2 instance type naming conventions"). */
const acceleratedFamily = /^(g\d|gr\d|p\d|inf\d|trn\d|f\d|vt\d|dl\d)/;

export type AcceleratorTable = ReadonlyMap<string, Accelerator> | undefined;

export function acceleratorOf(type: string, table: AcceleratorTable): Accelerator | null {
  const told = table?.get(type);
  if (told !== undefined) return told.count > 0 ? told : null;
  const known = instanceType(type);
  if (known !== null)
    return known.accelerator === null ? null : { name: known.accelerator, count: known.accelerators };
  return acceleratedFamily.test(type) ? { name: 'accelerator', count: 1 } : null;
}

/** 32 vCPUs and more, or bare metal. */
export function isLarge(type: string): boolean {
  const vcpus = instanceType(type)?.vcpus;
  if (vcpus !== null && vcpus !== undefined) return vcpus >= 32;
  const size = /\.(\d+)xlarge$/.exec(type)?.[1];
  return type.includes('.metal') || (size !== undefined && Number(size) >= 8);
}

/** `c5` of `c5.9xlarge`. */
export function familyOfType(type: string): string {
  return type.split('.')[0] ?? type;
}
