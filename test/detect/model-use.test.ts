import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { day, History, hour, minute, night, type Caller } from './history.js';

function look(history: History, key: string | null = null): Incident {
  return detect({
    events: history.events,
    inventory: [],
    plays: [],
    coverage: [],
    key,
    account: null,
    compromisedAt: null,
    now: night + 3 * hour,
  });
}

const stolen: Caller = {
  key: 'AKIASTOLEN0000000001',
  user: 'mailer',
  ip: '192.0.2.9',
  agent: 'Boto3/1.34.2 md/Botocore#1.34.2',
};
const claude = 'anthropic.claude-v2';

const bedrock = (history: History, by: Caller, time: number, name: string, more = {}): void => {
  history.call(by, { time, name, source: 'bedrock', request: { modelId: claude }, ...more });
};

/** As published: what is logged, what there is, which models answer a call that cannot work, and then the use. */
function jack(history: History, by: Caller, regions: string[], invocations: number): void {
  regions.forEach((region, index) => {
    const time = night + index * 10 * minute;
    bedrock(history, by, time, 'GetModelInvocationLoggingConfiguration', { region, request: null });
    bedrock(history, by, time + 2000, 'ListFoundationModels', { region, request: null });
    for (const [nth, modelId] of ['claude-v2', 'claude-3-opus', 'llama3-70b', 'command-r'].entries()) {
      const probe = { region, request: { modelId }, error: 'ValidationException' };
      bedrock(history, by, time + 4000 + nth * 700, 'InvokeModel', probe);
    }
    for (let call = 0; call < invocations; call += 1)
      bedrock(history, by, time + minute + call * 1500, 'InvokeModelWithResponseStream', { region });
  });
}

describe('models used with a stolen key', () => {
  it.each([
    ['two regions, and nothing else in the trail', 0, ['us-east-1', 'us-west-2'], 150],
    ['one region, by a key that sent mails for a month', 30, ['us-west-2'], 200],
    ['one region, and few invocations', 30, ['us-east-1'], 12],
  ])('make it a suspect, with the reasons in words: %s', (_, days, regions, invocations) => {
    const history = new History();
    for (let date = night - days * day; date < night; date += day)
      history.call({ ...stolen, ip: '198.51.100.8' }, { time: date, name: 'GetSendQuota', source: 'ses' });
    jack(history, stolen, regions, invocations);
    const { suspects } = look(history);
    expect(suspects.map(({ accessKeyId }) => accessKeyId)).toEqual([stolen.key]);
    expect(suspects[0]?.reasons.join()).toMatch(
      /asked whether model invocations are logged[^]*\d models tried|\d models tried[^]*asked whether model invocations are logged/,
    );
  });

  it('stand among the deeds of a key that was named, whatever the call', () => {
    const history = new History();
    jack(history, stolen, ['us-east-1'], 3);
    for (const name of ['Converse', 'ConverseStream']) bedrock(history, stolen, night + hour, name);
    const names = new Set(look(history, stolen.key).deeds.map(({ evidence }) => evidence.name));
    for (const name of ['InvokeModel', 'InvokeModelWithResponseStream', 'Converse', 'ConverseStream'])
      expect(names).toContain(name);
  });
});

describe('models used by their own people', () => {
  it('suspect no application whose use grows, in two regions', () => {
    const history = new History();
    for (let nth = 0; nth < 14; nth += 1) {
      const start = night - (14 - nth) * day;
      const run: Caller = { ...stolen, key: history.keyId(), role: 'assistant', session: `task-${nth}` };
      for (let call = 0; call < 150 + nth * 10; call += 1) {
        const region = call % 2 === 0 ? 'us-east-1' : 'eu-west-1';
        const error = call % 90 === 0 ? { error: 'ThrottlingException' } : {};
        bedrock(history, run, start + call * 15_000, 'Converse', { region, ...error });
      }
    }
    expect(look(history).suspects).toEqual([]);
  });

  it('suspect no developer who asks for access, and tries three models', () => {
    const history = new History();
    const ann: Caller = {
      ...stolen,
      key: history.keyId(),
      role: 'AWSReservedSSO_Developer_1',
      session: 'ann',
    };
    const start = ['ListFoundationModels', 'GetFoundationModelAvailability', 'PutUseCaseForModelAccess'];
    start.forEach((name, index) => bedrock(history, ann, night + index * minute, name));
    for (const [index, modelId] of ['nova-pro', 'claude-v2', 'llama3'].entries()) {
      const refused = index === 1 ? { error: 'AccessDeniedException' } : {};
      bedrock(history, ann, night + (5 + index) * minute, 'Converse', { request: { modelId }, ...refused });
    }
    expect(look(history).suspects).toEqual([]);
  });

  it('suspect no key that begins to invoke models from its usual host', () => {
    const history = new History();
    for (let date = night - 40 * day; date < night; date += 12 * hour)
      history.call(stolen, { time: date, name: 'SendEmail', source: 'ses' });
    for (let call = 0; call < 300; call += 1) bedrock(history, stolen, night + call * 5000, 'InvokeModel');
    expect(look(history).suspects).toEqual([]);
  });
});
