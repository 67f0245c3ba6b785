import { AwsFailure } from './errors.js';
import type { Reader } from './reader.js';

/** The accelerator of an instance type. */
export interface AcceleratorInfo {
  name: string;
  count: number;
}

/** DescribeInstanceTypes takes up to 100 types a call (EC2 API reference). */
const typesPerCall = 100;

/**
 * The accelerators of `types`, from DescribeInstanceTypes (GPUs, inference and neuron devices, FPGAs, media).
 * Types that EC2 does not name in this region are left out: one unknown type makes EC2 refuse the whole call, so
 * they are asked for by filter. `refused`: why the rest is not known, where it is denied or fails.
 * @throws AwsFailure of kind `credentials` only
 */
export async function describeAccelerators(
  types: readonly string[],
  reader: Reader,
  region: string,
): Promise<{ found: Map<string, AcceleratorInfo>; refused: AwsFailure | null }> {
  const found = new Map<string, AcceleratorInfo>();
  try {
    for (let at = 0; at < types.length; at += typesPerCall) {
      const Filters = [{ Name: 'instance-type', Values: types.slice(at, at + typesPerCall) }];
      for await (const page of reader.pages('ec2', 'DescribeInstanceTypes', region, { Filters })) {
        for (const type of page.InstanceTypes ?? []) {
          const device = [
            ...(type.GpuInfo?.Gpus ?? []),
            ...(type.InferenceAcceleratorInfo?.Accelerators ?? []),
            ...(type.NeuronInfo?.NeuronDevices ?? []),
            ...(type.FpgaInfo?.Fpgas ?? []),
            ...(type.MediaAcceleratorInfo?.Accelerators ?? []),
          ][0];
          if (device === undefined || type.InstanceType === undefined) continue;
          found.set(type.InstanceType, { name: device.Name ?? 'accelerator', count: device.Count ?? 1 });
        }
      }
    }
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
    return { found, refused: error };
  }
  return { found, refused: null };
}
