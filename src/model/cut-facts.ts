/** What a person must know before the key is cut, from two parallel rounds of lookups by name. */
export interface CutFacts {
  key: string;
  /** The account that the key belongs to; null where STS does not say. */
  keyAccount: string | null;
  owner:
    | { kind: 'user'; name: string }
    | { kind: 'root' }
    /** A stolen role session: its role and `aws:userid`; `runsOn`: a service takes the role anew under the same name. */
    | { kind: 'session'; role: string; userId: string; runsOn: boolean }
    | { kind: 'unknown'; why: string };
  /** Null where it could not be read. */
  status: 'Active' | 'Inactive' | null;
  /** Null where it was never used, or could not be read. */
  lastUsed: { at: number; service: string; region: string } | null;
  /** The user's other keys, which keep working; null where they could not be read. */
  otherKeys: { id: string; status: string; createdAt: number | null }[] | null;
  /** The user has a console password: null where that could not be read. */
  console: boolean | null;
  /** AWS's own quarantine policies on the user or one of its groups. */
  quarantine: string[];
  /** AWS's own quarantine policies on the caller: it could then not do its work. */
  callerQuarantine: string[];
  /** Our dated Deny as it stands on the user now; null where there is none or it could not be read. */
  deny: string | null;
  /** Denies of ours that stand on the user by an attached policy or its permissions boundary. */
  denyElsewhere: string[];
  /** It could not be read whether our Deny stands. */
  denyUnreadable: boolean;
  /** What could not be read, in words. */
  unreadable: string[];
  /** The first of it without which it is not known whether the cut stands; null where there is none. */
  unreadOfCut: string | null;
}
