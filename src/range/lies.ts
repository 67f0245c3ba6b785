import { shapeOf, type OperationModel, type ServiceModel } from './model.js';
import type { WireAnswer } from './protocol/codec.js';
import type { Structure } from './service.js';

/**
 * What stands where an answer should: html (a captive portal's page, with status 200) · empty · no-content (204) ·
 * other-operation (the answer to another question) · no-list (of the right name, with nothing in it) · same-page (its
 * token leads to the same page) · new-pages (each with a new token) · drip (a byte a second) · huge (100 MB).
 */
export const lies = [
  'html',
  'empty',
  'no-content',
  'other-operation',
  'no-list',
  'same-page',
  'new-pages',
  'drip',
  'huge',
] as const;
export type Lie = (typeof lies)[number];

/** `to`: service, service:region or service:Operation. */
export interface FalseAnswer {
  to: string;
  is: Lie;
}

/** The lie that this call is told, if any. */
export function lieTo(
  told: readonly FalseAnswer[] | undefined,
  call: { service: string; region: string; operation: string | null },
): Lie | null {
  const { service, region, operation } = call;
  const names = [service, `${service}:${region}`, `${service}:${operation}`];
  return told?.find(({ to }) => names.includes(to))?.is ?? null;
}

const token = /^(next_?(page)?token|(next)?marker)$/i;
const tokens = new Map<string, number>();

/** The first page again, whatever token was sent. */
export function withoutToken(input: Structure): Structure {
  const isToken = (name: string): boolean => token.test(name) || name === 'pageToken';
  return Object.fromEntries(Object.entries(input).filter(([name]) => !isToken(name)));
}

/** A page that says that there is another one. */
export function endless(
  model: ServiceModel,
  operation: OperationModel,
  name: string,
  output: Structure,
  lie: Lie,
): Structure {
  const members = operation.output === undefined ? {} : (shapeOf(model, operation.output).members ?? {});
  const named = Object.keys(members).find((member) => token.test(member));
  if (named === undefined) return output;
  const count = (tokens.get(name) ?? 0) + 1;
  tokens.set(name, count);
  const more = 'IsTruncated' in members ? { IsTruncated: true } : {};
  return { ...output, ...more, [named]: lie === 'same-page' ? 'again' : `page-${count}` };
}

const portal = '<html><head><title>Sign in</title></head><body><a href="/login">Sign in</a></body></html>';

/** What is sent instead of `answer`. */
export function falseAnswer(lie: Lie, model: ServiceModel, name: string, answer: WireAnswer): WireAnswer {
  const { headers } = answer;
  const isXml = /^(ec2|query|rest-xml)$/.test(model.protocol);
  const json = (body: string): WireAnswer => ({ status: 200, headers: { ...headers }, body });
  switch (lie) {
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: portal };
    case 'empty':
      return json('');
    case 'no-content':
      return { status: 204, headers: {}, body: '' };
    case 'other-operation':
      return json(
        isXml
          ? '<ListOthersResponse><ListOthersResult><Others/></ListOthersResult></ListOthersResponse>'
          : '{"others":[]}',
      );
    case 'no-list':
      return json(isXml ? `<${name}Response></${name}Response>` : '{}');
    case 'drip':
    case 'huge':
      return { ...answer, sent: lie };
    default:
      return answer;
  }
}
