import { isQuarantine } from '../../facts/index.js';
import { textAt, type TrailEvent } from '../../model/index.js';
import { requestOf, valueOf } from './record-fields.js';

/** How much a first use of this call says of misuse, where the key's own life has none of it. The calls are those
 *  seen in published incidents (TrailDiscover, hackingthe.cloud, AWS's CredCompromise playbook). */
const weights: Record<string, number> = {
  'cloudtrail.amazonaws.com|StopLogging': 0.6,
  'cloudtrail.amazonaws.com|DeleteTrail': 0.6,
  'cloudtrail.amazonaws.com|UpdateTrail': 0.3,
  'cloudtrail.amazonaws.com|PutEventSelectors': 0.4,
  'guardduty.amazonaws.com|DeleteDetector': 0.6,
  'guardduty.amazonaws.com|UpdateDetector': 0.3,
  'organizations.amazonaws.com|LeaveOrganization': 0.6,
  'account.amazonaws.com|EnableRegion': 0.4,
  'servicequotas.amazonaws.com|RequestServiceQuotaIncrease': 0.3,
  'iam.amazonaws.com|CreateUser': 0.35,
  'iam.amazonaws.com|CreateLoginProfile': 0.4,
  'iam.amazonaws.com|UpdateLoginProfile': 0.4,
  'iam.amazonaws.com|CreateAccessKey': 0.4,
  'iam.amazonaws.com|AttachUserPolicy': 0.3,
  'iam.amazonaws.com|PutUserPolicy': 0.3,
  'iam.amazonaws.com|AddUserToGroup': 0.2,
  'iam.amazonaws.com|CreateRole': 0.15,
  'iam.amazonaws.com|AttachRolePolicy': 0.15,
  'iam.amazonaws.com|PutRolePolicy': 0.15,
  'iam.amazonaws.com|UpdateAssumeRolePolicy': 0.4,
  'iam.amazonaws.com|CreateSAMLProvider': 0.5,
  'iam.amazonaws.com|CreateOpenIDConnectProvider': 0.3,
  'iam.amazonaws.com|CreateServiceSpecificCredential': 0.4,
  'iam.amazonaws.com|UploadSSHPublicKey': 0.3,
  'rolesanywhere.amazonaws.com|CreateTrustAnchor': 0.5,
  'rolesanywhere.amazonaws.com|CreateProfile': 0.3,
  'sts.amazonaws.com|GetFederationToken': 0.4,
  'sts.amazonaws.com|GetSessionToken': 0.15,
  'signin.amazonaws.com|GetSigninToken': 0.3,
  'signin.amazonaws.com|ConsoleLogin': 0.15,
  'ec2.amazonaws.com|ModifySnapshotAttribute': 0.4,
  'ec2.amazonaws.com|ModifyImageAttribute': 0.4,
  'rds.amazonaws.com|ModifyDBSnapshotAttribute': 0.4,
  'ec2.amazonaws.com|ImportKeyPair': 0.2,
  'ec2.amazonaws.com|CreateKeyPair': 0.15,
  'ec2.amazonaws.com|CreateSecurityGroup': 0.1,
  'ec2.amazonaws.com|AuthorizeSecurityGroupIngress': 0.1,
  'ec2.amazonaws.com|GetPasswordData': 0.3,
  'ec2.amazonaws.com|DeleteFlowLogs': 0.4,
  'ec2.amazonaws.com|EnableSerialConsoleAccess': 0.4,
  'ec2-instance-connect.amazonaws.com|SendSSHPublicKey': 0.2,
  'ec2-instance-connect.amazonaws.com|SendSerialConsoleSSHPublicKey': 0.4,
  'ssm.amazonaws.com|SendCommand': 0.2,
  'ssm.amazonaws.com|StartSession': 0.2,
  'secretsmanager.amazonaws.com|BatchGetSecretValue': 0.3,
  'secretsmanager.amazonaws.com|GetSecretValue': 0.15,
  'bedrock.amazonaws.com|PutUseCaseForModelAccess': 0.4,
  'bedrock.amazonaws.com|PutFoundationModelEntitlement': 0.4,
  'bedrock.amazonaws.com|CreateFoundationModelAgreement': 0.4,
  'bedrock.amazonaws.com|DeleteModelInvocationLoggingConfiguration': 0.6,
  'bedrock.amazonaws.com|InvokeModel': 0.15,
  'bedrock.amazonaws.com|InvokeModelWithResponseStream': 0.15,
  'bedrock.amazonaws.com|Converse': 0.15,
  'bedrock.amazonaws.com|ConverseStream': 0.15,
  'ses.amazonaws.com|UpdateAccountSendingEnabled': 0.3,
  'ses.amazonaws.com|GetSendQuota': 0.2,
  'lambda.amazonaws.com|AddPermission': 0.15,
  'lambda.amazonaws.com|UpdateFunctionCode': 0.15,
  'lambda.amazonaws.com|UpdateFunctionConfiguration': 0.15,
  'ecs.amazonaws.com|CreateCluster': 0.15,
  'ecs.amazonaws.com|RegisterTaskDefinition': 0.1,
  'batch.amazonaws.com|CreateComputeEnvironment': 0.2,
  'sagemaker.amazonaws.com|CreateNotebookInstance': 0.2,
  'lightsail.amazonaws.com|CreateInstances': 0.2,
  'route53resolver.amazonaws.com|DeleteResolverQueryLogConfig': 0.4,
};

/** What makes things run that stood still. Owners do so by habit: a first time is a weak sign of when misuse began, and
 *  says nothing against a habit. */
const wakes = new Set([
  'ec2.amazonaws.com|StartInstances',
  'lightsail.amazonaws.com|StartInstance',
  'sagemaker.amazonaws.com|StartNotebookInstance',
]);

/** Weight of a first use as a sign of when misuse began: what `sensitivityOf` says, and of what only wakes things. */
export function noveltyOf(event: TrailEvent): number {
  return wakes.has(`${event.source}|${event.name}`) ? 0.1 : sensitivityOf(event);
}

/** Lambda's event names carry API dates: `AddPermission20150331v2`. */
export function plainName(name: string): string {
  return name.replace(/\d{8}(v\d+)?$/, '');
}

/** Weight of a first use, 0 where the call says nothing by itself. Administrator's rights weigh more. */
export function sensitivityOf(event: TrailEvent): number {
  const weight = weights[`${event.source}|${plainName(event.name)}`] ?? 0;
  if (weight === 0) return 0;
  const policy = valueOf(requestOf(event).policyArn);
  return policy?.endsWith('/AdministratorAccess') === true ? weight + 0.15 : weight;
}

/** AWS's own word that a key of this user is exposed: it attaches a quarantine policy (AWS managed policy reference,
 *  AWSCompromisedKeyQuarantine*; older: the inline AWSExposedCredentialPolicy_DO_NOT_REMOVE). */
export function quarantinedUser(event: TrailEvent): string | null {
  if (event.source !== 'iam.amazonaws.com' || event.errorCode !== null) return null;
  const request = requestOf(event);
  const user = textAt(request, 'userName');
  if (event.name === 'AttachUserPolicy') {
    return isQuarantine(valueOf(request.policyArn) ?? '') ? user : null;
  }
  if (event.name === 'PutUserPolicy') {
    return /^AWSExposedCredentialPolicy/.test(valueOf(request.policyName) ?? '') ? user : null;
  }
  return null;
}
