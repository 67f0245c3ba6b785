import { defaultRegions, lies, Random } from '../range/index.js';
import type { Scenario } from './scenario/scenario.js';
import type { NamedScenario } from './scenario/scenario-file.js';

/**
 * The same scenario on a bad day, by seed: connections are dropped, answers are cut, slow or 5xx, AWS throttles all the
 * time or in storms, a region goes dark, or takes no token, AWS's clock is not the responder's, or one answer is years
 * off; answers are none (a sign-in page, nothing, another's, endless, huge, drop by drop), instances are in no listing,
 * launches in no trail, keys shown as they were; one thing may not be ended; and in the middle of the work a permission
 * is taken away, or the responder's session ends, or its key goes off. Some of it each time, never all of it.
 *
 * Goals that speak of completeness are loosened, those that speak of harm are not: under chaos leakguard may end without
 * having done everything, but never with an innocent touched, an action unjournalled, or an all-clear that is wrong.
 */
export function withChaos(named: NamedScenario, seed: number | null): NamedScenario {
  const { scenario } = named;
  const random = new Random((seed ?? scenario.seed) * 7919);
  // Seeds that stand side by side begin alike.
  for (let turn = 0; turn < 8; turn += 1) random.next();
  const perhaps = <T>(chance: number, make: () => T): T | undefined =>
    random.next() < chance ? make() : undefined;
  const upTo = (most: number) => perhaps(0.5, () => random.next() * most);
  const faults = {
    ...scenario.aws.faults,
    drop: upTo(0.03),
    status500: upTo(0.05),
    status503: upTo(0.05),
    throttle: upTo(0.1),
    throttleStorms: perhaps(0.3, () => ({ every: 60_000, lasts: 2000 + random.below(10_000) })),
    truncate: upTo(0.02),
    slow: upTo(0.02),
    slowMs: 300,
    darkRegions:
      perhaps(0.1, () => [random.pick(defaultRegions.slice(1))]) ?? scenario.aws.faults?.darkRegions,
  };
  const clockAhead = perhaps(0.3, () => random.below(2_400_000) - 1_200_000);
  const calls = () => 1 + Math.floor(random.next() ** 2 * 1500);
  const expiresAfter = perhaps(0.15, calls);
  const deniedAfter = perhaps(0.3, () => ({ calls: calls(), denied: [random.pick(losable)] }));
  // Drawn last: the days of older seeds keep what they had.
  const switchedOffAfter = expiresAfter === undefined ? perhaps(0.1, calls) : undefined;
  const own = scenario.aws.faults ?? {};
  const lying: Scenario['aws']['faults'] = {
    refusedRegions: perhaps(0.1, () => [random.pick(defaultRegions.slice(1))]) ?? own.refusedRegions,
    falseAnswers:
      perhaps(0.35, () => [{ to: random.pick(answering), is: random.pick(lies) }]) ?? own.falseAnswers,
    hiddenInstances:
      perhaps(0.15, () => [{ region: random.pick(defaultRegions), byIdToo: random.next() < 0.5 }]) ??
      own.hiddenInstances,
    omittedEvents:
      perhaps(0.15, () => [{ name: 'RunInstances', region: random.pick(defaultRegions) }]) ??
      own.omittedEvents,
    misdated:
      perhaps(0.15, () => [
        { to: random.pick(answering), byMs: (random.next() < 0.5 ? -1 : 1) * tenYears },
      ]) ?? own.misdated,
    staleKeysMs: perhaps(0.2, () => 1000 + random.below(8000)) ?? own.staleKeysMs,
    untouchable: perhaps(0.2, () => [random.pick(untouchables)]) ?? own.untouchable,
  };
  const any = Number.MAX_SAFE_INTEGER;
  const { scanExit: _scan, containExit: _contain, keyOffWithin: _within, ...goals } = scenario.goals;
  return {
    ...named,
    scenario: {
      ...scenario,
      aws: { ...scenario.aws, clockAhead, faults: { ...faults, ...lying } },
      responder: { ...scenario.responder, expiresAfter, deniedAfter, switchedOffAfter },
      goals: {
        ...goals,
        rogueAlive: any,
        toolsLeft: any,
        principalsOpen: any,
        tamperedLeft: any,
        keyOffFirst: false,
      },
    },
  };
}

/** What somebody may find themselves without in the middle. */
const losable = [
  'ec2:TerminateInstances',
  'ec2:ModifyInstanceAttribute',
  'ec2:DescribeInstances',
  `ec2:${defaultRegions[6]}`,
  'autoscaling',
  'iam:PutUserPolicy',
  'iam:PutRolePolicy',
  'iam:UpdateAccessKey',
  'iam:ListAccessKeys',
  'cloudtrail',
  `cloudtrail:${defaultRegions[0]}`,
];

const tenYears = 10 * 365 * 24 * 3600_000;

/** Who may answer something else than what was asked. */
const answering = [
  'ec2:DescribeInstances',
  `ec2:${defaultRegions[0]}`,
  `ec2:${defaultRegions[4]}`,
  'ec2:DescribeRegions',
  'ec2:DescribeVolumes',
  'ec2:TerminateInstances',
  'autoscaling',
  'cloudtrail:LookupEvents',
  `cloudtrail:${defaultRegions[6]}`,
  'iam:ListUsers',
  'iam:ListAccessKeys',
  'iam:GetAccessKeyLastUsed',
  'iam:ListRoles',
  'sts:GetCallerIdentity',
  'lambda',
  'ecs',
  'batch',
  'cloudformation',
  'sagemaker',
  'events',
  'ses',
];

/** A thing for whose sake a call for many is refused: with its id in the refusal, and without. */
const untouchables = [
  {
    to: 'ec2:TerminateInstances',
    code: 'UnauthorizedOperation',
    message:
      'You are not authorized to perform: ec2:TerminateInstances on resource: instance/{id} with an explicit deny in a service control policy.',
  },
  {
    to: 'ec2:TerminateInstances',
    code: 'UnsupportedOperation',
    message: 'The operation is not supported for this instance.',
  },
  {
    to: 'ec2:StopInstances',
    code: 'UnsupportedOperation',
    message: 'The operation is not supported for this instance.',
  },
];
