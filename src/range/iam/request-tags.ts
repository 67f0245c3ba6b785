import type { Structure } from '../protocol/values.js';

/** `aws:RequestTag/…` and `aws:TagKeys`: the tags that a request would set. */
export function requestTagKeys(input: Structure): Record<string, string | string[]> {
  const rows = [input, ...((input.TagSpecifications ?? []) as Structure[])].flatMap(({ Tags, tags }) => {
    const given = Tags ?? tags ?? [];
    return (Array.isArray(given) ? given : Object.entries(given as object)) as unknown[];
  });
  const pairs = rows.map((row): [string, string] => {
    if (Array.isArray(row)) return row as [string, string];
    const { Key, key, Value, value } = row as Record<string, string>;
    return [Key ?? key ?? '', Value ?? value ?? ''];
  });
  if (pairs.length === 0) return {};
  const tags = pairs.map(([name, value]) => [`aws:RequestTag/${name}`, value]);
  return { ...Object.fromEntries(tags), 'aws:TagKeys': pairs.map(([name]) => name) } as Record<
    string,
    string | string[]
  >;
}
