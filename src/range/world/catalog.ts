/** Regions enabled by default, and those that an account opts in to (AWS general reference, "AWS regions"). */
export const defaultRegions = [
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
  'ca-central-1',
  'sa-east-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-central-1',
  'eu-north-1',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
];
export const optInRegions = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
];

/** Round trip in milliseconds from a laptop in Europe, by the region's first part: for `latency: true`. */
export const latencyByArea: Record<string, number> = {
  eu: 30,
  us: 110,
  ca: 110,
  mx: 150,
  sa: 210,
  af: 170,
  me: 120,
  il: 80,
  ap: 240,
};

export interface InstanceTypeFacts {
  name: string;
  vcpus: number;
  memoryMiB: number;
  gpu: { name: string; manufacturer: string; count: number; memoryMiB: number } | null;
  accelerator: { kind: 'inference' | 'neuron' | 'fpga'; name: string; count: number } | null;
  /** The Service Quotas bucket whose vCPUs it takes. */
  quota: 'standard' | 'g' | 'p' | 'inf' | 'trn' | 'x' | 'f' | 'dl';
}

const sizes: Record<string, number> = {
  nano: 2,
  micro: 2,
  small: 2,
  medium: 2,
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '3xlarge': 12,
  '4xlarge': 16,
  '6xlarge': 24,
  '8xlarge': 32,
  '9xlarge': 36,
  '10xlarge': 40,
  '12xlarge': 48,
  '16xlarge': 64,
  '18xlarge': 72,
  '24xlarge': 96,
  '32xlarge': 128,
  '48xlarge': 192,
};

// family: sizes; GiB of memory a vCPU; accelerators by size (in the order of the sizes). From DescribeInstanceTypes.
const general = 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge';
const families: [
  family: string,
  sizes: string,
  gib: number,
  quota: InstanceTypeFacts['quota'],
  accelerator?: [kind: string, maker: string, name: string, gib: number, counts: string],
][] = [
  ['t2', 'nano micro small medium large xlarge 2xlarge', 2, 'standard'],
  ['t3', 'nano micro small medium large xlarge 2xlarge', 2, 'standard'],
  ['t3a', 'nano micro small medium large xlarge 2xlarge', 2, 'standard'],
  ['t4g', 'nano micro small medium large xlarge 2xlarge', 2, 'standard'],
  ...['m5', 'm5a', 'm6i', 'm6g', 'm7i', 'm7g'].map((name): [string, string, number, 'standard'] => [
    name,
    general,
    4,
    'standard',
  ]),
  ...['c5', 'c5a', 'c6i', 'c6a', 'c6g', 'c7i', 'c7a', 'c7g'].map(
    (name): [string, string, number, 'standard'] => [
      name,
      `${general} 9xlarge 18xlarge 32xlarge 48xlarge`,
      2,
      'standard',
    ],
  ),
  ...['r5', 'r6i', 'r6g', 'r7i'].map((name): [string, string, number, 'standard'] => [
    name,
    general,
    8,
    'standard',
  ]),
  ['i3', 'large xlarge 2xlarge 4xlarge 8xlarge 16xlarge', 7.6, 'standard'],
  ['i4i', 'large xlarge 2xlarge 4xlarge 8xlarge 16xlarge 32xlarge', 8, 'standard'],
  ['x2idn', '16xlarge 24xlarge 32xlarge', 16, 'x'],
  ['g3', '4xlarge 8xlarge 16xlarge', 7.6, 'g', ['gpu', 'NVIDIA', 'M60', 8, '1 2 4']],
  [
    'g4dn',
    'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge',
    4,
    'g',
    ['gpu', 'NVIDIA', 'T4', 16, '1 1 1 1 4 1'],
  ],
  [
    'g4ad',
    'xlarge 2xlarge 4xlarge 8xlarge 16xlarge',
    4,
    'g',
    ['gpu', 'AMD', 'Radeon Pro V520', 8, '1 1 1 2 4'],
  ],
  [
    'g5',
    'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
    4,
    'g',
    ['gpu', 'NVIDIA', 'A10G', 24, '1 1 1 1 4 1 4 8'],
  ],
  [
    'g6',
    'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
    4,
    'g',
    ['gpu', 'NVIDIA', 'L4', 24, '1 1 1 1 4 1 4 8'],
  ],
  [
    'g6e',
    'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
    8,
    'g',
    ['gpu', 'NVIDIA', 'L40S', 48, '1 1 1 1 4 1 4 8'],
  ],
  ['p2', 'xlarge 8xlarge 16xlarge', 15.2, 'p', ['gpu', 'NVIDIA', 'K80', 12, '1 8 16']],
  ['p3', '2xlarge 8xlarge 16xlarge', 7.6, 'p', ['gpu', 'NVIDIA', 'V100', 16, '1 4 8']],
  ['p4d', '24xlarge', 12, 'p', ['gpu', 'NVIDIA', 'A100', 40, '8']],
  ['p5', '48xlarge', 10.6, 'p', ['gpu', 'NVIDIA', 'H100', 80, '8']],
  ['inf1', 'xlarge 2xlarge 6xlarge 24xlarge', 2, 'inf', ['inference', 'AWS', 'Inferentia', 8, '1 1 4 16']],
  ['inf2', 'xlarge 8xlarge 24xlarge 48xlarge', 4, 'inf', ['neuron', 'AWS', 'Inferentia2', 32, '1 1 6 12']],
  ['trn1', '2xlarge 32xlarge', 4, 'trn', ['neuron', 'AWS', 'Trainium', 32, '1 16']],
  ['dl1', '24xlarge', 8, 'dl', ['gpu', 'Habana', 'Gaudi HL-205', 32, '8']],
  ['f1', '2xlarge 4xlarge 16xlarge', 15.2, 'f', ['fpga', 'Xilinx', 'Virtex UltraScale (VU9P)', 64, '1 2 8']],
];

/** Every instance type that the range offers, by name. */
export const instanceTypes = new Map<string, InstanceTypeFacts>();
for (const [family, names, gib, quota, accelerator] of families) {
  for (const [index, size] of names.split(' ').entries()) {
    const vcpus = sizes[size]!;
    const count = Number(accelerator?.[4].split(' ')[index] ?? 0);
    const facts: InstanceTypeFacts = {
      name: `${family}.${size}`,
      vcpus,
      memoryMiB: Math.round(vcpus * gib * 1024),
      gpu: null,
      accelerator: null,
      quota,
    };
    if (accelerator !== undefined) {
      const [kind, manufacturer, name, memoryGiB] = accelerator;
      if (kind === 'gpu') facts.gpu = { name, manufacturer, count, memoryMiB: memoryGiB * 1024 };
      else facts.accelerator = { kind: kind as 'inference' | 'neuron' | 'fpga', name, count };
    }
    instanceTypes.set(facts.name, facts);
  }
}
