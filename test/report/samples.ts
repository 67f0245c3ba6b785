import { createHash } from 'node:crypto';
import type { Action, Outcome, Undo } from '../../src/model/action.js';
import type { PrintedCall } from '../../src/model/aws-call.js';
import type { JournalEntry, JournalRecord, LeftOver } from '../../src/model/journal-record.js';
import type { Cell } from '../../src/model/coverage.js';
import type {
  Deed,
  Evidence,
  Finding,
  Incident,
  Launch,
  ResourceClass,
  TaintedCredential,
} from '../../src/model/incident.js';
import type { Identity } from '../../src/model/core-event.js';
import type { Json, JsonObject } from '../../src/model/json.js';
import { resourceKey, type Resource } from '../../src/model/resource.js';

/*
 * An incident as it happens: a CI key misused at 03:07 UTC, 190 instances in 17 regions within half an hour, a minted
 * session, a user and a key of the attacker's own, a group that relaunches, an innocent's group changed.
 */

export const key = 'AKIAIOSFODNN7EXAMPLE';
const secondKey = 'AKIAI44QH8DHBEXAMPLE';
const session = 'ASIAIOSFODNN7EXAMPLE';
export const account = '111122223333';
/** A name as an attacker gives it: markup, an ANSI escape, a right-to-left mark, a newline. */
export const hostileName = '"><img src=x onerror=alert(1)>\u001b[2J\u202efdp.exe\nroot';

const start = Date.parse('2026-11-21T03:07:40Z');
const minute = 60_000;
export const at = (minutes: number): number => start + minutes * minute;

export const identity: Identity = {
  account,
  arn: `arn:aws:sts::${account}:assumed-role/incident-responder/mori`,
  userId: 'AROAEXAMPLERESPONDER:mori',
  partition: 'aws',
  accessKeyId: 'ASIARESPONDEREXAMPLE',
  profile: 'security',
  homeRegion: 'us-east-1',
  simulated: false,
  endpoints: {},
};

export const simulatedIdentity: Identity = {
  ...identity,
  simulated: true,
  endpoints: { ec2: 'http://127.0.0.1:4599', iam: 'http://127.0.0.1:4599' },
};

const regions = [
  'us-east-1',
  'us-west-2',
  'eu-west-1',
  'ap-northeast-1',
  'us-east-2',
  'eu-central-1',
  'ap-southeast-1',
  'ca-central-1',
  'sa-east-1',
  'us-west-1',
  'eu-west-2',
  'eu-west-3',
  'eu-north-1',
  'ap-south-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-southeast-2',
];
const gpuRegions = new Set(regions.slice(0, 7));

const services: Record<string, string> = {
  RunInstances: 'ec2',
  GetSecretValue: 'secretsmanager',
  ListSecrets: 'secretsmanager',
  StopLogging: 'cloudtrail',
  GetCallerIdentity: 'sts',
  RequestServiceQuotaIncrease: 'servicequotas',
};

function evidence(name: string, region: string, time: number | null, more: Partial<Evidence> = {}): Evidence {
  return {
    eventId: `ev-${name}-${region}-${time ?? 'none'}`,
    name,
    source: `${services[name] ?? 'iam'}.amazonaws.com`,
    region,
    time,
    accessKeyId: key,
    principal: `arn:aws:iam::${account}:user/ci-deployer`,
    ...more,
  };
}

export function instance(
  n: number,
  region: string,
  type: string,
  createdAt: number,
  more: Partial<Resource> = {},
): Resource {
  return {
    play: 'ec2-instances',
    type: 'instance',
    id: `i-0${n.toString(16).padStart(16, '0')}`,
    region,
    state: 'running',
    live: true,
    createdAt,
    tags: {},
    links: [],
    properties: { instanceType: type, availabilityZone: `${region}a` },
    ...more,
  };
}

export function finding(
  resource: Resource,
  cls: ResourceClass,
  reasons: string[],
  more: Partial<Finding> = {},
): Finding {
  return {
    resource,
    class: cls,
    rule: cls === 'not-tied' ? 'origin.no-tie' : 'launch.departs',
    reasons,
    tiedTo: cls === 'not-tied' ? null : key,
    evidence: cls === 'not-tied' ? [] : [evidence('RunInstances', resource.region, resource.createdAt)],
    before: null,
    undone: false,
    settlesAt: null,
    ...more,
  };
}

function rogueInstances(): Finding[] {
  let n = 0;
  return regions.flatMap((region, r) => {
    const types = gpuRegions.has(region) ? ['g5.48xlarge', 'p3.16xlarge'] : ['c5.24xlarge', 'm6i.32xlarge'];
    return types.flatMap((type, t) =>
      Array.from({ length: t === 0 ? 8 - (r % 3) : 4 }, () =>
        finding(
          instance(++n, region, type, at(6 + r * 1.5 + t), {
            tags: n === 3 ? { Name: hostileName } : { Name: 'ci-runner' },
          }),
          'rogue',
          [
            `launched ${String(6 + r)} min after misuse began`,
            'a region that the key never used',
            `${type}: a type that the key never launched`,
            'termination protection set in the request',
          ],
        ),
      ),
    );
  });
}

function otherFindings(): Finding[] {
  const thing = (
    play: string,
    type: string,
    id: string,
    region: string,
    minutes: number,
    properties: JsonObject = {},
  ): Resource => ({
    play,
    type,
    id,
    region,
    state: 'Active',
    live: true,
    createdAt: at(minutes),
    tags: {},
    links: [],
    properties,
  });
  return [
    finding(thing('auto-scaling-groups', 'Auto Scaling group', 'asg-runner-x', 'us-west-2', 12), 'rogue', [
      'made by the misused key after misuse began',
    ]),
    finding(thing('users', 'user', hostileName, 'global', 9), 'rogue', [
      'made by the misused key after misuse began',
    ]),
    finding(thing('access-keys', 'access key', secondKey, 'global', 10), 'rogue', [
      'minted by the misused key on the user svc-backup',
    ]),
    finding(
      thing('auto-scaling-groups', 'Auto Scaling group', 'web-frontend', 'eu-west-1', -90_000),
      'tampered',
      ['an innocent group: size raised from 4 to 200 by session ASIA…MPLE'],
      { before: { MinSize: 2, DesiredCapacity: 4, MaxSize: 8 } },
    ),
    ...Array.from({ length: 12 }, (_, i) =>
      finding(instance(1000 + i, 'us-east-1', 'c6i.xlarge', at(-3000 + i)), 'own', [
        'launched by the key before misuse began',
      ]),
    ),
    finding(instance(2001, 'us-east-1', 'c6i.xlarge', at(14)), 'held', [
      'of a type, region and hour that the key has always used, but launched after misuse began',
    ]),
    finding(instance(2002, 'eu-west-1', 'g5.xlarge', at(18)), 'held', [
      'tagged keep=true by the untainted principal alice',
    ]),
    ...[0, 1, 2].map((i) =>
      finding(
        instance(3001 + i, 'us-west-2', 'g5.48xlarge', at(38)),
        'settling',
        ['launched 4 min ago: CloudTrail does not know yet by whom'],
        { settlesAt: at(53) },
      ),
    ),
    ...[0, 1, 2, 3, 4].map((i) =>
      finding(instance(4001 + i, 'eu-west-1', 'p3.2xlarge', at(-50_000)), 'not-tied', []),
    ),
  ];
}

const credentials: TaintedCredential[] = [
  {
    id: key,
    kind: 'access-key',
    principal: `arn:aws:iam::${account}:user/ci-deployer`,
    userName: 'ci-deployer',
    roleName: null,
    userId: null,
    parent: null,
    mintedBy: null,
    since: start,
    expiresAt: null,
    otherAccount: null,
  },
  {
    id: session,
    kind: 'role-session',
    principal: `arn:aws:sts::${account}:assumed-role/deploy-admin/x`,
    userName: null,
    roleName: 'deploy-admin',
    userId: 'AROAEXAMPLEDEPLOY:x',
    parent: key,
    mintedBy: evidence('AssumeRole', 'us-east-1', at(3)),
    since: at(3),
    expiresAt: at(63),
    otherAccount: null,
  },
  {
    id: secondKey,
    kind: 'access-key',
    principal: `arn:aws:iam::${account}:user/svc-backup`,
    userName: 'svc-backup',
    roleName: null,
    userId: null,
    parent: session,
    mintedBy: evidence('CreateAccessKey', 'us-east-1', at(10), { accessKeyId: session }),
    since: at(10),
    expiresAt: null,
    otherAccount: null,
  },
  {
    id: 'ASIAOTHERACCTEXAMPLE',
    kind: 'role-session',
    principal: 'arn:aws:sts::444455556666:assumed-role/shared/x',
    userName: null,
    roleName: 'shared',
    userId: null,
    parent: session,
    mintedBy: evidence('AssumeRole', 'us-east-1', at(11), { accessKeyId: session }),
    since: at(11),
    expiresAt: at(71),
    otherAccount: '444455556666',
  },
  {
    id: hostileName,
    kind: 'console',
    principal: `arn:aws:iam::${account}:user/${hostileName}`,
    userName: hostileName,
    roleName: null,
    userId: null,
    parent: key,
    mintedBy: evidence('CreateLoginProfile', 'us-east-1', at(9.5)),
    since: at(9.5),
    expiresAt: null,
    otherAccount: null,
  },
];

function deed(
  name: string,
  minutes: number,
  tactic: string,
  description: string,
  more: Partial<Deed> = {},
): Deed {
  return {
    evidence: evidence(name, 'us-east-1', at(minutes)),
    tactic,
    target: null,
    result: 'worked',
    errorCode: null,
    description,
    undone: false,
    count: 1,
    play: null,
    stands: false,
    ...more,
  };
}

const deeds: Deed[] = [
  deed('GetCallerIdentity', 0, 'discovery', 'asked who it is'),
  deed('ListSecrets', 1, 'credential access', 'listed secrets'),
  deed('GetSecretValue', 2, 'credential access', 'read a secret: rotate it', {
    target: 'prod/db/password',
    count: 3,
  }),
  deed('CreateUser', 9, 'persistence', 'made a user', { target: hostileName, play: 'users' }),
  deed('CreateAccessKey', 10, 'persistence', 'minted a key on a user', {
    target: 'svc-backup',
    play: 'access-keys',
  }),
  deed('RequestServiceQuotaIncrease', 5, 'resource hijacking', 'asked for more vCPUs', {
    target: 'L-DB2E81BA',
    count: 4,
  }),
  deed('StopLogging', 13, 'defense evasion', 'tried to stop the trail', {
    target: 'org-trail',
    result: 'denied',
    errorCode: 'AccessDenied',
  }),
  deed('ModifySnapshotAttribute', 22, 'exfiltration', 'shared a snapshot with another account', {
    target: 'snap-0123456789abcdef0',
  }),
];

function launches(): Launch[] {
  const worked = regions.flatMap((region, r) => {
    const types = gpuRegions.has(region) ? ['g5.48xlarge', 'p3.16xlarge'] : ['c5.24xlarge', 'm6i.32xlarge'];
    return types.map((type, t): Launch => {
      return {
        evidence: evidence('RunInstances', region, at(6 + r * 1.5 + t)),
        result: 'worked',
        errorCode: null,
        region,
        instanceTypes: [type],
        asked: 20,
        instanceIds: rogueInstances().flatMap(({ resource }) =>
          resource.region === region && resource.properties['instanceType'] === type ? [resource.id] : [],
        ),
        accelerator: gpuRegions.has(region),
        score: 0.94,
        class: 'rogue',
        rule: 'launch.departs',
        reasons: ['a burst over 17 regions'],
        protection: true,
        truncated: false,
      };
    });
  });
  const refused = regions.slice(0, 5).map(
    (region, r): Launch => ({
      evidence: evidence('RunInstances', region, at(4 + r * 0.2)),
      result: r === 0 ? 'dry-run' : 'failed',
      errorCode: r === 0 ? 'Client.DryRunOperation' : 'Client.VcpuLimitExceeded',
      region,
      instanceTypes: ['p4d.24xlarge'],
      asked: 10,
      instanceIds: [],
      accelerator: true,
      score: 0.9,
      class: 'rogue',
      rule: 'launch.departs',
      reasons: ['tried before'],
      protection: true,
      truncated: false,
    }),
  );
  return [...refused, ...worked];
}

function coverage(): Cell[] {
  const plays = ['ec2-instances', 'auto-scaling-groups', 'spot-requests', 'functions'];
  const cells: Cell[] = regions.flatMap((region) =>
    plays.map((subject): Cell => ({ subject, region, status: 'complete', count: 3, detail: null })),
  );
  for (const subject of ['users', 'access-keys', 'roles']) {
    cells.push({ subject, region: 'global', status: 'complete', count: 9, detail: null });
  }
  for (const region of regions) {
    cells.push({
      subject: 'trail',
      region,
      status: 'complete',
      count: 120,
      detail: null,
      from: at(-129_600),
      to: at(40),
    });
  }
  const set = (subject: string, region: string, status: Cell['status'], detail: string): void => {
    const cell = cells.find((c) => c.subject === subject && c.region === region);
    if (cell !== undefined) Object.assign(cell, { status, detail });
  };
  set('functions', 'sa-east-1', 'denied', 'AccessDeniedException: needs lambda:ListFunctions');
  set('functions', 'ap-south-1', 'denied', 'AccessDeniedException: needs lambda:ListFunctions');
  set('trail', 'us-east-1', 'truncated', 'stopped after 400 pages: earlier events are not known');
  set('ec2-instances', 'ap-northeast-3', 'failed', 'ECONNRESET: connection cut after 3 attempts');
  for (const region of ['af-south-1', 'ap-east-1', 'eu-south-1', 'me-south-1']) {
    cells.push({
      subject: 'regions',
      region,
      status: 'not-enabled',
      count: 0,
      detail: 'not enabled for this account',
    });
  }
  for (const subject of ['redshift', 'rds', 'eks', 's3 objects']) {
    cells.push({
      subject,
      region: 'global',
      status: 'not-examined',
      count: 0,
      detail: 'leakguard has no play for it',
    });
  }
  return cells;
}

/** The incident as `detect` gives it on the first full scan. */
export function incident(more: Partial<Incident> = {}): Incident {
  return {
    key,
    userName: 'ci-deployer',
    account,
    misuse: {
      at: start,
      source: 'estimated',
      confidence: 'likely',
      reasons: [
        'first use from 203.0.113.0/24 and of GetCallerIdentity by user agent aws-cli/2.15 (the key used Terraform only)',
        'regions and types that the key never used, from here on',
      ],
    },
    credentials,
    launches: launches(),
    findings: [...rogueInstances(), ...otherFindings()],
    deeds,
    suspects: [],
    cost: {
      usdPerHour: 2216.42,
      usdSoFar: 1180.07,
      unknownEnds: 0,
      unknownTypes: ['p9x.metal'],
      unknownInstances: 2,
      spotInstances: 6,
      source: 'AWS price list, us-east-1 on-demand Linux, 2026-11-02',
    },
    coverage: coverage(),
    notes: [
      'AWS attached AWSCompromisedKeyQuarantineV3 to the user at 03:31 UTC: it does not deny ec2:CreateFleet.',
    ],
    ...more,
  };
}

/** Every cell complete, and nothing found. */
export function quietIncident(): Incident {
  return incident({
    misuse: { at: null, source: 'none', confidence: 'uncertain', reasons: [] },
    credentials: credentials.slice(0, 1),
    launches: [],
    findings: [],
    deeds: [],
    cost: {
      usdPerHour: 0,
      usdSoFar: 0,
      unknownEnds: 0,
      unknownTypes: [],
      unknownInstances: 0,
      spotInstances: 0,
      source: 'price list',
    },
    coverage: coverage().filter((cell) => cell.status === 'complete'),
    notes: [],
  });
}

/** A scan without a key: two keys stand out. */
export function suspectsIncident(): Incident {
  return incident({
    key: null,
    userName: null,
    credentials: [],
    findings: [],
    suspects: [
      {
        accessKeyId: key,
        userName: 'ci-deployer',
        score: 0.94,
        reasons: ['190 launches in 17 regions within 31 min', 'regions that the key never used'],
        launches: 190,
        regions,
      },
      {
        accessKeyId: secondKey,
        userName: hostileName,
        score: 0.41,
        reasons: ['made at 03:17, by the key above'],
        launches: 2,
        regions: ['us-east-1'],
      },
    ],
  });
}

/** Seals entries as the journal does: numbered, timed, chained. `minutes` after the misuse began. */
export function seal(entries: [minutes: number, entry: JournalEntry][]): JournalRecord[] {
  let prev = '0'.repeat(64);
  return entries.map(([minutes, entry], seq) => {
    const open = { ...entry, seq, at: new Date(at(minutes)).toISOString(), prev };
    const hash = createHash('sha256').update(JSON.stringify(open)).digest('hex');
    prev = hash;
    return { ...open, hash };
  });
}

type Sample = Partial<Omit<Action, 'undo'>> & { id: string; undo?: Undo<PrintedCall> };

export function action(more: Sample): Action {
  return {
    service: 'ec2',
    operation: 'TerminateInstances',
    region: 'us-east-1',
    input: {},
    play: 'ec2-instances',
    phase: 'terminate',
    targets: [],
    after: [],
    title: `do ${more.id}`,
    reason: 'tied to the misused key',
    permissions: ['ec2:TerminateInstances'],
    before: null,
    undo: { none: 'a terminated instance does not come back' },
    ...more,
  } as Action;
}

export function outcome(
  id: string,
  status: Outcome['status'] = 'done',
  more: Partial<Outcome> = {},
): Outcome {
  return {
    action: id,
    status,
    requestId: `req-${id}`,
    error: null,
    answer: null,
    ...more,
  };
}

const cutKey = action({
  id: 'cut-key',
  service: 'iam',
  operation: 'UpdateAccessKey',
  region: 'global',
  input: { UserName: 'ci-deployer', AccessKeyId: key, Status: 'Inactive' },
  play: 'access-keys',
  phase: 'cut',
  targets: [`access-keys|global|${key}`],
  title: `deactivate access key ${key} of ci-deployer`,
  before: { Status: 'Active' },
  undo: {
    calls: [
      {
        service: 'iam',
        operation: 'UpdateAccessKey',
        region: 'global',
        input: { UserName: 'ci-deployer', AccessKeyId: key, Status: 'Active' },
      },
    ],
    needsFlag: '--reactivate-key',
  },
});

const cutSessions = action({
  id: 'cut-sessions',
  service: 'iam',
  operation: 'PutUserPolicy',
  region: 'global',
  input: { UserName: 'ci-deployer', PolicyName: 'leakguard-revoke-older-sessions' },
  play: 'user-sessions',
  phase: 'cut',
  targets: ['user-sessions|global|ci-deployer'],
  title: 'deny every temporary credential of ci-deployer made before 03:49 UTC',
  undo: {
    calls: [
      {
        service: 'iam',
        operation: 'DeleteUserPolicy',
        region: 'global',
        input: { UserName: 'ci-deployer', PolicyName: 'leakguard-revoke-older-sessions' },
      },
    ],
  },
});

/** A containment, whole: cut at +42 min, rest at +45, confirmed at +58; one region's termination denied when asked. */
export function journal(
  options: { denied?: boolean; open?: boolean; held?: boolean; identity?: Identity } = {},
): JournalRecord[] {
  const whole = incident();
  const seen = incident({
    coverage:
      options.denied === true
        ? whole.coverage
        : whole.coverage.map((cell) =>
            ['denied', 'failed', 'truncated'].includes(cell.status)
              ? { ...cell, status: 'complete' as const, detail: null }
              : cell,
          ),
    findings: whole.findings.filter(
      (one) => one.class !== 'settling' && (options.held === true || one.class !== 'held'),
    ),
  });
  const entries: [number, JournalEntry][] = [
    [
      41,
      {
        kind: 'opened',
        version: 1,
        toolVersion: '0.1.0',
        identity: options.identity ?? identity,
        key,
        options: { evict: 'disable' },
      },
    ],
    [42, { kind: 'agreed', what: 'cut', by: 'prompt' }],
    [42, { kind: 'phase', phase: 'cut', actions: 2 }],
    [42, { kind: 'intent', action: cutKey }],
    [42.02, { kind: 'outcome', outcome: outcome('cut-key') }],
    [42.02, { kind: 'intent', action: cutSessions }],
    [42.04, { kind: 'outcome', outcome: outcome('cut-sessions') }],
    [44, { kind: 'incident', incident: seen }],
    [45, { kind: 'agreed', what: 'rest', by: 'prompt' }],
    [45, { kind: 'phase', phase: 'stop', actions: 2 }],
  ];
  const stop = action({
    id: 'stop-asg',
    service: 'autoscaling',
    operation: 'UpdateAutoScalingGroup',
    region: 'us-west-2',
    play: 'auto-scaling-groups',
    phase: 'stop',
    targets: ['auto-scaling-groups|us-west-2|asg-runner-x'],
    title: 'set the sizes of asg-runner-x to 0',
    before: { MinSize: 10, DesiredCapacity: 20, MaxSize: 999 },
    undo: { calls: [] },
  });
  const others = [
    stop,
    action({
      id: 'cut-second-key',
      service: 'iam',
      operation: 'UpdateAccessKey',
      region: 'global',
      input: { UserName: 'svc-backup', AccessKeyId: secondKey, Status: 'Inactive' },
      play: 'access-keys',
      phase: 'cut',
      targets: [`access-keys|global|${secondKey}`],
      title: `disable access key ${secondKey} of user svc-backup`,
      before: { status: 'Active' },
      undo: { calls: [] },
    }),
    action({
      id: 'cut-role',
      service: 'iam',
      operation: 'PutRolePolicy',
      region: 'global',
      play: 'role-sessions',
      phase: 'cut',
      targets: ['role-sessions|global|deploy-admin'],
      title: 'cut the sessions of role deploy-admin made so far',
      undo: { calls: [] },
    }),
    action({
      id: 'deny-user',
      service: 'iam',
      operation: 'PutUserPolicy',
      region: 'global',
      play: 'users',
      phase: 'cut',
      targets: [`users|global|${hostileName}`],
      title: 'deny everything to a user that the attacker made',
      undo: { calls: [] },
    }),
    action({
      id: 'restore-asg',
      service: 'autoscaling',
      operation: 'UpdateAutoScalingGroup',
      region: 'eu-west-1',
      play: 'auto-scaling-groups',
      phase: 'stop',
      targets: ['auto-scaling-groups|eu-west-1|web-frontend'],
      title: 'restore the sizes of web-frontend',
      before: { MinSize: 2, DesiredCapacity: 200, MaxSize: 200 },
      undo: { calls: [] },
    }),
  ];
  for (const other of others) {
    entries.push(
      [45, { kind: 'intent', action: other }],
      [45.1, { kind: 'outcome', outcome: outcome(other.id) }],
    );
  }
  entries.push([
    45.5,
    {
      kind: 'evidence',
      file: 'evidence/user-data-us-east-1.b64',
      sha256: createHash('sha256').update('sample').digest('hex'),
      of: [`ec2-instances|us-east-1|i-0${'1'.padStart(16, '0')}`],
      what: 'user data of a launch group',
    },
  ]);
  const byRegion = new Map<string, Resource[]>();
  for (const { resource } of rogueInstances()) {
    byRegion.set(resource.region, [...(byRegion.get(resource.region) ?? []), resource]);
  }
  const left: LeftOver[] = [];
  let n = 0;
  for (const [region, resources] of byRegion) {
    const id = `terminate-${region}`;
    const terminate = action({
      id,
      region,
      input: { InstanceIds: resources.map((resource) => resource.id) },
      targets: resources.map(resourceKey),
      title: `terminate ${String(resources.length)} instances in ${region}a`,
      before: { state: 'running' },
    });
    const denied = options.denied === true && region === 'sa-east-1';
    const answer: Json = denied ? null : { terminating: resources.length };
    entries.push([46 + n * 0.1, { kind: 'intent', action: terminate }]);
    entries.push([
      46.05 + n * 0.1,
      {
        kind: 'outcome',
        outcome: outcome(id, denied ? 'denied' : 'done', {
          answer,
          error: denied
            ? { code: 'UnauthorizedOperation', message: `not authorized ${hostileName}`, kind: 'denied' }
            : null,
        }),
      },
    ]);
    if (denied) {
      left.push(
        ...resources.map(
          (resource): LeftOver => ({
            play: resource.play,
            type: resource.type,
            id: resource.id,
            region,
            state: 'running',
            cause: 'denied',
            detail: 'needs ec2:TerminateInstances',
          }),
        ),
      );
    }
    n++;
  }
  for (const { class: cls, resource, reasons } of seen.findings) {
    if (cls !== 'held') continue;
    const { play, type, id, region, state } = resource;
    left.push({ play, type, id, region, state, cause: 'held', detail: reasons[0] ?? null });
  }
  const clean = left.every((thing) => thing.cause === 'held');
  for (const round of [1, 2]) {
    entries.push([
      48 + round * 5,
      {
        kind: 'sweep',
        round,
        clean,
        left,
        coverage: seen.coverage,
        settlesAt: at(60 + round * 5),
        message: clean ? 'nothing rogue is alive' : `${String(left.length)} left`,
      },
    ]);
  }
  entries.push([
    59,
    {
      kind: 'cloudfront',
      facts: {
        api: { state: 'restricted', detail: 'AccessDenied: Your account must be verified' },
        hosts: [
          {
            host: 'd111111abcdef8.cloudfront.net',
            distribution: 'E1EXAMPLE',
            state: 'DNS withdrawn',
            serving: false,
            detail: 'NODATA from 3 resolvers',
          },
        ],
      },
    },
  ]);
  if (options.open !== true) {
    const exitCode = left.length === 0 ? 0 : 5;
    entries.push([
      59.5,
      { kind: 'closed', exitCode, summary: exitCode === 0 ? 'contained' : 'not all is contained' },
    ]);
  }
  return seal(entries);
}
