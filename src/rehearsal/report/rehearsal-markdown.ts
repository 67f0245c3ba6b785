import type { Rehearsal } from '../rehearse.js';

/** The result as a table in Markdown: GitHub's step summary. Pure. */
export function markdownOf(done: readonly Rehearsal[]): string {
  const rows = done.map(({ name, reached, score, judgements }) => {
    const missed = judgements
      .filter((one) => !one.reached)
      .map(({ goal, wanted, got }) => `${goal}: ${got}, wanted ${wanted}`);
    const cells = [
      reached ? '✅' : '❌',
      name,
      score.keyOff === null ? '–' : `${score.keyOff} s`,
      score.lastRogueStopped === null ? '–' : `${score.lastRogueStopped} s`,
      score.rogueAlive.length,
      score.innocentsTouched.length,
      score.principalsOpen.length,
      `$${score.usdBurned.toFixed(2)}`,
      missed.join('; '),
    ];
    return `| ${cells.map((cell) => String(cell).replace(/[|\n]/g, ' ')).join(' | ')} |`;
  });
  return [
    '## leakguard rehearse',
    '',
    '| | scenario | key off | last stopped | rogue alive | innocents touched | principals open | burned | not reached |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
