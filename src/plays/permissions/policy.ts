import { cutPermissions, lookPermissions, restrictionPermissions } from './fixed-permissions.js';
import { permissionsOf } from './permissions-of.js';
import type { Play } from '../kit/play.js';

/** A customer managed policy, ready for `aws iam create-policy`. */
export interface ManagedPolicy {
  name: string;
  document: { Version: '2012-10-17'; Statement: Statement[] };
}

export interface Statement {
  Sid: string;
  Effect: 'Allow';
  Action: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A managed policy may have 6,144 characters, white space not counted (IAM user guide, "IAM and AWS STS quotas"). */
const maxCharacters = 6144;

/**
 * The least that a responder needs: to look, and unless `readOnly` to act and to take back. Resources are not known
 * before the incident, so every statement is for all; `more` stands as it is in a policy of its own where there is no
 * room. Split where one policy would be too long. Pure.
 */
export function responderPolicies(
  plays: readonly Play[],
  readOnly: boolean,
  more: readonly Statement[] = [],
): ManagedPolicy[] {
  const look = new Set([...lookPermissions, ...restrictionPermissions, ...permissionsOf(plays, ['find'])]);
  const act = [...cutPermissions, ...permissionsOf(plays, ['contain', 'undo'])];
  const wanted: [string, string[]][] = [
    ['Look', [...look].sort()],
    ['Act', readOnly ? [] : [...new Set(act)].filter((action) => !look.has(action)).sort()],
  ];
  const documents: ManagedPolicy['document'][] = [{ Version: '2012-10-17', Statement: [] }];
  for (const [sid, actions] of wanted) {
    for (const action of actions) {
      const last = documents.at(-1) as ManagedPolicy['document'];
      const longer = withAction(last, sid, action);
      if (JSON.stringify(longer).length <= maxCharacters) documents[documents.length - 1] = longer;
      else documents.push(withAction({ Version: '2012-10-17', Statement: [] }, sid, action));
    }
  }
  if (more.length > 0) {
    const last = documents.at(-1) as ManagedPolicy['document'];
    const longer = { ...last, Statement: [...last.Statement, ...more] };
    if (JSON.stringify(longer).length <= maxCharacters) documents[documents.length - 1] = longer;
    else documents.push({ Version: '2012-10-17', Statement: [...more] });
  }
  const base = readOnly ? 'LeakguardReadOnly' : 'LeakguardResponder';
  return documents.map((document, at) => ({
    name: documents.length === 1 ? base : `${base}${at + 1}`,
    document,
  }));
}

function withAction(
  document: ManagedPolicy['document'],
  sid: string,
  action: string,
): ManagedPolicy['document'] {
  const others = document.Statement.filter(({ Sid }) => Sid !== sid);
  const own = document.Statement.find(({ Sid }) => Sid === sid);
  return {
    Version: document.Version,
    Statement: [
      ...others,
      { Sid: sid, Effect: 'Allow', Action: [...(own?.Action ?? []), action], Resource: '*' },
    ],
  };
}
