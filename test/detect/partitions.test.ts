import { expect, it } from 'vitest';
import { mintOf } from '../../src/detect/records/mints.js';
import { account, History, night } from './history.js';
import { attacker } from './lives.js';

it.each(['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc', 'aws-iso'])(
  'a session whose record leaves its ARN out is named in the partition of its role: %s',
  (partition) => {
    const history = new History();
    history.call(attacker, {
      ...{ time: night, name: 'AssumeRole', source: 'sts' },
      request: { roleArn: `arn:${partition}:iam::${account}:role/team/deploy`, roleSessionName: 'kept' },
      response: { credentials: { accessKeyId: 'ASIADEPLOYDEPLOY0001' } },
    });
    expect(history.events.map((event) => mintOf(event)?.principal)).toEqual([
      `arn:${partition}:sts::${account}:assumed-role/deploy/kept`,
    ]);
  },
);
