import { AwsFailure, failureKind } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import type { Finding, Incident, TaintedCredential } from '../../src/model/incident.js';
import type { Action } from '../../src/model/action.js';
import { iamAction } from '../../src/plays/permissions/iam-action.js';
import type { Play, PlanContext } from '../../src/plays/kit/play.js';
import type { Resource } from '../../src/model/resource.js';
import type { TrailEvent } from '../../src/model/trail-event.js';

/** Rights that other calls need, and that are no operation of ours: of what a service does in its caller's name. */
export const besides = new Set([
  'autoscaling:DeletePolicy',
  'cloudformation:DescribeStackResources',
  'cloudwatch:DeleteAlarms',
  'ec2:CreateTags',
  'elasticloadbalancing:DeleteListener',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
  'elasticloadbalancing:DescribeLoadBalancers',
  'iam:PassRole',
]);

export const now = Date.parse('2026-11-23T03:10:00Z');

function incident(over: Partial<Incident> = {}): Incident {
  return {
    key: 'AKIAIOSFODNN7EXAMPLE',
    userName: 'ci',
    account: '111122223333',
    misuse: { at: now - 3_600_000, source: 'given', confidence: 'certain', reasons: [] },
    credentials: [],
    launches: [],
    findings: [],
    deeds: [],
    suspects: [],
    cost: {
      usdPerHour: 0,
      usdSoFar: 0,
      unknownEnds: 0,
      unknownTypes: [],
      unknownInstances: 0,
      spotInstances: 0,
      source: '',
    },
    coverage: [],
    notes: [],
    ...over,
  };
}

export function context(
  over: Partial<Incident> = {},
  options: Partial<PlanContext['options']> = {},
): PlanContext {
  return {
    incident: incident(over),
    account: '111122223333',
    partition: 'aws',
    now,
    options: { evict: 'disable', denyAll: false, snapshot: false, removeTemplates: false, ...options },
  };
}

export function resource(play: string, id: string, over: Partial<Resource> = {}): Resource {
  return {
    play,
    type: 'thing',
    id,
    region: 'eu-west-1',
    state: 'running',
    live: true,
    createdAt: null,
    tags: {},
    links: [],
    properties: {},
    ...over,
  };
}

export function finding(of: Resource, over: Partial<Finding> = {}): Finding {
  return {
    resource: of,
    class: 'rogue',
    rule: 'launch.departs',
    reasons: ['made by the misused key'],
    tiedTo: 'AKIAIOSFODNN7EXAMPLE',
    evidence: [],
    before: null,
    undone: false,
    settlesAt: null,
    ...over,
  };
}

export function credential(over: Partial<TaintedCredential>): TaintedCredential {
  return {
    id: 'ASIAEXAMPLE',
    kind: 'role-session',
    principal: null,
    userName: null,
    roleName: null,
    userId: null,
    parent: 'AKIAIOSFODNN7EXAMPLE',
    mintedBy: null,
    since: now - 600_000,
    expiresAt: null,
    otherAccount: null,
    ...over,
  };
}

export function event(over: Partial<TrailEvent>): TrailEvent {
  return {
    key: 'k',
    eventId: 'e',
    requestId: 'r',
    time: now,
    name: '',
    source: '',
    region: 'us-east-1',
    account: '111122223333',
    actor: {
      type: 'IAMUser',
      arn: null,
      principalId: null,
      account: null,
      accessKeyId: null,
      userName: null,
      issuerArn: null,
      sessionName: null,
      invokedBy: null,
    },
    sourceIp: null,
    userAgent: null,
    readOnly: false,
    errorCode: null,
    errorMessage: null,
    request: null,
    response: null,
    truncated: false,
    ...over,
  };
}

/** A refusal as AWS words it. */
export function refusal(code: string, message: string): AwsFailure {
  return new AwsFailure(
    failureKind(code, message, 400),
    code,
    message,
    'ec2',
    'TerminateInstances',
    'eu-west-1',
    'r',
    400,
    null,
  );
}

/** The ids that the play's rules read off `of`, with what each rule says happened. */
export function originOf(play: Play, of: TrailEvent): { effect: string; ids: string[] }[] {
  return play.origin
    .filter(
      ({ source, name, prefix }) =>
        source === of.source && (prefix === true ? of.name.startsWith(name) : of.name === name),
    )
    .map((rule) => ({ effect: rule.effect, ids: rule.ids(of) }))
    .filter(({ ids }) => ids.length > 0);
}

/** `operation input`, for comparing plans at a glance. */
export function calls(actions: readonly Action[] | null): [string, Action['input']][] {
  return (actions ?? []).map(({ operation, input }) => [operation, input]);
}

/** A Reader over answers as AWS gives them: by `Operation`, or `Operation:value` with a value of the input. */
function readerOver(answers: Record<string, unknown>, made: Set<string>): Reader {
  const answer = (service: string, operation: string, input: object): unknown => {
    made.add(iamAction(service, operation));
    const found =
      Object.values(input)
        .map((value) => answers[`${operation}:${String(value)}`])
        .find((one) => one !== undefined) ?? answers[operation];
    if (found instanceof Error) throw found;
    if (found === undefined) throw new Error(`no answer for ${operation} ${JSON.stringify(input)}`);
    return found;
  };
  return {
    call: async (service: string, operation: string, _region: string, input: object) =>
      answer(service, operation, input),
    pages: async function* (service: string, operation: string, _region: string, input: object) {
      yield* [answer(service, operation, input)].flat();
    },
    now: () => now,
  };
}

/** Ids of what no list shows. */
const named: Record<string, string[]> = {
  'cloud-control': ['AWS::Glue::Job|crunch'],
  'image-shares': ['snap-1|999999999999', 'ami-1|all'],
  'bucket-access': ['policy|shop', 'public-access-block|shop'],
};

/** What `play` finds; `made` is told the IAM action of each read. */
export async function found(
  play: Play,
  answers: Record<string, unknown>,
  made = new Set<string>(),
): Promise<Resource[]> {
  const resources: Resource[] = [];
  const region = play.scope === 'global' ? 'global' : 'eu-west-1';
  if (play.askedById === true)
    return (await play.findById?.(readerOver(answers, made), region, named[play.id] ?? [])) ?? [];
  for await (const one of play.find(readerOver(answers, made), region)) resources.push(one);
  return resources;
}
