import {
  DeleteInstanceCommand,
  GetInstancesCommand,
  LightsailClient,
  StartInstanceCommand,
  StopInstanceCommand,
} from '@aws-sdk/client-lightsail';
import { pagesBy } from '../paging.js';

export const lightsail = {
  client: LightsailClient,
  commands: {
    DeleteInstance: DeleteInstanceCommand,
    GetInstances: GetInstancesCommand,
    StartInstance: StartInstanceCommand,
    StopInstance: StopInstanceCommand,
  },
  paginators: { GetInstances: pagesBy(GetInstancesCommand, 'nextPageToken', 'pageToken') },
};
