/** What a person must know before the key is cut, from two parallel rounds of lookups by name. */
export interface CutFacts {
  key: string;
  /** The account that the key belongs to; null where STS does not say. */
  keyAccount: string | null;
  owner: /** `whole`: the person named the user, not a key of it. */
    | { kind: 'user'; name: string; whole?: WholeUser }
    | { kind: 'root' }
    /** Stolen sessions of a role, by `aws:userid`. */
    | { kind: 'session'; role: string; userIds: string[]; whole?: WholeRole }
    | { kind: 'unknown'; why: string };
  /** Null where it could not be read. */
  status: 'Active' | 'Inactive' | null;
  /** Null where it was never used, or could not be read. */
  lastUsed: { at: number; service: string; region: string } | null;
  /** Of a user that was named: its misused keys; null where a status could not be read. */
  misusedKeys?: { id: string; status: string | null }[];
  /** When the console password was set first, epoch milliseconds; null where there is none, or it could not be read. */
  passwordAt?: number | null;
  /** Of a role that was named: the Deny on all of it that stands. */
  wholeDeny?: string | null;
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

/** A user that the person named: which of its credentials the trail shows to be misused. */
export interface WholeUser {
  /** Keys and console sessions, with why. */
  misused: { id: string; why: string }[];
  /** Epoch milliseconds: a password that was set after a cut of ours since then is not the one that leaked. */
  since: number;
}

/** A role that the person named. */
export interface WholeRole {
  /** The sessions that are cut, with why. */
  misused: { id: string; why: string }[];
  /** Of those, the ones whose name no record has: no Deny can name them, and only a cut of the whole role ends them. */
  unnamed: string[];
  /** Sessions in use that the trail shows no misuse of. */
  spared: string[];
  /** Why no policy can be put on the role, and what a person does instead; null where one can. */
  step: string | null;
}
