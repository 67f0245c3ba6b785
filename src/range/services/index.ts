import type { Service } from '../service.js';
import { account } from './account.js';
import { amplify } from './amplify.js';
import { appstream } from './appstream.js';
import { autoscaling } from './auto-scaling.js';
import { batch } from './batch.js';
import { cloudcontrolapi } from './cloud-control.js';
import { cloudformation } from './stack-sets.js';
import { cloudfront } from './cloudfront.js';
import { cloudtrail } from './cloudtrail.js';
import { codebuild } from './codebuild.js';
import { ce } from './cost.js';
import { ec2 } from './ec2/index.js';
import { ecs } from './ecs.js';
import { eks } from './eks.js';
import { elasticbeanstalk } from './elastic-beanstalk.js';
import { elasticmapreduce } from './emr.js';
import { events } from './events.js';
import { gamelift } from './gamelift.js';
import { iam } from './iam/index.js';
import { lambda } from './lambda.js';
import { lightsail } from './lightsail.js';
import { organizations } from './organizations.js';
import {
  bedrock,
  guardduty,
  health,
  route53,
  secretsmanager,
  servicequotas,
  ssm,
  support,
} from './others.js';
import { rolesanywhere } from './roles-anywhere.js';
import { s3 } from './s3.js';
import { sagemaker } from './sagemaker.js';
import { scheduler } from './scheduler.js';
import { ses } from './ses.js';
import { sts } from './sts.js';
import { workspaces } from './workspaces.js';

const all = {
  account,
  amplify,
  appstream,
  autoscaling,
  batch,
  bedrock,
  ce,
  cloudcontrolapi,
  cloudformation,
  cloudfront,
  cloudtrail,
  codebuild,
  ec2,
  ecs,
  eks,
  elasticbeanstalk,
  elasticmapreduce,
  events,
  gamelift,
  guardduty,
  health,
  iam,
  lambda,
  lightsail,
  organizations,
  rolesanywhere,
  route53,
  s3,
  sagemaker,
  scheduler,
  secretsmanager,
  servicequotas,
  ses,
  ssm,
  sts,
  support,
  workspaces,
} satisfies Record<string, Service>;

/** The name that a service of the range signs with. */
export type ServiceName = keyof typeof all;

/** Every service of the range. */
export const services: Record<string, Service> = all;
