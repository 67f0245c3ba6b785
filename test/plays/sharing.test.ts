import { describe, expect, it } from 'vitest';
import { OriginRules } from '../../src/detect/classify/origins.js';
import { bucketAccess } from '../../src/plays/sharing/bucket-access.js';
import { imageShares } from '../../src/plays/sharing/image-shares.js';
import { calls, context, event, finding, originOf, resource } from './make.js';

describe('shares of snapshots and images', () => {
  const source = 'ec2.amazonaws.com';
  const of = (request: object, name = 'ModifySnapshotAttribute') =>
    originOf(imageShares, event({ source, name, request: request as never }));

  it('are known by what is shared and with whom, in every way in which a record says so', () => {
    const items = [{ userId: '999999999999' }, { group: 'all' }];
    const made = [{ effect: 'made', ids: ['snap-1|999999999999', 'snap-1|all'] }];
    expect(of({ snapshotId: 'snap-1', createVolumePermission: { add: { items } } })).toEqual(made);
    expect(
      of({
        snapshotId: 'snap-1',
        operationType: 'add',
        userIdSet: { items: [items[0]] },
        groupSet: { items: [items[1]] },
      }),
    ).toEqual(made);
    const launchPermission = { remove: { items: [{ userId: '999999999999' }] } };
    expect(of({ imageId: 'ami-1', launchPermission }, 'ModifyImageAttribute')).toEqual([
      { effect: 'undone', ids: ['ami-1|999999999999'] },
    ]);
  });

  it('that a record does not name are answered for by no play: they stand', () => {
    const rules = new OriginRules([imageShares]);
    const odd = event({
      source,
      name: 'ModifySnapshotAttribute',
      request: { snapshotId: 'snap-1', other: 1 },
    });
    expect(rules.answering(odd).filter(({ rule }) => rule.effect === 'made')).toEqual([]);
  });

  it('are taken back one by one, and can be given again', () => {
    const [action] = imageShares.contain(finding(resource('image-shares', 'ami-1|all')), context());
    expect(action).toMatchObject({
      operation: 'ModifyImageAttribute',
      input: { ImageId: 'ami-1', LaunchPermission: { Remove: [{ Group: 'all' }] } },
      undo: { calls: [{ input: { LaunchPermission: { Add: [{ Group: 'all' }] } } }] },
    });
    const unit = 'arn:aws:organizations::111122223333:ou/o-1/ou-1';
    expect(calls(imageShares.contain(finding(resource('image-shares', `ami-1|${unit}`)), context()))).toEqual(
      [
        [
          'ModifyImageAttribute',
          {
            ...{ ImageId: 'ami-1', Attribute: 'launchPermission' },
            LaunchPermission: { Remove: [{ OrganizationalUnitArn: unit }] },
          },
        ],
      ],
    );
  });
});

describe('doors of buckets', () => {
  const opened = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*"}]}';
  const tampered = (id: string, now: string, before: string | null) =>
    finding(resource('bucket-access', id, { properties: { now } }), { class: 'tampered', before });
  const planned = (id: string, now: string, before: string | null) =>
    calls(bucketAccess.contain(tampered(id, now, before), context()));

  it('are put back to what is on record, and to nothing else', () => {
    expect(planned('policy|shop', opened, 'none')).toEqual([['DeleteBucketPolicy', { Bucket: 'shop' }]]);
    const theirs = '{"Version":"2012-10-17","Statement":[]}';
    expect(planned('policy|shop', opened, theirs)).toEqual([
      ['PutBucketPolicy', { Bucket: 'shop', Policy: theirs }],
    ]);
    expect(planned('policy|shop', opened, null)).toEqual([]);
    expect(planned('policy|shop', '{"Statement": [], "Version": "2012-10-17"}', theirs)).toEqual([]);
    expect(
      bucketAccess.contain(
        finding(resource('bucket-access', 'policy|shop', { properties: { now: opened } })),
        context(),
      ),
    ).toEqual([]);
  });

  it('are blocked again; no block and one that blocks nothing are one', () => {
    const all =
      '{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}';
    expect(planned('public-access-block|shop', 'none', all)).toEqual([
      ['PutPublicAccessBlock', { Bucket: 'shop', PublicAccessBlockConfiguration: JSON.parse(all) as object }],
    ]);
    expect(planned('public-access-block|shop', all.replaceAll('true', 'false'), 'none')).toEqual([]);
  });

  it.each([
    ['a text that is no policy', '{"Version":'],
    ['a part that was taken out', { Statement: [{ Condition: { Bool: { password: '[redacted]' } } }] }],
    ['no policy', null],
  ])('are not known from a record with %s', (_, bucketPolicy) => {
    const put = event({
      ...{ source: 's3.amazonaws.com', name: 'PutBucketPolicy' },
      request: { bucketName: 'shop', bucketPolicy },
    });
    const rule = bucketAccess.origin.find(({ name }) => name === 'PutBucketPolicy');
    expect(rule?.sets?.(put)).toBeNull();
  });

  it('begin with their bucket, whose making stands for itself', () => {
    const create = event({
      ...{ source: 's3.amazonaws.com', name: 'CreateBucket', request: { bucketName: 'shop' } },
      time: Date.parse('2026-10-01T00:00:00Z'),
    });
    const rules = bucketAccess.origin.filter(({ name }) => name === 'CreateBucket');
    expect(rules.map((rule) => rule.sets?.(create))).toEqual([
      'none',
      '{"BlockPublicAcls":true,"BlockPublicPolicy":true,"IgnorePublicAcls":true,"RestrictPublicBuckets":true}',
    ]);
    const old = { ...create, time: Date.parse('2022-10-01T00:00:00Z') };
    expect(rules.map((rule) => rule.sets?.(old))).toEqual([null, null]);
    expect(new OriginRules([bucketAccess]).answering(create)).toEqual([]);
  });
});
