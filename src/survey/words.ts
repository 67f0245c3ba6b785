import { namedBy } from '../detect/index.js';
import type { Finding, PersonsWords, ResourceClass } from '../model/index.js';

type Kind = keyof PersonsWords;
const kinds = ['include', 'exclude'] as const satisfies readonly Kind[];
const other = { include: 'exclude', exclude: 'include' } as const satisfies Record<Kind, Kind>;

/** Of which classes a word that is no id names things: what is held can be taken in, what is acted on spared. */
const among: Record<Kind, readonly ResourceClass[]> = {
  include: ['held'],
  exclude: ['rogue', 'tampered'],
};

/**
 * What the person wants to have acted on too, and spared, from flags and prompt alike, and which ids that names in all
 * that was seen so far. An id beats a wider word; what both lists name alike is spared.
 */
export class Words {
  private words: Record<Kind, string[]>;
  /** By word: the ids that it named. */
  private readonly named: Record<Kind, Map<string, Set<string>>> = { include: new Map(), exclude: new Map() };
  private readonly ids: Record<Kind, Set<string>> = { include: new Set(), exclude: new Set() };

  constructor({ include, exclude }: PersonsWords) {
    this.words = { include: [...include], exclude: [...exclude] };
  }

  get asTheyStand(): PersonsWords {
    return this.words;
  }

  /** Ids to act on too: one set, which follows what is seen and said. */
  get included(): ReadonlySet<string> {
    return this.ids.include;
  }

  get spared(): ReadonlySet<string> {
    return this.ids.exclude;
  }

  /** Hears what the words name among these too: what one named before stays named. True where that changes something. */
  hear(findings: readonly Finding[]): boolean {
    for (const kind of kinds) {
      for (const word of this.words[kind]) {
        const ids = namedIn(findings, word, kind);
        if (ids.length === 0) continue;
        this.named[kind].set(word, new Set([...(this.named[kind].get(word) ?? []), ...ids]));
      }
    }
    return this.settle();
  }

  /** Words that are credentials of the user or role that the person named: they say which of those are misused. */
  answer(credentials: readonly string[]): void {
    for (const kind of kinds)
      for (const word of this.words[kind])
        if (credentials.includes(word) && !this.named[kind].has(word)) this.named[kind].set(word, new Set());
  }

  /** Words that name nothing in what was seen so far. */
  namesNothing(): PersonsWords {
    const silent = (kind: Kind): string[] => this.words[kind].filter((word) => !this.named[kind].has(word));
    return { include: silent('include'), exclude: silent('exclude') };
  }

  /**
   * Later words: one that stands in the other list is taken out of it. Where some of them name nothing among `findings`,
   * nothing changes, and those are the answer.
   */
  amend(more: PersonsWords, findings: readonly Finding[]): PersonsWords {
    const next = { include: [...this.words.include], exclude: [...this.words.exclude] };
    const nothing: Record<Kind, string[]> = { include: [], exclude: [] };
    for (const kind of kinds) {
      for (const word of more[kind]) {
        const isKnown = namedIn(findings, word, kind).length > 0;
        const takesBack = next[other[kind]].includes(word);
        if (!isKnown && !takesBack) nothing[kind].push(word);
        next[other[kind]] = next[other[kind]].filter((one) => one !== word);
        if (isKnown && !next[kind].includes(word)) next[kind].push(word);
      }
    }
    if (nothing.include.length + nothing.exclude.length > 0) return nothing;
    this.words = next;
    this.hear(findings);
    return nothing;
  }

  private settle(): boolean {
    const of = (kind: Kind, byId: boolean): string[] =>
      this.words[kind].flatMap((word) =>
        [...(this.named[kind].get(word) ?? [])].filter((id) => (id === word) === byId),
      );
    const taken = new Set(of('include', true));
    const spared = new Set([...of('exclude', true), ...of('exclude', false).filter((id) => !taken.has(id))]);
    const included = [...taken, ...of('include', false)].filter((id) => !spared.has(id));
    return [replace(this.ids.exclude, spared), replace(this.ids.include, new Set(included))].includes(true);
  }
}

function namedIn(findings: readonly Finding[], word: string, kind: Kind): string[] {
  return namedBy(word, findings, (finding) => among[kind].includes(finding.judged ?? finding.class));
}

/** True where that changes the set. */
function replace(set: Set<string>, next: ReadonlySet<string>): boolean {
  const isSame = next.size === set.size && [...next].every((id) => set.has(id));
  set.clear();
  for (const id of next) set.add(id);
  return !isSame;
}
