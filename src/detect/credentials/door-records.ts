import { lastPart } from '../../facts/index.js';
import { asText, type Json, type TrailEvent, worked } from '../../model/index.js';
import { itemsOf, requestOf, responseOf, valueOf } from '../records/record-fields.js';
import { plainName } from '../records/sensitive-acts.js';

/** What a call about a function, a stack, a project or a task definition says of it: names and ids as the services' API
 *  references write them. */
const things: Record<string, (event: TrailEvent) => string | null> = {
  'lambda.amazonaws.com': (event) => functionName(either(event, 'functionName')),
  'cloudformation.amazonaws.com': (event) =>
    stackName(either(event, 'stackName') ?? either(event, 'stackId')),
  'codebuild.amazonaws.com': (event) =>
    either(event, 'projectName') ?? valueOf(inner(event, 'project').name) ?? either(event, 'name'),
  'ecs.amazonaws.com': (event) =>
    family(
      either(event, 'taskDefinition') ??
        valueOf(inner(event, 'taskDefinition').family) ??
        valueOf(inner(event, 'service').taskDefinition) ??
        either(event, 'family'),
    ),
  'sagemaker.amazonaws.com': (event) => either(event, 'notebookInstanceName'),
  'glue.amazonaws.com': (event) =>
    either(event, 'jobName') ?? either(event, 'name') ?? either(event, 'endpointName'),
};

/** What runs, by `source|region|account|name`: names repeat in regions and accounts. */
export function thingOf(event: TrailEvent): string | null {
  const name = things[event.source]?.(event) ?? null;
  return name === null ? null : [event.source, event.region, event.account ?? '', name].join('|');
}

/** Function names stand alone, with an account, as ARNs, each with or without a version (Lambda API reference,
 *  `FunctionName`). */
function functionName(name: string | null): string | null {
  if (name === null) return null;
  const parts = name.split(':');
  const at = parts.lastIndexOf('function');
  return (at === -1 ? parts[0] : parts[at + 1]) ?? null;
}

/** `arn:aws:cloudformation:us-east-1:1:stack/name/id` → `name`. */
function stackName(name: string | null): string | null {
  return name?.startsWith('arn:') === true ? (name.split('/')[1] ?? null) : name;
}

/** `arn:…:task-definition/family:3` → `family`. */
function family(name: string | null): string | null {
  return name === null ? null : (name.slice(name.lastIndexOf('/') + 1).split(':')[0] ?? null);
}

function either(event: TrailEvent, name: string): string | null {
  return valueOf(requestOf(event)[name]) ?? valueOf(responseOf(event)[name]);
}

function inner(event: TrailEvent, name: string): Record<string, Json> {
  const value = responseOf(event)[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The ARN of every role that the record names, three levels deep: what the call passes to the service. */
export function rolesIn(event: TrailEvent): string[] {
  const found = new Set<string>();
  const visit = (value: Json | undefined, left: number): void => {
    const text = asText(value);
    if (text !== null && /^arn:[^:]*:iam::\d*:role\//.test(text)) found.add(text);
    if (left === 0 || typeof value !== 'object' || value === null) return;
    for (const part of Object.values(value).slice(0, 100)) visit(part, left - 1);
  };
  visit(requestOf(event), 3);
  visit(responseOf(event), 3);
  return [...found];
}

/** Ids of the tasks that the call started, or went into: the names of their role's sessions (Amazon ECS developer guide,
 *  "Task IAM role"). */
export function tasksIn(event: TrailEvent): string[] {
  const started = itemsOf(responseOf(event).tasks).map((task) => valueOf(task.taskArn));
  return [...started, valueOf(requestOf(event).task)].filter((task) => task !== null).map(lastPart);
}

/** `AWSCodeBuild-` and the build's id: the name of its role's session (CodeBuild user guide, "CloudTrail logs"). */
export function buildSessionsIn(event: TrailEvent): string[] {
  return [inner(event, 'build'), inner(event, 'buildBatch')]
    .map(({ id }) => valueOf(id))
    .filter((id) => id !== null)
    .map((id) => `AWSCodeBuild-${lastPart(id)}`);
}

/** Instances that the call reaches into; of Session Manager's targets the tasks too (`ecs:cluster_task_runtime`). */
export function instancesIn(event: TrailEvent): string[] {
  const request = requestOf(event);
  const texts = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : [value ?? null]);
  const targets = itemsOf(request.targets).flatMap(({ values }) => texts(values));
  const single = [request.target, request.instanceId, request.InstanceId, request.instanceIds].flatMap(texts);
  return [...single, ...targets]
    .map((id) => asText(id))
    .flatMap((id) => {
      const task = /^ecs:[^_]+_([0-9a-f]+)_/.exec(id ?? '')?.[1];
      return task ?? (/^m?i-/.test(id ?? '') ? id : null) ?? [];
    });
}

/** The stack that CloudFormation made the thing for, as the tags in the request say. */
export function taggedStack(event: TrailEvent): { id: string | null; name: string | null } | null {
  const request = requestOf(event);
  const sets = [
    ...itemsOf(request.tagSpecificationSet).flatMap((set) => itemsOf(set.tags ?? set.tagSet)),
    ...itemsOf(request.tags),
  ];
  const of = (key: string): string | null =>
    valueOf(sets.find((tag) => valueOf(tag.key ?? tag.Key) === `aws:cloudformation:${key}`)?.value);
  const id = of('stack-id');
  const name = of('stack-name') ?? stackName(id);
  return id === null && name === null ? null : { id, name };
}

/** Fields of a function's configuration that say what it runs: time and memory run nothing. */
const running = ['role', 'handler', 'runtime', 'layers', 'imageConfig', 'fileSystemConfigs', 'environment'];

/**
 * The call left the function as it was: the same code (`codeSha256`), a dry run, or settings that were so before.
 * CloudTrail leaves the values of environment variables out: those count as changed.
 * @param earlier what the trail says of the function before, oldest first
 */
export function changedNothing(event: TrailEvent, earlier: readonly TrailEvent[]): boolean {
  const request = requestOf(event);
  const response = responseOf(event);
  const last = (name: string): Json | undefined =>
    earlier.findLast((one) => worked(one) && responseOf(one)[name] !== undefined)?.response?.[name];
  switch (plainName(event.name)) {
    case 'UpdateFunctionCode': {
      if (request.dryRun === true || request.dryRun === 'true') return true;
      const hash = valueOf(response.codeSha256);
      return hash !== null && hash === valueOf(last('codeSha256'));
    }
    case 'UpdateFunctionConfiguration':
      return running.every((name) => {
        const set = request[name];
        if (set === undefined || set === null) return true;
        return name !== 'environment' && JSON.stringify(set) === JSON.stringify(last(name));
      });
    case 'UpdateService': {
      const set = family(asText(request.taskDefinition));
      const sets = (one: TrailEvent): string => lastPart(valueOf(inner(one, 'service').taskDefinition) ?? '');
      const before = earlier.findLast(
        (one) => worked(one) && named(one) === named(event) && sets(one) !== '',
      );
      return set === null || (before !== undefined && sets(before) === sets(event));
    }
    default:
      return false;
  }
}

const named = (event: TrailEvent): string =>
  lastPart(either(event, 'service') ?? valueOf(inner(event, 'service').serviceName) ?? '');
