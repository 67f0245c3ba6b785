import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsFailure } from '../../src/aws/errors.js';
import { listRegions } from '../../src/aws/regions.js';
import { openSession, type Session } from '../../src/aws/session.js';
import { lookAtApi } from '../../src/recovery/cloudfront/api.js';
import type { AwsCall } from '../../src/model/aws-call.js';
import type { Action } from '../../src/model/action.js';
import { lookUpKey } from '../../src/contain/cut/cut.js';
import { stoppedBefore } from '../../src/model/index.js';
import type { Json } from '../../src/model/json.js';
import { iamAction } from '../../src/plays/permissions/iam-action.js';
import { datedDeny, deniesElsewhere, plays, putElsewhere } from '../../src/plays/index.js';
import { elsewherePermissions } from '../../src/plays/permissions/fixed-permissions.js';
import { takeInventory, type Inventory } from '../../src/survey/inventory.js';
import type { Play } from '../../src/plays/kit/play.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { startRange, type Range } from '../../src/range/server.js';
import { addDistribution } from '../../src/range/services/cloudfront.js';
import {
  createAccessKey,
  createRole,
  createUser,
  Delayed,
  type Role,
  type User,
} from '../../src/range/world/identity.js';
import type { World } from '../../src/range/world/world.js';
import { lookForRestrictions } from '../../src/recovery/restrictions/restrictions.js';
import { lookForSignals } from '../../src/recovery/restrictions/signals.js';
import { keysFromAws } from '../../src/trail/public-keys.js';
import { cellStatusOf, TrailLookup } from '../../src/trail/lookup.js';
import { everyAction, planned } from '../plays/every-action.js';
import { lookUpSession } from '../../src/contain/cut/cut-session.js';
import { context, finding, refusal } from '../plays/make.js';
import { befores } from '../plays/samples.js';
import { inProcess } from '../rehearsal/in-process.js';
import { printedPolicies } from './responder-policy.js';

// The scene: everything that the scenario’s attacker has made, on a range that nobody works on but this test.
const home = 'us-east-1';
/** Where the scene has something of every kind. */
const regions = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1', 'eu-west-2', 'sa-east-1'];
const silent = (): void => undefined;

const allowed = (await printedPolicies()).flatMap(({ document }) =>
  document.Statement.flatMap(({ Action: actions }) => actions),
);
let range: Range;
let world: World;
let responder: User;
let session: Session;
let key: string;
let createdRole: Role | undefined;

/** From now on the responder may do this, and nothing else. */
function allow(actions: readonly string[]): void {
  const document = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  };
  responder.grants = new Delayed({ inline: { only: JSON.stringify(document) }, attached: [] });
}

/** Allows everything that the policy prints but this. */
const allowAllBut = (...taken: string[]): void => allow(allowed.filter((action) => !taken.includes(action)));

/** With what nothing lists and the scenario's trail names. */
async function inventory(of: readonly Play[] = plays): Promise<Inventory> {
  const { resources, cells } = await takeInventory(of, session.reader, { regions, notEnabled: [] }, silent);
  for (const play of of.filter(({ askedById }) => askedById === true)) {
    const common = { subject: play.id, region: home, count: 0, detail: null };
    try {
      resources.push(...((await play.findById?.(session.reader, home, namedInTrail[play.id] ?? [])) ?? []));
      cells.push({ ...common, status: 'complete' });
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      cells.push({ ...common, status: cellStatusOf(error), detail: error.describe() });
    }
  }
  return { resources, cells };
}
/** The range shows every image, as one of Amazon's: this one is the account's own. */
const image = 'ami-0123456789abcdef0';
/** By play; nothing else of it need be there: a refusal comes before an absence. */
const namedInTrail: Record<string, string[]> = {
  'cloud-control': ['AWS::Glue::Job|crunch'],
  'image-shares': ['snap-0123456789abcdef0|all', `${image}|all`],
  'bucket-access': ['policy|shop', 'public-access-block|shop'],
};

/** The message of the refusal, or null where the call was not refused for want of a right. */
async function refusalOf(call: Promise<unknown>): Promise<string | null> {
  try {
    await call;
    return null;
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return error.kind === 'denied' ? error.message : null;
  }
}

beforeAll(async () => {
  const { scenario } = await loadScenario('everything', 'fixtures/scenarios');
  const scene = inProcess(scenario);
  for (const _call of scene.calls);
  world = scene.world;
  key = scene.keys.get(scenario.incident.key)?.id ?? '';
  const account = world.account(scenario.accounts[0]?.id ?? '');
  responder = createUser(account, 'oncall');
  const credentials = createAccessKey(account, 'oncall');
  addDistribution(account, {});
  const detector = { id: 'detector-1', Findings: [{ Id: 'finding-1' }] };
  account.region(home).table('guardduty:detectors').set(detector.id, detector);
  account.region(home).table('ec2:images').set(image, { ImageId: image });
  range = await startRange({ world });
  // The SDK's own provider reads the process's environment.
  const env = { AWS_ACCESS_KEY_ID: credentials.id, AWS_SECRET_ACCESS_KEY: credentials.secret };
  Object.assign(process.env, env);
  allow(allowed);
  session = await openSession({ profile: null, region: home, endpointUrl: range.url, maxAttempts: 1, env });
});
afterAll(async () => {
  session.close();
  await range.close();
});

describe('looking', () => {
  const wanted = [...new Set(plays.flatMap(({ permissions }) => permissions.find))].sort();

  it('takes nothing that the policy does not allow', async () => {
    allow(allowed);
    const { cells, resources } = await inventory();
    expect(cells.filter(({ status }) => status !== 'complete' && status !== 'not-enabled')).toEqual([]);
    const found = new Set(resources.map(({ play }) => play));
    expect(plays.map(({ id }) => id).filter((id) => !found.has(id))).toEqual([]);
  });

  it.each(wanted)('without %s fails for the plays that declare it, and for no other', async (permission) => {
    allowAllBut(permission);
    const { cells } = await inventory();
    const denied = cells.filter(({ status }) => status === 'denied');
    const declaring = plays.filter(({ permissions }) => permissions.find.includes(permission));
    expect([...new Set(denied.map(({ subject }) => subject))].sort()).toEqual(
      declaring.map(({ id }) => id).sort(),
    );
    for (const { detail } of denied) expect(detail).toContain(permission);
    const others = cells.filter(({ status }) => !['denied', 'complete', 'not-enabled'].includes(status));
    expect(others).toEqual([]);
  });
});

interface Needing {
  play: Play;
  call: () => Promise<unknown>;
  permissions: readonly string[];
}

/** Every call that the plays would make: to the scene's own things, to undo that, and to their samples. */
async function everyCall(): Promise<Needing[]> {
  const removing = { evict: 'remove', removeTemplates: true, snapshot: true } as const;
  allow(allowed);
  const { resources } = await inventory();
  const calls: Needing[] = [];
  for (const play of plays) {
    const findings = resources.filter((one) => one.play === play.id).map((one) => finding(one));
    // What the attacker changed is put back to whatever it was: here, to the values of the sample.
    const before = (play.id === 'ec2-instances' ? stoppedBefore : (befores[play.id] ?? null)) as Json;
    const tampered = findings.map((one) => ({ ...one, class: 'tampered' as const, before }));
    const onScene = [
      planned(play, findings, context()),
      planned(play, findings, context({}, removing)),
      planned(play, tampered, context()),
    ];
    const actions: Action[] = [...onScene.flat(), ...(await everyAction(play))];
    const protectedStill = refusal('OperationNotPermitted', "Modify its 'disableApiTermination' attribute");
    const its = context({ findings });
    const remedies = actions.flatMap((action) => play.remedy?.(action, protectedStill, its) ?? []);
    for (const action of [...actions, ...remedies]) {
      calls.push({ play, call: () => session.send(action), permissions: action.permissions });
      for (const call of 'calls' in action.undo ? action.undo.calls : [])
        calls.push({
          play,
          call: () => session.send(call),
          permissions: [iamAction(call.service, call.operation)],
        });
    }
    for (const read of play.record?.(findings) ?? []) {
      const call = () => read.ask(session.reader);
      calls.push({ play, call, permissions: [iamAction(read.service, read.operation)] });
    }
  }
  return calls;
}

describe('acting', () => {
  const wanted = plays.flatMap((play) =>
    [...new Set([...play.permissions.contain, ...play.permissions.undo])].map(
      (permission) => [play.id, permission] as const,
    ),
  );
  let calls: Needing[];
  beforeAll(async () => {
    calls = await everyCall();
  });

  it.each(wanted)('%s without %s is refused, and the refusal names it', async (id, permission) => {
    const needing = calls.filter(
      ({ play, permissions }) => play.id === id && permissions.includes(permission),
    );
    expect(needing.length).toBeGreaterThan(0);
    allowAllBut(permission);
    const [first] = needing;
    if (first === undefined) throw new Error(`${id} makes no call that takes ${permission}`);
    expect(await refusalOf(first.call())).toContain(permission);
  });
});

/** What else the policy allows, and who says so where it is taken away. */
const asked: Record<string, () => Promise<string>> = {
  ...Object.fromEntries(
    [
      'iam:GetAccessKeyLastUsed',
      'iam:GetLoginProfile',
      'iam:GetUser',
      'iam:GetUserPolicy',
      'iam:ListAccessKeys',
      'iam:ListAttachedUserPolicies',
      'iam:ListGroupsForUser',
      'sts:GetAccessKeyInfo',
    ].map((permission) => [
      permission,
      async () => {
        const { unreadable, owner } = await lookUpKey(session.reader, session.identity, key);
        return [...unreadable, 'why' in owner ? owner.why : ''].join('\n');
      },
    ]),
  ),
  'cloudtrail:ListPublicKeys': async () => {
    const found = await keysFromAws(session.reader)(home, 0, 1);
    return typeof found === 'string' ? found : '';
  },
  'cloudtrail:LookupEvents': async () => {
    const { identity, reader } = session;
    const lookup = new TrailLookup({ reader, account: identity.account, emit: silent });
    await lookup.read([{ attribute: 'AccessKeyId', value: key, from: 0, regions: [home] }]);
    return lookup
      .cells()
      .map(({ detail }) => detail)
      .join();
  },
  ...Object.fromEntries(
    ['cloudfront:ListDistributions', 'cloudfront:GetDistribution'].map((permission) => [
      permission,
      async () => JSON.stringify((await lookAtApi(session.reader)).api),
    ]),
  ),
  ...Object.fromEntries(
    ['bedrock:ListFoundationModels', 'route53:ListHostedZones', 's3:ListAllMyBuckets'].map((permission) => [
      permission,
      async () => {
        const callerArn = session.identity.arn;
        const rows = await lookForRestrictions(session.reader, { callerArn, regions: [home], emit: silent });
        return JSON.stringify(rows.filter(({ state }) => state === 'denied'));
      },
    ]),
  ),
  ...Object.fromEntries(
    [
      'guardduty:ListDetectors',
      'guardduty:ListFindings',
      'guardduty:GetFindings',
      'health:DescribeEvents',
      'support:DescribeCases',
    ].map((permission) => [
      permission,
      async () => JSON.stringify(await lookForSignals(session.reader, key, [home])),
    ]),
  ),
};

describe('asking', () => {
  it.each(Object.keys(asked))('without %s says so, and names it', async (permission) => {
    const ask = asked[permission];
    if (ask === undefined) throw new Error(permission);
    allow(allowed);
    expect(await ask()).not.toContain(permission);
    allowAllBut(permission);
    expect(await ask()).toContain(permission);
  });

  it('takes one of two ways to the list of regions, and without both names the last', async () => {
    const list = async () => (await listRegions(session.reader, home)).length;
    for (const one of ['ec2:DescribeRegions', 'account:ListRegions']) {
      allowAllBut(one);
      expect(await list()).toBeGreaterThan(16);
    }
    allowAllBut('ec2:DescribeRegions', 'account:ListRegions');
    expect(await refusalOf(list())).toContain('account:ListRegions');
  });
});

/** A Deny that finds no room among the inline policies: what is done instead, and the way back. */
async function callsElsewhere(): Promise<AwsCall[]> {
  const deny = datedDeny(Date.now());
  const calls: AwsCall[] = [];
  for (const [kind, play, name] of [
    ['User', 'user-sessions', 'oncall'],
    ['Role', 'role-sessions', 'crowded'],
  ]) {
    const call = {
      service: 'iam',
      operation: `Put${kind}Policy`,
      region: 'global',
      input: { [`${kind}Name`]: name, PolicyName: 'x', PolicyDocument: deny },
    };
    let action = { ...call, play, targets: [`${play}|global|${name}`], title: '' } as unknown as Action;
    for (let step = 0; step < 2; step += 1) {
      const failure = refusal('LimitExceeded', 'full');
      const next = await putElsewhere(session.reader, action, failure, session.identity);
      if (next === null || !('actions' in next)) throw new Error('no way on');
      for (const one of next.actions) calls.push(one, ...('calls' in one.undo ? one.undo.calls : []));
      action = next.actions.at(-1) as Action;
    }
  }
  return calls;
}

describe('a Deny that finds no room', () => {
  it.each(elsewherePermissions)('without %s is refused, and the refusal names it', async (permission) => {
    createdRole ??= createRole(world.account(session.identity.account), 'crowded', { Statement: [] });
    allow(allowed);
    const calls = (await callsElsewhere()).filter(
      ({ service, operation }) => iamAction(service, operation) === permission,
    );
    expect(calls.length).toBeGreaterThan(0);
    allowAllBut(permission);
    for (const call of calls) expect(await refusalOf(session.send(call))).toContain(permission);
  });

  it('is looked for on a stolen session’s role', async () => {
    const owner = { kind: 'session', role: 'deploy', userIds: ['AROAEXAMPLE:me'] } as {
      kind: 'session';
      role: string;
      userIds: string[];
    };
    allowAllBut('iam:GetRolePolicy');
    const facts = await lookUpSession(session.reader, session.identity, 'ASIAEXAMPLE', owner);
    expect(facts.denyUnreadable).toBe(true);
    expect(facts.unreadable.join()).toContain('iam:GetRolePolicy');
  });

  it('is looked for by its policy', async () => {
    const named = [
      { PolicyName: 'LeakguardRevokeSessions-x', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
    ];
    for (const permission of ['iam:GetPolicy', 'iam:GetPolicyVersion']) {
      allowAllBut(permission);
      expect(await refusalOf(deniesElsewhere(session.reader, named, null))).toContain(permission);
    }
  });
});

describe('the policy', () => {
  /** Why the others are in it, where nothing above takes them away. */
  const others: Record<string, string> = {
    'sts:GetCallerIdentity':
      'needs no right (STS API reference), and is named so that the policy says what is called',
    'iam:GetRole': 'asked for a role’s path by --check-permissions',
    'iam:SimulatePrincipalPolicy': 'asked by --check-permissions',
    'ec2:DescribeInstanceTypes': 'adds to the built-in table, which serves without it',
    'ce:GetCostAndUsage': 'asked only where somebody asks for what each day cost',
  };

  it('has no action that nothing here has taken away', () => {
    const taken = new Set([
      ...plays.flatMap(({ permissions }) => [
        ...permissions.find,
        ...permissions.contain,
        ...permissions.undo,
      ]),
      ...Object.keys(asked),
      ...elsewherePermissions,
      'iam:GetPolicy',
      'iam:GetPolicyVersion',
      'iam:GetRolePolicy',
      ...Object.keys(others),
      'ec2:DescribeRegions',
      'account:ListRegions',
    ]);
    expect(allowed.filter((action) => !taken.has(action))).toEqual([]);
  });

  it('has every action that the range was asked for by this test', () => {
    const refused = world.log.filter(
      ({ accessKeyId, allowed: was, operation, service }) =>
        accessKeyId === session.identity.accessKeyId && was === false && operation !== null && service !== '',
    );
    // Each refusal was of an action that had been taken away, none of one that the policy never had.
    expect(refused.length).toBeGreaterThan(100);
    const names = new Set(allowed.map((action) => action.split(':')[1]));
    const missing = refused.filter(
      ({ operation }) =>
        operation !== 'ListBuckets' &&
        !names.has(operation ?? '') &&
        // Of another name in IAM.
        !names.has((operation ?? '').replace('PublicAccess', 'BucketPublicAccess')),
    );
    expect(missing.map(({ service, operation }) => `${service}:${operation ?? ''}`)).toEqual([]);
  });
});
