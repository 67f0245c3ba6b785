import { change } from '../../aws/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type Json,
  type OriginRule,
  resourceKey,
  type TrailEvent,
} from '../../model/index.js';
import { idsIn } from '../kit/event-ids.js';
import { chunks, groupedBy, makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';

const instanceIdForm = /i-[0-9a-f]{8,17}/;

/**
 * StartInstances and StopInstances work as well on what runs, or stands still, already: the answer says of each instance
 * in which state it was, and those that the call did not move are not named (EC2 API reference, InstanceStateChange).
 */
export function changedState(
  name: 'StartInstances' | 'StopInstances',
  effect: 'started' | 'stopped',
): OriginRule {
  const already = effect === 'started' ? /^(running|pending)$/ : /^(stopped|stopping)$/;
  return {
    source: 'ec2.amazonaws.com',
    name,
    effect,
    ids: (event) => {
      const unmoved = new Set(
        changesIn(event).flatMap(({ id, was }) => (was !== null && already.test(was) ? [id] : [])),
      );
      return idsIn([event.request, event.response], instanceIdForm).filter((id) => !unmoved.has(id));
    },
  };
}

function changesIn({ response }: TrailEvent): { id: string; was: string | null }[] {
  const set: Json | undefined = response?.['instancesSet'];
  const items = asObject(set)?.['items'] ?? set;
  if (!Array.isArray(items)) return [];
  return items.flatMap((item) => {
    const change = asObject(item);
    const id = asText(change?.['instanceId']);
    return id === null ? [] : [{ id, was: asText(asObject(change?.['previousState'])?.['name']) }];
  });
}

/** StopInstances takes up to 1000 ids, and stops none where it refuses one (EC2 API reference, StopInstances). */
const maxIds = 1000;

/** Stops innocents' instances again that the incident started: in the first phase, since they cost by the hour. Nothing
 *  for those that do not run. */
export function stopAgain(play: Play, findings: readonly Finding[]): Action[] {
  const running = findings.filter(({ resource: { state } }) => state === 'running' || state === 'pending');
  return groupedBy(running, ({ resource }) => resource.region).flatMap(([, ofRegion]) =>
    chunks(ofRegion, maxIds).map((some) => stop(play, some)),
  );
}

/** A stop that was refused as a whole: each by itself, so that one does not keep the others running. */
export function stopOneByOne(play: Play, { targets }: Action, findings: readonly Finding[]): Action[] | null {
  const targeted = findings.filter(({ resource }) => targets.includes(resourceKey(resource)));
  return targeted.length < 2 ? null : targeted.map((finding) => stop(play, [finding]));
}

function stop(play: Play, findings: readonly Finding[]): Action {
  const ids = findings.map(({ resource }) => resource.id).sort();
  const input = { InstanceIds: ids };
  const what = ids.length === 1 ? (ids[0] ?? '') : `${ids.length} instances of others`;
  return makeAction(play, findings, {
    ...change('ec2', 'StopInstances', input),
    title: `stop ${what} again, which the incident started`,
    before: Object.fromEntries(findings.map(({ resource }) => [resource.id, resource.state])),
    undo: [change('ec2', 'StartInstances', input)],
    phase: 'stop',
  });
}
