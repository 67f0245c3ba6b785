import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Json } from '../../src/model/json.js';
import { denyAhead, readDeny } from '../../src/plays/iam/deny.js';
import { lambdaFunctions } from '../../src/plays/serverless/lambda-functions.js';
import { roleSessions } from '../../src/plays/iam/role-sessions.js';
import { account, day, History, hour, minute, night } from '../detect/history.js';
import { attacker, ci } from '../detect/lives.js';
import { calls, context, resource } from './make.js';

const role = `arn:aws:iam::${account}:role/runner`;
const now = night + hour;

/** What is planned for a production function and its role, after an update by the misused key. */
function planned(
  codeSha256: string,
  after: (history: History, session: () => ReturnType<typeof ran>) => void,
) {
  const history = new History();
  const update = (by: typeof ci, time: number, sha: string): void => {
    history.call(by, {
      time,
      name: 'UpdateFunctionCode20150331v2',
      source: 'lambda',
      request: { functionName: 'nightly' },
      response: { functionName: 'nightly', role, codeSha256: sha },
    });
  };
  update({ ...ci, key: 'AKIADEPLOYDEPLOYDEP1', user: 'deploy' }, night - 20 * day, 'good');
  for (let time = night - 14 * day; time < night - hour; time += day)
    history.call(ran(history, time), { time, name: 'DescribeInstances' });
  update(attacker, night, codeSha256);
  const session = ran(history, night + minute);
  history.call(session, { time: night + 2 * minute, name: 'DescribeInstances' });
  after(history, () => session);
  const properties: Record<string, Json> = { Role: role, reserved: null, codeSha256 };
  const incident = detect({
    events: history.events,
    inventory: [
      resource('lambda-functions', 'nightly', { region: 'us-east-1', properties }),
      resource('role-sessions', 'runner', {
        region: 'global',
        properties: { arn: role, deny: null, sessionDeny: null },
      }),
    ],
    plays: [roleSessions, lambdaFunctions],
    coverage: [],
    key: ci.key,
    account: null,
    compromisedAt: night - minute,
    now,
  });
  const plays = { 'role-sessions': roleSessions, 'lambda-functions': lambdaFunctions };
  return incident.findings
    .filter((found) => ['rogue', 'tampered'].includes(found.class))
    .flatMap((found) => {
      const play = plays[found.resource.play as keyof typeof plays];
      return calls(play.contain(found, { ...context({ ...incident }), now }));
    });
}

function ran(history: History, time: number) {
  const key = history.keyId();
  history.service('lambda', {
    time,
    name: 'AssumeRole',
    source: 'sts',
    request: { roleArn: role, roleSessionName: 'nightly' },
    response: {
      credentials: { accessKeyId: key },
      assumedRoleUser: {
        arn: `arn:aws:sts::${account}:assumed-role/runner/nightly`,
        assumedRoleId: 'AROARUNNER:nightly',
      },
    },
  });
  return { key, role: 'runner', session: 'nightly', ip: '18.0.0.9', agent: 'Boto3/1.34' };
}

describe('a production function that the misused key updated', () => {
  it('works on where the update changed nothing, also where it does something new', () => {
    expect(planned('good', () => undefined)).toEqual([]);
    const newAct = (history: History, session: () => ReturnType<typeof ran>): void => {
      history.call(session(), { time: night + 3 * minute, name: 'ListBuckets', source: 's3' });
    };
    expect(planned('good', newAct)).toEqual([]);
  });

  it('is stopped, and its sessions cut by name and date, where the incident ran in it', () => {
    const plan = planned('other', (history, session) => {
      history.call(session(), {
        time: night + 3 * minute,
        name: 'CreateUser',
        source: 'iam',
        request: { userName: 'eve' },
      });
    });
    expect(plan.map(([operation]) => operation).sort()).toEqual(['PutFunctionConcurrency', 'PutRolePolicy']);
    const [, stopped] = plan.find(([operation]) => operation === 'PutFunctionConcurrency') ?? [];
    expect(stopped).toEqual({ FunctionName: 'nightly', ReservedConcurrentExecutions: 0 });
    const [, cut] = plan.find(([operation]) => operation === 'PutRolePolicy') ?? [];
    // A Deny without a date would stop the function for good: its sessions never have another name.
    expect(readDeny((cut as { PolicyDocument: string }).PolicyDocument)).toEqual({
      kind: 'sessions',
      userIds: ['AROARUNNER:nightly'],
      issuedBefore: now + denyAhead,
    });
  });
});
