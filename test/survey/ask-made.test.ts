import { describe, expect, it } from 'vitest';
import { AwsFailure, failureKind } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import { detect } from '../../src/detect/detect.js';
import { plays } from '../../src/plays/index.js';
import { AskMade } from '../../src/survey/ask-made.js';
import { account, History, hour, minute, night, type Call, type Caller } from '../detect/history.js';

const ci: Caller = { key: 'AKIAEXAMPLEMISUSED00', user: 'ci', ip: '198.51.100.7', agent: 'aws-cli/2.15' };
const glueJob = { source: 'glue', name: 'CreateJob', request: { name: 'crunch' } };
const service = 'arn:aws:apprunner:us-east-1:111122223333:service/s/1';
const appRunner = {
  source: 'apprunner',
  name: 'CreateService',
  request: { serviceName: 's' },
  response: { service: { serviceArn: service } },
};

function incidentOf(call: Omit<Call, 'time'>) {
  const history = new History();
  history.call(ci, { time: night, ...call });
  const { events } = history;
  const facts = { inventory: [], plays, coverage: [], key: ci.key, account, now: night + hour };
  return { events, incident: detect({ events, ...facts, compromisedAt: night - minute }) };
}

/** Answers each call with the next of `answers`: a model, or the code of a refusal. */
function readerOf(answers: (object | string)[]): { reader: Reader; asked: object[] } {
  const asked: object[] = [];
  const reader = {
    now: () => 0,
    call: (_service: string, operation: string, region: string, input: object) => {
      asked.push(input);
      const answer = answers.shift() ?? {};
      if (typeof answer === 'string') {
        const kind = failureKind(answer, 'm', 400);
        return Promise.reject(
          new AwsFailure(kind, answer, 'm', 'cloudcontrol', operation, region, null, 400, null),
        );
      }
      return Promise.resolve({ ResourceDescription: { Properties: JSON.stringify(answer) } });
    },
  } as unknown as Reader;
  return { reader, asked };
}

describe('what the misuse made and no play looks at is asked for by its id', () => {
  it('is found with its model and its date', async () => {
    const { events, incident } = incidentOf(glueJob);
    const { reader, asked } = readerOf([{ Name: 'crunch', CreatedOn: '2026-11-20T03:10:01Z' }]);
    const { resources, cells } = await new AskMade().ask(incident, events, reader);
    // Of a type that CloudFormation can make anew the model is kept, for the way back.
    expect(resources[0]?.properties).toMatchObject({ model: { Name: 'crunch' } });
    expect(asked).toEqual([{ TypeName: 'AWS::Glue::Job', Identifier: 'crunch' }]);
    expect(resources).toMatchObject([
      { id: 'AWS::Glue::Job|crunch', region: 'us-east-1', live: true, createdAt: night + 1000 },
    ]);
    expect(cells).toEqual([]);
  });

  it('is gone where AWS says so of an id that it gave itself, or of what was read before; else it is not known', async () => {
    const gone = 'ResourceNotFoundException';
    const byArn = incidentOf(appRunner);
    const first = await new AskMade().ask(byArn.incident, byArn.events, readerOf([gone]).reader);
    expect(first.resources).toMatchObject([{ live: false }]);
    const { events, incident } = incidentOf(glueJob);
    const asks = new AskMade();
    const { reader } = readerOf([gone, { Name: 'crunch' }, gone]);
    expect((await asks.ask(incident, events, reader)).resources).toEqual([]);
    expect((await asks.ask(incident, events, reader)).resources).toMatchObject([{ live: true }]);
    expect((await asks.ask(incident, events, reader)).resources).toMatchObject([{ live: false }]);
  });

  it.each([
    'AccessDeniedException',
    'ThrottlingException',
    'HandlerInternalFailureException',
    'GeneralServiceException',
  ])('is unknown where the answer is %s', async (code) => {
    const { events, incident } = incidentOf(appRunner);
    const { resources, cells } = await new AskMade().ask(incident, events, readerOf([code]).reader);
    expect(resources).toEqual([]);
    expect(cells).toMatchObject([
      { subject: 'cloud-control', region: 'us-east-1', detail: new RegExp(code) },
    ]);
    expect(
      cells.every(({ status }) => status === 'denied' || status === 'failed' || status === 'truncated'),
    ).toBe(true);
  });

  it('stays told as left where Cloud Control does not know the type: that says nothing of the thing', async () => {
    for (const code of ['TypeNotFoundException', 'UnsupportedActionException']) {
      const { events, incident } = incidentOf(appRunner);
      expect(await new AskMade().ask(incident, events, readerOf([code]).reader)).toEqual({
        resources: [],
        cells: [],
      });
    }
  });
});
