import type { Service } from '../service.js';
import { account } from './account.js';
import { autoscaling } from './auto-scaling.js';
import { cloudfront } from './cloudfront.js';
import { cloudtrail } from './cloudtrail.js';
import { ec2 } from './ec2/index.js';
import { iam } from './iam/index.js';
import { organizations } from './organizations.js';
import { sts } from './sts.js';

/** Every service of the range, by the name that it signs with. */
export const services: Record<string, Service> = {
  account,
  autoscaling,
  cloudfront,
  cloudtrail,
  ec2,
  iam,
  organizations,
  sts,
};
