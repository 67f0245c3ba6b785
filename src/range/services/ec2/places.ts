import { AwsError } from '../../aws-error.js';
import { page, type Operation } from '../../service.js';
import { instanceTypes, type InstanceTypeFacts } from '../../world/catalog.js';
import { zonesOf } from '../../world/compute.js';
import { applyFilters, type Paging } from './filters.js';
import { images } from './shares.js';

function typeShape(facts: InstanceTypeFacts) {
  const { gpu, accelerator } = facts;
  const total = gpu === null ? 0 : gpu.count * gpu.memoryMiB;
  const device =
    accelerator === null
      ? null
      : {
          Name: accelerator.name,
          Count: accelerator.count,
          Manufacturer: accelerator.kind === 'fpga' ? 'Xilinx' : 'AWS',
        };
  return {
    InstanceType: facts.name,
    CurrentGeneration: !/^(t2|p2|g3)\./.test(facts.name),
    SupportedUsageClasses: ['on-demand', 'spot'],
    BareMetal: false,
    Hypervisor: 'nitro',
    ProcessorInfo: {
      SupportedArchitectures: [/^(t4g|[cmr]\dg)\./.test(facts.name) ? 'arm64' : 'x86_64'],
      SustainedClockSpeedInGhz: 3.1,
    },
    VCpuInfo: { DefaultVCpus: facts.vcpus, DefaultCores: facts.vcpus / 2, DefaultThreadsPerCore: 2 },
    MemoryInfo: { SizeInMiB: facts.memoryMiB },
    ...(gpu === null
      ? {}
      : {
          GpuInfo: {
            Gpus: [
              {
                Name: gpu.name,
                Manufacturer: gpu.manufacturer,
                Count: gpu.count,
                MemoryInfo: { SizeInMiB: gpu.memoryMiB },
              },
            ],
            TotalGpuMemoryInMiB: total,
          },
        }),
    ...(accelerator?.kind === 'inference' ? { InferenceAcceleratorInfo: { Accelerators: [device] } } : {}),
    ...(accelerator?.kind === 'neuron'
      ? { NeuronInfo: { NeuronDevices: [{ Name: accelerator.name, Count: accelerator.count }] } }
      : {}),
    ...(accelerator?.kind === 'fpga' ? { FpgaInfo: { Fpgas: [device] } } : {}),
  };
}

/** Regions, zones, instance types and images: what does not belong to an account. */
export const placeOperations: Record<string, Operation> = {
  DescribeRegions: ({ account }, input: { AllRegions?: boolean; RegionNames?: string[] } & Paging) => {
    const all = [...account.regionStatus].map(([name, status]) => ({
      name,
      status:
        status === 'ENABLED_BY_DEFAULT'
          ? 'opt-in-not-required'
          : status === 'ENABLED' || status === 'DISABLING'
            ? 'opted-in'
            : 'not-opted-in',
    }));
    for (const name of input.RegionNames ?? []) {
      if (!account.regionStatus.has(name))
        throw new AwsError('InvalidParameterValue', `Invalid region provided: [${name}]`);
    }
    const shown = applyFilters(all, input.Filters, {
      'opt-in-status': ({ status }) => status,
      'region-name': ({ name }) => name,
      endpoint: ({ name }) => `ec2.${name}.amazonaws.com`,
    }).filter(
      ({ name, status }) =>
        (input.AllRegions || status !== 'not-opted-in') &&
        (!input.RegionNames || input.RegionNames.includes(name)),
    );
    return {
      Regions: shown.map(({ name, status }) => ({
        RegionName: name,
        Endpoint: `ec2.${name}.amazonaws.com`,
        OptInStatus: status,
      })),
    };
  },
  DescribeAvailabilityZones: ({ region }) => ({
    AvailabilityZones: zonesOf(region).map((zone, index) => ({
      ZoneName: zone,
      ZoneId: `${region.name}-az${index + 1}`,
      RegionName: region.name,
      GroupName: region.name,
      State: 'available',
      OptInStatus: 'opt-in-not-required',
      ZoneType: 'availability-zone',
    })),
  }),
  DescribeInstanceTypes: (_context, input: { InstanceTypes?: string[] } & Paging) => {
    for (const name of input.InstanceTypes ?? []) {
      if (!instanceTypes.has(name))
        throw new AwsError(
          'InvalidInstanceType',
          `The following supplied instance types do not exist: [${name}]`,
        );
    }
    const all = [...instanceTypes.values()].filter(
      ({ name }) => !input.InstanceTypes || input.InstanceTypes.includes(name),
    );
    const kept = applyFilters(all, input.Filters, {
      'instance-type': ({ name }) => name,
      'current-generation': () => 'true',
      'bare-metal': () => 'false',
      'supported-usage-class': () => ['on-demand', 'spot'],
    });
    const { items, next } = page(kept, input.NextToken, input.MaxResults ?? 100);
    return { InstanceTypes: items.map(typeShape), NextToken: next };
  },
  DescribeImages: ({ region }, input: { ImageIds?: string[]; Owners?: string[] } & Paging) => {
    const own = images.all(region).filter(({ id }) => input.ImageIds?.includes(id) ?? true);
    if (own.length > 0) return { Images: own };
    const ids = input.ImageIds ?? ['ami-0abcdef1234567890'];
    if (input.Owners?.includes('self')) return { Images: [] };
    return {
      Images: ids.map((id) => ({
        ImageId: id,
        Name: 'al2023-ami-2023.6.20260101.0-kernel-6.1-x86_64',
        State: 'available',
        OwnerId: '137112412989',
        ImageOwnerAlias: 'amazon',
        Public: true,
        Architecture: 'x86_64',
        ImageType: 'machine',
        RootDeviceType: 'ebs',
        RootDeviceName: '/dev/xvda',
        VirtualizationType: 'hvm',
        CreationDate: '2026-01-01T00:00:00.000Z',
        ImageLocation: `amazon/${region.name}`,
        Hypervisor: 'xen',
      })),
    };
  },
  DescribeAccountAttributes: () => ({
    AccountAttributes: [
      { AttributeName: 'supported-platforms', AttributeValues: [{ AttributeValue: 'VPC' }] },
    ],
  }),
};
