import { describe, expect, it } from 'vitest';
import { detect } from '../../src/detect/detect.js';
import { makeResource } from '../../src/plays/kit/make-resource.js';
import { ec2Fleets } from '../../src/plays/ec2/ec2-fleets.js';
import type { Incident } from '../../src/model/incident.js';
import type { Resource } from '../../src/model/resource.js';
import type { Play } from '../../src/plays/kit/play.js';
import { type Caller, day, History, hour, minute, night, regions } from './history.js';

const ops: Caller = { key: 'AKIAOPSOPSOPSOPS0042', user: 'ops', ip: '192.0.2.10', agent: 'aws-cli/2.15' };
const stolen: Caller = {
  key: 'AKIASTOLENSTOLEN0007',
  user: 'ci',
  ip: '192.0.2.30',
  agent: 'Boto3/1.34 linux',
};
const thief: Caller = { ...stolen, ip: '203.0.113.66', agent: 'Boto3/1.28 Windows' };

function look(history: History, inventory: Resource[], plays: Play[]): Incident {
  return detect({
    events: history.events,
    inventory,
    plays,
    coverage: [],
    key: stolen.key,
    account: null,
    compromisedAt: null,
    now: night + hour,
  });
}

/** The thief launches his own, and sends again, with its client token, what ops had launched. */
function after(
  launchedBefore: number,
  isRead: boolean,
): { incident: Incident; theirs: string[]; his: string[] } {
  const history = new History();
  for (let n = 40; n > 0; n -= 1)
    history.call(stolen, { time: night - n * day, name: 'DescribeImages', region: 'us-east-1' });
  const theirs = history.run(ops, night - launchedBefore, { type: 'p4d.24xlarge', count: 3 });
  const launch = history.records.at(-1)!;
  if (!isRead) history.records.pop();
  const his = regions
    .slice(0, 6)
    .flatMap((region) => history.run(thief, night, { type: 'p4d.24xlarge', count: 2, region }));
  history.call(thief, {
    time: night + minute,
    name: 'RunInstances',
    request: { ...(launch.requestParameters as object), clientToken: 'of-ops' },
    response: launch.responseElements as never,
  });
  const incident = look(history, history.instances, []);
  return { incident, theirs, his };
}

const classOf = ({ findings }: Incident, id: string): string | undefined =>
  findings.find(({ resource }) => resource.id === id)?.class;

describe('a launch that is sent again with the client token of another', () => {
  it.each([
    ['weeks ago, on record', 20 * day, true],
    ['weeks ago, in no record that was read', 20 * day, false],
    ['minutes before, on record', 10 * minute, true],
    ['minutes before, in no record that was read', 10 * minute, false],
    ['half a minute before, on record', -minute / 2, true],
    ['half a minute before, in no record that was read', -minute / 2, false],
    ['some seconds before, in no record that was read', -minute + 10_000, false],
  ])('makes no instance of theirs his: launched %s', (_, launchedBefore, isRead) => {
    const { incident, theirs, his } = after(launchedBefore, isRead);
    expect(theirs.map((id) => classOf(incident, id))).not.toContain('rogue');
    expect(new Set(his.map((id) => classOf(incident, id)))).toEqual(new Set(['rogue']));
  });
});

it('waits for a person where only AWS’s dates speak for them: the record of their launch may be late', () => {
  const { incident, theirs } = after(-minute / 2, false);
  const told = incident.findings.filter(({ resource }) => theirs.includes(resource.id));
  expect(told.map(({ class: its, rule }) => [its, rule])).toEqual(
    theirs.map(() => ['held', 'launch.may-repeat']),
  );
  expect(told[0]?.reasons.join()).toMatch(/may repeat another's, by its client token/);
});

it.each([
  ['of ops, a moment ago, with its token', 30_000, { ClientToken: 'of-ops' }, 'held'],
  ['of ops, with its token', 20 * day, { ClientToken: 'of-ops' }, 'not-tied'],
  ['that it made itself', 0, { ClientToken: 'his' }, 'rogue'],
])('a fleet is whose request made it: %s', (_, before, request, expected) => {
  const fleet = makeResource({
    ...{
      play: 'ec2-fleets',
      type: 'EC2 fleet',
      id: 'fleet-1',
      region: 'us-east-1',
      state: 'active',
      live: true,
    },
    createdAt: new Date(night + minute - before),
  });
  const history = new History();
  for (const region of regions.slice(0, 6))
    history.run(thief, night, { type: 'p4d.24xlarge', count: 2, region });
  history.call(thief, {
    ...{ time: night + minute, name: 'CreateFleet' },
    request: { CreateFleetRequest: { Type: 'maintain', ...request } },
    response: { CreateFleetResponse: { fleetId: 'fleet-1' } },
  });
  const incident = look(history, [fleet], [ec2Fleets]);
  expect(classOf(incident, 'fleet-1')).toBe(expected);
});
