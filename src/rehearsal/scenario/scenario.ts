import { z } from 'zod';
import { lies } from '../../range/index.js';
import { durationMs, durationPattern } from './duration.js';

/**
 * What a scenario file says. Everything in it is data: who is in the account, what its life was before, what the
 * attacker does, how AWS behaves, and what must be true at the end. The published JSON Schema
 * (docs/schemas/scenario.schema.json) is made from this file.
 */

const duration = z
  .union([z.string().regex(durationPattern, 'a duration is a number and a unit: 500ms, 4s, 15m, 3h, 2d, 6w')])
  .describe('a number and a unit: 500ms, 4s, 15m, 3h, 2d, 6w')
  .transform(durationMs);

const count = z.number().int().nonnegative();
const calls = z.number().int().positive();
const probability = z.number().min(0).max(1);
const accountId = z.string().regex(/^\d{12}$/, 'an account id has twelve digits, in quotes');
const label = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'a label is lower case letters, digits and hyphens')
  .describe('the scenario’s own word for a credential');
const regionName = z.string().regex(/^[a-z]{2,4}(-[a-z]+)+-\d+$/, 'a region’s name, such as eu-west-1');
const regions = z
  .union([z.literal('default'), z.array(regionName).min(1)])
  .describe('default: the 17 regions that are enabled in every account; or a list');
const operation = z
  .string()
  .regex(/^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$/, 'service:Operation as the SDK names it, such as ec2:RunInstances')
  .describe('service:Operation as the SDK names it, such as ec2:RunInstances');
const json: z.ZodType<Json> = z.json();

/** JSON as a scenario holds it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const callFields = {
  as: label.optional().describe('whose credential; default: that of the part the step stands in'),
  regions: regions.optional().describe('one call in each of them; default: us-east-1'),
  ip: z.string().optional().describe('source address that CloudTrail shows'),
  userAgent: z.string().optional(),
  ours: z
    .boolean()
    .optional()
    .describe(
      'in the attacker’s steps: by somebody of the account at that moment; what it makes is innocent',
    ),
};

const apiCall = z.strictObject({
  call: operation,
  input: z
    .record(z.string(), json)
    .optional()
    .describe('as the SDK takes it; ${name} stands for what was remembered'),
  times: z.number().int().positive().optional().describe('how often; default once'),
  remember: z
    .record(z.string(), z.string())
    .optional()
    .describe('name → path in the answer, such as NetworkInterface.Id'),
  saveAs: label.optional().describe('keeps the credentials of the answer under this label'),
  ...callFields,
});

const launch = z.strictObject({
  launch: z.strictObject({
    types: z.array(z.string()).min(1).describe('instance types; one is chosen for each call'),
    count: z
      .union([z.number().int().positive(), z.tuple([count, count])])
      .describe('instances a call, or from and to'),
    protect: z.boolean().optional().describe('termination protection on'),
    protectStop: z.boolean().optional().describe('stop protection on'),
    tags: z.record(z.string(), z.string()).optional(),
    dryRun: z.boolean().optional(),
    input: z.record(z.string(), json).optional().describe('more of RunInstances’ input'),
  }),
  times: z.number().int().positive().optional(),
  remember: z.record(z.string(), z.string()).optional(),
  ...callFields,
});

/** A stretch of normal life: the same call again and again, weeks ago, by seed. */
const lifeFields = {
  from: duration.describe('how long before the incident it starts'),
  every: duration.optional().describe('how often; without it, once'),
  until: duration
    .optional()
    .describe('how long before the incident it stops; default: it goes on to the end'),
  jitter: duration.optional().describe('each time up to this much later, by seed'),
  lives: duration.optional().describe('for launches: terminated by the same credential after this long'),
  pick: z.literal('one').optional().describe('one of the regions each time, instead of all of them'),
};
const life = z.union([apiCall.extend(lifeFields), launch.extend(lifeFields)]);

const wait = z.strictObject({ wait: duration.describe('the simulated clock is moved on by this') });
const takeBack = z.strictObject({
  takeBack: z
    .strictObject({ user: z.string().optional(), role: z.string().optional(), key: label.optional() })
    .describe('deletes every inline Deny from the user or role, and switches the key on again'),
  as: label.optional(),
});
const step = z.union([apiCall, launch, wait]);
const meanwhileStep = z.union([apiCall, launch, takeBack]);
const meanwhile = z.strictObject({
  every: duration.optional().describe('how often; without it, once'),
  after: duration.optional().describe('first after this long'),
  times: z.number().int().positive().optional().describe('at most; default: until it is stopped'),
  when: z
    .enum(['always', 'something-died', 'key-is-off'])
    .optional()
    .describe('only then; the attacker sees it by asking AWS, as anybody would'),
  steps: z.array(meanwhileStep).min(1),
});

const document = z.record(z.string(), json);
const grants = {
  may: z.array(z.string()).optional().describe('IAM actions allowed on everything'),
  mayNot: z.array(z.string()).optional().describe('IAM actions denied'),
  inline: z.record(z.string(), document).optional().describe('inline policies by name'),
  attached: z.array(z.string()).optional().describe('ARNs of managed policies'),
};
const user = z.strictObject({
  ...grants,
  keys: z.array(label).max(2).optional().describe('labels of its access keys'),
  groups: z.array(z.string()).optional(),
  password: z.boolean().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  quarantined: z.boolean().optional().describe('AWS has attached AWSCompromisedKeyQuarantineV3 to it'),
});
const role = z.strictObject({
  ...grants,
  trusts: z
    .array(z.string())
    .min(1)
    .describe('user/NAME, an account id, or a service such as ec2.amazonaws.com'),
  tags: z.record(z.string(), z.string()).optional(),
});
const account = z.strictObject({
  id: accountId,
  name: z.string().optional(),
  regions: z.array(regionName).optional().describe('opt-in regions that are enabled'),
  blocked: z.boolean().optional().describe('AWS has restricted it: launches answer Blocked'),
  cloudfrontLocked: z
    .boolean()
    .optional()
    .describe('AWS refuses every CloudFront operation, and no distribution’s name resolves'),
  support: z
    .strictObject({
      liftAfter: duration
        .optional()
        .describe('from the reply in the case to the end of the limits; default 1m'),
      dnsAfter: duration.optional().describe('from there until names resolve again; default 2m'),
    })
    .optional()
    .describe('AWS Support, which lifts the limits when nothing of the incident is left'),
  managementAccount: accountId.optional().describe('it belongs to this account’s organization'),
  unit: z
    .string()
    .optional()
    .describe('organizational units in which it is, from the root on: Workloads/Prod'),
  suspended: z.boolean().optional().describe('closed: in the list of accounts, and nobody gets into it'),
  delegated: z.boolean().optional().describe('it may read the organization as the management account does'),
  scps: z.array(document).optional().describe('service control policies'),
  users: z.record(z.string(), user).optional(),
  groups: z.record(z.string(), z.strictObject(grants)).optional(),
  roles: z.record(z.string(), role).optional(),
});

const faults = z.strictObject({
  drop: probability.optional(),
  status500: probability.optional(),
  status503: probability.optional(),
  throttle: probability.optional(),
  throttleStorms: z
    .strictObject({ every: duration, lasts: duration })
    .optional()
    .describe('bursts in which four of five calls are throttled'),
  truncate: probability.optional(),
  slow: probability.optional(),
  slowMs: count.optional().describe('milliseconds that a slow answer takes; default 5000'),
  darkRegions: z.array(regionName).optional().describe('they take a connection and never answer'),
  denied: z
    .array(z.string())
    .optional()
    .describe('service, service:region, service:Operation, or *: AccessDenied for the responder'),
  refusedRegions: z
    .array(regionName)
    .optional()
    .describe('they are enabled, and take no token of the responder'),
  falseAnswers: z
    .array(z.strictObject({ to: z.string(), is: z.enum(lies) }))
    .optional()
    .describe('answers that are none, to service, service:region or service:Operation'),
  staleKeysMs: count.optional().describe('ListAccessKeys shows keys as they were so many milliseconds ago'),
  misdated: z
    .array(z.strictObject({ to: z.string(), byMs: z.number() }))
    .optional()
    .describe('answers whose Date header is wrong, to service, service:region or service:Operation'),
  omittedEvents: z
    .array(z.strictObject({ name: z.string().optional(), region: regionName.optional() }))
    .optional()
    .describe('events that LookupEvents leaves out: by name, by region, or by both'),
  hiddenInstances: z
    .array(
      z.strictObject({
        region: regionName,
        byIdToo: z.boolean().optional().describe('DescribeInstances hides them from who asks by id, too'),
        types: z.array(z.string()).optional().describe('default: all'),
      }),
    )
    .optional()
    .describe('instances that DescribeInstances does not list'),
  untouchable: z
    .array(
      z.strictObject({
        to: z.string().describe('service:Operation'),
        code: z.string(),
        message: z.string().describe('{id} is who it is about'),
        ids: z.array(z.string()).optional().describe('default: the first that such a call is made for'),
      }),
    )
    .optional()
    .describe('what no call may end, and for whose sake a call for many is refused'),
});

const aws = z.strictObject({
  propagation: duration.optional().describe('before an IAM change is enforced; default 4s'),
  launch: duration.optional().describe('from pending to running; default 5s'),
  terminate: duration.optional().describe('from shutting-down to terminated; default 10s'),
  relaunch: duration.optional().describe('before a group replaces what it lost; default 10s'),
  trailDelay: z
    .tuple([duration, duration])
    .optional()
    .describe('before an event can be looked up, from and to; default 5s and 20s'),
  trailDuplicates: probability.optional().describe('events delivered twice; default 0.05'),
  enableRegion: duration.optional().describe('before a region that was opted in to can be used; default 2m'),
  describeDelay: duration.optional().describe('before a describe shows what changed; default 500ms'),
  throttling: z.boolean().optional().describe('EC2’s token buckets and LookupEvents’ 2 a second; default on'),
  latency: z.boolean().optional().describe('round trips by region distance; default off'),
  clockAhead: duration.optional().describe('AWS’s clock is ahead of the responder’s; default 0'),
  spotInterruptions: duration
    .optional()
    .describe(
      'AWS takes a spot instance back so often on average, by seed, two minutes after the notice; default never',
    ),
  quotas: z.record(z.string(), count).optional().describe('vCPUs by quota (standard, g, p, …), each region'),
  noCapacity: z.array(z.string()).optional().describe('region or region:type'),
  faults: faults.optional().describe('while the responder works'),
});

export const goalsSchema = z.strictObject({
  rogueAlive: count.default(0).describe('resources of the incident that run, or bring something back'),
  toolsLeft: count
    .optional()
    .describe(
      'key pairs, launch templates, security groups and the like that the attacker made, and that are there',
    ),
  innocentsTouched: count.default(0).describe('changed by the responder, or not in the state they were in'),
  tamperedLeft: count.default(0).describe('innocent resources that the attacker changed and nobody restored'),
  principalsOpen: count.default(0).describe('credentials of the incident that still work when tried'),
  keyOffFirst: z.boolean().default(true).describe('no change, regional describe or trail page before it'),
  keyOffWithin: duration.optional().describe('simulated time from the responder’s first call'),
  lastRogueStoppedWithin: duration.optional(),
  actionsWithoutJournal: count.default(0),
  journalWithoutAction: count.default(0),
  falseAllClear: count.default(0).describe('a command said clean or contained, and the range knows better'),
  changes: count.optional().describe('changing calls by the responder, at most'),
  calls: count.optional().describe('calls by the responder, at most'),
  throttles: count.optional().describe('refusals for speed that the responder ran into, at most'),
  scanExit: z.array(z.number().int()).optional().describe('exit codes of scan that are right'),
  containExit: z.array(z.number().int()).optional().describe('exit codes of contain that are right'),
});

export const scenarioSchema = z
  .strictObject({
    $schema: z.string().optional(),
    title: z.string(),
    about: z.string().optional(),
    plays: z.array(z.string()).optional().describe('the plays that it rehearses'),
    seed: z.number().int().default(1),
    speed: z.number().positive().default(60).describe('simulated seconds a second in which nobody computes'),
    aws: aws.prefault({}),
    accounts: z.array(account).min(1),
    members: z
      .strictObject({
        of: accountId.describe('the management account'),
        count: z.number().int().positive().max(20_000),
        from: accountId.default('600000000000').describe('the id of the first; the others follow it'),
        role: z.string().default('OrganizationAccountAccessRole').describe('trusts the management account'),
      })
      .optional()
      .describe('many more accounts of the organization, with nothing in them but this role'),
    incident: z.strictObject({ key: label.describe('the key that the notice names') }),
    responder: z.strictObject({
      key: label,
      expiresAfter: calls
        .optional()
        .describe('works with a session of the key’s user, which ends after so many calls of contain'),
      deniedAfter: z
        .strictObject({ calls, denied: z.array(z.string()).min(1) })
        .optional()
        .describe('after so many calls of contain these are refused: named as in aws.faults.denied'),
      switchedOffAfter: calls
        .optional()
        .describe('somebody switches its key off after so many calls of contain'),
      commands: z.array(z.enum(['scan', 'contain'])).default(['scan', 'contain']),
      knowsKey: z.boolean().default(true).describe('scan is given the key too; else it must find it'),
      flags: z
        .array(z.string())
        .optional()
        .describe('more flags for both; ${misuse} stands for the time when the misuse began'),
      containFlags: z.array(z.string()).default([]).describe('more flags for contain alone'),
    }),
    notice: z.string().optional().describe('what AWS wrote; ${label} stands for a key’s id'),
    history: z.array(life).default([]),
    attacker: z
      .strictObject({
        as: label,
        ip: z.string().default('203.0.113.77'),
        userAgent: z
          .string()
          .default('Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#6.1.0 lang/python#3.11.2'),
        mode: z
          .enum(['asleep', 'greedy', 'stubborn', 'sly'])
          .default('asleep')
          .describe(
            'asleep: does nothing more · greedy: launches again as soon as something dies · stubborn: also takes back the Deny and the key · sly: waits, then comes back with a session that it kept',
          ),
        steps: z.array(step).default([]).describe('before the responder comes'),
        meanwhile: z.array(meanwhile).default([]).describe('while the responder works'),
      })
      .optional(),
    goals: goalsSchema.prefault({}),
  })
  .describe('A rehearsal of an incident on a simulated AWS.');

export type Scenario = z.output<typeof scenarioSchema>;
export type Goals = z.output<typeof goalsSchema>;
export type ApiCall = z.output<typeof apiCall>;
export type Launch = z.output<typeof launch>;
export type Life = z.output<typeof life>;
export type Meanwhile = z.output<typeof meanwhile>;
export type MeanwhileStep = z.output<typeof meanwhileStep>;
export type AccountPart = Scenario['accounts'][number];
