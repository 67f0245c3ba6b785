import { readFile } from 'node:fs/promises';
import { EC2Client, RequestSpotInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../src/model/journal-record.js';
import { openSession, type Session } from '../../src/aws/session.js';
import type { JournalWriter } from '../../src/contain/journal/journal.js';
import { run, type Effects } from '../../src/contain/run/run.js';
import { ec2Fleets } from '../../src/plays/ec2/ec2-fleets.js';
import { spotRequests } from '../../src/plays/ec2/spot-requests.js';
import type { JournalEntry } from '../../src/model/journal-record.js';
import { context, finding, resource } from '../plays/make.js';
import { startRange, type Range } from '../../src/range/server.js';
import { createAccessKey, createUser } from '../../src/range/world/identity.js';
import { World } from '../../src/range/world/world.js';
import { smallIncident, type SmallIncident } from './incident.js';

const longest = 120_000;
const encoded = 'Encoded authorization failure message: bKu4mYn-2sX_9dQ';
const noes = [
  [
    'a policy of the organisation, with the id',
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. User: x is not authorized to perform: ec2:TerminateInstances on resource: arn:aws:ec2:us-east-1:111122223333:instance/{id} with an explicit deny in a service control policy. ${encoded}`,
  ],
  ['a policy, without a name', 'UnauthorizedOperation', `You are not authorized. ${encoded}`],
  ['a service that manages it', 'UnsupportedOperation', 'The operation is not supported for this instance.'],
  ['what is no attribute', 'OperationNotPermitted', "The instance '{id}' may not be terminated."],
  ['what is no attribute, without a name', 'OperationNotPermitted', 'It is managed by a service.'],
] as const;

describe('an instance that may not be terminated', () => {
  let incident: SmallIncident;
  beforeEach(async () => {
    incident = await smallIncident();
  }, 60_000);
  afterEach(() => incident.close());

  it.each(noes)(
    'keeps no other alive, and its own cause is told: %s',
    { timeout: longest },
    async (...no) => {
      const [, code, message] = no;
      // One of three in its zone that are not protected.
      const id = incident.rogue[4] ?? '';
      incident.world.faults = { untouchable: [{ to: 'ec2:TerminateInstances', code, message, ids: [id] }] };
      const { exitCode, stderr } = await incident.contain();
      expect(exitCode, stderr.slice(-2000)).toBe(5);
      expect(incident.state()).toMatchObject({ rogueAlive: 1, innocentAlive: 23 });
      const [journal = ''] = await incident.journals();
      const records = (await readFile(journal, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as JournalRecord);
      const sweep = records.findLast((record) => record.kind === 'sweep');
      const left = sweep?.left.filter((one) => one.id === id);
      expect(left?.[0]?.detail).toBe(`${code}: ${message.replace('{id}', id)}`);
      expect(sweep?.left).toHaveLength(1);
      const asked = incident.world.log.filter(
        ({ operation, accessKeyId }) =>
          operation === 'TerminateInstances' && accessKeyId === incident.responderKey,
      );
      // Each has an intent of its own; the SDK may have sent one of them more than once.
      const intents = records.flatMap((record) =>
        record.kind === 'intent' && record.action.operation === 'TerminateInstances' ? [record.action] : [],
      );
      const idsOf = ({ input }: { input: object }) =>
        String((input as { InstanceIds?: string[] }).InstanceIds);
      expect(new Set(asked.map(idsOf))).toEqual(new Set(intents.map(idsOf)));
      expect(new Set(intents.map((one) => one.id)).size).toBeGreaterThan(1);
    },
  );
});

describe('a call for many', () => {
  let range: Range;
  let world: World;
  let session: Session;
  let log: JournalEntry[];
  let effects: Effects;
  beforeEach(async () => {
    world = new World({});
    range = await startRange({ world });
    const account = world.createAccount('111122223333');
    createUser(account, 'oncall', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
    const { id, secret } = createAccessKey(account, 'oncall');
    const env = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    Object.assign(process.env, env);
    const options = { profile: null, region: 'eu-west-1', endpointUrl: range.url, maxAttempts: 1, env };
    session = await openSession(options);
    log = [];
    const journal: JournalWriter = {
      head: '',
      path: '',
      close: async () => {},
      records: async () => [],
      write: async (entry) => {
        log.push(entry);
        return entry as JournalRecord;
      },
    };
    const sleep = async () => {};
    const { signal } = new AbortController();
    effects = { send: (call) => session.send(call), journal, emit: () => {}, signal, sleep };
  });
  afterEach(async () => {
    session.close();
    await range.close();
  });

  async function ask(count: number): Promise<string[]> {
    const answer = await new EC2Client({ region: 'eu-west-1', endpoint: range.url }).send(
      new RequestSpotInstancesCommand({
        InstanceCount: count,
        Type: 'persistent',
        LaunchSpecification: { ImageId: 'ami-0123456789abcdef0', InstanceType: 'g5.xlarge' },
      }),
    );
    return (answer.SpotInstanceRequests ?? []).map((one) => one.SpotInstanceRequestId ?? '').sort();
  }

  it('is parted by halves where the refusal names nobody: twice the logarithm of calls for each', async () => {
    const ids = await ask(64);
    world.faults = {
      untouchable: [
        {
          to: 'ec2:CancelSpotInstanceRequests',
          code: 'UnauthorizedOperation',
          message: 'no',
          ids: [ids[20] ?? '', ids[50] ?? ''],
        },
      ],
    };
    const findings = ids.map((id) => finding(resource('spot-requests', id)));
    const actions = spotRequests.containAll?.(findings, context()) ?? [];
    expect(actions).toHaveLength(1);
    const executed = await run(actions, () => null, effects);
    const refused = executed.filter(({ outcome }) => outcome.status === 'denied');
    const alone = refused.filter(({ action }) => action.targets.length === 1);
    expect(alone.map(({ action }) => action.input['SpotInstanceRequestIds'])).toEqual(
      expect.arrayContaining([[ids[20]], [ids[50]]]),
    );
    expect(alone).toHaveLength(2);
    expect(executed.length).toBeLessThanOrEqual(1 + 2 * 2 * Math.log2(64));
    const cancelled = executed.flatMap(({ action, outcome }) =>
      outcome.status === 'done' ? (action.input['SpotInstanceRequestIds'] as string[]) : [],
    );
    expect(cancelled.sort()).toEqual(ids.filter((_, n) => n !== 20 && n !== 50));
    const intents = log.flatMap((entry) => (entry.kind === 'intent' ? [entry.action.id] : []));
    expect(new Set(intents).size).toBe(executed.length);
  });

  it('for one that is gone, ends the others all the same', async () => {
    const ids = [...(await ask(3)), 'sir-gone0000'];
    const findings = ids.map((id) => finding(resource('spot-requests', id)));
    const executed = await run(spotRequests.containAll?.(findings, context()) ?? [], () => null, effects);
    const cancelled = executed.flatMap(({ action, outcome }) =>
      outcome.status === 'done' ? (action.input['SpotInstanceRequestIds'] as string[]) : [],
    );
    expect(cancelled.sort()).toEqual(ids.slice(0, 3));
  });

  it('is not parted where the refusal is one of the whole', async () => {
    const ids = await ask(8);
    const findings = ids.map((id) => finding(resource('spot-requests', id)));
    const blocked = { to: 'ec2:CancelSpotInstanceRequests', code: 'Blocked', message: 'no', ids };
    world.faults = { untouchable: [blocked] };
    const executed = await run(spotRequests.containAll?.(findings, context()) ?? [], () => null, effects);
    expect(executed).toHaveLength(1);
  });

  it('that is done in part says what was not done', async () => {
    const fleet = 'fleet-00000000-0000-0000-0000-000000000001';
    const findings = [fleet].map((id) => finding(resource('ec2-fleets', id)));
    const executed = await run(ec2Fleets.containAll?.(findings, context()) ?? [], () => null, effects);
    expect(executed.map(({ outcome: { status, error } }) => [status, error?.code])).toEqual([
      ['already-so', 'fleetIdDoesNotExist'],
    ]);
  });
});
