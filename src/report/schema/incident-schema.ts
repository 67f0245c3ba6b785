import { z } from 'zod';
import type * as Model from '../../model/index.js';
import { type Cell, findingRuleIds, type Link, type Resource } from '../../model/index.js';
import { epoch, exactly, json, jsonObject, maybe, text, whole } from './schema-parts.js';

const cellStatus = z.enum(['complete', 'truncated', 'denied', 'failed', 'not-enabled', 'not-examined']);

export const cell = exactly<Cell>()(
  z.strictObject({
    subject: text.describe('a play, `trail`, or a service without a play'),
    region: text,
    status: cellStatus,
    count: whole,
    detail: maybe,
    from: z.exactOptional(epoch),
    to: z.exactOptional(epoch),
  }),
);

export const resourceClass = z.enum(['rogue', 'own', 'held', 'tampered', 'settling', 'not-tied']);

const evidence = exactly<Model.Evidence>()(
  z.strictObject({
    eventId: maybe,
    name: text,
    source: text,
    region: text,
    time: epoch.nullable(),
    accessKeyId: maybe,
    principal: maybe,
  }),
);

// Open in the published schema: a new play may bring a new kind without a new version.
const linkKind = text as z.ZodType as z.ZodType<Link['kind']>;

const resource = exactly<Resource>()(
  z.strictObject({
    play: text,
    type: text,
    id: text,
    region: text,
    state: text,
    live: z.boolean(),
    createdAt: epoch.nullable(),
    tags: z.record(z.string(), z.string()),
    links: z.array(
      z.strictObject({
        kind: linkKind,
        id: text,
      }),
    ),
    properties: jsonObject,
  }),
);

const rule = z.enum(findingRuleIds);

const removalStep = z.strictObject({ command: maybe, step: text });

const trailWord = exactly<Model.TrailWord>()(
  z.strictObject({
    rank: z.enum(['access', 'spend', 'blind', 'read', 'other']),
    danger: whole,
    now: z.enum(['not-looked-at', 'not-known', 'gone']),
    words: text,
    remove: removalStep,
  }),
);

const finding = exactly<Model.Finding>()(
  z.strictObject({
    resource,
    class: resourceClass,
    rule,
    reasons: z.array(text),
    tiedTo: maybe,
    evidence: z.array(evidence),
    before: json,
    undone: z.boolean(),
    judged: resourceClass.exactOptional(),
    settlesAt: epoch.nullable(),
    otherSessions: z
      .array(z.strictObject({ id: text, name: maybe, lastSeen: epoch, source: maybe }))
      .exactOptional(),
    trail: z.exactOptional(trailWord),
  }),
);

const credential = exactly<Model.TaintedCredential>()(
  z.strictObject({
    id: text,
    kind: z.enum([
      'access-key',
      'role-session',
      'session-token',
      'federation',
      'console',
      'instance-role',
      'unknown',
    ]),
    principal: maybe,
    userName: maybe,
    roleName: maybe,
    userId: maybe,
    parent: maybe,
    mintedBy: evidence.nullable(),
    since: epoch.nullable(),
    expiresAt: epoch.nullable(),
    otherAccount: maybe,
    calls: z.exactOptional(whole),
  }),
);

const result = z.enum(['worked', 'denied', 'failed', 'dry-run']);

const launch = exactly<Model.Launch>()(
  z.strictObject({
    evidence,
    result,
    errorCode: maybe,
    region: text,
    instanceTypes: z.array(text),
    asked: z.number(),
    instanceIds: z.array(text),
    accelerator: z.boolean(),
    score: z.number(),
    class: resourceClass,
    rule,
    reasons: z.array(text),
    protection: z.boolean(),
    truncated: z.boolean(),
  }),
);

const deed = exactly<Model.Deed>()(
  z.strictObject({
    evidence,
    tactic: text,
    target: maybe,
    result,
    errorCode: maybe,
    description: text,
    undone: z.boolean(),
    count: whole,
    play: maybe,
    stands: z.boolean(),
    remove: removalStep.exactOptional(),
  }),
);

const suspect = exactly<Model.Suspect>()(
  z.strictObject({
    accessKeyId: text,
    userName: maybe,
    score: z.number(),
    reasons: z.array(text),
    launches: whole,
    regions: z.array(text),
  }),
);

const cost = exactly<Model.Cost>()(
  z.strictObject({
    usdPerHour: z.number(),
    usdSoFar: z.number(),
    unknownEnds: whole,
    unknownTypes: z.array(text),
    unknownInstances: whole,
    spotInstances: whole,
    source: text,
  }),
);

export const incident = exactly<Model.Incident>()(
  z.strictObject({
    key: maybe,
    userName: maybe,
    account: maybe,
    misuse: z.strictObject({
      at: epoch.nullable(),
      source: z.enum(['given', 'estimated', 'none']),
      confidence: z.enum(['certain', 'likely', 'uncertain']),
      reasons: z.array(text),
      doubt: z.exactOptional(text),
    }),
    credentials: z.array(credential),
    launches: z.array(launch),
    findings: z.array(finding),
    fromTrail: z.exactOptional(z.array(finding)),
    deeds: z.array(deed),
    suspects: z.array(suspect),
    cost,
    coverage: z.array(cell),
    notes: z.array(text),
  }),
);
