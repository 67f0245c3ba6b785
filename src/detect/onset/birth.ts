import { isTemporary, lastPart } from '../../facts/index.js';
import type { TrailEvent } from '../../model/index.js';
import { signerOf, type CredentialGraph } from '../credentials/credential-graph.js';
import { timeInWords } from '../records/evidence.js';
import type { AcceleratorTable } from '../records/instance-size.js';
import { launchRequestOf } from '../records/launch-request.js';
import { historiesOf, nameOfHistory } from '../credentials/credential-histories.js';
import type { Mint } from '../records/mints.js';
import { mintOf } from '../records/mints.js';
import { addressPrefix, isService } from '../records/record-fields.js';
import { signalsOf } from '../behaviour/signals.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Who made the named key, as the trail shows it. */
export interface Birth {
  mint: Mint;
  /** Epoch milliseconds. */
  at: number;
  /** Who signed it (see `signerOf`). */
  maker: string;
  /** Made by a hand that does what it never did, minutes before the key's first launch: it has no normal life. */
  ofIncident: boolean;
  /** In words: `made by ASIA… of role X from 192.0.2.1 at 2026-11-18T03:05:53Z`. */
  words: string;
}

/** A key that is used for launches so soon after it was made was made for them. */
const soon = hour;
/** A week of its maker's life shows what is new to it; so much of what is new is no chance. */
const knownLife = 7 * day;
const departs = 0.6;
const ofPlace = /^(address|agent|region)$/;

/** Who made `key`, and whether for the incident; null where the trail does not show it. Pure. */
export function birthOf(graph: CredentialGraph, key: string, table: AcceleratorTable): Birth | null {
  const mint = graph.mints.get(key);
  const maker = mint === undefined ? null : signerOf(mint.event);
  const at = mint?.event.time ?? null;
  if (mint?.kind !== 'access-key' || maker === null || at === null) return null;
  const { actor, sourceIp } = mint.event;
  const whose =
    actor.issuerArn === null ? `user ${actor.userName ?? 'unknown'}` : `role ${lastPart(actor.issuerArn)}`;
  const words = `made by ${maker} of ${whose} from ${sourceIp ?? 'an unknown address'} at ${timeInWords(at)}`;
  const first =
    (graph.bySigner.get(key) ?? []).find((event) => launchRequestOf(event) !== null)?.time ?? null;
  const ofIncident =
    first !== null && first - at <= soon && isNewToMaker(graph, mint.event, maker, at, table);
  return { mint, at, maker, ofIncident, words };
}

/** The hand never made such keys from there, and departs from a life that is known: from another place, or as code that
 *  runs. Of who made keys elsewhere, a new place alone says nothing. */
function isNewToMaker(
  graph: CredentialGraph,
  made: TrailEvent,
  maker: string,
  at: number,
  table: AcceleratorTable,
): boolean {
  const life = historiesOf(graph).get(nameOfHistory(graph, maker)) ?? [];
  const before = life.filter(({ time }) => time !== null && time < at - day);
  if (before.length === 0 || at - (before[0]?.time ?? at) < knownLife) return false;
  const earlier = before.filter((event) => mintOf(event)?.kind === 'access-key');
  if (earlier.some((event) => addressPrefix(event) === addressPrefix(made))) return false;
  const places = new Set(before.map(addressPrefix));
  const mintOfMaker = graph.mints.get(maker);
  const runs = isTemporary(maker) && mintOfMaker !== undefined && isService(mintOfMaker.event);
  if (!runs && places.has(addressPrefix(made))) return false;
  const near = signalsOf(life, table).filter(({ time }) => time >= at - day && time <= at + 10 * minute);
  const said = earlier.length === 0 ? near : near.filter(({ kind }) => !ofPlace.test(kind));
  const kinds = new Map(said.map(({ kind, weight }) => [kind, weight]));
  return [...kinds.values()].reduce((sum, weight) => sum + weight, 0) >= departs;
}
