import { rankOfAct } from './acts.js';

/** Acts of one kind that leave nothing which goes on costing, working or letting somebody in, and why. */
interface Idle {
  because: string;
  /** Matched against `service|Event`, Lambda's API dates left out. */
  acts: RegExp;
}

/** `iam|CreateGroup, CreateUser` on each line: exactly these acts. */
function exactly(lines: string): RegExp {
  const acts = lines
    .trim()
    .split('\n')
    .map((line) => {
      const [service = '', names = ''] = line.trim().split('|');
      return `${service}\\|(${names.split(/,\s*/).join('|')})`;
    });
  return new RegExp(`^(${acts.join('|')})$`);
}

/** Looked at first: these are idle although their kind is not. */
const idleByName: readonly Idle[] = [
  {
    because: 'it only describes what a play contains: nothing runs until something is started from it',
    acts: exactly(`
      batch|RegisterJobDefinition
      ecs|CreateCluster,PutClusterCapacityProviders,RegisterTaskDefinition
      elasticbeanstalk|CreateApplication,CreateApplicationVersion,CreateConfigurationTemplate,CreateStorageLocation
      gamelift|CreateBuild,CreateScript
      sagemaker|CreateEndpointConfig,CreateModel
      lambda|PublishVersion,PublishLayerVersion
      cloudformation|CreateChangeSet`),
  },
  {
    because: 'it goes with the rule, the instance or the role that a play contains',
    acts: exactly(`
      events|PutTargets
      iam|AddRoleToInstanceProfile,CreateInstanceProfile
      ec2|AssociateAddress,DisassociateAddress,CreateNetworkInterface,DetachVolume`),
  },
  {
    because: 'network without a way in or out: it costs nothing, and nothing runs in it that no play sees',
    acts: exactly(`
      ec2|CreateDefaultSubnet,CreateDefaultVpc,CreateInternetGateway,CreatePlacementGroup,CreateRouteTable,CreateSubnet,CreateVpc
      ec2|UpdateSecurityGroupRuleDescriptionsIngress,UpdateSecurityGroupRuleDescriptionsEgress`),
  },
  {
    because: 'it gives no right by itself: members, policies and services that use it are told by themselves',
    acts: exactly(`
      iam|CreateGroup,CreateServiceLinkedRole,UpdateRoleDescription
      s3|CreateServiceLinkedRole`),
  },
  {
    because: 'it ends by itself: what it gave is followed as a session',
    acts: exactly(`
      rolesanywhere|CreateSession
      ssm|StartSession,ResumeSession
      ec2-instance-connect|SendSSHPublicKey,SendSerialConsoleSSHPublicKey,OpenTunnel
      redshift|GetClusterCredentials
      kms|GenerateDataKey,GenerateDataKeyWithoutPlaintext,GenerateDataKeyPair,Encrypt,ReEncrypt,Sign`),
  },
  {
    because: 'words and numbers of CloudWatch: what passes them on, acts on them or opens them is told',
    acts: exactly(`
      logs|CreateLogGroup,CreateLogStream,PutLogEvents,PutQueryDefinition,CreateExportTask,StartQuery
      monitoring|PutMetricData,PutDashboard,PutAnomalyDetector`),
  },
  {
    because: 'agents on instances and registries report so about themselves',
    acts: exactly(`
      ssm|UpdateInstanceInformation,UpdateInstanceAssociationStatus,PutInventory,PutComplianceItems,PutConfigurePackageResult
      ecs|SubmitTaskStateChange,SubmitContainerStateChange,SubmitAttachmentStateChanges,RegisterContainerInstance
      ecr|InitiateLayerUpload,UploadLayerPart,CompleteLayerUpload
      config|PutEvaluations,StartConfigRulesEvaluation
      securityhub|BatchImportFindings
      secretsmanager|StartSecretVersionDelete,EndSecretVersionDelete,CancelSecretVersionDelete
      ec2|SharedSnapshotVolumeCreated,SharedSnapshotCopyInitiated`),
  },
];

/** Idle in every service, whatever is known of one of these acts. */
const idleByKind: readonly Idle[] = [
  {
    because:
      'credentials that it gives are followed as sessions; else it is words, or a limit that costs nothing',
    acts: /^(cloudshell|health|servicequotas|signin|sts|support|tagging)\|/,
  },
  {
    // Of users and roles they may be rights: policies compare them (IAM user guide, "ABAC").
    because: 'a tag costs nothing and lets nobody in',
    acts: /^(?!iam\|(Tag|Untag)(User|Role)$)[\w-]+\|((Tag|Untag)[A-Z]\w*|\w*(Tags|Tagging)((To|From|For|On)[A-Z]\w*)?)$/,
  },
  {
    because: 'data that was written or read: CloudTrail’s event history does not show all of it',
    acts: /\|(Batch|Transact)?(Put|Delete|Copy|Post|Restore|Upload|Update|Write|Complete|Abort|Send|Receive|Change|Create(?=Multipart))(Objects?|ObjectRetention|Part|PartCopy|MultipartUpload|Items?|Records?|Messages?|MessageBatch|MessageVisibility)$|^dynamodb\|Execute(Statement|Transaction)$/,
  },
  {
    because: 'it ran once and ended: what it changed is told by itself',
    acts: /^(?!ssm\|SendCommand)\w[\w-]*\|(Invoke\w*|Converse\w*|(Batch)?Send\w+|Publish(Batch)?|(Start|Stop|Cancel)Query(Execution)?|ExecuteStatement|\w*Invalidation)$/,
  },
];

/** Looked at last, once an act is in no list of what stands. */
const ended: Idle = {
  because:
    'it ended or deleted something: nothing of that goes on; the loss is told with what the misuse did',
  acts: /\|(Batch)?(Delete|Terminate|Deregister|Release|Cancel|Stop|Abort|Purge|Retire|Revoke|Reject|End|Close)[A-Z]\w*$/,
};

/** Services that watch over the account: what ends there is a door left open. */
const guards =
  /^(access-analyzer|account|cloudtrail|config|guardduty|inspector2|macie2|organizations|securityhub|detective|fms|auditmanager|backup)\|/;

/** Protections: to take one away opens something that stays open. */
const protections =
  /\|(Delete|Stop|Revoke|Reset|Cancel|End|Release|Deregister)\w*(Polic(y|ies)|PublicAccessBlock|Encryption|Logging|LoggingConfigurations?|LogConfig|FlowLogs?|Guardrail\w*|WebACL|RuleGroup|FirewallPolicy|Firewall|Boundary|Lock|LockConfiguration|Protection|ProtectionGroup|MFADevice|Alarms?|Rotat\w+|NetworkAclEntry)$/;

/** In records that do not say `readOnly`. */
const readsOnly: Idle = {
  because: 'it only reads',
  acts: /\|(Get|List|Describe|Head|BatchGet|BatchDescribe|Search|Lookup|Query|Scan|Select|Check|Validate|Simulate|Preview|Estimate|Decode|Decrypt|Download|View)([A-Z]|$)|\|GitPull$/,
};

/**
 * Why an act leaves nothing that stands; null where it does. Everything stands that is not known to be idle: a service
 * or an event that nobody thought of is told, never passed over.
 */
export function idleBecause(source: string, name: string): string | null {
  const service = source.replace(/\.amazonaws\.com$/, '');
  const plain = name.replace(/\d{8}(v\d+)?$/, '');
  const act = `${service}|${plain}`;
  const idle = [...idleByName, readsOnly, ...idleByKind].find(({ acts }) => acts.test(act));
  if (idle !== undefined) return idle.because;
  const ranked = rankOfAct(source, name);
  if (ranked !== null && (ranked.rank !== 'other' || ranked.thing === 'KMS key')) return null;
  if (guards.test(act) || protections.test(act)) return null;
  return ended.acts.test(act) ? ended.because : null;
}

/** Creates that work as well where the thing was there before, and answer with that one (API reference of each). */
const existing = exactly(`
  sns|CreateTopic,Subscribe,CreatePlatformApplication,CreatePlatformEndpoint
  sqs|CreateQueue
  ecs|CreateCluster
  s3|CreateBucket
  ec2|AssociateAddress,CreateTags
  events|PutRule
    iot|CreateThing,CreateThingType,CreateThingGroup,CreatePolicy
  ses|VerifyEmailIdentity,VerifyDomainIdentity`);

/** True where the act works as well on what was there before, or sets it anew: it proves nothing of who made that. */
export function answersWithExisting(source: string, name: string): boolean {
  const act = `${source.replace(/\.amazonaws\.com$/, '')}|${name.replace(/\d{8}(v\d+)?$/, '')}`;
  return existing.test(act) || /\|(Put|Set|Update|Modify|Enable|Associate|Attach|Tag)/.test(act);
}
