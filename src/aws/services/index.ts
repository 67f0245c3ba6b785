/**
 * The AWS clients, each in a file of its own that names just the operations we use: the bundler drops the rest,
 * and a command loads only the services that it touches. The one place that lists services.
 */
export const services = {
  account: () => import('./account.js').then((module) => module.account),
  autoscaling: () => import('./auto-scaling.js').then((module) => module.autoscaling),
  bedrock: () => import('./bedrock.js').then((module) => module.bedrock),
  cloudfront: () => import('./cloudfront.js').then((module) => module.cloudfront),
  cloudtrail: () => import('./cloudtrail.js').then((module) => module.cloudtrail),
  ec2: () => import('./ec2.js').then((module) => module.ec2),
  ecs: () => import('./ecs.js').then((module) => module.ecs),
  guardduty: () => import('./guardduty.js').then((module) => module.guardduty),
  health: () => import('./health.js').then((module) => module.health),
  iam: () => import('./iam.js').then((module) => module.iam),
  lambda: () => import('./lambda.js').then((module) => module.lambda),
  route53: () => import('./route-53.js').then((module) => module.route53),
  s3: () => import('./s3.js').then((module) => module.s3),
  sagemaker: () => import('./sagemaker.js').then((module) => module.sagemaker),
  sesv2: () => import('./sesv2.js').then((module) => module.sesv2),
  sts: () => import('./sts.js').then((module) => module.sts),
  support: () => import('./support.js').then((module) => module.support),
};

/** Each service's id in AWS_ENDPOINT_URL_<ID> and in the config file's services section, in lower case
 *  (AWS SDKs and Tools reference guide, "Service-specific endpoints"). */
export const endpointIds: Record<ServiceName, string> = {
  account: 'account',
  autoscaling: 'auto_scaling',
  bedrock: 'bedrock',
  cloudfront: 'cloudfront',
  cloudtrail: 'cloudtrail',
  ec2: 'ec2',
  ecs: 'ecs',
  guardduty: 'guardduty',
  health: 'health',
  iam: 'iam',
  lambda: 'lambda',
  route53: 'route_53',
  s3: 's3',
  sagemaker: 'sagemaker',
  sesv2: 'sesv2',
  sts: 'sts',
  support: 'support',
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
