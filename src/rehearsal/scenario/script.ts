import { defaultRegions, type Random } from '../../range/index.js';
import type { ApiCall, Json, Launch } from './scenario.js';

/** One call, ready to be made: by which credential, where, from which address. */
export interface Shot {
  as: string;
  service: string;
  operation: string;
  region: string;
  input: { [key: string]: Json };
  ip: string;
  userAgent: string;
}

/** What AWS said: the answer, or its error code. */
export type Answer = { output: Json } | { error: string };

/** What a step has where it says nothing itself. */
export interface Defaults {
  as: string;
  ip: string;
  userAgent: string;
}

/** Where normal life comes from, where a scenario does not say. */
export const office = {
  ip: '198.51.100.24',
  userAgent: 'aws-cli/2.31.18 md/awscrt#0.28.2 ua/2.1 os/linux#6.8.0 lang/python#3.13.7',
};

/** What an image is called where a scenario names none: the range asks no more of it than its form. */
const anyImage = 'ami-0c02fb55956c7d316';

/** The calls that one step stands for, in order: one a region, `times` over. The same seed gives the same calls. */
export function shotsOf(step: ApiCall | Launch, defaults: Defaults, random: Random): Shot[] {
  const regions = regionsOf(step.regions);
  const from = step.ours === true ? office : defaults;
  const by = {
    as: step.as ?? defaults.as,
    ip: step.ip ?? from.ip,
    userAgent: step.userAgent ?? from.userAgent,
  };
  const shots: Shot[] = [];
  for (let time = 0; time < (step.times ?? 1); time += 1) {
    for (const region of regions) {
      if ('launch' in step) {
        const input = launchInput(step.launch, random);
        shots.push({ ...by, service: 'ec2', operation: 'RunInstances', region, input });
        continue;
      }
      const [service = '', operation = ''] = step.call.split(':');
      shots.push({ ...by, service, operation, region, input: step.input ?? {} });
    }
  }
  return shots;
}

function regionsOf(regions: ApiCall['regions']): readonly string[] {
  return regions === 'default' ? defaultRegions : (regions ?? ['us-east-1']);
}

function launchInput(launch: Launch['launch'], random: Random): { [key: string]: Json } {
  const { types, count, protect, protectStop, tags, dryRun, input } = launch;
  const [least, most] = typeof count === 'number' ? [count, count] : count;
  return {
    ImageId: anyImage,
    InstanceType: random.pick(types),
    MinCount: 1,
    MaxCount: Math.max(1, least + random.below(most - least + 1)),
    ...(protect === true ? { DisableApiTermination: true } : {}),
    ...(protectStop === true ? { DisableApiStop: true } : {}),
    ...(dryRun === true ? { DryRun: true } : {}),
    ...(tags === undefined
      ? {}
      : {
          TagSpecifications: [
            { ResourceType: 'instance', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
          ],
        }),
    ...input,
  };
}

/** `${name}` in any text of `input`, filled in from what was remembered. What is not known stays as it stands. */
export function filledIn(input: Json, memory: ReadonlyMap<string, Json>): Json {
  if (typeof input === 'string') {
    const whole = /^\$\{([^}]+)\}$/.exec(input);
    if (whole !== null) return memory.get(whole[1]!) ?? input;
    return input.replace(/\$\{([^}]+)\}/g, (text, name: string) => {
      const value = memory.get(name);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : text;
    });
  }
  if (Array.isArray(input)) return input.map((item) => filledIn(item, memory));
  if (input === null || typeof input !== 'object') return input;
  return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, filledIn(value, memory)]));
}

/** What stands at `Path.To.0.Field` of an answer; `*` gathers a list. Null where there is nothing. */
export function pickFrom(answer: Json, path: string): Json {
  let here: Json = answer;
  const steps = path.split('.');
  for (const [index, step] of steps.entries()) {
    if (step === '*' && Array.isArray(here))
      return here.map((item) => pickFrom(item, steps.slice(index + 1).join('.')));
    if (step === '') return here;
    if (Array.isArray(here)) here = here[Number(step)] ?? null;
    else if (here !== null && typeof here === 'object') here = here[step] ?? null;
    else return null;
  }
  return here;
}

/** Credentials as STS and IAM hand them out. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

/** The credentials in the answer of AssumeRole, GetSessionToken, GetFederationToken or CreateAccessKey. */
export function credentialsIn(answer: Json): Credentials | null {
  const text = (path: string) => {
    const value = pickFrom(answer, path);
    return typeof value === 'string' ? value : null;
  };
  const accessKeyId = text('Credentials.AccessKeyId') ?? text('AccessKey.AccessKeyId');
  const secretAccessKey = text('Credentials.SecretAccessKey') ?? text('AccessKey.SecretAccessKey');
  const sessionToken = text('Credentials.SessionToken');
  if (accessKeyId === null || secretAccessKey === null) return null;
  return { accessKeyId, secretAccessKey, ...(sessionToken === null ? {} : { sessionToken }) };
}

/** Instance ids in the answer of RunInstances, or of CreateFleet. */
export function launchedIn(answer: Json): string[] {
  const own = pickFrom(answer, 'Instances.*.InstanceId');
  const fleet = pickFrom(answer, 'Instances.*.InstanceIds');
  return [own, fleet].flat(3).filter((id): id is string => typeof id === 'string' && id.startsWith('i-'));
}
