import { describe, expect, it } from 'vitest';
import { refuseRoot } from '../../src/contain/refused.js';

describe('a key of root', () => {
  const { message, next } = refuseRoot('AKIAROOTROOTROOT0001', {
    account: '111122223333',
    partition: 'aws',
    homeRegion: 'us-east-1',
  });

  it('is refused with what root does, and what the management account may do instead, as commands', () => {
    expect(message).toContain('Security credentials → Access keys → AKIAROOTROOTROOT0001 → Deactivate');
    expect(message).toContain(
      'aws sts assume-root --region us-east-1 --target-principal 111122223333 --task-policy-arn arn=arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials',
    );
    expect(message).toContain('aws iam delete-access-key --access-key-id AKIAROOTROOTROOT0001');
    expect(next).toContain('leakguard scan --key AKIAROOTROOTROOT0001');
  });

  it('names the policy and the region of the partition that the account is in', () => {
    const { message: there } = refuseRoot('AKIAROOTROOTROOT0001', {
      account: '111122223333',
      partition: 'aws-us-gov',
      homeRegion: 'us-gov-west-1',
    });
    expect(there).toContain('--region us-gov-west-1');
    expect(there).toContain('arn=arn:aws-us-gov:iam::aws:policy/root-task/');
    expect(there).not.toContain('arn:aws:');
  });

  it('says that this way deletes for good and disables nothing, and that nothing was done', () => {
    expect(message).toMatch(/deletes the key for good; it cannot disable it/);
    expect(message).toMatch(/Nothing was done/);
  });
});
