// What the range has of it: the whole client weighs more in the package than all that a scenario calls.
export {
  CreateEnvironmentCommand,
  DescribeEnvironmentResourcesCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk';
