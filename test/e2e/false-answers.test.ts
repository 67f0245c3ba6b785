import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missingFrom } from '../../src/aws/answers.js';
import { change } from '../../src/aws/changes.js';
import { openSession, type Session } from '../../src/aws/session.js';
import { services, type ServiceName } from '../../src/aws/services/index.js';
import { lookUpKey } from '../../src/contain/cut/cut.js';
import { callIn } from '../../src/model/aws-call.js';
import type { Cell } from '../../src/model/coverage.js';
import { plays } from '../../src/plays/index.js';
import { takeInventory } from '../../src/survey/inventory.js';
import type { Play } from '../../src/plays/kit/play.js';
import type { Lie } from '../../src/range/lies.js';
import { loadScenario } from '../../src/rehearsal/scenario/scenario-file.js';
import { startRange, type Range } from '../../src/range/server.js';
import { createAccessKey, createUser } from '../../src/range/world/identity.js';
import type { World } from '../../src/range/world/world.js';
import { TrailLookup } from '../../src/trail/lookup.js';
import { inProcess } from '../rehearsal/in-process.js';

// The scene: something of every kind that the plays look for, so that each of their reads is made.
const home = 'us-east-1';
const regions = ['us-east-1', 'us-east-2', 'us-west-2', 'eu-west-1', 'eu-west-2'];
const silent = (): void => undefined;

/** A read that a play makes: the operation as the range names it, and where it was made first. */
interface Read {
  play: Play;
  name: string;
  region: string;
}
let range: Range;
let world: World;
let session: Session;
let key: string;
let spare: string;
let reads: Read[];

const look = (play: Play, region: string) =>
  takeInventory([play], session.reader, { regions: [region], notEnabled: [] }, silent);

beforeAll(async () => {
  const { scenario } = await loadScenario('everything', 'fixtures/scenarios');
  const scene = inProcess(scenario);
  for (const _call of scene.calls);
  world = scene.world;
  world.settings.throttling = false;
  key = scene.keys.get(scenario.incident.key)?.id ?? '';
  const account = world.account(scenario.accounts[0]?.id ?? '');
  createUser(account, 'oncall', { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'] });
  const credentials = createAccessKey(account, 'oncall');
  spare = createAccessKey(account, 'oncall').id;
  range = await startRange({ world });
  const env = { AWS_ACCESS_KEY_ID: credentials.id, AWS_SECRET_ACCESS_KEY: credentials.secret };
  // The SDK's own provider reads the process's environment.
  Object.assign(process.env, env);
  session = await openSession({ profile: null, region: home, endpointUrl: range.url, maxAttempts: 1, env });
  reads = [];
  for (const play of plays) {
    for (const region of play.scope === 'global' ? ['global'] : regions) {
      const from = world.log.length;
      await look(play, region);
      for (const { service, operation } of world.log.slice(from)) {
        const name = `${service}:${operation}`;
        if (!reads.some((read) => read.play === play && read.name === name))
          reads.push({ play, name, region });
      }
    }
  }
}, 60_000);
beforeEach(() => {
  world.faults = {};
});
afterAll(async () => {
  session.close();
  await range.close();
});

/** What a play says of a region where one of its reads is answered with a lie. */
async function told({ play, name, region }: Read, is: Lie): Promise<Cell | undefined> {
  world.faults = { falseAnswers: [{ to: name, is }] };
  const { cells } = await look(play, region);
  return cells[0];
}

/** CloudTrail's cell where LookupEvents is answered with a lie. */
async function trailTold(is: Lie): Promise<Cell | undefined> {
  world.faults = { falseAnswers: [{ to: 'cloudtrail:LookupEvents', is }] };
  const { reader, identity } = session;
  const lookup = new TrailLookup({ reader, account: identity.account, emit: silent });
  const from = reader.now() - 3600_000;
  await lookup.read([{ attribute: 'AccessKeyId', value: key, from, regions: [home] }]);
  return lookup.cells()[0];
}

const signs: Partial<Record<string, ServiceName>> = {
  elasticmapreduce: 'emr',
  events: 'eventbridge',
  ses: 'sesv2',
};
/** The newest jobs of a branch are on its first page, and only that is read. */
const firstPageOnly = ['amplify:ListJobs'];

/** True where the operation has pages. */
async function hasPages(name: string): Promise<boolean> {
  const [service = '', operation = ''] = name.split(':');
  const { paginators } = await services[signs[service] ?? (service as ServiceName)]();
  return operation in paginators;
}

describe('pages that never end', () => {
  it('are told where the token of a page comes again, for every listing of every play', async () => {
    const silentOnes: string[] = [];
    for (const read of reads) {
      if (firstPageOnly.includes(read.name) || !(await hasPages(read.name))) continue;
      const cell = await told(read, 'same-page');
      if (cell?.status !== 'truncated' || !/the token of an earlier page came again/.test(cell.detail ?? ''))
        silentOnes.push(`${read.play.id} ${read.name}: ${cell?.status ?? '?'}`);
    }
    expect(silentOnes).toEqual([]);
  }, 60_000);

  it('are told for CloudTrail’s events', async () => {
    expect((await trailTold('same-page'))?.status).toBe('truncated');
  });

  it('are told before the key is cut', async () => {
    world.faults = { falseAnswers: [{ to: 'iam:ListGroupsForUser', is: 'same-page' }] };
    const { unreadable } = await lookUpKey(session.reader, session.identity, key);
    expect(unreadable.join()).toMatch(/the listing does not end/);
  });

  it('end at a stated number where each has a token of its own', async () => {
    const read = reads.find(({ name }) => name === 'events:ListRules');
    if (read === undefined) throw new Error('no play lists rules');
    const cell = await told(read, 'new-pages');
    expect(cell).toMatchObject({ status: 'truncated' });
    expect(cell?.detail).toMatch(/there are more than 1000 pages/);
  }, 60_000);
});

describe('an answer that is none', () => {
  it.each(['html', 'empty', 'no-content', 'other-operation', 'no-list'] as const)(
    'is never read as an empty list, whichever read it answers: %s',
    async (is) => {
      const believed: string[] = [];
      for (const read of reads) {
        // An empty object is what it answers where nothing is set.
        if (read.name === 'lambda:GetFunctionConcurrency' && (is === 'no-list' || is === 'other-operation'))
          continue;
        const cell = await told(read, is);
        if (cell?.status !== 'failed' || !/not an answer of AWS: /.test(cell.detail ?? ''))
          believed.push(`${read.play.id} ${read.name}: ${cell?.status ?? '?'} ${cell?.detail ?? ''}`);
      }
      expect(believed).toEqual([]);
      expect(await trailTold(is)).toMatchObject({ status: 'failed' });
    },
    60_000,
  );

  it('is no proof that a change was made', async () => {
    const input = { UserName: 'oncall', AccessKeyId: spare, Status: 'Inactive' } as const;
    const call = callIn('global', change('iam', 'UpdateAccessKey', input));
    for (const is of ['html', 'empty', 'no-content', 'other-operation'] as const) {
      world.faults = { falseAnswers: [{ to: 'iam:UpdateAccessKey', is }] };
      await expect(session.send(call)).rejects.toThrow(/not an answer of AWS/);
    }
  });

  it('is cut off where it is too large, or never comes to an end', async () => {
    for (const [name, why] of [
      ['iam:ListUsers', 'huge'],
      ['events:ListRules', 'huge'],
    ] as const) {
      const read = reads.find((one) => one.name === name) ?? reads[0];
      if (read === undefined) throw new Error('no play reads anything');
      expect((await told(read, why))?.detail).toMatch(/not an answer of AWS: it is larger than/);
    }
    const read = reads.find(({ name }) => name === 'ec2:DescribeInstances');
    if (read === undefined) throw new Error('no play reads instances');
    expect((await told(read, 'drip'))?.detail).toMatch(/it was not complete/);
  }, 90_000);
});

describe('the table of what each read answers', () => {
  it('has every read that a service is asked for', async () => {
    for (const name of Object.keys(services) as ServiceName[]) {
      const { commands } = await services[name]();
      for (const operation of Object.keys(commands)) {
        expect(() => missingFrom(name, operation, {}), `${name}:${operation}`).not.toThrow();
      }
    }
  });
});
