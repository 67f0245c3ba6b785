import { z } from 'zod';
import {
  type CloudFrontFacts,
  type Identity,
  type LeftOver,
  type ListDocument,
  type Milestones,
  type ReportAction,
  type Verdict,
  listVersion,
  outcomeRuleIds,
  phases,
  reportVersion,
} from '../../model/index.js';
import { type Bill, type ReportDocument, type ScanDocument, scanVersion } from '../index.js';
import {
  type AccountRow,
  type Edge,
  type OrganizationDocument,
  organizationScanVersion,
} from '../../organization/index.js';
import { cell, incident, resourceClass } from './incident-schema.js';
import { epoch, exactly, json, jsonObject, maybe, moment, text, whole } from './schema-parts.js';

/*
 * The documents' schemas, each held by the compiler to the type that the code works with. Import it lazily: no other
 * command needs zod. docs/schemas is made from here; a test fails when it is stale.
 */

const identity = exactly<Identity>()(
  z.strictObject({
    account: text,
    arn: text,
    userId: text,
    partition: text,
    accessKeyId: text,
    profile: maybe,
    homeRegion: text,
    simulated: z.boolean(),
    endpoints: z.record(z.string(), z.string()),
  }),
);

const call = z.strictObject({ service: text, operation: text, region: text, input: jsonObject });

const undo = exactly<ReportAction['undo']>()(
  z.union([
    z.strictObject({ calls: z.array(call), needsFlag: z.exactOptional(text) }),
    z.strictObject({ none: text.describe('why there is no way back') }),
  ]),
);

const action = exactly<ReportAction>()(
  z.strictObject({
    seq: whole,
    at: moment.describe('when it was written ahead of the call; ISO 8601, UTC'),
    endedAt: moment.nullable(),
    phase: z.enum(phases),
    play: text,
    id: text,
    title: text,
    reason: text,
    actor: text.describe('ARN of who did it'),
    call,
    targets: z.array(text),
    permissions: z.array(text),
    before: json,
    result: z.enum(['done', 'already-so', 'denied', 'failed', 'protected', 'skipped', 'unknown']),
    requestId: maybe,
    after: json,
    error: z.strictObject({ code: text, message: text, kind: text }).nullable(),
    undo,
    undoes: maybe,
  }),
);

const leftOver = exactly<LeftOver>()(
  z.strictObject({
    play: text,
    type: text,
    id: text,
    region: text,
    state: text,
    cause: z.enum([
      'denied',
      'failed',
      'protected',
      'skipped',
      'held',
      'settling',
      'new',
      'no-play',
      'unknown',
    ]),
    detail: maybe,
  }),
);

const cloudfront = exactly<CloudFrontFacts>()(
  z.strictObject({
    api: z.strictObject({
      state: z.enum(['answers', 'denied', 'restricted', 'failed', 'cannot-tell']),
      detail: maybe,
    }),
    hosts: z.array(
      z.strictObject({
        host: text,
        distribution: maybe,
        state: text,
        serving: z.boolean().nullable(),
        detail: maybe,
      }),
    ),
  }),
);

const reasons = z.array(z.strictObject({ rule: z.enum(outcomeRuleIds), words: text }));

const verdict = exactly<Verdict>()(
  z.strictObject({
    state: z.enum(['contained', 'held', 'unknown', 'not-contained']),
    reasons: z.array(text),
    rules: z.array(z.enum(outcomeRuleIds)),
  }),
);

const milestones = exactly<Milestones>()(
  z.strictObject({
    misuseBegan: moment.nullable(),
    opened: moment,
    cutAgreed: moment.nullable(),
    keyOff: moment.nullable(),
    lastLaunch: moment.nullable(),
    lastTermination: moment.nullable(),
    contained: moment.nullable(),
  }),
);

const tool = z.strictObject({ name: z.literal('leakguard'), version: text });

const bill = exactly<Bill>()(
  z.strictObject({
    what: text,
    id: text,
    region: text,
    usdPerHour: z.number().nullable().describe('an on-demand estimate; null where the price is not known'),
    until: text.describe('until when, and what ends it'),
  }),
);

/** The report of `contain`, folded from its journal. */
export const reportSchema = exactly<ReportDocument>()(
  z.strictObject({
    schemaVersion: z.literal(reportVersion),
    tool,
    simulated: z.boolean().describe('made on an endpoint that is not AWS: nothing in it is real'),
    endpoints: z.record(z.string(), z.string()),
    identity,
    key: maybe,
    options: jsonObject,
    verdict,
    milestones,
    agreed: z.array(z.strictObject({ at: moment, what: text, by: text })),
    incident: incident.nullable(),
    actions: z.array(action),
    evidence: z.array(
      z.strictObject({ at: moment, file: text, sha256: text, of: z.array(text), what: text }),
    ),
    sweeps: z.array(
      z.strictObject({
        at: moment,
        round: whole,
        clean: z.boolean(),
        left: whole,
        settlesAt: moment.nullable(),
        message: text,
      }),
    ),
    left: z.array(leftOver),
    coverage: z.array(cell),
    settlesAt: moment.nullable(),
    cloudfront: z.array(z.strictObject({ at: moment, facts: cloudfront })),
    notes: z.array(
      z.strictObject({ at: moment, message: text, rule: z.enum(outcomeRuleIds).exactOptional() }),
    ),
    resumed: z.array(z.strictObject({ at: moment, actor: text })),
    closed: z.strictObject({ at: moment, exitCode: z.int(), summary: text }).nullable(),
    journal: z.strictObject({ records: whole, head: text }),
    billing: z.array(bill).describe('what AWS goes on billing'),
  }),
);

/** What `scan --json` prints. */
export const scanSchema = exactly<ScanDocument>()(
  z.strictObject({
    schemaVersion: z.literal(scanVersion),
    command: z.literal('scan'),
    tool,
    exitCode: z.int(),
    reasons,
    simulated: z.boolean().describe('made on an endpoint that is not AWS: nothing in it is real'),
    endpoints: z.record(z.string(), z.string()),
    identity,
    complete: z.boolean().describe('only where this is true does "none" mean none'),
    counts: z.record(resourceClass, whole),
    gaps: z.array(
      z.strictObject({
        status: z.enum(['failed', 'denied', 'truncated']),
        subject: text,
        regions: z.array(text),
        detail: maybe,
      }),
    ),
    notExamined: z.array(text),
    regionsOff: z.array(text),
    skipped: z.array(z.strictObject({ where: text, count: whole, reason: text })),
    incident,
  }),
);

/** What `list --json` prints. */
export const listSchema = exactly<ListDocument>()(
  z.strictObject({
    schemaVersion: z.literal(listVersion),
    command: z.literal('list'),
    directory: text,
    incidents: z.array(
      z.strictObject({
        journal: text,
        at: moment.describe('when it began; of what cannot be read, when the file was last written'),
        key: maybe,
        account: maybe,
        simulated: z.boolean().nullable().describe('null where it cannot be read'),
        state: z.enum(['finished', 'unfinished', 'undone', 'torn', 'refused']),
        work: z.enum(['contain', 'undo']).nullable(),
        exitCode: z.int().nullable(),
        detail: maybe,
        next: text,
      }),
    ),
  }),
);

const accountRow = exactly<AccountRow>()(
  z.strictObject({
    account: text,
    name: text,
    state: maybe.describe('as Organizations says it; null where the account was not listed'),
    look: z.enum(['whole', 'signs', 'dark']),
    ofKey: z.boolean(),
    roleArn: maybe,
    leads: z.array(text),
    found: whole,
    held: whole,
    settling: whole,
    usdPerHour: z.number(),
    regions: z.array(text),
    launches: whole,
    reasons,
    why: maybe,
    next: maybe,
  }),
);

const edge = exactly<Edge>()(
  z.strictObject({
    id: text,
    account: text.describe('where it works'),
    from: text.describe('where it was made from'),
    parent: maybe,
    roleName: maybe,
    since: epoch.nullable(),
  }),
);

export const organizationSchema = exactly<OrganizationDocument>()(
  z.strictObject({
    schemaVersion: z.literal(organizationScanVersion),
    command: z.literal('scan'),
    organization: z.literal(true),
    tool: z.strictObject({ name: z.literal('leakguard'), version: text }),
    exitCode: z.int(),
    reasons,
    simulated: z.boolean(),
    identity,
    key: text,
    keyAccount: maybe,
    complete: z.boolean(),
    misuseAt: epoch.nullable(),
    userName: maybe,
    rows: z.array(accountRow),
    edges: z.array(edge),
  }),
);

/** The published JSON Schemas, by their file under docs/schemas. */
export function publishedSchemas(): Record<string, unknown> {
  return {
    'list-v1.schema.json': { title: 'leakguard list --json, version 1', ...z.toJSONSchema(listSchema) },
    'report-v2.schema.json': { title: 'leakguard report, version 2', ...z.toJSONSchema(reportSchema) },
    'organization-v1.schema.json': {
      title: 'leakguard scan --organization --json, version 1',
      ...z.toJSONSchema(organizationSchema),
    },
    'scan-v2.schema.json': { title: 'leakguard scan --json, version 2', ...z.toJSONSchema(scanSchema) },
  };
}
