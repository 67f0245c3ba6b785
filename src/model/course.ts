/** The course of a containment, as data: the plan orders by it, the runner runs by it, screens and docs show it. */

/** The order of containment. `confirm` is the sweeps: it has no actions of its own. */
export const phases = ['cut', 'stop', 'record', 'terminate', 'evict', 'confirm'] as const;
export type Phase = (typeof phases)[number];

/** Credentials first, everywhere; then each region goes its own way, so that one that hangs holds back no other. */
export const lanes = {
  everywhere: ['cut'],
  eachRegion: ['stop', 'record', 'terminate', 'evict'],
  /** Of those, what ends what costs. The rest of the evidence is read between this and what follows. */
  ends: ['stop', 'record', 'terminate'],
} as const satisfies Record<string, Phase | readonly Phase[]>;

/** So many sweeps in a row must be clean, since AWS's answers lag behind (EC2 API reference, "Eventual consistency"). */
export const cleanSweeps = 2;

/** How long confirm goes on. Times in milliseconds. */
export const patience = {
  /** At most so many sweeps, and so long. */
  rounds: 40,
  time: 10 * 60_000,
  /** An attacker with IAM rights can see the Deny and delete it within the seconds that IAM takes to enforce it: it is
   *  read again after this long (hackingthe.cloud, "Survive access key deletion"). */
  denySecondLook: 15_000,
  /** Where nothing else is left, so many rounds in which the cut could not be read end the waiting for it. */
  cutUnreadRounds: 4,
  /** For launches that CloudTrail has not told of yet; after that the report names the time from which `verify` can
   *  say more. */
  settling: 90_000,
  /** Sweeps look at what the incident touched, and so often at everything. */
  betweenWholeLooks: 2 * 60_000,
} as const;
