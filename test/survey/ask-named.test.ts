import { expect, it } from 'vitest';
import { AwsFailure } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import type { Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { askNamed } from '../../src/survey/ask-named.js';
import { History, night, type Caller } from '../detect/history.js';

const ci: Caller = { key: 'AKIAEXAMPLEMISUSED00', user: 'ci', ip: '198.51.100.7', agent: 'aws-cli/2.15' };
const web: Caller = { ...ci, key: 'AKIAEXAMPLEINNOCENT0', user: 'web' };
const incident = { credentials: [{ id: ci.key }] } as Incident;

function shared(by: Caller, snapshotId: string) {
  const history = new History();
  const items = [{ userId: '999999999999' }];
  const request = { snapshotId, createVolumePermission: { add: { items } } };
  history.call(by, { time: night, source: 'ec2', name: 'ModifySnapshotAttribute', request });
  return history.events;
}

function readerOf(answer: (operation: string) => object | AwsFailure): { reader: Reader; asked: string[] } {
  const asked: string[] = [];
  const call = async (_service: string, operation: string): Promise<object> => {
    asked.push(operation);
    const one = answer(operation);
    if (one instanceof AwsFailure) throw one;
    return one;
  };
  return { reader: { now: () => night, call } as unknown as Reader, asked };
}

it('asks for what the incident’s own events name, and for nobody else’s', async () => {
  const { reader, asked } = readerOf(() => ({ CreateVolumePermissions: [{ UserId: '999999999999' }] }));
  expect(await askNamed(plays, incident, shared(web, 'snap-2'), reader)).toEqual({
    resources: [],
    cells: [],
  });
  expect(asked).toEqual([]);
  const { resources, cells } = await askNamed(plays, incident, shared(ci, 'snap-1'), reader);
  expect(resources).toMatchObject([{ id: 'snap-1|999999999999', live: true, state: 'shared' }]);
  expect(cells).toMatchObject([{ subject: 'image-shares', status: 'complete', count: 1 }]);
});

it('asks for what was done by whoever is known by name alone', async () => {
  const [event] = shared(ci, 'snap-1');
  const arn = event!.actor.arn!;
  const masked = [{ ...event!, actor: { ...event!.actor, accessKeyId: null } }];
  const { reader, asked } = readerOf(() => ({ CreateVolumePermissions: [] }));
  await askNamed(plays, { credentials: [{ id: arn }] } as Incident, masked, reader);
  expect(asked).toContain('DescribeSnapshotAttribute');
});

it('knows a refusal from an absence', async () => {
  const failure = (kind: 'gone' | 'denied', code: string) =>
    new AwsFailure(kind, code, 'm', 'ec2', 'x', 'us-east-1', null, 400, null);
  const gone = readerOf(() => failure('gone', 'InvalidSnapshot.NotFound'));
  expect((await askNamed(plays, incident, shared(ci, 'snap-1'), gone.reader)).resources).toMatchObject([
    { live: false, state: 'gone' },
  ]);
  const denied = readerOf(() => failure('denied', 'UnauthorizedOperation'));
  const { resources, cells } = await askNamed(plays, incident, shared(ci, 'snap-1'), denied.reader);
  expect(resources).toEqual([]);
  expect(cells).toMatchObject([{ subject: 'image-shares', status: 'denied' }]);
  // It is there for one question, and not for the other: that is no absence.
  const torn = readerOf((operation) =>
    operation === 'DescribeSnapshots' ? { Snapshots: [{}] } : failure('gone', 'InvalidSnapshot.NotFound'),
  );
  expect((await askNamed(plays, incident, shared(ci, 'snap-1'), torn.reader)).cells).not.toMatchObject([
    { status: 'complete' },
  ]);
});
