import {
  DescribeEnvironmentResourcesCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  TerminateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk';
import { pagesBy } from '../paging.js';

export const elasticbeanstalk = {
  client: ElasticBeanstalkClient,
  commands: {
    DescribeEnvironmentResources: DescribeEnvironmentResourcesCommand,
    DescribeEnvironments: DescribeEnvironmentsCommand,
    TerminateEnvironment: TerminateEnvironmentCommand,
  },
  paginators: { DescribeEnvironments: pagesBy(DescribeEnvironmentsCommand, 'NextToken') },
};
