import { describe, expect, it } from 'vitest';
import { detect, type Facts } from '../../src/detect/detect.js';
import type { Incident } from '../../src/model/incident.js';
import type { Cell } from '../../src/model/coverage.js';
import { roleTrust } from '../../src/plays/iam/role-trust.js';
import type { Resource } from '../../src/model/resource.js';
import { day, History, hour, minute, regions, type Caller, type RunOptions } from './history.js';

/** A Tuesday afternoon: nothing here happens at the hour of the other tests. */
const noon = Date.parse('2025-03-18T13:47:00Z');

/** As a person's folder of exports has them: newest first, some of them twice. */
function look(history: History, key: string | null, more: Partial<Facts> = {}): Incident {
  const events = history.events.reverse();
  return detect({
    events: [...events, ...events.filter((_, n) => n % 3 === 0)],
    inventory: [],
    plays: [],
    coverage: [],
    key,
    account: null,
    compromisedAt: null,
    now: noon + 2 * day,
    ...more,
  });
}

const classesOf = ({ launches }: Incident): string[] => launches.map((one) => one.class);
const quietTrail = (from: number, where = ['eu-central-1', 'us-east-1', 'ap-south-1', ...regions]): Cell[] =>
  [...new Set(where)].map((region) => ({
    subject: 'trail',
    status: 'complete',
    count: 1,
    detail: null,
    from,
    to: noon + day,
    region,
  }));

describe('a key that only ever wrote to S3', () => {
  const uploader: Caller = {
    key: 'AKIAUPLOADUPLOAD0007',
    user: 'backup-upload',
    ip: '198.18.4.4',
    agent: 'aws-cli/2.9 Linux',
  };
  const thief: Caller = { ...uploader, ip: '203.0.113.150', agent: 'Boto3/1.28 Windows' };
  const batch: Caller = {
    key: 'AKIABATCHBATCH000042',
    user: 'nightly',
    ip: '192.0.2.140',
    agent: 'Boto3/1.34 linux',
  };
  const woken = (act: (history: History) => unknown, more: Partial<Facts> = {}): Incident => {
    const history = new History();
    for (let n = 3; n < 88; n += 3)
      history.run(batch, noon - n * day, { type: 'r5.2xlarge', count: 2, region: 'eu-central-1' });
    act(history);
    return look(history, uploader.key, { coverage: quietTrail(noon - 90 * day), ...more });
  };
  const usual = { type: 'r5.2xlarge', count: 2, region: 'eu-central-1' };
  const strange = { type: 'g6.48xlarge', count: 1, region: 'ap-south-1' };
  const probe = (history: History, hoursBefore: number): void => {
    history.call(thief, { time: noon - hoursBefore * hour, name: 'GetCallerIdentity', source: 'sts' });
  };

  it.each([
    ['a type that nobody used', { ...usual, type: 'g6.48xlarge' }],
    ['a region that nobody was in', { ...usual, region: 'ap-south-1' }],
    ['many at once', { ...usual, count: 24 }],
  ])('launches rogue: %s', (_, options) => {
    expect(classesOf(woken((history) => history.run(thief, noon, options)))).toEqual(['rogue']);
  });

  it('launches rogue after a burst of reads, whenever the person says that it began', () => {
    for (const compromisedAt of [null, noon - 5 * minute]) {
      const incident = woken(
        (history) => {
          for (let n = 0; n < 60; n += 1) {
            const time = noon - 30 * minute + n * 900;
            history.call(thief, { time, name: `Describe${n % 25}`, source: `s${n % 12}` });
          }
          history.run(thief, noon, usual);
        },
        { compromisedAt },
      );
      expect(classesOf(incident)).toEqual(['rogue']);
    }
  });

  it('is no less silent because somebody tried it first', () => {
    for (const hours of [2, 26, 74]) {
      for (const compromisedAt of [null, noon - minute]) {
        const incident = woken(
          (history) => {
            probe(history, hours);
            history.run(thief, noon, strange);
          },
          { compromisedAt },
        );
        expect([hours, compromisedAt, ...classesOf(incident)]).toEqual([hours, compromisedAt, 'rogue']);
      }
    }
  });

  it('is held where it wakes for what the account does anyway, tried first or not', () => {
    expect(classesOf(woken((history) => history.run(uploader, noon, usual)))).toEqual(['held']);
    const tried = woken((history) => {
      probe(history, 26);
      history.run(thief, noon, usual);
    });
    expect(classesOf(tried)).toEqual(['held']);
  });

  it('has a life where its data events were read', () => {
    const lived = (by: Caller, options: typeof usual): Incident =>
      woken((history) => {
        for (let n = 1; n < 88; n += 1) {
          const time = noon - n * day;
          history.call(uploader, { time, name: 'PutObject', source: 's3', region: 'eu-central-1' });
        }
        history.run(by, noon, options);
      });
    expect(classesOf(lived(uploader, usual))).toEqual(['held']);
    expect(classesOf(lived(thief, strange))).toEqual(['rogue']);
    expect(lived(uploader, usual).launches[0]?.reasons.join()).not.toMatch(/without a call/);
  });
});

describe('a console user whose records name no key', () => {
  const keyless = (history: History): void => {
    for (const record of history.records) {
      const identity = record.userIdentity as Record<string, unknown>;
      if (identity.userName === 'petra') delete identity.accessKeyId;
    }
  };
  const petra: Caller = {
    key: 'ASIAPETRAPETRA000001',
    user: 'petra',
    ip: '192.0.2.61',
    agent: 'Mozilla/5.0 (X11; Linux x86_64)',
  };
  const foreign: Caller = { ...petra, ip: '203.0.113.201', agent: 'Mozilla/5.0 (Windows NT 10.0)' };
  const login = (h: History, by: Caller, time: number): void => {
    h.call(by, { time, name: 'ConsoleLogin', source: 'signin', response: { ConsoleLogin: 'Success' } });
  };
  const life = (): History => {
    const h = new History();
    for (let n = 1; n < 45; n += 2) {
      login(h, petra, noon - n * day);
      for (const name of ['DescribeInstances', 'DescribeImages', 'DescribeKeyPairs'])
        h.call(petra, { time: noon - n * day + minute, name });
      h.run(petra, noon - n * day + 4 * minute, { type: 't3.large', count: 1, region: 'eu-west-1' });
    }
    return h;
  };
  const arn = 'arn:aws:iam::111122223333:user/petra';
  const seen = (
    act: (h: History) => void,
    key: string | null,
    compromisedAt: number | null = null,
  ): Incident => {
    const history = life();
    act(history);
    keyless(history);
    return look(history, key, { account: '111122223333', compromisedAt });
  };
  const usual = { type: 't3.large', region: 'eu-west-1' };
  const signsIn =
    (by: Caller, time: number, ...launches: RunOptions[]) =>
    (history: History): void => {
      login(history, by, time);
      launches.forEach((options, n) => history.run(by, time + (3 + n) * minute, options));
    };
  const mining = regions.slice(0, 6).map((region) => ({ type: 'p3.8xlarge', count: 4, region }));

  it('is not accused of what she does every other day', () => {
    expect(seen(signsIn(petra, noon, usual), null).suspects).toEqual([]);
    expect(new Set(classesOf(seen(signsIn(petra, noon, usual), arn)))).toEqual(new Set(['own']));
    expect(seen(signsIn(petra, noon, usual), 'user/petra').deeds).toEqual([]);
  });

  it('is held, or left alone, who signs in from elsewhere for the same', () => {
    expect(seen(signsIn(foreign, noon, usual), null).suspects).toEqual([]);
    expect(classesOf(seen(signsIn(foreign, noon, usual), arn, noon - minute))).toEqual(['held']);
  });

  it('is the suspect, and what the stranger launches is rogue, while her own launch in between stays hers', () => {
    for (const key of [null, arn, 'user/petra']) {
      const incident = seen((history) => {
        signsIn(foreign, noon, ...mining)(history);
        signsIn(petra, noon + 3 * hour, usual)(history);
      }, key);
      expect(classesOf(incident)).toEqual([...mining.map(() => 'rogue'), 'own']);
      expect(incident.misuse.at).toBe(noon);
      if (key === null) expect(incident.suspects.map((one) => one.accessKeyId)).toEqual([arn]);
    }
  });
});

describe('a team that lacked capacity at home', () => {
  const quant: Caller = {
    key: 'AKIAQUANTQUANT000003',
    user: 'quant',
    ip: '192.0.2.175',
    agent: 'aws-sdk-java/2.25 Linux',
  };
  const life = (): History => {
    const h = new History();
    for (let n = 1; n < 33; n += 1) {
      for (const name of ['DescribeInstances', 'DescribeImages', 'DescribeInstanceTypeOfferings'])
        h.call(quant, { time: noon - n * day, name, region: 'eu-central-1' });
      h.run(quant, noon - n * day + minute, { type: 'g6.12xlarge', count: 3, region: 'eu-central-1' });
    }
    return h;
  };
  const refused = (h: History, by: Caller, error: string, where = ['eu-central-1']): void => {
    for (const region of where)
      for (let n = 0; n < 3; n += 1)
        h.run(by, noon - 20 * minute + n * minute, { type: 'p5.48xlarge', count: 2, region, error });
  };
  const prepare = (h: History, by: Caller, region: string): void => {
    [
      'DescribeVpcs',
      'DescribeSubnets',
      'DescribeSecurityGroups',
      'DescribeAvailabilityZones',
      'DescribeKeyPairs',
      'DescribeInstanceTypes',
      'CreateSecurityGroup',
      'AuthorizeSecurityGroupIngress',
      'ImportKeyPair',
      'CopyImage',
    ].forEach((name, n) => h.call(by, { time: noon - 10 * minute + n * 9000, name, region }));
  };
  const quota = (h: History, by: Caller, region: string): void => {
    h.call(by, { time: noon - 12 * minute, name: 'GetServiceQuota', source: 'servicequotas', region });
    h.call(by, {
      time: noon - 11 * minute,
      name: 'RequestServiceQuotaIncrease',
      source: 'servicequotas',
      region,
    });
  };
  const stranger = { ...quant, ip: '203.0.113.99', agent: 'aws-cli/2 Windows' };
  const launch = (h: History, by: Caller, region = 'us-east-2'): void => {
    h.run(by, noon, { type: 'p5.48xlarge', count: 2, region });
  };
  const moves: [string, (h: History, by: Caller, error: string) => void][] = [
    [
      'refused in one region',
      (h, by, error) => {
        refused(h, by, error);
      },
    ],
    [
      'refused in two regions',
      (h, by, error) => {
        refused(h, by, error, ['eu-central-1', 'eu-west-1']);
      },
    ],
    [
      'and asked for a larger quota',
      (h, by, error) => {
        refused(h, by, error);
        quota(h, by, 'eu-central-1');
      },
    ],
    [
      'and made a network and a key pair there',
      (h, by, error) => {
        refused(h, by, error);
        prepare(h, by, 'us-east-2');
      },
    ],
    [
      'and did all of it',
      (h, by, error) => {
        refused(h, by, error, ['eu-central-1', 'eu-west-1']);
        quota(h, by, 'eu-central-1');
        prepare(h, by, 'us-east-2');
      },
    ],
  ];
  const after = (move: (h: History) => void, by: Caller): Incident => {
    const history = life();
    move(history);
    launch(history, by);
    return look(history, null);
  };

  it.each(moves)('makes no suspect from where it works, and a stranger is one: %s', (_, move) => {
    for (const error of ['Server.InsufficientInstanceCapacity', 'Client.VcpuLimitExceeded']) {
      const own = after((h) => {
        move(h, quant, error);
      }, quant);
      expect([own.key, own.suspects, own.launches]).toEqual([null, [], []]);
      expect(
        after((h) => {
          move(h, stranger, error);
        }, stranger).suspects[0]?.score,
      ).toBeGreaterThan(0.8);
    }
  });

  it.each(moves)('is held where its key is named, unless the person says since when: %s', (_, move) => {
    const named = (by: Caller, more = {}): string[] => {
      const history = life();
      move(history, by, 'Client.VcpuLimitExceeded');
      launch(history, by);
      const { launches } = look(history, quant.key, more);
      return [...new Set(launches.map((one) => one.class))];
    };
    expect(named(quant)).toEqual(['held']);
    expect(named(quant, { compromisedAt: noon - hour })).toEqual(['rogue']);
    expect(named(stranger)).toEqual(['rogue']);
  });

  it('is a suspect where it had no right, or where it tries ten regions', () => {
    const denied = after((h) => {
      refused(h, quant, 'Client.UnauthorizedOperation');
      prepare(h, quant, 'us-east-2');
    }, quant);
    expect(denied.suspects).toHaveLength(1);
    const everywhere = after((h) => {
      refused(h, quant, 'Client.VcpuLimitExceeded', regions.slice(0, 5));
      for (const region of regions.slice(5, 10)) launch(h, quant, region);
    }, quant);
    expect(everywhere.suspects).toHaveLength(1);
  });
});

describe('a session that was taken from an instance', () => {
  const key = 'ASIAGONEGONEGONE0009';
  const self = (k: string, ip = '52.95.4.9'): Caller => ({
    key: k,
    role: 'renderer',
    session: 'i-0cafe9876',
    ip,
    agent: 'Botocore/1.31 linux',
  });
  const thief = (k: string): Caller => ({ ...self(k), ip: '203.0.113.31', agent: 'aws-cli/2.15 Darwin' });
  const early = (h: History, k: string, t: number, by = self(k)): void => {
    for (let n = 0; n < 3; n += 1) h.call(by, { time: t + n * hour, name: 'GetParameter', source: 'ssm' });
  };
  const taken = (lead: string, act: (h: History) => void, stolen = true): Incident => {
    const h = new History();
    act(h);
    early(h, key, noon);
    if (stolen) {
      h.call(thief(key), { time: noon + 100 * minute, name: 'GetCallerIdentity', source: 'sts' });
      h.call(thief(key), {
        time: noon + 101 * minute,
        name: 'CreateUser',
        source: 'iam',
        request: { userName: 'x' },
      });
      h.run(thief(key), noon + 102 * minute, { type: 'p3.16xlarge', count: 8, region: 'us-west-1' });
    }
    h.call(self(key), { time: noon + 4 * hour, name: 'PutParameter', source: 'ssm' });
    return look(h, lead, { account: '111122223333' });
  };
  const week = (h: History): void => {
    for (let n = 1; n < 30; n += 1) early(h, h.keyId(), noon - n * 6 * hour);
  };
  const deedsOf = ({ deeds }: Incident): string[] => deeds.map(({ evidence }) => evidence.name);

  it.each([key, 'role/renderer'])('is misused from the stranger’s first call on: %s', (lead) => {
    const incident = taken(lead, week);
    expect(incident.misuse.at).toBe(noon + 100 * minute);
    expect(deedsOf(incident)).toEqual(['GetCallerIdentity', 'CreateUser']);
    expect(classesOf(incident)).toEqual(['rogue']);
    expect(deedsOf(taken(lead, week, false))).toEqual([]);
    expect(taken(lead, week, false).misuse.at).toBeNull();
  });

  it.each([key, 'role/renderer'])(
    'is misused too where the session before it was taken from there: %s',
    (lead) => {
      const before = (h: History): void => {
        week(h);
        const k = h.keyId();
        early(h, k, noon - 5.5 * hour);
        h.call(thief(k), { time: noon - 3 * hour, name: 'ListBuckets', source: 's3' });
      };
      const incident = taken(lead, before);
      expect(incident.misuse.at).toBe(lead === key ? noon + 100 * minute : noon - 3 * hour);
      expect(deedsOf(incident)).toEqual(expect.arrayContaining(['GetCallerIdentity', 'CreateUser']));
      expect(deedsOf(incident)).not.toContain('PutParameter');
      expect(classesOf(incident)).toEqual(['rogue']);
    },
  );

  it('is not where the instance goes out by two gateways, and does the same by both', () => {
    const twoGateways = (h: History): void => {
      week(h);
      const k = h.keyId();
      early(h, k, noon - 5.5 * hour);
      h.call(self(k, '3.64.8.8'), { time: noon - 3 * hour, name: 'GetParameter', source: 'ssm' });
      h.call(self(key, '3.64.8.8'), { time: noon + 30 * minute, name: 'GetParameter', source: 'ssm' });
    };
    expect(taken(key, twoGateways).misuse.at).toBe(noon + 100 * minute);
    expect(deedsOf(taken(key, twoGateways, false))).toEqual([]);
  });
});

describe('infrastructure as code from a new laptop', () => {
  const office: Caller = {
    key: 'AKIATOFUTOFUTOFU0005',
    user: 'tofu',
    ip: '198.18.77.2',
    agent: 'APN/1.0 HashiCorp/1.0 Terraform/1.7.5 (+https://www.terraform.io) linux',
  };
  const laptop: Caller = { ...office, ip: '203.0.113.240', agent: 'aws-sdk-go-v2/1.30 os/macos' };
  const names = Array.from({ length: 30 }, (_, n) => `Describe${n}`);
  const plan = (h: History, by: Caller, t: number, image: string, extra = 0): void => {
    names
      .slice(0, 24 + extra)
      .forEach((name, n) =>
        h.call(by, { time: t + n * 700, name, source: `svc${n % 9}`, region: 'eu-west-2' }),
      );
    h.run(by, t + 2 * minute, {
      type: 'c7g.xlarge',
      count: 3,
      region: 'eu-west-2',
      image,
      tags: { stack: 'web' },
    });
    h.call(by, { time: t + 3 * minute, name: 'CreateSecurityGroup', region: 'eu-west-2' });
  };
  const onLaptop = (
    act: (h: History) => void,
    key: string | null,
    compromisedAt: number | null,
  ): Incident => {
    const h = new History();
    for (let n = 1; n < 36; n += 1) plan(h, office, noon - n * day, `ami-${Math.floor(n / 5)}`);
    act(h);
    return look(h, key, { compromisedAt });
  };
  const applies: [string, (h: History) => void][] = [
    [
      'as ever',
      (h) => {
        plan(h, laptop, noon, 'ami-3');
      },
    ],
    [
      'with another image and more reads',
      (h) => {
        plan(h, laptop, noon, 'ami-99', 6);
      },
    ],
    [
      'twice, in the night',
      (h) => {
        plan(h, laptop, noon + 9 * hour, 'ami-99');
        plan(h, laptop, noon + 12 * hour, 'ami-99');
      },
    ],
    [
      'after it asked who it is',
      (h) => {
        h.call(laptop, { time: noon - minute, name: 'GetCallerIdentity', source: 'sts' });
        plan(h, laptop, noon, 'ami-99');
      },
    ],
    [
      'three stacks within the hour',
      (h) => {
        for (let n = 0; n < 3; n += 1) plan(h, laptop, noon + n * 12 * minute, 'ami-99');
      },
    ],
  ];

  it.each(applies)('is held, and makes no suspect: %s', (_, act) => {
    for (const at of [null, noon - 2 * minute]) {
      const classes = new Set(classesOf(onLaptop(act, office.key, at)));
      expect([classes.has('held'), classes.has('rogue')]).toEqual([true, false]);
    }
    expect(onLaptop(act, null, null).suspects).toEqual([]);
  });

  it('is rogue with a burst in ten regions, the one that the key lives in too', () => {
    const everywhere = ['eu-west-2', ...regions.filter((region) => region !== 'eu-west-2').slice(0, 9)];
    for (const at of [null, noon - minute]) {
      const incident = onLaptop(
        (h) => {
          everywhere.forEach((region, n) =>
            h.run(laptop, noon + n * 30_000, { type: 'c7g.xlarge', count: 3, region }),
          );
        },
        office.key,
        at,
      );
      expect(classesOf(incident)).toEqual(everywhere.map(() => 'rogue'));
    }
  });

  it('is rogue where a mass of the usual comes from there', () => {
    const incident = onLaptop(
      (h) => {
        for (let n = 0; n < 20; n += 1)
          h.run(laptop, noon + n * minute, { type: 'c7g.xlarge', count: 3, region: 'eu-west-2' });
      },
      office.key,
      noon - minute,
    );
    expect(new Set(classesOf(incident))).toEqual(new Set(['rogue']));
  });
});

describe('a key born minutes before its first launch', () => {
  const lead: Caller = {
    key: 'AKIALEADLEADLEAD0006',
    user: 'team-lead',
    ip: '192.0.2.222',
    agent: 'aws-cli/2.17 Linux',
  };
  const stolen: Caller = { ...lead, ip: '203.0.113.18', agent: 'aws-cli/2.9 Windows' };
  const born = (by: Caller, madeBefore: Caller | null, reads: boolean, after = 5): string[] => {
    const h = new History();
    for (let n = 1; n < 25; n += 1) {
      h.call(lead, { time: noon - n * day, name: 'DescribeInstances' });
      h.call(lead, { time: noon - n * day, name: 'ListRoles', source: 'iam' });
    }
    const create = (who: Caller, time: number, accessKeyId: string): void => {
      const response = { accessKey: { accessKeyId, userName: 'svc' } };
      h.call(who, { time, name: 'CreateAccessKey', source: 'iam', request: { userName: 'svc' }, response });
    };
    if (madeBefore !== null) create(madeBefore, noon - 9 * day, 'AKIAOLDOLDOLDOLD0006');
    for (let n = 0; reads && n < 40; n += 1) {
      const refused = n % 2 === 0 ? {} : { error: 'AccessDenied' };
      h.call(by, { time: noon - 20 * minute + n * 800, name: `List${n}`, source: `s${n % 14}`, ...refused });
    }
    create(by, noon, 'AKIANEWBORNNEWBORN06');
    const svc: Caller = { key: 'AKIANEWBORNNEWBORN06', user: 'svc', ip: '198.18.1.1', agent: 'Boto3' };
    h.run(svc, noon + after * minute, { type: 'm5.xlarge', count: 2 });
    return classesOf(look(h, svc.key));
  };

  it('by a stranger’s hand launches rogue, also where the owner made such keys at home', () => {
    expect(born(stolen, null, false)).toEqual(['rogue']);
    expect(born(stolen, null, true)).toEqual(['rogue']);
    expect(born(stolen, lead, true)).toEqual(['rogue']);
  });

  it('by a hand that made such keys from there, or from where it works, is held at most', () => {
    expect(born(lead, null, false)).toEqual(['held']);
    expect(born(lead, lead, true)).toEqual(['held']);
    expect(born(stolen, stolen, true)).toEqual(['held']);
  });

  it('is held where only its maker’s place is new, or where it waited for hours', () => {
    expect(born(stolen, lead, false)).toEqual(['held']);
    expect(born(stolen, null, true, 240)).toEqual(['held']);
  });
});

describe('a role whose trust was written minutes ago', () => {
  const key = 'AKIAMISUSEDMISUSED07';
  const home: Caller = { key, user: 'etl', ip: '198.18.9.9', agent: 'Boto3/1.34 linux' };
  const thief = { ...home, ip: '203.0.113.44', agent: 'aws-cli Windows' };
  const colleague: Caller = {
    key: 'ASIACOLCOLCOLCOL0007',
    role: 'platform',
    session: 'mia',
    ip: '192.0.2.30',
    agent: 'Terraform',
  };
  const document = '{"Version":"2012-10-17","Statement":[]}';
  const trust = (by: Caller | null, name: string, createdAt: number, now: number): string[] => {
    const h = new History();
    for (let n = 1; n < 30; n += 1) h.call(home, { time: noon - n * day, name: 'DescribeInstances' });
    h.run(thief, noon, { type: 'p3.16xlarge', count: 40, region: 'us-west-1' });
    const field = name === 'CreateRole' ? 'assumeRolePolicyDocument' : 'policyDocument';
    const call = {
      time: noon + hour,
      name,
      source: 'iam',
      request: { roleName: 'reports', [field]: document },
    };
    if (by !== null) h.call(by, call);
    const resource: Resource = {
      play: 'role-trust',
      type: 'role trust',
      id: 'reports',
      region: 'global',
      state: 'set',
      live: true,
      createdAt,
      tags: {},
      links: [{ kind: 'role', id: 'reports' }],
      properties: { document },
    };
    const coverage = quietTrail(noon - 90 * day);
    return look(h, key, { plays: [roleTrust], inventory: [resource], now, coverage }).findings.map(
      (one) => one.class,
    );
  };
  const soon = noon + hour + 2 * minute;
  const later = noon + 2 * hour;

  it('settles with its maker, or with time', () => {
    expect(trust(null, 'CreateRole', noon + hour, soon)).toEqual(['settling']);
    expect(trust(colleague, 'CreateRole', noon + hour, soon)).toEqual(['not-tied']);
    expect(trust(null, 'CreateRole', noon + hour, later)).toEqual(['not-tied']);
    expect(trust(colleague, 'UpdateAssumeRolePolicy', noon - 100 * day, soon)).toEqual(['not-tied']);
    // Who made the role is not known yet, whoever changed it then.
    expect(trust(colleague, 'UpdateAssumeRolePolicy', noon + hour - minute, soon)).toEqual(['settling']);
    expect(trust(colleague, 'UpdateAssumeRolePolicy', noon + hour - minute, later)).toEqual(['not-tied']);
  });

  it('is of the misuse at once where the misused key wrote it', () => {
    for (const name of ['CreateRole', 'UpdateAssumeRolePolicy'])
      expect(trust(thief, name, noon + hour, soon)).toEqual(['tampered']);
  });
});
