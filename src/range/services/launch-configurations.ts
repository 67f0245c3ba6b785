import { AwsError } from '../aws-error.js';
import { page, type Operation } from '../service.js';
import type { Maker, Region } from '../world/world.js';
import type { LaunchData } from './ec2/launch-templates.js';

interface Configuration {
  name: string;
  arn: string;
  createdAt: number;
  data: LaunchData;
  maker: Maker;
}

/** The region's launch configurations, by name. */
export const configurations = (region: Region) => region.table<Configuration>('autoscaling:configurations');

/** The older way to say what a group launches. `inUse`: a group names it. */
export const configurationOperations = (
  inUse: (region: Region, name: string) => boolean,
): Record<string, Operation> => ({
  CreateLaunchConfiguration: (
    { region, now, maker, touched },
    input: {
      LaunchConfigurationName: string;
      IamInstanceProfile?: string;
      SecurityGroups?: string[];
    } & Omit<LaunchData, 'IamInstanceProfile'>,
  ) => {
    const { LaunchConfigurationName: name, IamInstanceProfile, SecurityGroups, ...data } = input;
    if (configurations(region).has(name))
      throw new AwsError(
        'AlreadyExists',
        `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
      );
    const profile =
      IamInstanceProfile === undefined
        ? {}
        : { IamInstanceProfile: { Name: IamInstanceProfile.split('/').at(-1)! } };
    configurations(region).set(name, {
      name,
      arn: region.arn('autoscaling', `launchConfiguration:${name}:launchConfigurationName/${name}`),
      createdAt: now,
      maker,
      data: { ...data, ...profile, SecurityGroupIds: SecurityGroups ?? [] },
    });
    touched.push(name);
  },
  DescribeLaunchConfigurations: (
    { region },
    input: { LaunchConfigurationNames?: string[]; NextToken?: string; MaxRecords?: number },
  ) => {
    const all = [...configurations(region).values()].filter(
      ({ name }) => !input.LaunchConfigurationNames?.length || input.LaunchConfigurationNames.includes(name),
    );
    const { items, next } = page(all, input.NextToken, input.MaxRecords ?? 50);
    return {
      LaunchConfigurations: items.map(({ name, arn, createdAt, data }) => ({
        LaunchConfigurationName: name,
        LaunchConfigurationARN: arn,
        CreatedTime: createdAt,
        ImageId: data.ImageId ?? '',
        InstanceType: data.InstanceType,
        KeyName: data.KeyName ?? '',
        SecurityGroups: data.SecurityGroupIds,
        UserData: data.UserData ?? '',
        IamInstanceProfile: data.IamInstanceProfile?.Name,
      })),
      NextToken: next,
    };
  },
  DeleteLaunchConfiguration: ({ region, touched }, input: { LaunchConfigurationName: string }) => {
    const used = inUse(region, input.LaunchConfigurationName);
    if (used)
      throw new AwsError(
        'ResourceInUse',
        'Cannot delete launch configuration because it is attached to an AutoScalingGroup',
      );
    if (!configurations(region).delete(input.LaunchConfigurationName))
      throw new AwsError(
        'ValidationError',
        `Launch configuration name not found - Launch configuration ${input.LaunchConfigurationName} not found`,
      );
    touched.push(input.LaunchConfigurationName);
  },
});
