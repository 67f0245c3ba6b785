import { describe, expect, it } from 'vitest';
import { offlineIdentity } from '../../src/commands/scan.js';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { joined } from '../../src/report/joined.js';
import { incidentHtml } from '../../src/report/html/incident-page.js';
import { incidentScreen } from '../../src/report/screens/incident-screen.js';
import { readTrail } from '../../src/trail/files.js';

const identity = offlineIdentity(null);

/** What `scan --trail` sees of a file in fixtures/, without an account. */
async function look(file: string, key: string | null, more: Partial<Facts> = {}): Promise<Incident> {
  const path = new URL(`../../fixtures/${file}`, import.meta.url).pathname;
  const { events, cells } = await readTrail([path], () => undefined);
  const inventory = {
    subject: 'inventory',
    region: 'global',
    status: 'failed' as const,
    count: 0,
    detail: 'only the trail files were read: what runs now is not known',
  };
  return detect({
    events,
    inventory: [],
    plays,
    coverage: [...cells, inventory],
    key,
    account: null,
    compromisedAt: null,
    now: Date.parse('2026-11-23T00:00:00Z'),
    ...more,
  });
}

const screenOf = (incident: Incident): string =>
  incidentScreen(joined(incident), identity, { width: 80, color: false, verbose: false });

/** Public intrusions: what the first ten lines say of what happened, what still stands, and what to do. */
const intrusions: {
  name: string;
  file: string;
  key: string | null;
  happened: RegExp;
  stands: RegExp[];
  next: RegExp;
}[] = [
  {
    name: 'invictus',
    file: 'cloudtrail/invictus/pre-cleanup.json.gz',
    key: null,
    happened: /AKIATFQR7NSC8Q4X20BJ of bert-jan.* misused since 2023-07-10 11:54 UTC/,
    stands: [
      /2 access keys, 2 console passwords, 1 trust anchor, 4 users/,
      /administrator: new user malicious-iam-user: access key AKIATFQR7NSCQLA2F4OD/,
    ],
    next: /leakguard contain --key AKIATFQR7NSC8Q4X20BJ/,
  },
  {
    name: 'panther-compromised-root',
    file: 'cloudtrail/panther/scenario_compromised-root-creds__attacker_cloudtrail.json',
    key: null,
    happened: /493859302102:root of root.* since 2020-11-01 08:29 UTC/,
    stands: [
      /2 access keys, 1 user/,
      /administrator: new user tracy_stone: access key AKIASWJJJ66ZZZII4IYY, IAMFullAccess/,
    ],
    next: /delete its access keys and change its password/,
  },
  {
    name: 'stratus-create-admin-user',
    file: 'cloudtrail/stratus/aws.persistence.iam-create-admin-user.json',
    key: 'AKIAOZUDECYXYM4ONAN4',
    happened: /of christophe.* AttachUserPolicy, which the key never did/,
    stands: [
      /administrator: new user malicious-iam-user: access key AKIAXAFZN8JEPF6L682H, AdministratorAccess/,
    ],
    next: /leakguard contain --key AKIAOZUDECYXYM4ONAN4/,
  },
  {
    name: 'role-through-function',
    file: 'field/passrole-function.json.gz',
    key: null,
    happened: /since 2026-11-17 02:01 UTC/,
    stands: [/administrator: new user da: access key AKIAFIELDDA000000000/],
    next: /leakguard contain --session ASIADOOREVIL00000097/,
  },
  {
    name: 'bedrock-api-key',
    file: 'field/service-specific-credential.json.gz',
    key: null,
    happened: /of bi-jobs.* first call from 203\.0\.113\.0\/24/,
    stands: [/2 service-specific credentials/, /new user BedrockAPIKey-7k2p: service-specific credential/],
    next: /leakguard contain --key AKIAFIELDBR000000000/,
  },
];

describe('the first screen of a public intrusion, from its records alone', () => {
  it.each(intrusions)('$name: what happened, what stands, what next in ten lines', async (one) => {
    const screen = screenOf(await look(one.file, one.key));
    await expect(screen).toMatchFileSnapshot(`./first-screens/${one.name}.txt`);
    const top = screen.split('\n').slice(0, 10).join(' ').replace(/\s+/g, ' ');
    expect(top).toMatch(one.happened);
    for (const stands of one.stands) expect(top).toMatch(stands);
    expect(top).toContain('as far as the trail shows; the account was not looked at');
    expect(top).toMatch(one.next);
  });

  it('ranks: access, then what spends, then what was read; sessions by the way they were minted', async () => {
    const screen = screenOf(await look('cloudtrail/invictus/pre-cleanup.json.gz', null));
    const order = [
      'access ',
      'spends ',
      'read ',
      'launched ',
      'refused ',
      'also did ',
      'minted ',
      'not seen ',
    ];
    const at = order.map((label) => screen.indexOf(`\n${label}`));
    expect(at).toEqual([...at].sort((a, b) => a - b));
    expect(at).not.toContain(-1);
    expect(screen).toMatch(/rotate: 60 × GetSecretValue on stratus-red-team-retrieve-secret-…/);
    expect(screen).toMatch(
      /2 keys that do not expire; 95 sessions\s+\(82 of unknown origin, 13 by\s+AssumeRole\)/,
    );
  });

  it.each(intrusions)('$name: says of everything that stands how it is taken away', async ({ file, key }) => {
    const incident = await look(file, key);
    const flat = (text: string): string => text.replace(/\s+/g, ' ');
    const all = joined(incident);
    const screen = flat(incidentScreen(all, identity, { width: 80, color: false, verbose: true }));
    const standing = all.findings.filter(
      ({ trail, undone, resource }) => trail !== undefined && !undone && !/-sessions$/.test(resource.play),
    );
    expect(standing.length).toBeGreaterThan(0);
    for (const { trail } of standing) {
      expect(trail?.remove.step).toMatch(/\w+ console/);
      expect(screen.replaceAll(' ', '')).toContain(flat(trail?.remove.step ?? '?').replaceAll(' ', ''));
      if (trail?.remove.command != null) expect(screen).toContain(flat(trail.remove.command));
    }
    expect(screenOf(incident)).toMatch(/\nremove +\d+ steps?, each with its command/);
  });

  it('tells what stands as findings, with the step that takes each away', async () => {
    const { findings, fromTrail = [] } = await look('cloudtrail/invictus/pre-cleanup.json.gz', null);
    // Nothing is planned for what nobody saw.
    expect(findings).toEqual([]);
    const found = new Map(
      fromTrail.map((finding) => [`${finding.resource.play}|${finding.resource.id}`, finding]),
    );
    const users = [...found.keys()].filter((id) => id.startsWith('iam-principals|user|'));
    expect(users).toHaveLength(4);
    expect(found.get('access-keys|AKIATFQR7NSCQLA2F4OD')).toMatchObject({
      class: 'rogue',
      evidence: [{ name: 'CreateAccessKey', eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string }],
      trail: {
        rank: 'access',
        now: 'not-looked-at',
        words: 'stands, as far as the trail tells; whether it still stands: not looked at',
        remove: {
          command:
            'aws iam delete-access-key --user-name=malicious-iam-user --access-key-id=AKIATFQR7NSCQLA2F4OD',
        },
      },
    });
    const kinds = fromTrail.map(({ resource }) => resource.type);
    expect(kinds.filter((kind) => kind === 'trust anchor')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'Lambda function')).toHaveLength(2);
    // Shared and taken back again, and roles that were deleted again, do not stand.
    expect(kinds).not.toContain('shared snapshot');
    expect([...found.keys()]).not.toContain('iam-principals|role|stratus-red-team-ec2lui-role-wuzemnoeqa');
  });

  it('shows the same in the page', async () => {
    const page = incidentHtml(await look('cloudtrail/invictus/pre-cleanup.json.gz', null), identity);
    expect(page).toContain('What still stands, worst first');
    expect(page).toContain('administrator: new user malicious-iam-user');
    expect(page).toContain('aws iam delete-access-key --user-name=malicious-iam-user');
    expect(page).toContain('stands, as far as the trail tells; whether it still stands: not looked at');
  });
});
