/** What a reply in AWS's support case may hold, in characters. */
export const longestPart = 8000;

/** Room for the line that numbers the parts. */
const numbering = 60;

/** Characters as a web form counts them: a line break is two. */
export function formLength(text: string): number {
  return text.length + (text.match(/\n/g)?.length ?? 0);
}

/**
 * Lines put together into as few parts as fit, cut between paragraphs (at empty lines) where that is possible, else
 * between lines. More than one part are numbered by `numbered`.
 */
export function splitLines(lines: readonly string[], numbered: (n: number, of: number) => string): string[] {
  const whole = lines.join('\n');
  if (formLength(whole) <= longestPart) return [whole];
  const room = longestPart - numbering;
  const parts: string[][] = [[]];
  let used = 0;
  for (const paragraph of paragraphs(lines)) {
    const length = formLength(paragraph.join('\n')) + 4;
    if (used > 0 && length <= room && used + length > room) {
      parts.push([]);
      used = 0;
    }
    for (const line of paragraph) {
      const size = formLength(line) + 2;
      if (used > 0 && used + size > room) {
        parts.push([]);
        used = 0;
      }
      if (line === '' && used === 0) continue;
      parts.at(-1)?.push(line);
      used += size;
    }
  }
  return parts.map((part, i) => `${numbered(i + 1, parts.length)}\n\n${part.join('\n').trimEnd()}`);
}

/** Runs of lines, each ending in the empty line that follows it. */
function paragraphs(lines: readonly string[]): string[][] {
  const groups: string[][] = [[]];
  for (const line of lines) {
    groups.at(-1)?.push(line);
    if (line === '') groups.push([]);
  }
  return groups.filter((group) => group.length > 0);
}
