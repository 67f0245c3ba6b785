/** One line of the clearance list. */
export interface ClearanceRow {
  /** A play's id, `key`, `trail` or a region. */
  subject: string;
  title: string;
  status: 'clean' | 'dirty' | 'settling' | 'unknown' | 'not-examined';
  /** What is dirty or unknown, in words; empty where clean. */
  details: string[];
  /** How the kind of thing was looked at: all that the account has, or what the trail names of it. */
  looked?: 'by-list' | 'by-trail';
}
