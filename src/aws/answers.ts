import { Readable } from 'node:stream';
import { AwsFailure } from './errors.js';
import { isRead } from './reads.js';

/**
 * An answer proves what it is: the one place that decides whether what came back with status 200 is AWS's answer to this
 * call. A captive portal's page, an empty body or the answer to another question would otherwise be read as an empty
 * list, which is "nothing there".
 */

/** The largest answer that is read, bytes: a page of GetAccountAuthorizationDetails, the largest there is, has some MB. */
const largest = 64 * 1024 * 1024;
/** A body must be there so soon after its headers, milliseconds. */
const bodyDeadline = 30_000;

/** Services whose answers are XML in an element of the operation's name (AWS query and EC2 protocols, smithy.io). */
const namedXml = new Set(['autoscaling', 'cloudformation', 'ec2', 'elasticbeanstalk', 'iam', 'sts']);
const otherXml = new Set(['cloudfront', 'route53', 's3']);

/**
 * What each read always has in its answer, an empty list at least, by the services' API references. One of several is
 * enough. Empty: the API leaves out what is not set, and an empty object is an answer.
 */
const members: Record<string, readonly string[]> = {
  'account:ListRegions': ['Regions'],
  'amplify:ListApps': ['apps'],
  'amplify:ListBranches': ['branches'],
  'amplify:ListJobs': ['jobSummaries'],
  'appstream:DescribeFleets': ['Fleets'],
  'appstream:DescribeImageBuilders': ['ImageBuilders'],
  'athena:GetQueryExecution': ['QueryExecution'],
  'athena:GetQueryResults': ['ResultSet'],
  'athena:GetTableMetadata': ['TableMetadata'],
  'athena:StartQueryExecution': ['QueryExecutionId'],
  'athena:StopQueryExecution': [],
  'batch:DescribeComputeEnvironments': ['computeEnvironments'],
  'batch:DescribeJobQueues': ['jobQueues'],
  'batch:ListJobs': ['jobSummaryList'],
  'bedrock:ListFoundationModels': ['modelSummaries'],
  'bedrock:ListProvisionedModelThroughputs': ['provisionedModelSummaries'],
  'eks:DescribeFargateProfile': ['fargateProfile'],
  'eks:DescribeNodegroup': ['nodegroup'],
  'eks:ListClusters': ['clusters'],
  'eks:ListFargateProfiles': ['fargateProfileNames'],
  'eks:ListNodegroups': ['nodegroups'],
  'cloudcontrol:GetResource': ['ResourceDescription'],
  'cloudfront:GetDistribution': ['Distribution'],
  'cloudfront:ListDistributions': ['DistributionList'],
  'cloudtrail:DescribeTrails': ['trailList'],
  'cloudtrail:GetEventSelectors': ['EventSelectors', 'AdvancedEventSelectors'],
  'cloudtrail:GetTrailStatus': ['IsLogging'],
  'cloudtrail:ListPublicKeys': ['PublicKeyList'],
  'cloudtrail:LookupEvents': ['Events'],
  'codebuild:BatchGetBuilds': ['builds'],
  'codebuild:BatchGetProjects': ['projects'],
  'codebuild:ListBuilds': ['ids'],
  'codebuild:ListProjects': ['projects'],
  'costexplorer:GetCostAndUsage': ['ResultsByTime'],
  'ecs:DescribeServices': ['services'],
  'ecs:DescribeTasks': ['tasks'],
  'ecs:ListClusters': ['clusterArns'],
  'ecs:ListServices': ['serviceArns'],
  'ecs:ListTasks': ['taskArns'],
  'emr:DescribeCluster': ['Cluster'],
  'emr:ListBootstrapActions': ['BootstrapActions'],
  'emr:ListClusters': ['Clusters'],
  'emr:ListInstanceFleets': ['InstanceFleets'],
  'emr:ListInstanceGroups': ['InstanceGroups'],
  'emr:ListInstances': ['Instances'],
  'emr:ListSteps': ['Steps'],
  'eventbridge:ListEventBuses': ['EventBuses'],
  'eventbridge:ListRules': ['Rules'],
  'gamelift:DescribeFleetAttributes': ['FleetAttributes'],
  'guardduty:GetFindings': ['Findings'],
  'guardduty:ListDetectors': ['DetectorIds'],
  'guardduty:ListFindings': ['FindingIds'],
  'health:DescribeEvents': ['events'],
  'lambda:GetFunctionConcurrency': [],
  'lambda:GetPolicy': ['Policy'],
  'lambda:ListFunctionUrlConfigs': ['FunctionUrlConfigs'],
  'lambda:ListFunctions': ['Functions'],
  'lightsail:GetInstances': ['instances'],
  'rolesanywhere:ListProfiles': ['profiles'],
  'rolesanywhere:ListTrustAnchors': ['trustAnchors'],
  'route53:ListHostedZones': ['HostedZones'],
  's3:GetBucketPolicy': ['Policy'],
  's3:GetObject': ['Body'],
  's3:GetPublicAccessBlock': ['PublicAccessBlockConfiguration'],
  's3:ListBuckets': ['Buckets'],
  's3:ListObjectsV2': ['KeyCount', 'Name'],
  'sagemaker:DescribeEndpoint': ['EndpointName'],
  'sagemaker:ListClusters': ['ClusterSummaries'],
  'sagemaker:ListEndpoints': ['Endpoints'],
  'sagemaker:ListNotebookInstances': ['NotebookInstances'],
  'sagemaker:ListProcessingJobs': ['ProcessingJobSummaries'],
  'sagemaker:ListTrainingJobs': ['TrainingJobSummaries'],
  'scheduler:GetSchedule': ['Name', 'Arn'],
  'scheduler:ListSchedules': ['Schedules'],
  'sesv2:GetAccount': ['EnforcementStatus', 'SendingEnabled'],
  'sesv2:ListEmailIdentities': ['EmailIdentities'],
  'support:DescribeCases': ['cases'],
  'organizations:DescribeOrganization': ['Organization'],
  'organizations:ListAccounts': ['Accounts'],
  'organizations:ListAccountsForParent': ['Accounts'],
  'organizations:ListOrganizationalUnitsForParent': ['OrganizationalUnits'],
  'workspaces:DescribeWorkspaces': ['Workspaces'],
};

/** Whose answer is looked at. */
interface Asked {
  service: string;
  operation: string;
  region: string;
}

/** An HTTP answer as the SDK's handler gives it. */
export interface RawAnswer {
  statusCode: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** Why `output` lacks what the operation always answers with; null where nothing is missing. */
export function missingFrom(service: string, operation: string, output: object): string | null {
  if (namedXml.has(service) || !isRead(service, operation)) return null;
  const wanted = members[`${service}:${operation}`];
  if (wanted === undefined) throw new Error(`aws/answers does not know what ${service}:${operation} answers`);
  const there = output as Record<string, unknown>;
  if (wanted.length === 0 || wanted.some((name) => there[name] !== undefined && there[name] !== null))
    return null;
  return `it has no ${wanted.join(' or ')}`;
}

/** @throws AwsFailure where the parsed answer lacks what its operation always has */
export function assertWhole(asked: Asked, output: object, requestId: string | null): void {
  const missing = missingFrom(asked.service, asked.operation, output);
  if (missing !== null) throw notAnAnswer(asked, missing, 200, requestId);
}

/**
 * Reads the body of `answer`, bounded in size and time, and leaves it there for the SDK to parse.
 * @throws AwsFailure of kind `unreachable` where it is no answer of AWS's to this call
 */
export async function readAnswer(asked: Asked, answer: RawAnswer): Promise<void> {
  const { statusCode: status, headers } = answer;
  const refuse = (why: string): AwsFailure => notAnAnswer(asked, why, status, requestIdOf(headers));
  const body = await collect(answer.body, refuse);
  if (body !== null) answer.body = body;
  const text = beginningOf(body ?? new Uint8Array());
  // A load balancer of AWS's own says 502 to 504 in HTML; and the SDK tries those again.
  if (status >= 500) return;
  if (/^<(!doctype html|html)\b/i.test(text)) throw refuse('it is a web page (a proxy, or a sign-in page?)');
  if (status >= 300) return;
  const why = wrongShape(asked, text, requestIdOf(headers) !== null);
  if (why !== null) throw refuse(why);
  // The SDK gives objects out as streams.
  if (isObject(asked)) answer.body = Readable.from([body ?? new Uint8Array()]);
}

/** What S3 holds may be anything, also nothing: whoever reads it knows its length. */
function isObject({ service, operation }: Asked): boolean {
  return service === 's3' && operation === 'GetObject';
}

/** Enough of a body to tell what it is. */
function beginningOf(body: Uint8Array): string {
  return Buffer.from(body.subarray(0, 2_000))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
}

function wrongShape(asked: Asked, text: string, hasRequestId: boolean): string | null {
  const { service, operation } = asked;
  if (isObject(asked)) return hasRequestId ? null : 'it has no request id';
  if (text === '') {
    // Some changes are answered with nothing but a request id.
    if (isRead(service, operation)) return 'it is empty';
    if (namedXml.has(service) || !hasRequestId) return 'it is empty, and has no request id';
    return null;
  }
  // The policy itself, as it was put (S3 API reference, GetBucketPolicy).
  if (service === 's3' && operation === 'GetBucketPolicy')
    return text.startsWith('{') ? null : 'it is not a policy';
  if (otherXml.has(service)) return text.startsWith('<') ? null : 'it is not XML';
  if (!namedXml.has(service)) return text.startsWith('{') ? null : 'it is not a JSON object';
  const root = /^(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<([\w:.-]+)/s.exec(text)?.[1] ?? null;
  if (root === null) return 'it is not XML';
  if (root !== `${operation}Response`) return `it is a ${root.slice(0, 60)}`;
  if (!isRead(service, operation)) return null;
  // EC2 puts what it lists right into the root; the query protocol into an element of its own.
  if (service === 'ec2') return /Response[^>]*>\s*<\w/.test(text) ? null : 'it has nothing in it';
  return new RegExp(`<${operation}Result[\\s/>]`).test(text) ? null : `it has no ${operation}Result`;
}

/** The whole body; null where there is none to be read. */
async function collect(body: unknown, refuse: (why: string) => AwsFailure): Promise<Uint8Array | null> {
  if (!isReadable(body)) return body instanceof Uint8Array ? body : null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  const timer = setTimeout(
    () => body.destroy(refuse(`it was not complete ${bodyDeadline / 1000} seconds after it began`)),
    bodyDeadline,
  );
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > largest) throw refuse(`it is larger than ${largest / 1024 / 1024} MB`);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
  return Buffer.concat(chunks);
}

function isReadable(body: unknown): body is Readable {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'destroy' in body;
}

function requestIdOf(headers: Record<string, string>): string | null {
  return headers['x-amzn-requestid'] ?? headers['x-amz-request-id'] ?? headers['x-amzn-request-id'] ?? null;
}

function notAnAnswer(asked: Asked, why: string, status: number, requestId: string | null): AwsFailure {
  const { service, operation, region } = asked;
  const message = `not an answer of AWS: ${why}`;
  // It passes through the SDK, which asks a cause that is there for its metadata.
  return new AwsFailure(
    'unreachable',
    'NotAnAnswer',
    message,
    service,
    operation,
    region,
    requestId,
    status,
    undefined,
  );
}
