/** What the process tells its caller. Neither 3 nor 5 ever means clean. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  findings: 3,
  credentials: 4,
  incomplete: 5,
  refused: 6,
  interrupted: 130,
  terminated: 143,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const meanings: [ExitCode, string][] = [
  [
    0,
    'clean (scan, verify) · contained and confirmed (contain) · all that it set out to take back is back (undo) · serving (cloudfront) · goals reached (rehearse)',
  ],
  [1, 'unexpected error'],
  [2, 'usage'],
  [
    3,
    'findings (scan, verify) · goals failed (rehearse) · not serving (cloudfront) · changes pending (dry run)',
  ],
  [4, 'credentials'],
  [
    5,
    'incomplete: something failed, was denied, could not be looked at, is held or is still settling · not all is back, or not known to be (undo)',
  ],
  [6, 'refused: a guard, or the person said no'],
  [130, 'interrupted'],
  [143, 'terminated'],
];

/** The table that --help shows. */
export function exitCodeHelp(): string {
  return meanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join('\n');
}
