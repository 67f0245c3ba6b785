import { change } from '../../aws/index.js';
import { asText, type Finding, type OriginRule, type Resource } from '../../model/index.js';
import { requestText } from '../kit/event-ids.js';
import { unlessGone } from '../iam/iam-users.js';
import { functionOf, ofEachFunction } from './lambda-reads.js';
import { makeAction } from '../kit/make-action.js';
import { linkTo, makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

function rule(name: string, effect: OriginRule['effect']): OriginRule {
  return {
    source: 'lambda.amazonaws.com',
    name,
    prefix: true,
    effect,
    ids: (event) => {
      const id = functionOf(event);
      return id === null ? [] : [`${id}:${requestText(event, 'qualifier') ?? ''}`];
    },
  };
}

/** Public addresses that the attacker gave to functions, whoever's they are. The id is `function:qualifier`. */
export const lambdaUrls: Play = {
  id: 'lambda-urls',
  move: 'gives functions a public URL',
  noun: 'function URLs (Lambda)',
  phase: 'evict',
  service: 'lambda',
  scope: 'regional',
  permissions: {
    find: ['lambda:ListFunctions', 'lambda:ListFunctionUrlConfigs'],
    contain: ['lambda:DeleteFunctionUrlConfig'],
    undo: ['lambda:CreateFunctionUrlConfig'],
  },

  async *find(reader, region) {
    const perFunction = ofEachFunction(reader, region, (_made, FunctionName) =>
      unlessGone(async () => {
        const urls: Resource[] = [];
        for await (const page of reader.pages('lambda', 'ListFunctionUrlConfigs', region, { FunctionName })) {
          for (const url of page.FunctionUrlConfigs ?? []) {
            const qualifier = /:function:[^:]+:(.+)$/.exec(url.FunctionArn ?? '')?.[1] ?? '';
            urls.push(
              makeResource({
                play: 'lambda-urls',
                type: 'function URL',
                id: `${FunctionName}:${qualifier}`,
                region,
                state: `auth ${url.AuthType ?? 'unknown'}`,
                live: true,
                createdAt: url.CreationTime === undefined ? undefined : new Date(url.CreationTime),
                links: linkTo('function', FunctionName),
                properties: {
                  FunctionName,
                  qualifier,
                  AuthType: url.AuthType ?? null,
                  InvokeMode: url.InvokeMode ?? null,
                  url: url.FunctionUrl ?? null,
                },
              }),
            );
          }
        }
        return urls;
      }),
    );
    for await (const urls of perFunction) yield* urls ?? [];
  },

  origin: [rule('CreateFunctionUrlConfig', 'made'), rule('DeleteFunctionUrlConfig', 'undone')],

  contain: (finding) => (finding.class === 'tampered' ? [] : [remove(finding)]),
  // One that is there is one that answers.
  verify: () => false,
  noUndo: null,
  scenario: 'serverless',
};

function remove(finding: Finding) {
  const { id, properties } = finding.resource;
  const { qualifier } = properties;
  const FunctionName = asText(properties['FunctionName']) ?? '';
  const AuthType = (['AWS_IAM', 'NONE'] as const).find((one) => one === properties['AuthType']);
  const InvokeMode = (['BUFFERED', 'RESPONSE_STREAM'] as const).find(
    (one) => one === properties['InvokeMode'],
  );
  const on = {
    FunctionName,
    ...(typeof qualifier === 'string' && qualifier !== '' ? { Qualifier: qualifier } : {}),
  };
  return makeAction(lambdaUrls, [finding], {
    ...change('lambda', 'DeleteFunctionUrlConfig', on),
    title: `remove the URL of Lambda function ${id.replace(/:$/, '')}`,
    before: properties,
    undo:
      AuthType === undefined
        ? { none: 'Whom it asked for a signature was not readable.' }
        : [
            change('lambda', 'CreateFunctionUrlConfig', {
              ...on,
              AuthType,
              ...(InvokeMode === undefined ? {} : { InvokeMode }),
            }),
          ],
  });
}
