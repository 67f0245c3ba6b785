/** How the journal of an incident stands. `torn`: it ends in half a line, or has not even a first one; `refused`: it was
 *  changed after it was written, or is of another version. */
export type ListedState = 'finished' | 'unfinished' | 'undone' | 'torn' | 'refused';

/** One journal of the state directory, as `leakguard list` shows it. */
export interface ListedIncident {
  journal: string;
  /** When it began, ISO 8601, UTC; of what cannot be read, when the file was last written. */
  at: string;
  key: string | null;
  account: string | null;
  /** Null where it cannot be read. */
  simulated: boolean | null;
  state: ListedState;
  /** What was at work last; null where it cannot be read. */
  work: 'contain' | 'undo' | null;
  /** Of the run that ended last; null where none did. */
  exitCode: number | null;
  /** What else is to be known of it, in words. */
  detail: string | null;
  /** The next command, as it is to be typed. */
  next: string;
}

export const listVersion = 1;

/** What `leakguard list --json` prints. */
export interface ListDocument {
  schemaVersion: typeof listVersion;
  command: 'list';
  directory: string;
  /** Newest first. */
  incidents: ListedIncident[];
}
