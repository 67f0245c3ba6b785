import { describe, expect, it } from 'vitest';
import { planCut } from '../../src/contain/cut/cut.js';
import { strangeActions } from '../../src/contain/journal/strange.js';
import { planUndo } from '../../src/contain/undo/undo.js';
import type { Action } from '../../src/model/action.js';
import type { JournalEntry, JournalRecord } from '../../src/model/journal-record.js';
import { plays } from '../../src/plays/index.js';
import { everyAction } from '../plays/every-action.js';
import { cutFacts, now } from './builders.js';

const records = (...entries: JournalEntry[]): JournalRecord[] =>
  entries.map((entry, seq) => ({ ...entry, seq, at: new Date(now).toISOString(), prev: '', hash: '' }));
const intents = (actions: readonly Action[]): JournalRecord[] =>
  records(...actions.map((action): JournalEntry => ({ kind: 'intent', action })));
const strange = (...actions: Action[]): string[] => strangeActions(intents(actions));
const everything = (await Promise.all(plays.map(everyAction))).flat();
const undoable = everything.filter(({ undo }) => 'calls' in undo);

describe('what no play would have done', () => {
  it('is none of what the plays do, and none of the ways back', () => {
    const cut = planCut(cutFacts(), now, false, now);
    expect(strange(...everything, ...cut)).toEqual([]);
    const journal = intents(undoable);
    const asked = { flags: new Set(['--reactivate-key']), includeRogue: true, only: [], now };
    const { actions, undoes } = planUndo(journal, { ...asked, proof: { provenTo: -1, made: new Set() } });
    expect(actions.length).toBeGreaterThan(20);
    const back = actions.map(
      (action): JournalEntry => ({ kind: 'intent', action, undoes: undoes.get(action.id)! }),
    );
    expect(strangeActions(records(...journal, ...back))).toEqual([]);
  });

  it.each<[string, (action: Action) => object]>([
    ['of no play', () => ({ play: 'nonsense' })],
    ['of a call that no play makes', () => ({ operation: 'CreateAccessKey' })],
    ['of a read', () => ({ operation: 'GetUser' })],
    ['of another service', () => ({ service: 'sts' })],
    [
      'about something else than its target',
      ({ targets }) => ({ targets: [`${targets[0]}-of-somebody-else`] }),
    ],
    ['in another region than its target', () => ({ region: 'ap-south-1' })],
  ])('is an action %s', (_what, change) => {
    for (const action of everything.filter(({ targets }) => !targets[0]?.endsWith('|account')))
      expect(strange({ ...action, ...change(action) }), action.title).toHaveLength(1);
  });

  it('is a way back to another thing of the same type, or to none that can be read', () => {
    const deletion = everything.find(({ operation }) => operation === 'DeleteResource');
    if (deletion === undefined || !('calls' in deletion.undo))
      throw new Error('no deletion by Cloud Control');
    for (const DesiredState of ['{"Name":"backdoor"}', '{}', 'no JSON']) {
      const calls = deletion.undo.calls.map((call) => ({ ...call, input: { ...call.input, DesiredState } }));
      expect(strange({ ...deletion, undo: { calls } }), DesiredState).toHaveLength(1);
    }
  });

  it('names a thing whose identifier holds bars itself', () => {
    const deletion = everything.find(({ operation }) => operation === 'DeleteResource');
    if (deletion === undefined) throw new Error('no deletion by Cloud Control');
    const TypeName = 'AWS::Cognito::UserPoolDomain';
    const of = (Identifier: string) => ({
      ...deletion,
      input: { TypeName, Identifier },
      targets: [`cloud-control|${deletion.region}|${TypeName}|p-1|login`],
      undo: { none: 'None.' },
    });
    expect(strange(of('p-1|login'))).toEqual([]);
    expect(strange(of('p-1|other'))).toHaveLength(1);
  });

  it('is a way back to something else', () => {
    for (const action of undoable) {
      const calls = 'calls' in action.undo ? action.undo.calls : [];
      const wrong = (change: object) => ({
        ...action,
        undo: { calls: calls.map((call) => ({ ...call, ...change })) },
      });
      for (const change of [{ operation: 'AttachUserPolicy' }, { service: 'sts' }, { region: 'sa-east-1' }]) {
        const same = calls.every((call) =>
          Object.entries(change).every(([name, to]) => call[name as 'region'] === to),
        );
        expect(strange(wrong(change)), action.title).toHaveLength(same ? 0 : 1);
      }
      const names = /(name|id|arn|url)$|^(cluster|service|jobqueue|computeenvironment)$/i;
      for (const name of calls.flatMap(({ input }) => Object.keys(input))) {
        if (!names.test(name) || ['VersionId', 'EndpointConfigName'].includes(name)) continue;
        const other = wrong({ input: { ...calls[0]?.input, [name]: 'somebody-else' } });
        expect(strange(other), `${action.title}: ${name}`).toHaveLength(1);
      }
    }
  });

  it('is the way back of another action, for each two that differ', () => {
    for (const action of undoable) {
      for (const other of undoable) {
        if (other.operation === action.operation || other.play === action.play) continue;
        expect(strange({ ...action, undo: other.undo }), `${action.title} ← ${other.title}`).toHaveLength(1);
      }
    }
  });

  it('is an undo of what was never done', () => {
    const [action] = undoable;
    expect(strangeActions(records({ kind: 'intent', action: action!, undoes: 'x' }))).toEqual([
      expect.stringMatching(/^line 1, .*takes back what was not done/),
    ]);
  });
});
