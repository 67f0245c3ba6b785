/**
 * The closed set of ways in which a call to AWS fails, with the cause kept. Codes from the EC2 API reference's
 * error codes, the IAM and STS API references, and AWS's notes on restricted accounts.
 */
export type FailureKind =
  /** EC2 DryRun: it would have worked. */
  | 'would-work'
  | 'denied'
  /** Termination or stop protection. */
  | 'protected'
  /** Already gone: done, not failed. */
  | 'gone'
  /** It exists already, or is already in the state that was asked for. */
  | 'already-so'
  | 'throttled'
  /** The endpoint does not take this token. What that means, only the run can tell: see aws/standing. */
  | 'token-refused'
  /** The account has not signed up for the service: nothing was looked at. */
  | 'not-subscribed'
  /** AWS has restricted the account, or is still validating the region. */
  | 'restricted'
  /** Something else is changing it; try again. */
  | 'busy'
  /** Service-linked and AWSReservedSSO_* roles. */
  | 'unmodifiable'
  /** Support and Health without a paid plan. */
  | 'no-subscription'
  /** No, wrong or expired credentials. */
  | 'credentials'
  /** No answer, or not one that AWS sends: connection refused or cut, time-out, HTML. */
  | 'unreachable'
  /** AWS has no endpoint of the service in that region. */
  | 'not-offered'
  /** The endpoint does not know the operation. */
  | 'unsupported'
  /** A listing whose pages never end: what was read of it is not all. */
  | 'endless'
  /** AWS says the request is malformed: a defect of ours, or a value that the account does not have. */
  | 'invalid'
  | 'other';

const kindByCode: Record<string, FailureKind> = {
  DryRunOperation: 'would-work',
  UnauthorizedOperation: 'denied',
  AccessDenied: 'denied',
  AccessDeniedException: 'denied',
  AuthorizationError: 'denied',
  NotAuthorized: 'denied',
  OperationNotPermitted: 'protected',
  'InvalidAMIID.Unavailable': 'gone',
  'InvalidInstanceID.NotFound': 'gone',
  'InvalidSpotInstanceRequestID.NotFound': 'gone',
  InvalidSpotFleetRequestId: 'gone',
  'InvalidLaunchTemplateId.NotFound': 'gone',
  'InvalidKeyPair.NotFound': 'gone',
  'InvalidGroup.NotFound': 'gone',
  IncorrectInstanceState: 'gone',
  fleetIdDoesNotExist: 'gone',
  fleetNotInDeletableState: 'gone',
  fleetRequestIdDoesNotExist: 'gone',
  fleetRequestNotInCancellableState: 'gone',
  NoSuchEntity: 'gone',
  NoSuchEntityException: 'gone',
  ResourceNotFoundException: 'gone',
  ResourceNotFound: 'gone',
  NotFoundException: 'gone',
  ClusterNotFoundException: 'gone',
  ServiceNotFoundException: 'gone',
  ServiceNotActiveException: 'gone',
  EntityAlreadyExists: 'already-so',
  RequestLimitExceeded: 'throttled',
  Throttling: 'throttled',
  ThrottlingException: 'throttled',
  ThrottledException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestThrottled: 'throttled',
  RequestThrottledException: 'throttled',
  SlowDown: 'throttled',
  EC2ThrottledException: 'throttled',
  OptInRequired: 'not-subscribed',
  AuthFailure: 'token-refused',
  UnrecognizedClientException: 'token-refused',
  InvalidClientTokenId: 'token-refused',
  InvalidAccessKeyId: 'token-refused',
  InvalidToken: 'token-refused',
  InvalidSecurity: 'token-refused',
  RegionDisabledException: 'token-refused',
  Blocked: 'restricted',
  PendingVerification: 'restricted',
  EntityTemporarilyUnmodifiable: 'busy',
  ConcurrentModification: 'busy',
  ConcurrentModificationException: 'busy',
  ScalingActivityInProgress: 'busy',
  ResourceContention: 'busy',
  // Its instance has still to end.
  VolumeInUse: 'busy',
  'InvalidIPAddress.InUse': 'busy',
  ResourceInUse: 'busy',
  ResourceInUseException: 'busy',
  ResourceConflictException: 'busy',
  ConflictException: 'busy',
  UnmodifiableEntity: 'unmodifiable',
  SubscriptionRequiredException: 'no-subscription',
  ExpiredToken: 'credentials',
  ExpiredTokenException: 'credentials',
  RequestExpired: 'credentials',
  SignatureDoesNotMatch: 'credentials',
  InvalidSignatureException: 'credentials',
  IncompleteSignature: 'credentials',
  MissingAuthenticationToken: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',
  // Of Cloud Control: the type has no handler, which says nothing of the thing.
  TypeNotFoundException: 'unsupported',
  UnsupportedActionException: 'unsupported',
  InvalidAction: 'unsupported',
  UnknownOperationException: 'unsupported',
  UnknownOperation: 'unsupported',
  NotImplemented: 'unsupported',
  NotImplementedException: 'unsupported',
  InvalidParameterValue: 'invalid',
  InvalidParameterCombination: 'invalid',
  InvalidParameterException: 'invalid',
  ValidationError: 'invalid',
  ValidationException: 'invalid',
  MalformedPolicyDocument: 'invalid',
  MalformedPolicyDocumentException: 'invalid',
  MissingParameter: 'invalid',
};

const unreachableNames =
  /^(TimeoutError|AbortError|RequestTimeout|NetworkingError|SyntaxError|ECONN\w+|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|HPE_\w+|UND_\w+|CERT_\w+|DEPTH_ZERO\w*|SELF_SIGNED\w*)$/;

const accountRestricted = /account (is currently blocked|must be verified|has been (suspended|restricted))/i;

/** A call to AWS that failed: what, where, why, and what AWS said. The SDK's error is the `cause`. */
export class AwsFailure extends Error {
  override readonly name = 'AwsFailure';
  constructor(
    readonly kind: FailureKind,
    /** AWS's code, or the network's (`ECONNREFUSED`). */
    readonly code: string,
    message: string,
    readonly service: string,
    readonly operation: string,
    readonly region: string,
    readonly requestId: string | null,
    /** HTTP status; null where there was no answer. */
    readonly httpStatus: number | null,
    cause: unknown,
  ) {
    super(message, { cause });
  }

  /** `ec2:DescribeInstances in eu-west-1: UnauthorizedOperation: …`, on one line. */
  describe(): string {
    return `${this.service}:${this.operation} in ${this.region}: ${this.code}: ${this.message}`;
  }
}

/** There are no credentials to call with: nothing was called. */
export function noCredentials(code: string, message: string, cause: unknown = null): AwsFailure {
  return new AwsFailure(
    'credentials',
    code,
    message,
    'sts',
    'GetCallerIdentity',
    'global',
    null,
    null,
    cause,
  );
}

/** What an answer says of one thing in it: the call itself went through. */
export function namedFailure(
  code: string,
  message: string,
  { service, operation, region }: { service: string; operation: string; region: string },
): AwsFailure {
  const kind = failureKind(code, message, null);
  return new AwsFailure(kind, code, message, service, operation, region, null, null, null);
}

/** The kind that AWS's `code` and `message` mean; `httpStatus` decides where the code says nothing. */
export function failureKind(code: string, message: string, httpStatus: number | null): FailureKind {
  const bare = code.replace(/^(Client|Server)\./, '');
  // "Your account must be verified before you can add new CloudFront resources" comes as AccessDenied.
  if (accountRestricted.test(message)) return 'restricted';
  const known = kindByCode[code] ?? kindByCode[bare];
  if (known !== undefined) return known;
  if (/\.NotFound$|NotFound(Exception|Fault)?$|^NoSuch/.test(bare)) return 'gone';
  if (/Throttl/i.test(bare) || httpStatus === 429) return 'throttled';
  if (unreachableNames.test(bare)) return 'unreachable';
  if (/credential|token.*expired|sso/i.test(bare)) return 'credentials';
  if (httpStatus === 403) return 'denied';
  if (httpStatus !== null && httpStatus >= 500) return 'unreachable';
  return 'other';
}
