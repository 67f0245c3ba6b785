import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk, type Desk } from './scene.js';

const yaml = `title: A quiet account whose organisation closes three regions
aws: { propagation: 0s, trailDelay: [0s, 0s], throttling: false }
accounts:
  - id: '999988887777'
    managementAccount: '999988887777'
    users: { org: { may: ['*'], keys: [org-key] } }
  - id: '111122223333'
    managementAccount: '999988887777'
    scps:
      - { Version: '2012-10-17', Statement: [{ Effect: Deny, Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:RequestedRegion': [ap-northeast-1, ap-northeast-2, ap-northeast-3] } } }] }
    users:
      ci: { may: ['*'], keys: [ci-key] }
      responder: { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'], keys: [responder-key] }
incident: { key: ci-key }
responder: { key: responder-key }
`;
let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(yaml);
});
afterAll(() => desk.close());

const patience = { timeout: 120_000 };
const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('regions that a policy of the organisation closes', () => {
  it('are one line of the scan, and unknown', patience, async () => {
    const { exitCode, stdout } = await desk.run(['scan', '--simulated']);
    expect(flat(stdout)).toMatch(
      /denied 3 regions \(ap-northeast-1.*denied to you by a policy of the organisation/,
    );
    expect(flat(stdout)).toMatch(/aws organizations describe-policy --policy-id p-\w+/);
    expect(flat(stdout)).toContain('--closed-region is your word for both');
    expect(stdout.match(/denied /g)).toHaveLength(2);
    expect(exitCode).toBe(5);
  });

  it('are closed to everybody where the person answers for it, and that is said', patience, async () => {
    const word = ['--closed-region', 'ap-northeast-1,ap-northeast-2', '--closed-region', 'ap-northeast-3'];
    const { exitCode, stdout } = await desk.run(['scan', '--simulated', ...word]);
    expect(flat(stdout)).toMatch(
      /3 regions closed by a policy of the organisation, on your word: ap-northeast-1/,
    );
    expect(exitCode).toBe(0);
    const verified = await desk.run([
      'verify',
      '--key',
      desk.keys.get('ci-key')!.id,
      '--simulated',
      ...word,
      '--json',
    ]);
    const { rows } = JSON.parse(verified.stdout) as { rows: { subject: string; status: string }[] };
    expect(rows.filter(({ subject }) => subject === '3 regions')).toMatchObject([{ status: 'clean' }]);
  });

  it('stay unknown where only some of them are named', patience, async () => {
    const { exitCode } = await desk.run(['scan', '--simulated', '--closed-region', 'ap-northeast-1']);
    expect(exitCode).toBe(5);
  });

  it('keep a replacement key that is watched from being called clean', patience, async () => {
    const watched = async (...more: string[]): Promise<string | undefined> => {
      const key = desk.keys.get('ci-key')!.id;
      const { stdout } = await desk.run(['verify', '--watch-key', key, '--simulated', '--json', ...more]);
      const { rows } = JSON.parse(stdout) as { rows: { subject: string; status: string }[] };
      return rows.find(({ subject }) => subject === `key ${key}`)?.status;
    };
    expect(await watched()).toBe('unknown');
    const word = 'ap-northeast-1,ap-northeast-2,ap-northeast-3';
    expect(await watched('--closed-region', word)).toBe('clean');
  });
});
