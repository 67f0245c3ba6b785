import { change } from '../../aws/index.js';
import { arnName } from '../../facts/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type Incident,
  type Json,
  type OriginRule,
  type Resource,
  type TrailEvent,
} from '../../model/index.js';
import { valuesOf } from '../kit/event-ids.js';
import { unlessGone } from '../iam/iam-users.js';
import { functionOf, ofEachFunction } from './lambda-reads.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

/** The configuration that can be put back, as CloudTrail writes it and as UpdateFunctionConfiguration takes it. */
const settings = {
  role: 'Role',
  handler: 'Handler',
  timeout: 'Timeout',
  memorySize: 'MemorySize',
  runtime: 'Runtime',
};

/** Lambda's event names carry API dates: `CreateFunction20150331`, `UpdateFunctionCode20150331v2`. */
function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'lambda.amazonaws.com',
    name,
    prefix: true,
    effect,
    ids: (event: TrailEvent) => {
      const id = functionOf(event);
      return id === null ? [] : [id];
    },
    sets: setBy,
    ...(effect === 'changed'
      ? { mayChangeNothing: { unproven: 'how it was is not on record', usedBy } }
      : {}),
  };
}

/** What says how a function was, as CloudTrail names it. */
const usedBy = [
  'CreateFunction20150331',
  'UpdateFunctionCode20150331v2',
  'UpdateFunctionConfiguration20150331v2',
];

/** How the function is after the call, as its answer says; and what the call asked for. Values of environment variables
 *  are left out of the record, and its code may be: those are as no others. */
function setBy(event: TrailEvent): Json {
  const { request, response, eventId, key } = event;
  const { functionName: _name, environment, ...asked } = request ?? {};
  const own = `of ${eventId ?? key}`;
  const more = Object.entries(asked).filter(([name]) => !Object.hasOwn(settings, name) && !isCode.has(name));
  const hash = asText(response?.codeSha256);
  const isOfCode = event.name.startsWith('UpdateFunctionCode');
  return {
    ...asObject(valuesOf(response, settings)),
    ...asObject(valuesOf(request, settings)),
    ...(event.name.startsWith('CreateFunction') ? {} : Object.fromEntries(more)),
    ...(hash !== null || isOfCode ? { codeSha256: hash ?? own } : {}),
    ...(environment === undefined || environment === null ? {} : { environment: own }),
  };
}

/** Where the code comes from, and how it is put there: its hash says what it is. */
const isCode = new Set([
  's3Bucket',
  's3Key',
  's3ObjectVersion',
  'zipFile',
  'imageUri',
  'dryRun',
  'publish',
  'revisionId',
]);

/** Lambda functions: with a reserved concurrency of 0 one cannot be invoked (Lambda developer guide, "Configuring
 *  reserved concurrency"). */
export const lambdaFunctions: Play = {
  id: 'lambda-functions',
  move: 'leaves Lambda functions behind',
  noun: 'Lambda functions',
  phase: 'stop',
  service: 'lambda',
  scope: 'regional',
  permissions: {
    find: ['lambda:ListFunctions', 'lambda:GetFunctionConcurrency'],
    // A function that is restored may get its role back.
    contain: ['lambda:PutFunctionConcurrency', 'lambda:UpdateFunctionConfiguration', 'iam:PassRole'],
    undo: ['lambda:DeleteFunctionConcurrency'],
  },

  async *find(reader, region) {
    yield* ofEachFunction(reader, region, async (made, FunctionName): Promise<Resource> => {
      const answer = await unlessGone(() =>
        reader.call('lambda', 'GetFunctionConcurrency', region, { FunctionName }),
      );
      const reserved = answer?.ReservedConcurrentExecutions ?? null;
      return makeResource({
        play: 'lambda-functions',
        type: 'Lambda function',
        id: FunctionName,
        region,
        state: reserved === null ? 'not limited' : `concurrency ${reserved}`,
        live: reserved !== 0,
        links: linkTo('role', arnName(made.Role ?? null)),
        properties: {
          reserved,
          Role: made.Role ?? null,
          Handler: made.Handler ?? null,
          Timeout: made.Timeout ?? null,
          MemorySize: made.MemorySize ?? null,
          Runtime: made.Runtime ?? null,
          lastModified: made.LastModified ?? null,
          codeSha256: made.CodeSha256 ?? null,
        },
      });
    });
  },

  origin: [
    rule('CreateFunction2', 'made'),
    rule('UpdateFunctionCode', 'changed'),
    rule('UpdateFunctionConfiguration', 'changed'),
    rule('DeleteFunction2', 'undone'),
  ],

  contain: (finding, { incident }) => {
    // An innocent's function is put back as it was; where the incident ran in it, and its code cannot be, it stops.
    const put = finding.class === 'tampered' ? restore(finding) : [];
    const stops = finding.class !== 'tampered' || (put.length === 0 && ranIn(finding.resource, incident));
    return stops && finding.resource.live ? stop(finding) : put;
  },
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'serverless',
};

/** A session of the function's role, which carries the function's name, did what only the incident does. */
function ranIn({ id, region, properties }: Resource, { credentials }: Incident): boolean {
  const role = arnName(asText(properties['Role']));
  return credentials.some(
    ({ mintedBy, roleName, userId }) =>
      mintedBy?.principal === 'lambda.amazonaws.com' &&
      mintedBy.region === region &&
      roleName === role &&
      userId?.endsWith(`:${id}`) === true,
  );
}

function stop(finding: Finding): Action[] {
  const { id, properties } = finding.resource;
  const reserved = properties['reserved'] ?? null;
  const put = (count: number) =>
    change('lambda', 'PutFunctionConcurrency', { FunctionName: id, ReservedConcurrentExecutions: count });
  return [
    makeAction(lambdaFunctions, [finding], {
      ...put(0),
      title: `let Lambda function ${id} not be invoked`,
      before: { reserved },
      undo: [
        typeof reserved === 'number'
          ? put(reserved)
          : change('lambda', 'DeleteFunctionConcurrency', { FunctionName: id }),
      ],
    }),
  ];
}

/** The configuration as an untainted principal had set it. Code cannot be put back: AWS does not keep it. */
function restore(finding: Finding): Action[] {
  const { id, properties } = finding.resource;
  const changed = Object.entries(asObject(finding.before) ?? {}).filter(
    ([name, value]) => Object.values(settings).includes(name) && properties[name] !== value,
  );
  if (changed.length === 0) return [];
  const before = Object.fromEntries(changed.map(([name]) => [name, properties[name] ?? null]));
  const put = (values: object) =>
    change('lambda', 'UpdateFunctionConfiguration', { FunctionName: id, ...values });
  return [
    makeAction(lambdaFunctions, [finding], {
      ...put(Object.fromEntries(changed)),
      title: `restore the configuration of Lambda function ${id}`,
      before,
      undo: [put(before)],
      // A role that is named must be one that the caller may hand on.
      alsoPermissions: changed.some(([name]) => name === 'Role') ? ['iam:PassRole'] : [],
    }),
  ];
}
