import type { Action } from '../../src/model/action.js';
import type { Evidence, Finding } from '../../src/model/incident.js';
import type { Json } from '../../src/model/json.js';
import { plays } from '../../src/plays/index.js';
import type { Play, PlanContext } from '../../src/plays/kit/play.js';
import { context, credential, finding, found } from './make.js';
import { befores, samples } from './samples.js';

const removing = { evict: 'remove', removeTemplates: true, snapshot: true } as const;
const credentials = [
  credential({ kind: 'session-token', userName: 'eve' }),
  credential({ roleName: 'r', userId: 'AROAEXAMPLE:s' }),
];

export function planned(play: Play, findings: Finding[], its: PlanContext): Action[] {
  return play.containAll?.(findings, its) ?? findings.flatMap((one) => play.contain(one, its));
}

/** The play's samples, as findings. */
export async function findings(play: Play, over: Partial<Finding> = {}): Promise<Finding[]> {
  return (await found(play, samples[play.id] ?? {})).map((one) => finding(one, over));
}

function evidenceAt(time: string, name: string): Evidence {
  return {
    eventId: null,
    name,
    source: '',
    region: '',
    time: Date.parse(time),
    accessKeyId: null,
    principal: null,
  };
}

/** Every action that this play plans for its samples, in every class and with every option. */
export async function everyAction(play: Play): Promise<Action[]> {
  const rogue = await findings(play);
  const tampered = await findings(play, {
    class: 'tampered',
    before: (befores[play.id] ?? null) as Json,
    evidence: [
      evidenceAt('2026-11-22T00:00:00Z', ''),
      // The sample's second version is of this moment.
      evidenceAt('2026-11-23T00:00:00Z', 'CreatePolicyVersion'),
    ],
  });
  const keys = await found(plays[0] as Play, samples['access-keys'] ?? {});
  const instances = await found(
    plays.find(({ id }) => id === 'ec2-instances') as Play,
    samples['ec2-instances'] ?? {},
  );
  const incident = {
    credentials,
    findings: [
      ...keys.map((one) => finding(one)),
      ...instances.map((one) => finding(one, { class: 'not-tied' })),
    ],
  };
  return [
    ...planned(play, rogue, context(incident)),
    ...planned(play, rogue, context(incident, removing)),
    ...planned(play, tampered, context(incident)),
    ...planned(play, tampered, context(incident, removing)),
  ];
}
