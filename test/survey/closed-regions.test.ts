import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/model/coverage.js';
import { foldClosed } from '../../src/survey/closed-regions.js';

const scp =
  'not authorized to perform: ec2:DescribeInstances with an explicit deny in a service control policy';
const cell = (region: string, more: Partial<Cell> = {}): Cell => ({
  ...{ subject: 'ec2-instances', region, status: 'denied', count: 0, detail: scp },
  ...more,
});
const closed = [cell('ap-1'), cell('ap-1', { subject: 'trail', detail: 'AccessDenied' })];
const open = [cell('eu-1', { status: 'complete', detail: null }), cell('eu-1', { subject: 'trail' })];

describe('a region that a policy of the organisation closes to the caller', () => {
  it('is one line, and stays unknown', () => {
    const folded = foldClosed([...closed, ...open, cell('global')], []);
    expect(folded).toEqual([
      ...open,
      cell('global'),
      {
        ...cell('ap-1'),
        subject: 'region',
        detail: expect.stringMatching(/^denied to you by a policy/) as string,
      },
    ]);
  });

  it('names the policy where AWS does, and how it is read; to have read it is no answer yet', () => {
    const named = `${scp}: arn:aws:organizations::999988887777:policy/o-abcdef1234/service_control_policy/p-regions1`;
    const [folded] = foldClosed([cell('ap-1', { detail: named })], []);
    expect(folded?.status).toBe('denied');
    expect(folded?.detail).toMatch(/policy of the organisation \(p-regions1\); who is exempt/);
    expect(folded?.detail).toMatch(/aws organizations describe-policy --policy-id p-regions1/);
    expect(folded?.detail).toMatch(/what ran here before it, is not known/);
  });

  it('is closed to everybody on the person’s word, and no other', () => {
    const [first, second] = foldClosed([...closed, cell('ap-2')], ['ap-1', 'eu-1']).sort((a, b) =>
      a.region < b.region ? -1 : 1,
    );
    expect(first).toMatchObject({
      status: 'not-examined',
      detail: expect.stringMatching(/person’s word/) as string,
    });
    expect(second).toMatchObject({ region: 'ap-2', status: 'denied' });
    expect(foldClosed(open, ['eu-1'])).toEqual(open);
  });

  it('is none where the refusal is the caller’s own, or anything answered there', () => {
    const own = [cell('ap-1', { detail: 'because no identity-based policy allows the action' })];
    expect(foldClosed(own, ['ap-1'])).toEqual(own);
    const partly = [...closed, cell('ap-1', { subject: 'x', status: 'failed' })];
    expect(foldClosed(partly, ['ap-1'])).toEqual(partly);
  });
});
