import { shellWord } from './shell.js';

/** What a containment starts from, as the person named it: a credential by its id, or a user or role by its name. */
interface Lead {
  kind: 'key' | 'session' | 'user' | 'role';
  id: string;
}

/** The one text that stands for a lead in journals, plans and reports: the id of a credential; `user/NAME`, `role/NAME`. */
export function leadName({ kind, id }: Lead): string {
  return kind === 'user' || kind === 'role' ? `${kind}/${id}` : id;
}

/** The lead that `leadName` wrote. A session's ids begin with ASIA (IAM user guide, "Understanding unique ID prefixes"),
 *  and no id of a credential has a slash. */
export function leadOf(name: string): Lead {
  const [, kind, id] = /^(user|role)\/([^/]+)$/.exec(name) ?? [];
  if (id !== undefined) return { kind: kind === 'user' ? 'user' : 'role', id };
  return { kind: name.startsWith('ASIA') ? 'session' : 'key', id: name };
}

/** The flag that names it, for a printed command: `--role app`. What no quoting makes safe is left for the person to put in. */
export function leadFlag(name: string): string {
  const { kind, id } = leadOf(name);
  return `--${kind} ${shellWord(id) ?? (kind === 'user' || kind === 'role' ? 'NAME' : 'KEY')}`;
}

/** How screens speak of it: `key AKIA…`, `role app`. */
export function leadInWords(name: string): string {
  const { kind, id } = leadOf(name);
  return `${kind} ${id}`;
}

/** In the title of a page: `access key AKIA…`, `role app`. */
export function leadInTitle(name: string): string {
  const { kind } = leadOf(name);
  return kind === 'key' ? `access ${leadInWords(name)}` : leadInWords(name);
}

/** It names people or programs whose credentials are many: which of them are misused, the trail says. */
export function hasMany(name: string): boolean {
  const { kind } = leadOf(name);
  return kind === 'user' || kind === 'role';
}
