import { asObject } from '../../model/index.js';
import { wrongInCalls } from '../foreign-calls.js';

/** What every reader takes for granted in a line of a journal, in words where it is missing: a chain that holds proves
 *  no shape. Null: it is whole. Pure. */
export function wrongInLine(record: unknown): string | null {
  const line = asObject(record);
  if (line === null) return 'it is no object';
  if (typeof line['kind'] !== 'string') return 'it has no kind';
  const { kind } = line;
  const part = parts[kind];
  if (part !== undefined && asObject(line[part]) === null) return `${kind} without its ${part}`;
  switch (kind) {
    case 'opened':
    case 'resumed':
      return missing(line['identity'], 'identity', ['account', 'arn']);
    case 'intent':
      return wrongInAction(line['action']);
    case 'outcome':
      return missing(line['outcome'], 'outcome', ['action', 'status']);
    case 'sweep':
      return Array.isArray(line['left']) && Array.isArray(line['coverage'])
        ? null
        : 'sweep without its lists';
    case 'words':
      return isWords(line['words']) ? null : 'words without their lists';
    default:
      return null;
  }
}

/** The object that a line of each kind is about. */
const parts: Record<string, string> = {
  opened: 'identity',
  resumed: 'identity',
  intent: 'action',
  outcome: 'outcome',
  incident: 'incident',
  cloudfront: 'facts',
};

function isWords(words: unknown): boolean {
  return ['include', 'exclude'].every((name) => {
    const list = asObject(words)?.[name];
    return Array.isArray(list) && list.every((word) => typeof word === 'string');
  });
}

/** The same of an action, wherever it was read. Pure. */
export function wrongInAction(action: unknown): string | null {
  const fields = ['id', 'play', 'phase', 'service', 'operation', 'region', 'title'];
  const wrong = missing(action, 'action', fields);
  if (wrong !== null) return wrong;
  const targets = asObject(action)?.['targets'];
  if (!Array.isArray(targets) || !targets.every((target) => typeof target === 'string'))
    return 'the action has no targets';
  return wrongInCalls(action);
}

function missing(value: unknown, name: string, fields: readonly string[]): string | null {
  const part = asObject(value);
  if (part === null) return `there is no ${name}`;
  const field = fields.find((one) => typeof part[one] !== 'string');
  return field === undefined ? null : `the ${name} has no ${field}`;
}
