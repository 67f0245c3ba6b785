import { AwsError } from '../../aws-error.js';
import { page, tagList, type Operation } from '../../service.js';
import type { LaunchSpec } from '../../world/compute.js';
import type { Maker, Region } from '../../world/world.js';
import { applyFilters, tagsFor, type Paging, type TagSpecification } from './filters.js';

/** What RunInstances, launch templates and launch specifications have in common. */
export interface LaunchData {
  InstanceType?: string;
  ImageId?: string;
  KeyName?: string;
  UserData?: string;
  IamInstanceProfile?: { Arn?: string; Name?: string };
  SecurityGroupIds?: string[];
  Placement?: { AvailabilityZone?: string };
  DisableApiTermination?: boolean;
  DisableApiStop?: boolean;
  InstanceInitiatedShutdownBehavior?: string;
  InstanceMarketOptions?: { MarketType?: string; SpotOptions?: { SpotInstanceType?: string } };
  TagSpecifications?: TagSpecification[];
  BlockDeviceMappings?: {
    DeviceName?: string;
    Ebs?: { VolumeSize?: number; VolumeType?: string; Iops?: number; DeleteOnTermination?: boolean };
  }[];
}

export interface LaunchTemplate {
  id: string;
  name: string;
  createdAt: number;
  createdBy: string;
  data: LaunchData;
  tags: Record<string, string>;
  maker: Maker;
}

export interface TemplateReference {
  LaunchTemplateId?: string;
  LaunchTemplateName?: string;
}

const templates = (region: Region) => region.table<LaunchTemplate>('ec2:launch-templates');

/** The template that a reference names. Throws InvalidLaunchTemplateId.NotFound or InvalidLaunchTemplateName.NotFoundException. */
export function templateBy(
  region: Region,
  { LaunchTemplateId, LaunchTemplateName }: TemplateReference,
): LaunchTemplate {
  const found = [...templates(region).values()].find(
    ({ id, name }) => id === LaunchTemplateId || name === LaunchTemplateName,
  );
  if (found !== undefined) return found;
  if (LaunchTemplateId !== undefined) {
    throw new AwsError(
      'InvalidLaunchTemplateId.NotFound',
      `The specified launch template, with template ID ${LaunchTemplateId}, does not exist.`,
    );
  }
  throw new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${LaunchTemplateName}, does not exist.`,
  );
}

/** What to launch, of a template or a request. Throws where the profile is not the account's. */
export function launchSpec(region: Region, data: LaunchData): LaunchSpec {
  if (data.InstanceType === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter InstanceType');
  const given = data.IamInstanceProfile;
  const name = given?.Name ?? given?.Arn?.split('/').at(-1);
  const profile = name === undefined ? undefined : region.account.instanceProfiles.get(name);
  if (name !== undefined && profile === undefined) {
    throw new AwsError(
      'InvalidParameterValue',
      `Value (${name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name`,
    );
  }
  return {
    instanceType: data.InstanceType,
    ...(data.ImageId === undefined ? {} : { imageId: data.ImageId }),
    keyName: data.KeyName,
    userData: data.UserData,
    profile: profile?.arn,
    securityGroupIds: data.SecurityGroupIds ?? [],
    zone: data.Placement?.AvailabilityZone,
    tags: tagsFor(data.TagSpecifications, 'instance'),
    // A volume besides the root's stays where the request does not say (EC2 API reference, EbsBlockDevice).
    volumes: (data.BlockDeviceMappings ?? []).flatMap(({ DeviceName = '/dev/sdb', Ebs }) =>
      Ebs === undefined
        ? []
        : [
            {
              device: DeviceName,
              size: Ebs.VolumeSize ?? 8,
              type: Ebs.VolumeType ?? 'gp2',
              iops: Ebs.Iops,
              deleteOnTermination: Ebs.DeleteOnTermination ?? false,
            },
          ],
    ),
    disableApiTermination: data.DisableApiTermination ?? false,
    disableApiStop: data.DisableApiStop ?? false,
    shutdownBehavior: data.InstanceInitiatedShutdownBehavior ?? 'stop',
  };
}

const templateShape = (template: LaunchTemplate) => ({
  LaunchTemplateId: template.id,
  LaunchTemplateName: template.name,
  CreateTime: template.createdAt,
  CreatedBy: template.createdBy,
  DefaultVersionNumber: 1,
  LatestVersionNumber: 1,
  Tags: tagList(template.tags),
});

export const launchTemplateOperations: Record<string, Operation> = {
  CreateLaunchTemplate: (
    { region, world, now, caller, maker, touched },
    input: {
      LaunchTemplateName: string;
      LaunchTemplateData: LaunchData;
      TagSpecifications?: TagSpecification[];
    },
  ) => {
    if ([...templates(region).values()].some(({ name }) => name === input.LaunchTemplateName)) {
      throw new AwsError(
        'InvalidLaunchTemplateName.AlreadyExistsException',
        'Launch template name already in use.',
      );
    }
    const template: LaunchTemplate = {
      id: world.random.resourceId('lt'),
      name: input.LaunchTemplateName,
      createdAt: now,
      createdBy: caller.arn,
      data: input.LaunchTemplateData,
      tags: tagsFor(input.TagSpecifications, 'launch-template'),
      maker,
    };
    templates(region).set(template.id, template);
    touched.push(template.id);
    return { LaunchTemplate: templateShape(template) };
  },
  DescribeLaunchTemplates: (
    { region },
    input: { LaunchTemplateIds?: string[]; LaunchTemplateNames?: string[] } & Paging,
  ) => {
    const named = [
      ...(input.LaunchTemplateIds ?? []).map((LaunchTemplateId) => templateBy(region, { LaunchTemplateId })),
      ...(input.LaunchTemplateNames ?? []).map((LaunchTemplateName) =>
        templateBy(region, { LaunchTemplateName }),
      ),
    ];
    const all = applyFilters(named.length > 0 ? named : [...templates(region).values()], input.Filters, {
      'launch-template-name': ({ name }) => name,
    });
    const { items, next } = page(all, input.NextToken, input.MaxResults ?? 200);
    return { LaunchTemplates: items.map(templateShape), NextToken: next };
  },
  DescribeLaunchTemplateVersions: ({ region }, input: TemplateReference & Paging) => {
    const given = input.LaunchTemplateId ?? input.LaunchTemplateName;
    const all = given === undefined ? [...templates(region).values()] : [templateBy(region, input)];
    return {
      LaunchTemplateVersions: all.map((template) => ({
        LaunchTemplateId: template.id,
        LaunchTemplateName: template.name,
        VersionNumber: 1,
        DefaultVersion: true,
        CreateTime: template.createdAt,
        CreatedBy: template.createdBy,
        LaunchTemplateData: template.data,
      })),
    };
  },
  DeleteLaunchTemplate: ({ region, touched }, input: TemplateReference) => {
    const template = templateBy(region, input);
    templates(region).delete(template.id);
    touched.push(template.id);
    return { LaunchTemplate: templateShape(template) };
  },
};
