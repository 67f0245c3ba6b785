import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { expect, it } from 'vitest';
import type { Scene } from '../../src/rehearsal/rehearse.js';
import { inScene, logOf, respondBy, scenarioCalled, withDirectory } from './scene.js';

async function group({ endpoint, environment }: Scene) {
  const scaling = new AutoScalingClient({
    region: 'eu-west-1',
    endpoint,
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID']!,
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY']!,
    },
  });
  const { AutoScalingGroups = [] } = await scaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
  );
  return AutoScalingGroups[0]!;
}

it('an innocent’s group gets its size back, and Auto Scaling ends nothing that the plan said is left', {
  timeout: 240_000,
}, async () => {
  const named = await scenarioCalled('tampered');
  await withDirectory(async (directory) => {
    await respondBy(named, async (scene) => {
      // The attacker has gone; what the group launched for him runs, and none of it is ended by a scale-in later on.
      while ((await group(scene)).Instances?.length !== 30)
        await new Promise((resolve) => setTimeout(resolve, 200));
      const ids = async () => (await group(scene)).Instances?.map(({ InstanceId }) => InstanceId).sort();
      const before = await ids();
      const log = await logOf(scene.endpoint);
      const key = log.find(({ label }) => label === 'attacker')!.accessKeyId!;
      const contain = ['contain', '--key', key, '--yes', '--account', '111122223333', '--simulated'];
      const { exitCode, stderr } = await inScene(
        scene,
        [...contain, '--region', 'eu-west-1,us-east-1'],
        directory,
        { fresh: true },
      );
      expect(exitCode, stderr).toBe(5);
      expect(stderr).toMatch(/26 instances beyond the size of web go on running, until you decide/);
      const { MinSize, DesiredCapacity, MaxSize } = await group(scene);
      expect({ MinSize, DesiredCapacity, MaxSize }).toEqual({ MinSize: 2, DesiredCapacity: 4, MaxSize: 8 });
      expect(await ids()).toEqual(before);
    });
  });
});
