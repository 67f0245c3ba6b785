import type { Cell } from '../model/index.js';

/** Services in which an attacker can leave something, and that no play lists: what the trail tells of it is told, never
 *  passed over; what he left without a record is not known. */
const services: [service: string, what: string][] = [
  ['apigateway', 'APIs, which hand requests on to functions'],
  ['apprunner', 'services that run containers'],
  ['cognito-identity', 'identity pools, which give credentials to anybody'],
  ['eks', 'clusters and who may enter them; node groups and Fargate profiles have plays'],
  ['emr-serverless', 'applications and their job runs'],
  ['gamelift', 'container fleets; fleets of instances have a play'],
  ['glue', 'jobs and development endpoints'],
  ['rds', 'databases, and snapshots shared with others'],
  ['redshift', 'clusters'],
  [
    's3',
    'buckets, their access lists and replication, and what was read; policies and public access blocks have a play',
  ],
  ['sso', 'users and permission sets of IAM Identity Center'],
  ['workspaces-pools', 'pools of desktops; WorkSpaces of one user each have a play'],
];

/** One cell for each service without a play, so that every list of what was looked at ends with what was not. */
export function notExamined(): Cell[] {
  return services.map(([subject, what]) => ({
    subject,
    region: 'global',
    status: 'not-examined',
    count: 0,
    detail: `no play lists them, only the trail tells: ${what}`,
  }));
}
