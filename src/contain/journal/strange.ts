import { cloudType, lastPart } from '../../facts/index.js';
import {
  type Action,
  asText,
  type AwsCall,
  idInKey,
  type JournalRecord,
  type JsonObject,
  textAt,
} from '../../model/index.js';
import { elsewherePermissions, iamAction, type Play, plays } from '../../plays/index.js';

/** What no play would have done, with why: the journal that holds it was not written by leakguard alone. Empty: each
 *  action is one of its play's, on its target, and its way back is the inverse of what was done. Pure. */
export function strangeActions(records: readonly JournalRecord[]): string[] {
  const intents = records.flatMap((record) => (record.kind === 'intent' ? [record] : []));
  const byId = new Map(intents.map(({ action }) => [action.id, action]));
  return intents.flatMap(({ action, undoes, seq }) => {
    const of = undoes === undefined ? null : byId.get(undoes);
    const why = of === undefined ? 'it takes back what was not done' : strange(action, of);
    return why === null ? [] : [`line ${seq + 1}, ${action.service} ${action.operation}: ${why}`];
  });
}

/** `of`: the action that it takes back; null: it takes none back. */
function strange(action: Action, of: Action | null): string | null {
  const play = plays.find(({ id }) => id === action.play);
  if (play === undefined) return `there is no play ${action.play}`;
  if (of !== null) return isWayBack(action, of, play) ? null : `it is not the inverse of ${of.operation}`;
  const call = iamAction(action.service, action.operation);
  const elsewhere = isDenyElsewhere(action);
  if (action.service !== play.service || !(play.permissions.contain.includes(call) || elsewhere))
    return `the play ${play.id} does not do that`;
  // A policy is made first, and put on its principal by the next call.
  const isMade = elsewhere && action.operation === 'CreatePolicy';
  if (!isMade && !action.targets.every((target) => isNamed(target, action)))
    return 'its call is not about its target';
  const calls = 'calls' in action.undo ? action.undo.calls : [];
  const wrong = calls.find((one) => !isWayBack(one, action, play));
  return wrong === undefined ? null : `its way back, ${wrong.operation}, is not the inverse of it`;
}

/** A Deny on sessions that found no room among inline policies: in a policy of our own, attached or as a boundary. */
function isDenyElsewhere({ play, service, operation, input, denies }: Action): boolean {
  if (denies === undefined || (play !== 'user-sessions' && play !== 'role-sessions')) return false;
  const policy = input['PolicyName'] ?? input['PolicyArn'] ?? input['PermissionsBoundary'];
  return (
    elsewherePermissions.includes(iamAction(service, operation)) &&
    /^(arn:.+:policy\/)?LeakguardRevokeSessions-[0-9a-f]{12}$/.test(asText(policy) ?? '')
  );
}

/** What takes back what begins with each word. */
const inverse: Record<string, readonly string[]> = {
  Update: ['Update'],
  Set: ['Set'],
  Modify: ['Modify'],
  Put: ['Put', 'Delete'],
  Delete: ['Put', 'Create'],
  Attach: ['Detach'],
  Create: ['Delete'],
  Detach: ['Attach'],
  Remove: ['Add'],
  Revoke: ['Authorize'],
  Disable: ['Enable'],
  Stop: ['Start'],
  Start: ['Stop'],
  Suspend: ['Resume'],
};

function isWayBack(call: AwsCall, action: Action, play: Play): boolean {
  const [verb, noun] = parted(action.operation);
  const [back, same] = parted(call.operation);
  const known = [
    ...play.permissions.undo,
    ...play.permissions.contain,
    ...(isDenyElsewhere(action) ? elsewherePermissions : []),
  ];
  return (
    call.service === action.service &&
    call.region === action.region &&
    known.includes(iamAction(call.service, call.operation)) &&
    inverse[verb]?.includes(back) === true &&
    noun === same &&
    (call.operation !== 'CreateResource' || isSameResource(call, action)) &&
    namesOf(action.input).every(
      ([name, text]) => call.input[name] === text || isMadeAnew(text, call) || isOfThatName(text, call),
    )
  );
}

/** Of Cloud Control: what is made anew has the identifier of what was deleted. */
function isSameResource({ input }: AwsCall, action: Action): boolean {
  const type = cloudType(asText(input['TypeName']) ?? '');
  const model = asText(input['DesiredState']);
  if (type === null || model === null) return false;
  try {
    const made = type.ids.map(({ property }) => textAt(JSON.parse(model), property));
    return made.join('|') === action.input['Identifier'];
  } catch {
    return false; // Not JSON: leakguard did not write it.
  }
}

/** `Detach` and `UserPolicy`; whom something is added to it is removed from. */
function parted(operation: string): [verb: string, noun: string] {
  const [, verb = '', noun = ''] = /^([A-Z][a-z]+)(.*)$/.exec(operation) ?? [];
  return [verb, noun.replace('From', 'To')];
}

/** Fields that say what a call is about. A version is a value: another one is gone back to. */
const naming = /(name|id|arn)$|^(cluster|service|jobqueue|computeenvironment|qualifier)$/i;

function namesOf(input: JsonObject): [string, string][] {
  return Object.entries(input).flatMap(([name, value]) => {
    const text = asText(value);
    return text !== null && naming.test(name) && name !== 'VersionId' ? [[name, text]] : [];
  });
}

/** What was made by its name is deleted by its ARN, which ends with it. */
function isOfThatName(name: string, { operation, input }: AwsCall): boolean {
  return operation.startsWith('Delete') && asText(input['PolicyArn'])?.endsWith(`:policy/${name}`) === true;
}

/** What is deleted by its ARN is made anew by its name or address, with which the ARN ends. */
function isMadeAnew(arn: string, { operation, input }: AwsCall): boolean {
  if (!operation.startsWith('Create') || !arn.startsWith('arn:')) return false;
  const name = asText(input['Url'])?.replace(/^https?:\/\//, '') ?? asText(input['Name']);
  return name !== undefined && name !== null && arn.endsWith(`/${name}`);
}

/** Words of ids that say what kind of thing it is. */
const kinds = new Set([
  ...['User', 'Role', 'Group', 'user', 'role', 'attached', 'inline', 'member', ''],
  ...['fleet', 'image-builder', 'policy', 'public-access-block'],
]);

/** The target's region is the call's, and its id stands in the call: as a whole, or each part of it (`group/name`). */
function isNamed(target: string, { region, input }: AwsCall): boolean {
  const id = idInKey(target);
  if (target.split('|')[1] !== region) return false;
  // There is one for each account and region.
  if (id === 'account') return true;
  const texts = new Set(textsIn(input).flatMap((text) => [text, lastPart(text)]));
  const isKnown = (part: string): boolean => kinds.has(part) || texts.has(part);
  // Of Cloud Control: a type, and an identifier that may hold bars itself.
  const bar = id.indexOf('|');
  const isTyped = id.startsWith('AWS::') && texts.has(id.slice(0, bar)) && texts.has(id.slice(bar + 1));
  return (
    texts.has(id) ||
    isTyped ||
    id.split('|').every((part) => isKnown(part) || part.split(/[/:]/).every(isKnown))
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
