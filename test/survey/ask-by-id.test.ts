import { describe, expect, it } from 'vitest';
import { AwsFailure, type FailureKind } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import type { Finding, TrailWord } from '../../src/model/incident.js';
import { absentAmong } from '../../src/survey/ask-by-id.js';

const failure = (kind: FailureKind, operation: string): AwsFailure =>
  new AwsFailure(kind, 'Code', 'message', 'iam', operation, 'us-east-1', null, 400, null);

/** A reader whose every call gives `answer`, or fails as `kind` says. */
function readerOf(answer: object | FailureKind): { reader: Reader; asked: string[] } {
  const asked: string[] = [];
  const reader = {
    now: () => 0,
    call: (_service: string, operation: string, _region: string, input: object) => {
      asked.push(`${operation} ${Object.values(input).flat().join()}`);
      if (typeof answer === 'string') return Promise.reject(failure(answer, operation));
      return Promise.resolve(answer);
    },
  } as unknown as Reader;
  return { reader, asked };
}

function found(play: string, id: string, now: TrailWord['now'] = 'not-known'): Finding {
  return {
    resource: {
      play,
      type: 'thing',
      id,
      region: 'global',
      state: 'stands, as far as the trail tells',
      live: true,
      createdAt: null,
      tags: {},
      links: [],
      properties: { userName: 'eve' },
    },
    class: 'rogue',
    rule: 'key.named',
    reasons: ['made by it'],
    tiedTo: null,
    evidence: [],
    before: null,
    undone: false,
    settlesAt: null,
    trail: { rank: 'access', danger: 90, now, words: '', remove: { command: null, step: '' } },
  };
}

const things = [
  found('iam-principals', 'user|eve'),
  found('iam-principals', 'role|r'),
  found('access-keys', 'AKIAEVEEVEEVEEVE0001'),
  found('login-profiles', 'eve'),
  found('lambda-functions', 'f'),
  found('ec2-instances', 'i-0123456789abcdef0'),
];

describe('what no list shows is asked for by id', () => {
  it('is absent where AWS says so', async () => {
    const { reader, asked } = readerOf('gone');
    expect([...(await absentAmong(things, reader))]).toEqual([
      'iam-principals|global|user|eve',
      'iam-principals|global|role|r',
      'access-keys|global|AKIAEVEEVEEVEEVE0001',
      'login-profiles|global|eve',
      'lambda-functions|global|f',
      'ec2-instances|global|i-0123456789abcdef0',
    ]);
    expect(asked).toEqual([
      'ListAccessKeys eve',
      'GetRole r',
      'ListAccessKeys eve',
      'GetLoginProfile eve',
      'GetFunctionConcurrency f',
      'DescribeInstances i-0123456789abcdef0',
    ]);
  });

  it.each(['denied', 'throttled', 'restricted'] as FailureKind[])(
    'is not absent on a call that failed: %s',
    async (kind) => {
      expect(await absentAmong(things, readerOf(kind).reader)).toEqual(new Set());
    },
  );

  it('is not absent where AWS shows it', async () => {
    const answer = { AccessKeyMetadata: [{ AccessKeyId: 'AKIAEVEEVEEVEEVE0001' }] };
    expect(await absentAmong(things, readerOf(answer).reader)).toEqual(new Set());
  });

  it('is not asked for where there is no way to ask, nor where nothing was looked at', async () => {
    const { reader, asked } = readerOf('gone');
    const others = [found('no-play', 'bucket|b'), found('iam-principals', 'user|eve', 'not-looked-at')];
    expect(await absentAmong(others, reader)).toEqual(new Set());
    expect(asked).toEqual([]);
  });
});
