import {
  GetInstancesCommand,
  LightsailClient,
  StartInstanceCommand,
  StopInstanceCommand,
} from '@aws-sdk/client-lightsail';

export const lightsail = {
  client: LightsailClient,
  commands: {
    GetInstances: GetInstancesCommand,
    StartInstance: StartInstanceCommand,
    StopInstance: StopInstanceCommand,
  },
  paginators: {},
};
