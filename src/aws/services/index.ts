/**
 * The AWS clients, each in a file of its own that names just the operations we use: the bundler drops the rest,
 * and a command loads only the services that it touches. The one place that lists services.
 */
export const services = {
  account: () => import('./account.js').then((module) => module.account),
  amplify: () => import('./amplify.js').then((module) => module.amplify),
  appstream: () => import('./appstream.js').then((module) => module.appstream),
  athena: () => import('./athena.js').then((module) => module.athena),
  autoscaling: () => import('./auto-scaling.js').then((module) => module.autoscaling),
  batch: () => import('./batch.js').then((module) => module.batch),
  bedrock: () => import('./bedrock.js').then((module) => module.bedrock),
  cloudcontrol: () => import('./cloud-control.js').then((module) => module.cloudcontrol),
  cloudformation: () => import('./cloudformation.js').then((module) => module.cloudformation),
  cloudfront: () => import('./cloudfront.js').then((module) => module.cloudfront),
  cloudtrail: () => import('./cloudtrail.js').then((module) => module.cloudtrail),
  codebuild: () => import('./codebuild.js').then((module) => module.codebuild),
  costexplorer: () => import('./cost-explorer.js').then((module) => module.costexplorer),
  ec2: () => import('./ec2.js').then((module) => module.ec2),
  ecs: () => import('./ecs.js').then((module) => module.ecs),
  eks: () => import('./eks.js').then((module) => module.eks),
  elasticbeanstalk: () => import('./elastic-beanstalk.js').then((module) => module.elasticbeanstalk),
  emr: () => import('./emr.js').then((module) => module.emr),
  eventbridge: () => import('./eventbridge.js').then((module) => module.eventbridge),
  gamelift: () => import('./gamelift.js').then((module) => module.gamelift),
  guardduty: () => import('./guardduty.js').then((module) => module.guardduty),
  health: () => import('./health.js').then((module) => module.health),
  iam: () => import('./iam.js').then((module) => module.iam),
  lambda: () => import('./lambda.js').then((module) => module.lambda),
  lightsail: () => import('./lightsail.js').then((module) => module.lightsail),
  organizations: () => import('./organizations.js').then((module) => module.organizations),
  rolesanywhere: () => import('./rolesanywhere.js').then((module) => module.rolesanywhere),
  route53: () => import('./route-53.js').then((module) => module.route53),
  s3: () => import('./s3.js').then((module) => module.s3),
  sagemaker: () => import('./sagemaker.js').then((module) => module.sagemaker),
  scheduler: () => import('./scheduler.js').then((module) => module.scheduler),
  sesv2: () => import('./sesv2.js').then((module) => module.sesv2),
  sts: () => import('./sts.js').then((module) => module.sts),
  support: () => import('./support.js').then((module) => module.support),
  workspaces: () => import('./workspaces.js').then((module) => module.workspaces),
};

/** Each service's id in AWS_ENDPOINT_URL_<ID> and in the config file's services section, in lower case
 *  (AWS SDKs and Tools reference guide, "Service-specific endpoints"). */
export const endpointIds: Record<ServiceName, string> = {
  account: 'account',
  amplify: 'amplify',
  appstream: 'appstream',
  athena: 'athena',
  autoscaling: 'auto_scaling',
  batch: 'batch',
  bedrock: 'bedrock',
  cloudcontrol: 'cloudcontrol',
  cloudformation: 'cloudformation',
  cloudfront: 'cloudfront',
  cloudtrail: 'cloudtrail',
  codebuild: 'codebuild',
  costexplorer: 'cost_explorer',
  ec2: 'ec2',
  ecs: 'ecs',
  eks: 'eks',
  elasticbeanstalk: 'elastic_beanstalk',
  emr: 'emr',
  eventbridge: 'eventbridge',
  gamelift: 'gamelift',
  guardduty: 'guardduty',
  health: 'health',
  iam: 'iam',
  lambda: 'lambda',
  lightsail: 'lightsail',
  organizations: 'organizations',
  rolesanywhere: 'rolesanywhere',
  route53: 'route_53',
  s3: 's3',
  sagemaker: 'sagemaker',
  scheduler: 'scheduler',
  sesv2: 'sesv2',
  sts: 'sts',
  support: 'support',
  workspaces: 'workspaces',
};

export type ServiceName = keyof typeof services;
type Module<S extends ServiceName> = Awaited<ReturnType<(typeof services)[S]>>;
export type OperationOf<S extends ServiceName> = keyof Module<S>['commands'] & string;
export type PagedOperationOf<S extends ServiceName> = keyof Module<S>['paginators'] & OperationOf<S>;

type Shape<C> = C extends new (
  ...args: never[]
) => {
  readonly input: infer I;
  resolveMiddleware(...args: never[]): (...args: never[]) => Promise<{ output: infer O }>;
}
  ? { input: I; output: O }
  : never;
export type InputOf<S extends ServiceName, O extends OperationOf<S>> = Shape<
  Module<S>['commands'][O]
>['input'];
export type OutputOf<S extends ServiceName, O extends OperationOf<S>> = Shape<
  Module<S>['commands'][O]
>['output'];

export type { LookupAttributeKey } from '@aws-sdk/client-cloudtrail';
