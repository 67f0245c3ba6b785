import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import { traceUp } from '../../src/detect/credentials/trace-up.js';
import { readTrail } from '../../src/trail/files.js';

const fixtures = new URL('../../fixtures/cloudtrail/', import.meta.url);

async function read(file: string) {
  return readTrail([new URL(file, fixtures).pathname], () => undefined);
}

async function look(file: string, key: string | null, more: Partial<Facts> = {}): Promise<Incident> {
  const { events, cells } = await read(file);
  const now = Date.parse('2026-11-23T00:00:00Z');
  return detect({
    events,
    inventory: [],
    plays: [],
    coverage: cells,
    key,
    account: null,
    compromisedAt: null,
    now,
    ...more,
  });
}

const idsOf = (incident: Incident): string[] => incident.credentials.map(({ id }) => id).sort();

/** The labels that are tested below, to be compared with those that there are. */
const tested = new Set<string>();
function label(file: string, name: string, test: (file: string) => Promise<void>): void {
  tested.add(file);
  it(`${file}: ${name}`, () => test(file));
}

describe('real records, with the answers that their labels give', () => {
  label(
    'panther/aws_ec2_launch_unusual_ec2_instances__01_Failed_Unusual_EC2.json',
    'a refused GPU launch by a session whose parent is unknown',
    async (file) => {
      const session = 'ASIA9F6MXE9HSYOXYQOS';
      const incident = await look(file, session);
      expect(incident.launches).toMatchObject([{ result: 'denied', accelerator: true, instanceIds: [] }]);
      const trace = traceUp((await read(file)).events, { session });
      expect(trace).toMatchObject({
        key: null,
        principal: expect.stringContaining('stratus-red-team-ec2lui-role') as string,
      });
      expect(trace.note).toMatch(/parent unknown, contain/);
      expect((await look(file, null)).suspects.map(({ accessKeyId }) => accessKeyId)).toEqual([session]);
    },
  );

  for (const quiet of [
    'panther/aws_ec2_monitoring__02_RunInstance_-_Dry_Run_.json',
    'panther/aws_modify_cloud_compute_infrastructure__04_Weird_AWS_Internal_Message.json',
    'panther/aws_ec2_monitoring__03_CopyImage_-_UserIdentity_Null.json',
    'cloud-custodian/event-cloud-trail-run-instance-creator.json',
    'cloud-custodian/event-cloud-trail-run-instance-creator-assumed.json',
  ]) {
    label(quiet, 'no incident, no suspect', async (file) => {
      const { events } = await read(file);
      expect(events).toHaveLength(1);
      const incident = await look(file, null);
      expect(incident).toMatchObject({
        key: null,
        suspects: [],
        findings: [],
        launches: [],
        deeds: [],
        credentials: [],
      });
    });
  }

  label(
    'panther/aws_iam_compromised_key_quarantine__00_AttachUserPolicy_AWSCompromisedKeyQuarantineV2-true.json',
    'AWS says that a key of the user is exposed',
    async (file) => {
      expect((await look(file, null)).notes.join()).toMatch(/quarantine.*test-user|test-user.*quarantine/);
      const named = await look(file, 'AKIAEXAMPLEEXAMPLE01', { keyOwner: 'test-user' });
      expect(named.misuse).toMatchObject({ source: 'estimated' });
      expect(named.misuse.reasons[0]).toMatch(/quarantine/);
    },
  );

  label(
    'stratus/aws.execution.ec2-launch-unusual-instances.json',
    'a refused GPU launch by a minted session',
    async (file) => {
      const incident = await look(file, 'AKIAR7ISFR69YWROPYAN');
      expect(idsOf(incident)).toEqual([
        'AKIAR7ISFR69YWROPYAN',
        'ASIA9F6MXE9HSYOXYQOS',
        'ASIAYY9090UIYYUOIF2U',
      ]);
      expect(incident.launches).toMatchObject([
        {
          result: 'denied',
          errorCode: 'Client.UnauthorizedOperation',
          asked: 10,
          accelerator: true,
          instanceIds: [],
        },
      ]);
      expect(traceUp((await read(file)).events, { session: 'ASIA9F6MXE9HSYOXYQOS' }).key).toBe(
        'AKIAR7ISFR69YWROPYAN',
      );
    },
  );

  label(
    'stratus/aws.persistence.iam-create-admin-user.json',
    'a new administrator with a key',
    async (file) => {
      const incident = await look(file, 'AKIAOZUDECYXYM4ONAN4');
      expect(idsOf(incident)).toEqual(['AKIAOZUDECYXYM4ONAN4', 'AKIAXAFZN8JEPF6L682H']);
      expect(incident.deeds.map(({ evidence }) => evidence.name).sort()).toEqual([
        'AttachUserPolicy',
        'CreateAccessKey',
        'CreateUser',
      ]);
      expect(incident.notes.join()).toMatch(/malicious-iam-user/);
      expect(traceUp((await read(file)).events, { user: 'malicious-iam-user' }).key).toBe(
        'AKIAOZUDECYXYM4ONAN4',
      );
    },
  );

  label('stratus/aws.persistence.iam-backdoor-user.json', 'a key on another user', async (file) => {
    const incident = await look(file, 'AKIA30BEZSJBVKOFKZW0');
    expect(incident.credentials.at(-1)).toMatchObject({
      id: 'AKIAL80DWDVKKM0UXEER',
      kind: 'access-key',
      parent: 'AKIA30BEZSJBVKOFKZW0',
      expiresAt: null,
    });
  });

  label(
    'stratus/aws.persistence.iam-create-user-login-profile.json',
    'a password, and no key',
    async (file) => {
      const incident = await look(file, 'AKIAE18PGYHCY2CYMTFK');
      expect(idsOf(incident)).toEqual(['AKIAE18PGYHCY2CYMTFK']);
      expect(incident.deeds).toContainEqual(
        expect.objectContaining({ result: 'worked', target: 'stratus-red-team-login-profile-user' }),
      );
    },
  );

  label(
    'stratus/aws.credential-access.ec2-steal-instance-credentials.json',
    'a role session taken off its instance through SSM',
    async (file) => {
      const incident = await look(file, 'AKIAAM80VXLJF8NPK4VC');
      expect(incident.credentials.at(-1)).toMatchObject({
        id: 'ASIAP5CT9NN8EYVU1FXV',
        kind: 'instance-role',
        mintedBy: null,
      });
      expect(incident.deeds.map(({ evidence }) => evidence.name)).toContain('SendCommand');
    },
  );

  label(
    'flaws/811596193553_CloudTrail_us-east-1-20200930T2200.json',
    'a burst of reads, no launch',
    async (file) => {
      const incident = await look(file, null);
      expect(incident.suspects.map(({ accessKeyId }) => accessKeyId)).toEqual(['AKIA3Z2XBVUDFQ9TU4MD']);
      expect(incident.suspects[0]?.reasons.join()).toMatch(/burst of reads/);
      expect((await look(file, 'AKIA3Z2XBVUDFQ9TU4MD')).launches).toEqual([]);
    },
  );

  label(
    'flaws/811596193553_CloudTrail_us-east-1-20200930T2300.json',
    'services pass calls on under ids that no event minted',
    async (file) => {
      const incident = await look(file, 'AKIA3Z2XBVUDFQ9TU4MD');
      const forwarded = [
        'ASIAP2Z9A0YF04B7G2LQ',
        'ASIAVA0WESZ9E7X5WPBB',
        'ASIAQFWYVNGZGJ74DEL4',
        'ASIAKMGQRRSASA8FDTWJ',
        'ASIARJ87YYFG1H65SS65',
      ];
      expect(idsOf(incident)).toEqual(['AKIA3Z2XBVUDFQ9TU4MD', ...forwarded].sort());
      expect(
        incident.credentials.slice(1).every(({ parent, mintedBy }) => parent === null && mintedBy === null),
      ).toBe(true);
      expect(incident.notes.join()).toMatch(
        /The trail does not show what issued 5 sessions: leakguard contain --user Level6/,
      );
      expect(incident.launches).toEqual([]);
    },
  );

  label(
    'otrf/ec2_proxy_s3_exfiltration.logstash.jsonl',
    'a role session of an instance, traced up to it',
    async (file) => {
      const { events } = await read(file);
      const trace = traceUp(events, { session: 'ASIA5FLZVX4OPVKKVBMX' });
      expect(trace.path).toEqual(['ASIA5FLZVX4OPVKKVBMX', 'i-0317f6c6b66ae9c40']);
      expect(trace.key).toBeNull();
      expect(trace.chain[0]).toMatchObject({ name: 'AssumeRole', principal: 'ec2.amazonaws.com' });
      expect((await look(file, 'ASIA5FLZVX4OPVKKVBMX')).launches).toEqual([]);
    },
  );

  it('leaves no label out', () => {
    const labels = JSON.parse(readFileSync(new URL('labels.json', fixtures), 'utf8')) as object;
    expect([...tested].sort()).toEqual(Object.keys(labels).sort());
  });

  it('lets no secret of any of them in', async () => {
    for (const folder of readdirSync(fixtures, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )) {
      const { events } = await read(`${folder.name}/`);
      expect(JSON.stringify(events)).not.toMatch(/IQoJ|FwoG|"sessionToken":"(?!\[redacted\])/);
    }
  });
});

describe('other real records', () => {
  it('tell of a trail that was stopped: the coverage after it is lowered', async () => {
    const file = 'stratus/aws.defense-evasion.cloudtrail-stop.json';
    const { events } = await read(file);
    const region = events[0]?.region ?? '';
    const coverage = [{ subject: 'trail', region, status: 'complete' as const, count: 1, detail: null }];
    const incident = await look(file, events[0]?.actor.accessKeyId ?? '', { coverage });
    expect(incident.coverage.map(({ status }) => status)).toEqual(['complete', 'truncated']);
    expect(incident.notes.join()).toMatch(/StopLogging/);
    const history = await look(file, events[0]?.actor.accessKeyId ?? '', {
      coverage,
      trailFrom: 'event-history',
    });
    expect(history.coverage).toEqual(coverage);
  });

  it('tell which secrets have to be rotated, and whom a snapshot was shared with', async () => {
    const secrets = await look(
      'stratus/aws.credential-access.secretsmanager-retrieve-secrets.json',
      'AKIA1JMTHE9ZMZMWG0MG',
    );
    expect(secrets.deeds.filter(({ evidence }) => evidence.name === 'GetSecretValue')).toHaveLength(20);
    const shared = await look('stratus/aws.exfiltration.ec2-share-ebs-snapshot.json', 'AKIAYLJU0B35TFSNKCS2');
    expect(shared.deeds[0]).toMatchObject({ target: expect.stringMatching(/^snap-/) as string });
    expect(shared.deeds[0]?.description).toMatch(/Shared with/);
  });
});
