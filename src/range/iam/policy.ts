import { AwsError } from '../aws-error.js';

type OneOrMore<T> = T | T[];
type Conditions = Record<string, Record<string, OneOrMore<string | boolean | number>>>;

export interface Statement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Action?: OneOrMore<string>;
  NotAction?: OneOrMore<string>;
  Resource?: OneOrMore<string>;
  NotResource?: OneOrMore<string>;
  Principal?: '*' | Record<string, OneOrMore<string>>;
  NotPrincipal?: Record<string, OneOrMore<string>>;
  Condition?: Conditions;
}

/** What is asked, and what is known of it: condition keys in lower case, since their case does not matter. */
export interface Request {
  action: string;
  resource: string;
  keys: Record<string, string | string[] | undefined>;
}

const list = <T>(value: OneOrMore<T> | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

const parsed = new Map<string, Statement[]>();

/** The statements of a policy document. Throws MalformedPolicyDocument. */
export function statements(document: string): Statement[] {
  let found = parsed.get(document);
  if (found === undefined) {
    try {
      found = list((JSON.parse(document) as { Statement: OneOrMore<Statement> }).Statement);
    } catch {
      throw malformed('Syntax errors in policy.');
    }
    for (const statement of found) {
      if (statement?.Effect !== 'Allow' && statement?.Effect !== 'Deny')
        throw malformed('Syntax errors in policy.');
    }
    if (parsed.size > 10_000) parsed.clear();
    parsed.set(document, found);
  }
  return found;
}

const malformed = (message: string) => new AwsError('MalformedPolicyDocument', message, 400);

/** Refuses what IAM refuses in an identity policy: no statement, no action, no resource, a principal. */
export function checkIdentityPolicy(document: string): void {
  const all = statements(document);
  if (all.length === 0) throw malformed('Syntax errors in policy.');
  for (const statement of all) {
    if (statement.Principal !== undefined) throw malformed('Policy document should not specify a principal.');
    const actions = [...list(statement.Action), ...list(statement.NotAction)];
    if (actions.length === 0) throw malformed('Policy statement must contain actions.');
    if (!actions.every((action) => action === '*' || /^[\w-]+:[\w*?]+$/.test(action))) {
      throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
    }
    if (list(statement.Resource).length + list(statement.NotResource).length === 0) {
      throw malformed('Policy statement must contain resources.');
    }
  }
}

const patterns = new Map<string, RegExp>();

/** True where `text` matches a pattern of `*` and `?`. Actions match without regard to case. */
export function matches(pattern: string, text: string, ignoreCase = false): boolean {
  if (pattern === '*') return true;
  const name = ignoreCase ? `i${pattern}` : `c${pattern}`;
  let expression = patterns.get(name);
  if (expression === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.');
    expression = new RegExp(`^${source}$`, ignoreCase ? 'is' : 's');
    if (patterns.size > 10_000) patterns.clear();
    patterns.set(name, expression);
  }
  return expression.test(text);
}

/** `${aws:username}` and the like, filled in. */
function fill(text: string, request: Request): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name === '*' || name === '?' || name === '$') return name;
    const value = request.keys[name.split(',')[0]!.trim().toLowerCase()];
    return typeof value === 'string' ? value : whole;
  });
}

type Test = (actual: string, wanted: string) => boolean;
const numeric =
  (compare: (a: number, b: number) => boolean): Test =>
  (a, b) =>
    compare(Number(a), Number(b));
const toTime = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));
const dated =
  (compare: (a: number, b: number) => boolean): Test =>
  (a, b) =>
    compare(toTime(a), toTime(b));

const tests: Record<string, Test> = {
  StringEquals: (a, b) => a === b,
  StringEqualsIgnoreCase: (a, b) => a.toLowerCase() === b.toLowerCase(),
  StringLike: (a, b) => matches(b, a),
  ArnEquals: (a, b) => matches(b, a),
  ArnLike: (a, b) => matches(b, a),
  Bool: (a, b) => a.toLowerCase() === b.toLowerCase(),
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
  DateEquals: dated((a, b) => a === b),
  DateLessThan: dated((a, b) => a < b),
  DateLessThanEquals: dated((a, b) => a <= b),
  DateGreaterThan: dated((a, b) => a > b),
  DateGreaterThanEquals: dated((a, b) => a >= b),
  IpAddress: (a, b) => inNetwork(a, b),
};

function inNetwork(address: string, network: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  if (!/^[\d.]+$/.test(address) || !/^[\d.]+$/.test(base)) return address === base;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(address) / size) === Math.floor(number(base) / size);
}

/** One operator of a Condition block (IAM user guide, "Condition operators"). Unknown operators never match. */
function operatorHolds(operator: string, key: string, wanted: string[], request: Request): boolean {
  const actual = request.keys[key.toLowerCase()];
  if (operator === 'Null') return (actual === undefined) === (wanted[0] === 'true');
  const set = /^(ForAllValues|ForAnyValue):(.*)$/.exec(operator);
  const ifExists = operator.endsWith('IfExists');
  const name = (set?.[2] ?? operator).replace(/IfExists$/, '');
  const negated = /^(String|Arn|Date|Numeric|)Not(Equals|Like|IpAddress|EqualsIgnoreCase|.*)$/.exec(name);
  const positive =
    negated === null ? name : name === 'NotIpAddress' ? 'IpAddress' : `${negated[1]}${negated[2]}`;
  const test = tests[positive];
  if (test === undefined) return false;
  // A negated operator holds where the key is absent; a plain one does not.
  if (actual === undefined) return ifExists || negated !== null || set?.[1] === 'ForAllValues';
  const some = (value: string) => wanted.some((one) => test(value, fill(one, request)));
  const values = list(actual);
  const each = negated === null ? some : (value: string) => !some(value);
  return set?.[1] === 'ForAllValues'
    ? values.every(each)
    : negated === null
      ? values.some(each)
      : values.every(each);
}

function conditionsHold(conditions: Conditions | undefined, request: Request): boolean {
  return Object.entries(conditions ?? {}).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      operatorHolds(operator, key, list(wanted).map(String), request),
    ),
  );
}

/** True where the statement speaks of this request, its principal aside. */
function applies(statement: Statement, request: Request): boolean {
  const action = (pattern: string) => matches(pattern, request.action, true);
  const resource = (pattern: string) => matches(fill(pattern, request), request.resource);
  if (statement.Action !== undefined && !list(statement.Action).some(action)) return false;
  if (statement.NotAction !== undefined && list(statement.NotAction).some(action)) return false;
  if (statement.Resource !== undefined && !list(statement.Resource).some(resource)) return false;
  if (statement.NotResource !== undefined && list(statement.NotResource).some(resource)) return false;
  return conditionsHold(statement.Condition, request);
}

export type Verdict = 'allowed' | 'implicitDeny' | 'explicitDeny';

/** What a set of documents says: an explicit Deny over any Allow, and nothing said is a deny. */
export function evaluate(documents: string[], request: Request): Verdict {
  let verdict: Verdict = 'implicitDeny';
  for (const statement of documents.flatMap(statements)) {
    if (!applies(statement, request)) continue;
    if (statement.Effect === 'Deny') return 'explicitDeny';
    verdict = 'allowed';
  }
  return verdict;
}

/** What a role's trust policy says of a caller, who goes by these names (ARNs, account ids, service names). */
export function evaluateTrust(
  document: string,
  names: string[],
  request: Request,
): { verdict: Verdict; direct: boolean } {
  let found: { verdict: Verdict; direct: boolean } = { verdict: 'implicitDeny', direct: false };
  for (const statement of statements(document)) {
    const principals =
      statement.Principal === '*' ? ['*'] : Object.values(statement.Principal ?? {}).flatMap(list);
    const named = principals.filter((one) => one === '*' || names.includes(one));
    if (named.length === 0 || !applies({ ...statement, Resource: '*' }, request)) continue;
    if (statement.Effect === 'Deny') return { verdict: 'explicitDeny', direct: false };
    // A whole account in a trust policy delegates to that account's own policies; a user by name does not.
    const direct = named.some((one) => !/^\d{12}$|:root$/.test(one));
    found = { verdict: 'allowed', direct: found.direct || direct };
  }
  return found;
}
