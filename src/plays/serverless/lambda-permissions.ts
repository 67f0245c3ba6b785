import { change, type InputOfChange } from '../../aws/index.js';
import {
  asObject,
  asText,
  at,
  type Finding,
  type Json,
  type JsonObject,
  type OriginRule,
  type Resource,
  textAt,
} from '../../model/index.js';
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
      const statement = requestText(event, 'statementId');
      return id === null || statement === null ? [] : [`${id}:${statement}`];
    },
  };
}

/** Permissions that the attacker gave to outsiders on functions, whoever's they are. The id is `function:statement`. */
export const lambdaPermissions: Play = {
  id: 'lambda-permissions',
  move: 'lets outsiders invoke functions',
  noun: 'resource policies of functions (Lambda)',
  phase: 'evict',
  service: 'lambda',
  scope: 'regional',
  permissions: {
    find: ['lambda:ListFunctions', 'lambda:GetPolicy'],
    contain: ['lambda:RemovePermission'],
    undo: ['lambda:AddPermission'],
  },

  async *find(reader, region) {
    const perFunction = ofEachFunction(reader, region, async (_made, FunctionName) => {
      const answer = await unlessGone(() => reader.call('lambda', 'GetPolicy', region, { FunctionName }));
      return statementsOf(answer?.Policy).map((statement): Resource => {
        const id = asText(statement['Sid']) ?? '';
        return makeResource({
          play: 'lambda-permissions',
          type: 'function permission',
          id: `${FunctionName}:${id}`,
          region,
          state: 'granted',
          live: true,
          links: linkTo('function', FunctionName),
          properties: { FunctionName, StatementId: id, statement },
        });
      });
    });
    for await (const permissions of perFunction) yield* permissions;
  },

  origin: [rule('AddPermission', 'made'), rule('RemovePermission', 'undone')],

  contain: (finding) => (finding.class === 'tampered' ? [] : [remove(finding)]),
  // One that is there is one that lets somebody in.
  verify: () => false,
  noUndo: null,
  scenario: 'serverless',
};

function remove(finding: Finding) {
  const { id, properties } = finding.resource;
  const { statement } = properties;
  const FunctionName = asText(properties['FunctionName']) ?? '';
  const StatementId = asText(properties['StatementId']) ?? '';
  const again = asAddPermission(asObject(statement));
  return makeAction(lambdaPermissions, [finding], {
    ...change('lambda', 'RemovePermission', { FunctionName, StatementId }),
    title: `take back the permission ${id}`,
    before: statement ?? null,
    undo:
      again === null
        ? { none: 'The statement has conditions that AddPermission cannot make.' }
        : [change('lambda', 'AddPermission', { FunctionName, StatementId, ...again })],
  });
}

type Given = Omit<InputOfChange<'lambda', 'AddPermission'>, 'FunctionName' | 'StatementId'>;

/** The conditions that AddPermission makes, as its policy names them (Lambda API reference, AddPermission). */
const conditions: Record<string, 'SourceArn' | 'SourceAccount' | 'PrincipalOrgID'> = {
  'aws:SourceArn': 'SourceArn',
  'AWS:SourceArn': 'SourceArn',
  'aws:SourceAccount': 'SourceAccount',
  'AWS:SourceAccount': 'SourceAccount',
  'aws:PrincipalOrgID': 'PrincipalOrgID',
};

/** The call that would make `statement`; null where there is none. */
function asAddPermission(statement: JsonObject | null): Given | null {
  const action = textAt(statement, 'Action');
  const principal =
    textAt(statement, 'Principal') ??
    textAt(statement, 'Principal', 'Service') ??
    textAt(statement, 'Principal', 'AWS');
  if (action === null || principal === null) return null;
  const input: Given = { Action: action, Principal: principal };
  for (const tests of Object.values(asObject(at(statement, 'Condition')) ?? {})) {
    for (const [key, value] of Object.entries(asObject(tests) ?? {})) {
      if (key === 'lambda:FunctionUrlAuthType' && (value === 'AWS_IAM' || value === 'NONE')) {
        input.FunctionUrlAuthType = value;
        continue;
      }
      const field = conditions[key];
      if (field === undefined || typeof value !== 'string') return null;
      input[field] = value;
    }
  }
  return input;
}

function statementsOf(policy: string | undefined): JsonObject[] {
  if (policy === undefined) return [];
  let parsed: Json;
  try {
    parsed = JSON.parse(policy) as Json;
  } catch {
    // Lambda writes this document itself. One that is not JSON is told as one permission, not as none.
    return [{ Sid: 'unreadable', Effect: policy.slice(0, 200) }];
  }
  const statements = at(parsed, 'Statement');
  return (Array.isArray(statements) ? statements : [statements]).map(asObject).filter((one) => one !== null);
}
