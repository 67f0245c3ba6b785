import {
  DeleteFleetCommand,
  DescribeFleetAttributesCommand,
  GameLiftClient,
  paginateDescribeFleetAttributes,
} from '@aws-sdk/client-gamelift';

export const gamelift = {
  client: GameLiftClient,
  commands: {
    DeleteFleet: DeleteFleetCommand,
    DescribeFleetAttributes: DescribeFleetAttributesCommand,
  },
  paginators: {
    DescribeFleetAttributes: paginateDescribeFleetAttributes,
  },
};
