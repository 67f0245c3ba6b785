import { asObject, asText, at, type Json, textAt, type TrailEvent, worked } from '../../model/index.js';
import { cloudFrontSource } from './changes.js';
import type { Configuration } from './state.js';
import { aliasesOf, configOf, configurationOf } from './trail-config.js';

/** A distribution that is known from elsewhere than the API: from the command line, a file, a report, the trail. */
export interface KnownHost {
  host: string;
  /** Distribution id; null where it is not known. */
  id: string | null;
  aliases: string[];
  /** As CloudTrail last recorded it; null where it did not. */
  lastKnown: Configuration | null;
}

function known(host: string, id: string | null = null, aliases: string[] = []): KnownHost {
  return { host, id, aliases, lastKnown: null };
}

/** `HOST [ALIAS …]` a line; `#` begins a comment. Pure. */
export function hostsFromLines(text: string): KnownHost[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [host = '', ...aliases] = line.split(/[\s,]+/);
      return known(host, null, aliases);
    });
}

/** The hosts in a report of `contain`, or in a document of `cloudfront --json`: whatever the shape of the rest. Pure. */
export function hostsFromDocument(document: unknown): KnownHost[] {
  const checks = at(document, 'cloudfront');
  const last = Array.isArray(checks) ? checks.at(-1) : null;
  const facts = listAt(last, 'facts', 'hosts').flatMap((host) => {
    const name = textAt(host, 'host');
    return name === null ? [] : [known(name, textAt(host, 'distribution'))];
  });
  const distributions = listAt(document, 'check', 'distributions').flatMap((distribution) => {
    const name = textAt(distribution, 'host', 'name');
    const aliases = listAt(distribution, 'aliases').flatMap((alias) => textAt(alias, 'name') ?? []);
    return name === null ? [] : [known(name, textAt(distribution, 'id'), aliases)];
  });
  return unique([...distributions, ...facts]);
}

/** The distributions that CloudTrail's events name with their host: those that were made, changed or read. Pure. */
export function hostsFromTrail(events: readonly TrailEvent[]): KnownHost[] {
  const hosts = new Map<string, KnownHost>();
  for (const event of events) {
    if (event.source !== cloudFrontSource || !worked(event)) continue;
    const id = textAt(event.request, 'id') ?? textAt(event.response, 'distribution', 'id');
    const host =
      textAt(event.response, 'distribution', 'domainName') ?? (id === null ? null : hosts.get(id)?.host);
    if (id === null || host == null) continue;
    if (/^DeleteDistribution/.test(event.name)) {
      hosts.delete(id);
      continue;
    }
    const config = configOf(event.response) ?? configOf(event.request);
    const earlier = hosts.get(id);
    hosts.set(id, {
      host,
      id,
      aliases: config === null ? (earlier?.aliases ?? []) : aliasesOf(config),
      lastKnown: config === null ? (earlier?.lastKnown ?? null) : configurationOf(config),
    });
  }
  return [...hosts.values()];
}

/** One entry a host: what the sources know together. Pure. */
export function unique(hosts: readonly KnownHost[]): KnownHost[] {
  const byHost = new Map<string, KnownHost>();
  for (const one of hosts) {
    const earlier = byHost.get(one.host);
    byHost.set(one.host, {
      host: one.host,
      id: earlier?.id ?? one.id,
      aliases: [...new Set([...(earlier?.aliases ?? []), ...one.aliases])],
      lastKnown: earlier?.lastKnown ?? one.lastKnown,
    });
  }
  return [...byHost.values()];
}

function listAt(value: unknown, ...path: string[]): Json[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list.filter((item) => asObject(item) !== null || asText(item) !== null) : [];
}
