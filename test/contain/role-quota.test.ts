import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSession, type Session } from '../../src/aws/session.js';
import { run } from '../../src/contain/run/run.js';
import type { JournalRecord } from '../../src/model/journal-record.js';
import { putElsewhere } from '../../src/plays/index.js';
import { datedDeny } from '../../src/plays/iam/deny.js';
import { roleSessions } from '../../src/plays/iam/role-sessions.js';
import { createAccessKey, createRole, createUser } from '../../src/range/world/identity.js';
import { startRange, type Range } from '../../src/range/server.js';
import { World } from '../../src/range/world/world.js';
import { context, finding } from '../plays/make.js';

let range: Range;
let world: World;
let session: Session;
const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*', Sid: 'a'.repeat(10_100) };

beforeEach(async () => {
  world = new World({});
  range = await startRange({ world });
  const account = world.createAccount('111122223333');
  createUser(account, 'oncall', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
  const role = createRole(account, 'worker', JSON.stringify({ Version: '2012-10-17', Statement: [] }));
  role.grants.change(world, {
    ...role.grants.current,
    inline: { own: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }) },
  });
  const { id, secret } = createAccessKey(account, 'oncall');
  const env = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
  Object.assign(process.env, env);
  const options = { profile: null, region: 'eu-west-1', endpointUrl: range.url, maxAttempts: 1, env };
  session = await openSession(options);
});
afterEach(async () => {
  session.close();
  await range.close();
});

async function worker() {
  for await (const role of roleSessions.find(session.reader, 'global')) if (role.id === 'worker') return role;
  throw new Error('no role');
}

it('denies a role whose inline policies are full by an attached one, once', async () => {
  const role = await worker();
  const [action] = roleSessions.contain(finding(role), context());
  if (action === undefined) throw new Error('nothing planned');
  const journal = {
    head: '',
    path: '',
    close: async () => {},
    records: async () => [],
    write: async (entry: object) => entry as JournalRecord,
  };
  const executed = await run(
    [action],
    async (refused, failure) => {
      const next = await putElsewhere(session.reader, refused, failure, session.identity);
      return next !== null && 'actions' in next ? next.actions : null;
    },
    {
      send: (call) => session.send(call),
      journal,
      emit: () => {},
      signal: new AbortController().signal,
      sleep: async () => {},
    },
  );
  expect(executed.map(({ action: { operation }, outcome: { status } }) => [operation, status])).toEqual([
    ['PutRolePolicy', 'failed'],
    ['CreatePolicy', 'done'],
    ['AttachRolePolicy', 'done'],
  ]);
  const after = await worker();
  expect(after.properties['elsewhere']).toEqual([datedDeny(null)]);
  expect(roleSessions.contain(finding(after), context())).toEqual([]);
  expect(roleSessions.verify(after)).toBe(true);
});
