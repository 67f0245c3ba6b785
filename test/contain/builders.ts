import type { CutFacts } from '../../src/model/cut-facts.js';
import type { Finding, Incident, ResourceClass } from '../../src/model/incident.js';
import type { Identity } from '../../src/model/core-event.js';

export const account = '111122223333';
export const key = 'AKIAEXAMPLEMISUSED00';
export const now = Date.UTC(2026, 10, 23, 3, 10);

export const identity: Identity = {
  account,
  arn: `arn:aws:iam::${account}:user/oncall`,
  userId: 'AIDAONCALL',
  partition: 'aws',
  accessKeyId: 'AKIAEXAMPLEONCALL000',
  profile: null,
  homeRegion: 'us-east-1',
  simulated: false,
  endpoints: {},
};

export function finding(
  id: string,
  cls: ResourceClass,
  more: Partial<Finding> = {},
  resource: Partial<Finding['resource']> = {},
): Finding {
  return {
    resource: {
      play: 'ec2-instances',
      type: 'instance',
      id,
      region: 'eu-west-1',
      state: 'running',
      live: true,
      createdAt: now - 3_600_000,
      tags: {},
      links: [],
      properties: { instanceType: 'p3.2xlarge', availabilityZone: 'eu-west-1a' },
      ...resource,
    },
    class: cls,
    rule: 'launch.departs',
    reasons: ['because'],
    tiedTo: key,
    evidence: [],
    before: null,
    undone: false,
    settlesAt: null,
    ...more,
  };
}

export function incident(findings: Finding[], more: Partial<Incident> = {}): Incident {
  return {
    key,
    userName: 'ci',
    account,
    misuse: { at: now - 7_200_000, source: 'given', confidence: 'certain', reasons: ['given'] },
    credentials: [],
    launches: [],
    findings,
    deeds: [],
    suspects: [],
    cost: {
      usdPerHour: 0,
      usdSoFar: 0,
      unknownEnds: 0,
      unknownTypes: [],
      unknownInstances: 0,
      spotInstances: 0,
      source: 'x',
    },
    coverage: [
      {
        subject: 'ec2-instances',
        region: 'eu-west-1',
        status: 'complete',
        count: findings.length,
        detail: null,
      },
    ],
    notes: [],
    ...more,
  };
}

export function cutFacts(more: Partial<CutFacts> = {}): CutFacts {
  return {
    key,
    keyAccount: account,
    owner: { kind: 'user', name: 'ci' },
    status: 'Active',
    lastUsed: null,
    otherKeys: [],
    console: false,
    quarantine: [],
    callerQuarantine: [],
    deny: null,
    denyElsewhere: [],
    denyUnreadable: false,
    unreadable: [],
    unreadOfCut: null,
    ...more,
  };
}
