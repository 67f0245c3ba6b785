import type { Cell } from '../model/index.js';

/** AWS says so where a policy of the organization decides (IAM user guide, "Troubleshoot access denied error messages"). */
const byOrganisation =
  /explicit deny in a (service|resource) control policy|no (service|resource) control policy allows/i;

/** AWS names the policy in its refusal (IAM user guide, as above). */
const policyArn = /arn:[\w-]+:organizations::\d{12}:policy\/o-\w+\/service_control_policy\/(p-\w+)/g;

/**
 * `cells`, each region that a policy of the organisation closes to the caller folded into one: everything that was looked
 * at there was refused, and AWS named such a policy. It stays unknown: the caller's refusal says nothing of who is exempt,
 * nor does the policy itself say since when it stands: what was launched before it runs on.
 * `named`: regions of which the person answers for that nobody is. Pure.
 */
export function foldClosed(cells: readonly Cell[], named: readonly string[]): Cell[] {
  const tried = new Map<string, Cell[]>();
  for (const cell of cells) {
    const { region, status, subject } = cell;
    if (region === 'global' || subject === 'region' || status === 'not-enabled' || status === 'not-examined')
      continue;
    tried.set(region, [...(tried.get(region) ?? []), cell]);
  }
  const closed = new Set(
    [...tried].flatMap(([region, all]) => {
      const refused = all.every(({ status }) => status === 'denied');
      return refused && all.some(({ detail }) => byOrganisation.test(detail ?? '')) ? [region] : [];
    }),
  );
  if (closed.size === 0) return [...cells];
  const folded = [...closed].sort().map((region): Cell => {
    const known = named.includes(region);
    return {
      subject: 'region',
      region,
      status: known ? 'not-examined' : 'denied',
      count: 0,
      detail: known
        ? 'closed by a policy of the organisation, to everybody: on the person’s word'
        : deniedBy(tried.get(region) ?? []),
    };
  });
  return [...cells.filter(({ region }) => !closed.has(region)), ...folded];
}

function deniedBy(cells: readonly Cell[]): string {
  const ids = cells.flatMap(({ detail }) => [...(detail ?? '').matchAll(policyArn)].map(([, id = '']) => id));
  const [first, ...more] = [...new Set(ids)].sort();
  const named = first === undefined ? '' : ` (${[first, ...more].join(', ')})`;
  const how =
    first === undefined
      ? ''
      : `: aws organizations describe-policy --policy-id ${first}, called by the management account, shows the one`;
  return `denied to you by a policy of the organisation${named}; who is exempt from it, and what ran here before it, is not known${how}; --closed-region is your word for both`;
}
