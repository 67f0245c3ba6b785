import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has } from './environments.js';
import type { Credentials } from './incident-actors.js';
import { changes, expectContained, expectKeyFirst } from './incident-facts.js';
import { seed, type Seeded } from './incident-seed.js';
import { documentOf, runLeakguard } from './leakguard.js';
import { startLocalemu, type Server } from './servers.js';

const account = '000000000000';

/** localemu keeps the trail itself, cuts records of large launches, and enforces IAM. */
describe.skipIf(!has('localemu'))('an incident on localemu, by its own event history', () => {
  let server: Server;
  let seeded: Seeded;
  let directory: string;
  let act: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'leakguard-interop-'));
    server = await startLocalemu();
    seeded = await seed({
      url: server.url,
      account,
      regions: ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-south-1', 'ap-northeast-1'],
      perRegion: 3,
      large: { region: 'eu-central-1', count: 30 },
      live: true,
    });
    act = ['contain', '--key', seeded.leaked.accessKeyId, '--simulated', '--json', '--yes'];
    act.push('--account', account, '--report-dir', directory);
    act.push('--compromised-at', seeded.misuseBegan.toISOString());
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** What leakguard was answered meanwhile, by the server's own log. */
  async function sent<T>(during: () => Promise<T>) {
    const before = (await server.recordedRequests()).length;
    const result = await during();
    return { result, requests: (await server.recordedRequests()).slice(before) };
  }

  /** EC2 and IAM as these credentials see them: `answers`, or the name of the refusal. */
  async function tried(credentials: Credentials): Promise<string[]> {
    const as = seeded.root.with(credentials);
    const outcome = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'answers',
        (error: Error) => error.name,
      );
    return Promise.all([
      outcome(as.ec2('us-east-1').send(new DescribeInstancesCommand({ MaxResults: 5 }))),
      outcome(as.iam().send(new ListUsersCommand({}))),
    ]);
  }

  test('its record of the large launch is cut, so that the instances must be found another way', async () => {
    const trail = new CloudTrailClient({
      endpoint: server.url,
      region: 'eu-central-1',
      credentials: seeded.root.credentials,
    });
    const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'RunInstances' }];
    const { Events = [] } = await trail.send(new LookupEventsCommand({ LookupAttributes, MaxResults: 50 }));
    const records = Events.map(({ CloudTrailEvent = '' }) => CloudTrailEvent);
    const large = records.filter((record) => record.includes('"maxCount": 30'));
    expect(large).toHaveLength(1);
    expect(large[0]).toContain('_truncated');
  });

  test('the minted session works before the cut', async () => {
    expect(await tried(seeded.leaked)).toEqual(['answers', 'answers']);
    expect(await tried(seeded.session)).toEqual(['answers', 'answers']);
  });

  test('contain leaves nothing rogue alive, touches nobody innocent, and cuts the key first', async () => {
    const { result, requests } = await sent(() =>
      runLeakguard(server.url, seeded.responder.credentials, act),
    );
    const report = documentOf(result);
    await expectContained(seeded);
    expectKeyFirst(requests);
    expect(report).toMatchObject({ simulated: true, key: seeded.leaked.accessKeyId });
  });

  test('after the cut the key and its session are refused, and the user’s second key works', async () => {
    expect(await tried(seeded.leaked)).not.toContain('answers');
    expect(await tried(seeded.session)).toEqual(['AccessDenied', 'AccessDenied']);
    expect(await tried(seeded.second)).toEqual(['answers', 'answers']);
  });

  test('a second run changes nothing, and says so', async () => {
    const { result, requests } = await sent(() =>
      runLeakguard(server.url, seeded.responder.credentials, act),
    );
    expect(changes(requests)).toEqual([]);
    const report = documentOf(result) as { actions: unknown[]; closed: { summary: string } };
    expect(report.actions).toEqual([]);
    expect(report.closed.summary).toMatch(/nothing was changed/);
  });
});
