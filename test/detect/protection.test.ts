import { expect, it } from 'vitest';
import { protectionsIn } from '../../src/detect/records/protection.js';
import type { TrailEvent } from '../../src/model/trail-event.js';
import { event } from '../plays/make.js';

const [one, two] = ['i-00000000000000001', 'i-00000000000000002'];

function ec2(name: string, minute: number, more: Partial<TrailEvent>): TrailEvent {
  return event({ name, source: 'ec2.amazonaws.com', time: minute * 60_000, ...more });
}
const modify = (minute: number, request: object, more: Partial<TrailEvent> = {}) =>
  ec2('ModifyInstanceAttribute', minute, { request: { instanceId: one, ...request }, ...more });
const launch = ec2('RunInstances', 0, {
  request: { disableApiTermination: true, instanceType: 'g5.xlarge' },
  response: { instancesSet: { items: [{ instanceId: one }, { instanceId: two }] } },
});

it('knows what a launch asked for, of each of its instances', () => {
  expect(protectionsIn([launch])).toEqual(
    new Map([
      [one, ['DisableApiTermination']],
      [two, ['DisableApiTermination']],
    ]),
  );
});

it('takes the newest call that worked, whatever the order of the trail', () => {
  const off = modify(2, { disableApiTermination: { value: false } });
  const on = modify(1, { disableApiTermination: { value: true }, disableApiStop: { value: 'true' } });
  const refused = modify(
    3,
    { disableApiTermination: { value: true } },
    { errorCode: 'UnauthorizedOperation' },
  );
  expect(protectionsIn([refused, off, on, launch]).get(one)).toEqual(['DisableApiStop']);
  expect(protectionsIn([modify(4, { sourceDestCheck: { value: false } })]).size).toBe(0);
});
