import type { Finding } from '../../model/index.js';

/** What the person's words name among the findings, and which of the words name nothing. */
export interface Named {
  /** Resource ids. */
  ids: string[];
  unknown: string[];
}

/**
 * The findings that the words of `--include` or `--exclude` name: an id; a region or a class (`held`), for those of
 * `among`; a group's name, for the group and its members of `among`. Pure.
 */
export function namedBy(
  words: readonly string[],
  findings: readonly Finding[],
  among: (finding: Finding) => boolean,
): Named {
  const ids = new Set<string>();
  const unknown: string[] = [];
  for (const word of words) {
    const exact = findings.filter(({ resource }) => resource.id === word);
    const wider = findings.filter(
      (finding) =>
        among(finding) &&
        ((finding.judged ?? finding.class) === word ||
          finding.resource.region === word ||
          finding.resource.links.some(({ kind, id }) => kind === 'group' && id === word)),
    );
    for (const { resource } of [...exact, ...wider]) ids.add(resource.id);
    if (exact.length + wider.length === 0) unknown.push(word);
  }
  return { ids: [...ids], unknown };
}
