import { AwsError } from '../../aws-error.js';
import type { Context } from '../../service.js';
import { instancesOf, launchInstances, type Instance, type LaunchSpec } from '../../world/compute.js';
import { launchAnswer } from '../../world/relaunch.js';
import { keepMade, madeBefore } from './client-tokens.js';
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
  const made = madeBefore(region, 'RunInstances', input);
  if (made !== null) {
    const again = made.map((id) => instancesOf(region).get(id)!);
    tellTrail(context, input, spec, again);
    return reservationShape(
      region,
      again.map((instance) => [instance, instance.states.at(-1)!.state]),
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
  keepMade(
    region,
    'RunInstances',
    input,
    instances.map(({ id }) => id),
  );
  touched.push(...instances.map(({ id }) => id));
  tellTrail(context, input, spec, instances);
  return reservationShape(
    region,
    instances.map((instance) => [instance, 'pending']),
  );
}

/** What CloudTrail has of it: of a repeated request the same, with the instances of the first. */
function tellTrail(context: Context, input: RunInput, spec: LaunchSpec, instances: Instance[]): void {
  const { region } = context;
  const market = input.InstanceMarketOptions;
  const { userData: _userData, ...rest } = spec;
  context.trail.requestParameters = {
    instancesSet: {
      items: [
        {
          ...(spec.imageId ? { imageId: spec.imageId } : {}),
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
    ...(market?.MarketType === 'spot' ? { instanceMarketOptions: { marketType: 'spot' } } : {}),
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
}
