import type { Play } from './kit/play.js';

/** The table of plays in docs/plays.md, in Markdown: generated, so that it cannot say what is not so. Pure. */
export function playTable(plays: readonly Play[]): string {
  const rows = plays.map(({ id, noun, move, phase, permissions, noUndo, scope }) => [
    `\`${id}\``,
    noun,
    move,
    phase,
    scope === 'global' ? 'global' : 'each region',
    permissions.contain.length === 0
      ? 'listed only'
      : permissions.contain.map((action) => `\`${action}\``).join(' '),
    noUndo === null ? 'yes' : `no: ${noUndo}`,
  ]);
  return table([
    ['play', 'what is listed', 'the attacker’s move', 'phase', 'where', 'contained by', 'undo'],
    ...rows,
  ]);
}

/** The README's table of plays, in Markdown: a line each, by phase; docs/plays.md has the rest. Pure. */
export function playIndex(plays: readonly Play[]): string {
  const rows = plays.map(({ id, move, phase, noUndo, scenario }) => [
    phase,
    move,
    `\`${id}\``,
    noUndo === null ? 'yes' : 'no',
    `\`${scenario}\``,
  ]);
  return table([['phase', 'the attacker’s move', 'play', 'undo', 'rehearsed in'], ...rows]);
}

function table([head = [], ...rows]: string[][]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`)
    .join('\n');
}
