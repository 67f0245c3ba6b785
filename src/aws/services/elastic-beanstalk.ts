import {
  DescribeEnvironmentResourcesCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  TerminateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk';

export const elasticbeanstalk = {
  client: ElasticBeanstalkClient,
  commands: {
    DescribeEnvironmentResources: DescribeEnvironmentResourcesCommand,
    DescribeEnvironments: DescribeEnvironmentsCommand,
    TerminateEnvironment: TerminateEnvironmentCommand,
  },
  paginators: {},
};
