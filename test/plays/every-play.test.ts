import { describe, expect, it } from 'vitest';
import type { AwsCall } from '../../src/model/aws-call.js';
import { iamAction } from '../../src/plays/permissions/iam-action.js';
import { plays } from '../../src/plays/index.js';
import { resourceKey } from '../../src/model/resource.js';
import { everyAction, findings, planned } from './every-action.js';
import { besides, context, found, refusal } from './make.js';
import { nothing, samples } from './samples.js';

const twoUsers = { ListUsers: { Users: [{ UserName: 'eve' }, { UserName: 'bob' }] } };
describe('every play', () => {
  it('has a sample here, and no sample is of a play that is none', () => {
    expect(Object.keys(samples).sort()).toEqual(plays.map(({ id }) => id).sort());
  });

  describe.each(plays.map((play) => [play.id, play] as const))('%s', (_id, play) => {
    it('finds what is there, with an identity of its own, and nothing where nothing is', async () => {
      const resources = await found(play, samples[play.id] ?? {});
      expect(resources.length).toBeGreaterThan(0);
      expect(new Set(resources.map(resourceKey)).size).toBe(resources.length);
      for (const one of resources) {
        expect(one.play).toBe(play.id);
        expect(one.id).not.toBe('');
        expect(one.region).toBe(play.scope === 'global' ? 'global' : 'eu-west-1');
        // A journal line is JSON: nothing may get lost on the way through it.
        expect(JSON.parse(JSON.stringify(one))).toEqual(one);
      }
      const empty = await found(play, nothing);
      expect(empty.filter(({ live }) => live)).toEqual([]);
    });

    it('finds with the reads that it declares, and no others', async () => {
      const made = new Set<string>();
      await found(play, samples[play.id] ?? {}, made);
      expect([...made].sort()).toEqual(play.permissions.find.filter((one) => !besides.has(one)).sort());
    });

    it('plans with the permissions that it declares, the way back too', async () => {
      const actions = await everyAction(play);
      expect(actions.length).toBeGreaterThan(0);
      const declared = new Set([...play.permissions.contain, ...play.permissions.undo]);
      const check = (call: AwsCall): void => {
        expect(call.service).toBe(play.service);
        expect(declared, call.operation).toContain(iamAction(call.service, call.operation));
      };
      for (const action of actions) {
        check(action);
        for (const permission of action.permissions) expect(play.permissions.contain).toContain(permission);
        expect(action.targets.length).toBeGreaterThan(0);
        expect(action.title).not.toBe('');
        expect(JSON.parse(JSON.stringify(action))).toEqual(action);
        if ('calls' in action.undo) {
          expect(action.undo.calls.length).toBeGreaterThan(0);
          action.undo.calls.forEach(check);
        } else expect(action.undo.none).toMatch(/^[A-Z].*\.$/);
      }
    });

    it('says that there is no undo where no action has one, and only there', async () => {
      const undone = (await everyAction(play)).some((action) => 'calls' in action.undo);
      // A protection that was cleared can be set again; what was terminated behind it cannot be brought back.
      expect(play.noUndo === null).toBe(undone);
    });

    it('plans the same for the same facts, and nothing for an innocent’s thing without a before-value', async () => {
      const rogue = await findings(play);
      expect(planned(play, rogue, context())).toEqual(planned(play, rogue, context()));
      const tampered = await findings(play, { class: 'tampered' });
      // A key or password that the attacker put on an innocent's user is no thing of theirs.
      const ofTheAttacker = ['access-keys', 'login-profiles'];
      if (!ofTheAttacker.includes(play.id)) expect(planned(play, tampered, context())).toEqual([]);
    });

    it('declares every right of its reads and evidence', async () => {
      const evidence = play.record?.(await findings(play)) ?? [];
      for (const read of evidence) {
        const rights = [...play.permissions.find, ...play.permissions.contain];
        expect(rights).toContain(iamAction(read.service, read.operation));
        expect(read.of.length).toBeGreaterThan(0);
      }
    });

    it('never passes over a refusal: what could not be read is not nothing', async () => {
      const answers = samples[play.id] ?? {};
      for (const operation of new Set(Object.keys(answers).map((name) => name.split(':')[0] ?? ''))) {
        const others = Object.entries(answers).filter(([name]) => !name.startsWith(operation));
        const denied = refusal('AccessDenied', `not authorized to perform ${operation}`);
        // Two users, so that more than one read is under way when the first is refused.
        const users = operation === 'ListUsers' || !('ListUsers' in answers) ? {} : twoUsers;
        const refused = { ...Object.fromEntries(others), ...users, [operation]: denied };
        await expect(found(play, refused), operation).rejects.toBe(denied);
      }
    });

    it('is not taken for contained while it is live', async () => {
      for (const one of await found(play, samples[play.id] ?? {})) {
        expect(play.verify(one)).toBe(!one.live);
      }
    });
  });
});
