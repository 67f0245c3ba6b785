import { AwsError } from '../../aws-error.js';
import type { Context } from '../../service.js';
import { instancesOf, launchInstances } from '../../world/compute.js';
import { launchAnswer } from '../../world/relaunch.js';
import { reservationShape } from './describe-instances.js';
import { tagsFor } from './filters.js';
import { launchSpec, templateBy, type LaunchData, type TemplateReference } from './launch-templates.js';
import { requestSpot } from './spot.js';

type RunInput = LaunchData & {
  MinCount: number;
  MaxCount: number;
  ClientToken?: string;
  LaunchTemplate?: TemplateReference;
};

/** RunInstances: from the request or a template, once for each client token. */
export function runInstances(context: Context, input: RunInput) {
  const { region, maker, touched } = context;
  if (input.MinCount < 1 || input.MaxCount < input.MinCount) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${input.MaxCount}) for parameter maxCount is invalid. Must be at least minCount.`,
    );
  }
  const template = input.LaunchTemplate === undefined ? {} : templateBy(region, input.LaunchTemplate).data;
  const data = {
    ...template,
    ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
  } as RunInput;
  if (data.ImageId !== undefined && !/^(ami-[0-9a-f]{8,17}|resolve:ssm:.+)$/.test(data.ImageId)) {
    throw new AwsError('InvalidAMIID.Malformed', `Invalid id: "${data.ImageId}" (expecting "ami-...")`);
  }
  const spec = launchSpec(region, data);
  if (spec.profile !== undefined) {
    for (const role of region.account.instanceProfiles.get(spec.profile.split('/').at(-1)!)?.roles ?? []) {
      context.authorize('iam:PassRole', region.account.roles.get(role)?.arn ?? '*');
    }
  }
  const tokens = region.table<{ fingerprint: string; ids: string[] }>('ec2:client-tokens');
  const fingerprint = JSON.stringify(input);
  const before = input.ClientToken === undefined ? undefined : tokens.get(input.ClientToken);
  if (before !== undefined) {
    if (before.fingerprint !== fingerprint)
      throw new AwsError(
        'IdempotentParameterMismatch',
        'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
      );
    const again = before.ids.map((id) => instancesOf(region).get(id)!);
    return reservationShape(
      region,
      again.map((instance) => [instance, instance.states[0]!.state]),
    );
  }
  const market = data.InstanceMarketOptions;
  const spot = market?.MarketType === 'spot';
  const instances = spot
    ? requestSpot(region, spec, {
        count: input.MinCount,
        type: market?.SpotOptions?.SpotInstanceType === 'persistent' ? 'persistent' : 'one-time',
        maker,
        tags: {},
      }).map(({ instanceId }) => instancesOf(region).get(instanceId!)!)
    : launchInstances(region, spec, {
        least: input.MinCount,
        most: input.MaxCount,
        maker,
        clientToken: input.ClientToken,
      });
  if (input.ClientToken !== undefined)
    tokens.set(input.ClientToken, { fingerprint, ids: instances.map(({ id }) => id) });
  touched.push(...instances.map(({ id }) => id));
  const { userData: _userData, ...rest } = spec;
  context.trail.requestParameters = {
    instancesSet: {
      items: [
        {
          ...(data.ImageId ? { imageId: data.ImageId } : {}),
          minCount: input.MinCount,
          maxCount: input.MaxCount,
          ...(rest.keyName ? { keyName: rest.keyName } : {}),
        },
      ],
    },
    ...(input.UserData === undefined ? {} : { userData: '<sensitiveDataRemoved>' }),
    ...(input.InstanceType === undefined ? {} : { instanceType: input.InstanceType }),
    blockDeviceMapping:
      input.BlockDeviceMappings === undefined
        ? {}
        : {
            items: input.BlockDeviceMappings.map(({ DeviceName, Ebs }) => ({
              deviceName: DeviceName ?? null,
              ebs: {
                ...(Ebs?.VolumeSize === undefined ? {} : { volumeSize: Ebs.VolumeSize }),
                ...(Ebs?.VolumeType === undefined ? {} : { volumeType: Ebs.VolumeType }),
                ...(Ebs?.Iops === undefined ? {} : { iops: Ebs.Iops }),
                ...(Ebs?.DeleteOnTermination === undefined
                  ? {}
                  : { deleteOnTermination: Ebs.DeleteOnTermination }),
              },
            })),
          },
    monitoring: { enabled: false },
    disableApiTermination: spec.disableApiTermination ?? false,
    disableApiStop: spec.disableApiStop ?? false,
    ...(input.LaunchTemplate === undefined
      ? {}
      : {
          launchTemplate: Object.fromEntries(
            Object.entries(input.LaunchTemplate).map(([key, value]) => [
              key.charAt(0).toLowerCase() + key.slice(1),
              value,
            ]),
          ),
        }),
    ...(spec.profile === undefined ? {} : { iamInstanceProfile: { arn: spec.profile } }),
    ...(spot ? { instanceMarketOptions: { marketType: 'spot' } } : {}),
    ...(input.TagSpecifications === undefined
      ? {}
      : {
          tagSpecificationSet: {
            items: [
              {
                resourceType: 'instance',
                tags: Object.entries(tagsFor(input.TagSpecifications, 'instance')).map(([key, value]) => ({
                  key,
                  value,
                })),
              },
            ],
          },
        }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
  };
  context.trail.responseElements = { requestId: context.requestId, ...launchAnswer(region, instances) };
  return reservationShape(
    region,
    instances.map((instance) => [instance, 'pending']),
  );
}
