import {
  type AccessKey,
  type Account,
  onDemandPrice,
  type SupportAnswer,
  type SupportDesk,
  unlockCloudFront,
  type World,
} from '../range/index.js';
import { abilitiesOf, itemsOf } from './scenario/items.js';
import type { Scenario } from './scenario/scenario.js';
import { scoreOf } from './score/score.js';
import type { Item } from './score/score-facts.js';
import { taintedCredentials } from './score/taint.js';

export interface SupportFacts {
  world: World;
  scenario: Scenario;
  /** The misused key. */
  key: AccessKey;
  innocents: readonly Item[];
  /** Virtual epoch milliseconds. */
  misuseAt: number | null;
}

/** Simulated milliseconds, where the scenario does not say: from the reply to the lift, and from there to the DNS. */
const defaults = { liftAfter: 60_000, dnsAfter: 120_000 };

/**
 * AWS Support as a rehearsal has it: it lifts the limits when nothing of the incident is left in the account, by the
 * truth that the score is made of, and says so when something is: at the reply, and once more before the limits are
 * lifted. Never by what the reply claims. Each reply is an
 * attempt of its own, and one that is too early only costs the time.
 */
export function supportDesk(facts: SupportFacts): SupportDesk {
  const { world, scenario } = facts;
  return (account) => {
    const left = leftInAccount(facts, account);
    if (left.length > 0) return stillLimited(left);
    const stated = scenario.accounts.find(({ id }) => id === account.id)?.support;
    const { liftAfter = defaults.liftAfter, dnsAfter = defaults.dnsAfter } = stated ?? {};
    world.clock.after(liftAfter, () => {
      // What came back meanwhile keeps the limits on; the next reply is told what it is.
      if (leftInAccount(facts, account).length > 0) return;
      account.blocked = false;
      unlockCloudFront(account, dnsAfter);
    });
    return {
      lifts: true,
      text: 'Thank you for securing your account. The limits on your AWS services are being lifted.',
    };
  };
}

function stillLimited(left: readonly string[]): SupportAnswer {
  return {
    lifts: false,
    text: [
      'We cannot lift the limits on your AWS services yet. Unauthorized use is still seen:',
      ...left.map((what) => `- ${what}`),
      'Review every region, then reply to this case.',
    ].join('\n'),
  };
}

/** What keeps the limits on, in support's words; empty where the account is clean. AWS looks from the inside: nothing of
 *  it shows in the account. */
function leftInAccount({ world, key, innocents, misuseAt }: SupportFacts, account: Account): string[] {
  const tainted = [...taintedCredentials(world, key.id, misuseAt).keys()];
  const { rogueAlive, tamperedLeft } = scoreOf({
    log: world.log,
    innocents,
    after: itemsOf(world).filter((item) => item.account === account.id),
    key: key.id,
    user: key.user,
    tainted: new Set(tainted),
    responder: new Set(),
    marks: { scan: null, contain: null, end: world.log.length },
    misuseAt,
    endedAt: world.clock.now(),
    journal: null,
    exits: { scan: null, contain: null },
    dark: [],
    price: onDemandPrice,
  });
  const working = tainted.filter((id) => works(world, id));
  const places = [...new Set(rogueAlive.map(({ region }) => region))].sort();
  return [
    ...(world.keys.get(key.id)?.status.current === 'Active' ? [`access key ${key.id} is active`] : []),
    ...(rogueAlive.length > 0 ? [`${rogueAlive.length} unauthorized resources in ${places.join(', ')}`] : []),
    ...(working.length > 0 ? [`${working.length} credentials that still work`] : []),
    ...(tamperedLeft.length > 0 ? [`${tamperedLeft.length} resources that were changed`] : []),
  ];
}

/** In force, and good for something. */
function works(world: World, id: string): boolean {
  const now = world.clock.now();
  const key = world.keys.get(id);
  const session = world.sessions.get(id);
  if (key?.status.effective(now) === 'Active') return abilitiesOf(key).length > 0;
  return session !== undefined && session.expiresAt > now && abilitiesOf(session).length > 0;
}
