import {
  CreateEnvironmentCommand,
  DescribeEnvironmentResourcesCommand,
  DescribeEnvironmentsCommand,
  ElasticBeanstalkClient,
  TerminateEnvironmentCommand,
  UpdateEnvironmentCommand,
} from '@aws-sdk/client-elastic-beanstalk';
import { expect, test } from 'vitest';
import { instancesOf, stateAt } from '../../src/range/world/compute.js';
import { ground } from './world.js';

const sizes = (least: number) => [
  { Namespace: 'aws:autoscaling:asg', OptionName: 'MinSize', Value: String(least) },
  { Namespace: 'aws:autoscaling:launchconfiguration', OptionName: 'InstanceType', Value: 'm5.large' },
];

test('an Elastic Beanstalk environment keeps a group of instances, which ends with it', async () => {
  const at = await ground();
  try {
    const beanstalk = new ElasticBeanstalkClient(at.admin());
    const running = () => {
      at.world.clock.advance(10 * 60_000);
      const now = at.world.clock.now();
      return [...instancesOf(at.account.region('eu-west-1')).values()].filter(
        (one) => stateAt(one, now) === 'running',
      );
    };
    const { EnvironmentId } = await beanstalk.send(
      new CreateEnvironmentCommand({
        ...{ ApplicationName: 'shop', EnvironmentName: 'shop-prod' },
        OptionSettings: sizes(2),
      }),
    );
    const [one] = running();
    expect(running()).toHaveLength(2);
    const { EnvironmentResources } = await beanstalk.send(
      new DescribeEnvironmentResourcesCommand({ EnvironmentName: 'shop-prod' }),
    );
    expect(EnvironmentResources?.AutoScalingGroups?.map(({ Name }) => Name)).toEqual([
      one?.tags['aws:autoscaling:groupName'],
    ]);
    await beanstalk.send(new UpdateEnvironmentCommand({ EnvironmentId, OptionSettings: sizes(4) }));
    expect(running()).toHaveLength(4);
    await beanstalk.send(new TerminateEnvironmentCommand({ EnvironmentId }));
    expect(running()).toEqual([]);
    expect((await beanstalk.send(new DescribeEnvironmentsCommand({}))).Environments).toEqual([]);
  } finally {
    await at.range.close();
  }
});
