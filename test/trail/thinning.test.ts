import { describe, expect, it } from 'vitest';
import { repetitionOf, ThinningStore } from '../../src/trail/thinning.js';
import { History, night } from '../detect/history.js';
import { attacker, ci } from '../detect/lives.js';

/** Reads every ten seconds for an hour, in two regions, and one launch. */
function noisy(): History {
  const history = new History();
  for (let index = 0; index < 360; index += 1) {
    history.call(ci, {
      time: night + index * 10_000,
      name: 'DescribeInstances',
      region: index % 2 === 0 ? 'us-east-1' : 'eu-west-1',
    });
  }
  history.run(attacker, night + 1000, { type: 'c5.large' });
  return history;
}

function kept(capacity: number, events = noisy().events) {
  const store = new ThinningStore(capacity * 1000);
  for (const event of events) store.add(event, 300);
  return {
    keys: store
      .all()
      .map(({ key }) => key)
      .sort(),
    names: store.all().map(({ name }) => name),
    span: store.span,
  };
}

describe('thinning', () => {
  it('keeps everything as long as it fits', () => {
    expect(kept(1000)).toMatchObject({ span: 0 });
    expect(kept(1000).keys).toHaveLength(361);
  });

  it('keeps what makes or changes something, and the earliest of what repeats', () => {
    const { names, span } = kept(20);
    expect(span).toBe(3600_000);
    expect(names.filter((name) => name === 'RunInstances')).toHaveLength(1);
    expect(names.filter((name) => name === 'DescribeInstances').length).toBeLessThanOrEqual(4);
  });

  it('keeps the same, in whatever order the events come', () => {
    const { events } = noisy();
    expect(kept(20, [...events].reverse()).keys).toEqual(kept(20, events).keys);
  });

  it('takes no mint, no secret read and no launch for noise', () => {
    const telling = [
      'AssumeRole',
      'GetSessionToken',
      'GetFederationToken',
      'GetSecretValue',
      'GetPasswordData',
      'RunInstances',
      'CreateAccessKey',
      'UpdateFunctionCode20150331v2',
      'ConsoleLogin',
      'GetCallerIdentity',
      'InvokeModel',
    ];
    expect(telling.filter((name) => repetitionOf(name) === 'always')).toEqual([]);
    expect(
      ['DescribeInstances', 'ListBuckets', 'PutObject', 'Decrypt'].every(
        (name) => repetitionOf(name) === 'always',
      ),
    ).toBe(true);
  });
});
