import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { has, program } from './environments.js';
import { startRange } from './servers.js';

const execute = promisify(execFile);

/** The range is only as good as its likeness: clients that nobody here wrote must find it to be AWS. */
describe.skipIf(!has('interop'))('clients that nobody here wrote, against the range', () => {
  let range: Awaited<ReturnType<typeof startRange>>;
  beforeAll(async () => {
    range = await startRange();
  });
  afterAll(async () => {
    await range.stop();
  });

  async function run(command: string, args: string[]): Promise<string> {
    const { stdout } = await execute(program('interop', command), args, { env: range.environment });
    return stdout;
  }

  /** One command of the AWS CLI; its answer as text, or the error code of its refusal. */
  async function aws(...args: string[]): Promise<string> {
    try {
      return (await run('aws', [...args, '--output', 'text'])).trim();
    } catch (error) {
      const { stderr = '' } = error as { stderr?: string };
      const code = /An error occurred \((\w[\w.]*)\)/.exec(stderr)?.[1];
      if (code === undefined) throw error;
      return code;
    }
  }

  test('the AWS CLI launches, lists, tags, stops and cleans up', async () => {
    expect(await aws('sts', 'get-caller-identity', '--query', 'Arn')).toMatch(/:user\/admin$/);
    const launch = ['--image-id', 'ami-12345678', '--instance-type', 'p3.2xlarge', '--count', '3'];
    const ids = (await aws('ec2', 'run-instances', ...launch, '--query', 'Instances[].InstanceId')).split(
      /\s+/,
    );
    expect(ids).toHaveLength(3);
    const [first = '', second = ''] = ids;
    await aws('ec2', 'create-tags', '--resources', first, second, '--tags', 'Key=owner,Value=cli');
    const list = async (...filters: string[]): Promise<string[]> =>
      (
        await aws(
          'ec2',
          'describe-instances',
          '--filters',
          ...filters,
          '--query',
          'Reservations[].Instances[].InstanceId',
        )
      )
        .split(/\s+/)
        .filter((id) => id !== '' && id !== 'None');
    expect((await list('Name=tag:owner,Values=cli')).sort()).toEqual([first, second].sort());
    await aws('ec2', 'stop-instances', '--instance-ids', first);
    expect(await list('Name=instance-state-name,Values=stopped')).toEqual([first]);
    const protect = ['--instance-id', second, '--disable-api-termination'];
    expect(await aws('ec2', 'modify-instance-attribute', ...protect)).toBe('');
    expect(await aws('ec2', 'terminate-instances', '--instance-ids', second)).toBe('OperationNotPermitted');
    await aws('ec2', 'modify-instance-attribute', '--instance-id', second, '--no-disable-api-termination');
    await aws('ec2', 'terminate-instances', '--instance-ids', ...ids);
    expect(
      await list('Name=instance-type,Values=p3.2xlarge', 'Name=instance-state-name,Values=running'),
    ).toEqual([]);
    expect(
      (await aws('ec2', 'describe-regions', '--query', 'Regions[].RegionName')).split(/\s+/),
    ).toHaveLength(17);
    // Global, JSON and REST services speak other protocols.
    expect(await aws('iam', 'list-users', '--query', 'Users[].UserName')).toBe('admin');
    expect(await aws('iam', 'get-user', '--user-name', 'nobody')).toBe('NoSuchEntity');
    const started = ['--lookup-attributes', 'AttributeKey=EventName,AttributeValue=StopInstances'];
    expect(await aws('cloudtrail', 'lookup-events', ...started, '--query', 'length(Events)')).toBe('1');
    expect(await aws('account', 'list-regions', '--query', 'length(Regions)')).toMatch(/^\d\d$/);
    expect(
      await aws('cloudfront', 'list-distributions', '--no-paginate', '--query', 'DistributionList.Quantity'),
    ).toBe('0');
  });

  test('boto3 sees AWS: pages, waiters, tags, refusals, sessions, event history', async () => {
    const facts = JSON.parse(await run('python', ['test/interop/range-client.py'])) as object;
    expect(facts).toEqual({
      account: '111122223333',
      regions: 17,
      launched: 7,
      launchTimeHasZone: true,
      tagged: true,
      tagKept: 'ünïcode & <xml>',
      paged: true,
      protected: true,
      refusals: {
        'terminate protected': 'OperationNotPermitted',
        'terminate, dry run': 'DryRunOperation',
        'unknown instance': 'InvalidInstanceID.NotFound',
        'malformed instance': 'InvalidInstanceID.Malformed',
        'unknown user': 'NoSuchEntity',
      },
      stopped: 'stopped',
      policyReadBack: true,
      owner: 'boto-user',
      // Sessions outlive an inactive key; a Deny on the user ends them.
      session: { before: null, 'key inactive': null, 'user denied': 'UnauthorizedOperation' },
      inactiveKey: 'AuthFailure',
      cbor: { created: true, projects: ['boto-project'], 'unknown build': 'ResourceNotFoundException' },
      group: [2, 4, 2],
      events: ['CreateTags', 'ModifyInstanceAttribute', 'RunInstances', 'StartInstances', 'StopInstances'],
      left: [],
    });
  });

  test('Cloud Custodian’s policies select and act', async () => {
    const launch = ['--image-id', 'ami-12345678', '--instance-type', 'g5.xlarge', '--count', '3'];
    const ids = (await aws('ec2', 'run-instances', ...launch, '--query', 'Instances[].InstanceId')).split(
      /\s+/,
    );
    const [guarded = '', kept = ''] = ids;
    await aws('ec2', 'modify-instance-attribute', '--instance-id', guarded, '--disable-api-termination');
    await aws('ec2', 'create-tags', '--resources', kept, '--tags', 'Key=keep,Value=yes');
    await aws('iam', 'create-user', '--user-name', 'review-me');
    const output = await mkdtemp(join(tmpdir(), 'leakguard-custodian-'));
    try {
      const args = ['run', '--output-dir', output, '--region', 'eu-west-1', '--cache-period', '0'];
      await run('custodian', [...args, 'test/interop/range-policies.yml']);
    } finally {
      await rm(output, { recursive: true, force: true });
    }
    const left = ['Name=instance-type,Values=g5.xlarge', 'Name=instance-state-name,Values=running'];
    const query = ['--query', 'Reservations[].Instances[].InstanceId'];
    expect(await aws('ec2', 'describe-instances', '--filters', ...left, ...query)).toBe(kept);
    const marked = ['--filters', 'Name=tag:marked,Values=by-custodian', ...query];
    expect((await aws('ec2', 'describe-instances', ...marked)).split(/\s+/)).toHaveLength(2);
    expect(await aws('iam', 'list-user-tags', '--user-name', 'review-me', '--query', 'Tags[].Key')).toBe(
      'reviewed',
    );
  });
});
