import { describe, expect, it } from 'vitest';
import { AwsFailure, type FailureKind } from '../../src/aws/errors.js';
import { callIn } from '../../src/model/aws-call.js';
import type { Action } from '../../src/model/action.js';
import { change } from '../../src/aws/changes.js';
import { JournalBroken, type JournalWriter } from '../../src/contain/journal/journal.js';
import type { JournalEntry, JournalRecord } from '../../src/model/journal-record.js';
import { run, type Effects } from '../../src/contain/run/run.js';

function action(id: string, after: string[] = []): Action {
  return {
    id,
    play: 'ec2-instances',
    phase: 'terminate',
    ...callIn('eu-west-1', change('ec2', 'TerminateInstances', { InstanceIds: [id] })),
    targets: [id],
    after,
    title: id,
    reason: 'because',
    permissions: [],
    before: null,
    undo: { none: 'x' },
  };
}

const failure = (kind: FailureKind, operation: string) =>
  new AwsFailure(kind, kind, 'no', 'ec2', operation, 'eu-west-1', 'r', 400, null);

/** A world that is a list: what was written and called, in order. `answers` says which calls fail, and how often. */
function world(answers: Record<string, FailureKind[]> = {}, breakAt = Infinity) {
  const log: string[] = [];
  const stop = new AbortController();
  let written = 0;
  const journal: JournalWriter = {
    head: '',
    path: '',
    records: async () => [],
    close: async () => {},
    write: async (entry: JournalEntry) => {
      written += 1;
      if (written > breakAt) throw new JournalBroken('disk full');
      if (entry.kind === 'intent') log.push(`intent ${entry.action.id}`);
      if (entry.kind === 'outcome') log.push(`${entry.outcome.status} ${entry.outcome.action}`);
      return entry as JournalRecord;
    },
  };
  const effects: Effects = {
    send: async ({ input }) => {
      const [operation = ''] = input['InstanceIds'] as string[];
      log.push(`call ${operation}`);
      const kind = answers[operation]?.shift();
      if (kind !== undefined) throw failure(kind, operation);
      return { output: {}, requestId: 'r' };
    },
    journal,
    emit: () => {},
    signal: stop.signal,
    sleep: async () => {},
  };
  return { log, effects, stop };
}

describe('the runner', () => {
  it('writes the intent before the call, and the outcome after it', async () => {
    const { log, effects } = world();
    await run([action('a')], () => null, effects);
    expect(log).toEqual(['intent a', 'call a', 'done a']);
  });

  it('calls nothing when the intent cannot be written', async () => {
    const { log, effects } = world({}, 0);
    await expect(run([action('a'), action('b')], () => null, effects)).rejects.toBeInstanceOf(JournalBroken);
    expect(log).toEqual([]);
  });

  it('waits for what an action comes after, whatever the order of the list', async () => {
    const { log, effects } = world();
    await run([action('b', ['a']), action('a')], () => null, effects);
    expect(log.filter((line) => line.startsWith('call'))).toEqual(['call a', 'call b']);
  });

  it('skips what waits for a failure, and nothing else', async () => {
    const { log, effects } = world({ a: ['denied'] });
    const executed = await run([action('a'), action('b', ['a']), action('c')], () => null, effects);
    expect(Object.fromEntries(executed.map(({ action: { id }, outcome }) => [id, outcome.status]))).toEqual({
      a: 'denied',
      b: 'skipped',
      c: 'done',
    });
    expect(log).not.toContain('call b');
  });

  it('takes what is gone, or so already, for done', async () => {
    const { effects } = world({ a: ['gone'], b: ['already-so'] });
    const executed = await run([action('a'), action('b')], () => null, effects);
    expect(executed.map(({ outcome }) => outcome.status)).toEqual(['already-so', 'already-so']);
  });

  it('answers a refusal with the play’s remedy, under names of their own', async () => {
    const { log, effects } = world({ a: ['protected'] });
    const remedy = () => [action('unprotect'), action('a', ['unprotect'])];
    await run([action('a')], remedy, effects);
    expect(log.filter((line) => line.startsWith('call'))).toEqual(['call a', 'call unprotect', 'call a']);
    expect(log.at(-1)).toBe('done a#2');
  });

  it('does not answer remedies for ever', async () => {
    const { log, effects } = world({ a: Array<FailureKind>(100).fill('protected') });
    const executed = await run([action('a')], () => [action('a')], effects);
    expect(log.filter((line) => line === 'call a').length).toBeLessThan(10);
    expect(executed.at(-1)?.outcome.status).toBe('protected');
  });

  it('tries again while something else is changing the resource', async () => {
    const { effects } = world({ a: ['busy', 'busy'] });
    const [executed] = await run([action('a')], () => null, effects);
    expect(executed?.outcome.status).toBe('done');
  });

  it('starts nothing new after a signal', async () => {
    const { log, effects, stop } = world();
    stop.abort();
    const [executed] = await run([action('a')], () => null, effects);
    expect(executed?.outcome.status).toBe('skipped');
    expect(log).toEqual(['skipped a']);
  });
});
