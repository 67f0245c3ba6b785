import { isInstance, type Incident, type Milestones, type Report, at, isDone } from '../model/index.js';

/** Read off the finished report. */
export function milestonesOf(report: Report): Milestones {
  const { incident, actions, sweeps, verdict } = report;
  const keyOff = actions.find(
    (action) =>
      isDone(action) &&
      action.undoes === null &&
      action.call.operation === 'UpdateAccessKey' &&
      at(action.call.input, 'AccessKeyId') === report.key &&
      at(action.call.input, 'Status') === 'Inactive',
  );
  const terminations = actions.filter((action) => action.phase === 'terminate' && isDone(action));
  const lastDirty = sweeps.findLastIndex((sweep) => !sweep.clean);
  const holds = verdict.state === 'contained' || verdict.state === 'held';
  return {
    misuseBegan: isoOf(incident?.misuse.at ?? null),
    opened: report.milestones.opened,
    cutAgreed: report.agreed.find(({ what }) => what === 'cut')?.at ?? null,
    keyOff: keyOff?.endedAt ?? null,
    lastLaunch: isoOf(incident === null ? null : lastLaunch(incident)),
    lastTermination: terminations.at(-1)?.endedAt ?? null,
    contained: holds ? (sweeps[lastDirty + 1]?.at ?? null) : null,
  };
}

/** Epoch milliseconds of the last thing that the misuse launched; null where none has a time. */
function lastLaunch(incident: Incident): number | null {
  const times = [
    ...incident.launches.flatMap(({ class: cls, result, evidence }) =>
      cls === 'rogue' && result === 'worked' ? [evidence.time] : [],
    ),
    ...incident.findings.flatMap(({ class: cls, resource }) =>
      cls === 'rogue' && isInstance(resource) ? [resource.createdAt] : [],
    ),
  ];
  return times.reduce<number | null>(
    (latest, time) => (time === null ? latest : Math.max(latest ?? time, time)),
    null,
  );
}

/** ISO 8601 of epoch milliseconds; null where there is no such time. */
export function isoOf(time: number | null): string | null {
  return time === null || Math.abs(time) > 8.64e15 ? null : new Date(time).toISOString();
}
