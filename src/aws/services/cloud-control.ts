import {
  CloudControlClient,
  CreateResourceCommand,
  DeleteResourceCommand,
  GetResourceCommand,
} from '@aws-sdk/client-cloudcontrol';

export const cloudcontrol = {
  client: CloudControlClient,
  commands: {
    CreateResource: CreateResourceCommand,
    DeleteResource: DeleteResourceCommand,
    GetResource: GetResourceCommand,
  },
  paginators: {},
};
