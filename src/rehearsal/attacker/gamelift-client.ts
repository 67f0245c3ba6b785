// What the range has of it: the whole client weighs more in the package than all that a scenario calls.
export {
  CreateFleetCommand,
  DeleteFleetCommand,
  DescribeFleetAttributesCommand,
  GameLiftClient,
  UpdateFleetCapacityCommand,
} from '@aws-sdk/client-gamelift';
