import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { datedDeny, decodedDocument, denyStands, readDeny, sessionsDeny } from '../../src/plays/iam/deny.js';

const at = Date.parse('2026-11-23T03:10:07.250Z');

describe('the Deny policies', () => {
  it('are dated in whole seconds, never earlier than asked', () => {
    expect(JSON.parse(datedDeny(at))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Action: ['*'],
          Resource: ['*'],
          Condition: { DateLessThan: { 'aws:TokenIssueTime': '2026-11-23T03:10:08Z' } },
        },
      ],
    });
  });

  it('have no condition where everything is denied', () => {
    expect(JSON.parse(datedDeny(null))).toMatchObject({
      Statement: [{ Effect: 'Deny', Action: ['*'], Resource: ['*'] }],
    });
  });

  it('name each session once, whatever its name holds', () => {
    const hostile = 'AROAEXAMPLE:"}]}, {"Effect":"Allow';
    expect(readDeny(sessionsDeny(['AROAEXAMPLE:b', hostile, 'AROAEXAMPLE:b'], at))).toEqual({
      kind: 'sessions',
      userIds: [hostile, 'AROAEXAMPLE:b'],
      issuedBefore: Date.parse('2026-11-23T03:10:08Z'),
    });
    expect(readDeny(sessionsDeny(['AROAEXAMPLE:b'], at))).toEqual({
      kind: 'sessions',
      userIds: ['AROAEXAMPLE:b'],
      issuedBefore: Date.parse('2026-11-23T03:10:08Z'),
    });
  });

  it('are read back as what they do', () => {
    expect(readDeny(datedDeny(null))).toEqual({ kind: 'all' });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (time) => {
        const deny = readDeny(datedDeny(time));
        expect(deny).toEqual({ kind: 'dated', issuedBefore: Math.ceil(time / 1000) * 1000 });
      }),
    );
  });

  it.each([
    ['an Allow by the same name', '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'],
    ['a Deny of one service', '{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*"}]}'],
    [
      'a Deny with a second condition',
      '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-11-23T00:00:00Z"},"Bool":{"aws:SecureTransport":"false"}}}]}',
    ],
    [
      'a Deny with an exception',
      '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*","NotPrincipal":"*"}]}',
    ],
    [
      'a Deny beside an Allow',
      '{"Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}',
    ],
    ['a document that is not JSON', '{'],
    ['an empty one', ''],
  ])('do not take %s for their own', (_what, document) => {
    expect(readDeny(document)).toBeNull();
    expect(denyStands(document, null, false)).toBe(false);
  });

  it('stand where the date is late enough', () => {
    const document = datedDeny(at);
    expect(denyStands(document, at, false)).toBe(true);
    expect(denyStands(document, null, false)).toBe(true);
    expect(denyStands(document, at + 60_000, false)).toBe(false);
    expect(denyStands(document, null, true)).toBe(false);
    expect(denyStands(datedDeny(null), at + 60_000, true)).toBe(true);
    expect(denyStands(null, null, false)).toBe(false);
  });

  it('are decoded whether or not the server encoded them', () => {
    const document = '{"a":"b c"}';
    expect(decodedDocument(encodeURIComponent(document))).toBe(document);
    expect(decodedDocument(document)).toBe(document);
    expect(decodedDocument('100%')).toBe('100%');
    expect(decodedDocument(undefined)).toBeNull();
  });
});
