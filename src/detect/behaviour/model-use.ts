import { actOf } from '../records/record-fields.js';
import { textAt, type TrailEvent, worked } from '../../model/index.js';
import type { Busyness } from './activity.js';
import { Recent } from './recent.js';
import { LevelBaseline } from './level-baseline.js';

const hour = 3600_000;

/** Amazon Bedrock logs these as management events, so the event history holds them (Bedrock user guide, "Monitor
 *  Amazon Bedrock API calls using CloudTrail"). */
export const modelInvocations = [
  'InvokeModel',
  'InvokeModelWithResponseStream',
  'Converse',
  'ConverseStream',
];

/** What whoever sells others' models asks first: what there is, what may be had, and whether anybody reads the prompts
 *  (Sysdig, "LLMjacking: stolen cloud credentials used in new AI attack"; Permiso, "When AI gets hijacked"). */
const catalogue =
  /^(ListFoundationModels|ListInferenceProfiles|GetFoundationModelAvailability|ListFoundationModelAgreementOffers|GetUseCaseForModelAccess|GetFoundationModel)$/;
const loggingAsked = 'GetModelInvocationLoggingConfiguration';

/** Refused because the model, the access or the request was wrong: a probe with an invalid length tells whether the key
 *  may invoke at all, and costs nothing (Sysdig, as above). Throttling is no probe. */
const probed = /ValidationException|AccessDenied|ResourceNotFound/i;

/** Whether the call asks a model for an answer. */
export function invokesModel(event: TrailEvent): boolean {
  return event.source.startsWith('bedrock') && modelInvocations.includes(event.name);
}

/**
 * How a key uses Bedrock's models, as its events stream by, against its own highest level of up to a day before: an
 * application invokes the same models all day, and asks none of them what it may do.
 */
export class ModelUse {
  private readonly invoked = new Recent<TrailEvent>(hour, (event) => event.region);
  private readonly refused = new Recent<TrailEvent>(
    hour,
    (event) => `${event.region}|${textAt(event.request, 'modelId') ?? ''}`,
  );
  private readonly asked = new Recent<TrailEvent>(hour, actOf);
  private readonly logging = new Recent<TrailEvent>(hour, actOf);
  private readonly usual = new LevelBaseline(['invoked', 'regions', 'refused', 'asked', 'logging']);

  learn(until: number): void {
    this.usual.learn(until);
  }

  look(event: TrailEvent, time: number): Busyness[] {
    if (!event.source.startsWith('bedrock')) return [];
    if (event.name === loggingAsked) this.logging.add(time, event);
    else if (catalogue.test(event.name)) this.asked.add(time, event);
    if (!invokesModel(event)) return [];
    for (const one of [this.asked, this.logging, this.refused]) one.forget(time);
    this.invoked.add(time, event);
    if (!worked(event) && probed.test(event.errorCode ?? '')) this.refused.add(time, event);
    const level = {
      invoked: this.invoked.size,
      regions: this.invoked.distinct,
      refused: this.refused.distinct,
      asked: this.asked.distinct,
      logging: this.logging.size,
    };
    this.usual.reached(time, level);
    const since = this.invoked.since ?? time;
    const { level: usual } = this.usual;
    const found: Busyness[] = [];
    const add = (kind: string, weight: number, words: string): void => {
      found.push({ kind: `models:${kind}`, since, weight, words });
    };
    if (level.logging > 0 && usual.logging === 0)
      add(
        'logging',
        0.4,
        'it asked whether model invocations are logged, and invoked models within the hour',
      );
    if (level.refused >= 4 && level.refused > usual.refused * 2)
      add('refused', 0.4, `${level.refused} models tried within an hour that refused the call`);
    if (level.invoked >= 100 && level.invoked > usual.invoked * 3)
      add('burst', level.invoked >= 1000 ? 0.4 : 0.3, `${level.invoked} model invocations within an hour`);
    if (level.regions >= 3 && level.regions > usual.regions + 1) {
      const weight = level.regions >= 5 ? 0.35 : 0.15;
      add('regions', weight, `models invoked in ${level.regions} regions within an hour`);
    }
    if (level.asked >= 2 && usual.asked === 0)
      add(
        'catalogue',
        0.2,
        `${level.asked} kinds of questions which models may be had, before invoking them`,
      );
    return found;
  }
}
