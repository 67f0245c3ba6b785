/** One thing that speaks for misuse, at the time when it began. */
export interface Signal {
  /** Epoch milliseconds. */
  time: number;
  kind: string;
  weight: number;
  words: string;
  /** The address it came from, as a prefix. */
  place: string | null;
  /** Who signed it (see `signerOf`). */
  signer: string | null;
  /** It says something of any key; else it is news against the key's own life. */
  absolute: boolean;
}
