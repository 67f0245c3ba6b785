import table from './cloud-types.json' with { type: 'json' };

/** The play that knows things by CloudFormation's types alone. */
export const cloudPlay = 'cloud-control';

/** A type of CloudFormation's that Cloud Control reads and deletes, and how one of it is identified. */
export interface CloudType {
  /** `AWS::Kinesis::Stream`. */
  type: string;
  /** The properties that identify one, in order. */
  ids: { property: string; madeByAws: boolean }[];
  /** Properties that only AWS sets, where one made anew from the rest is the same; else null. */
  readOnly: string[] | null;
}

const types: Record<string, string> = table.types;

function typeOfRow(row: string): CloudType {
  const [name = '', ids = '', readOnly] = row.split(';');
  return {
    type: `AWS::${name}`,
    ids: ids.split(',').map((id) => ({ property: id.replace('!', ''), madeByAws: id.startsWith('!') })),
    readOnly: readOnly === undefined ? null : readOnly.split(',').filter((one) => one !== ''),
  };
}

const byType = new Map(Object.values(types).map((row) => [`AWS::${row.split(';')[0] ?? ''}`, row]));

/** The type of what this event made; null where it is not known. */
export function cloudTypeOfEvent(source: string, name: string): CloudType | null {
  const act = `${source.replace(/\.amazonaws\.com$/, '')}|${name.replace(/\d{8}(v\d+)?$/, '')}`;
  const row = Object.hasOwn(types, act) ? types[act] : undefined;
  return row === undefined ? null : typeOfRow(row);
}

/** `AWS::Kinesis::Stream`; null for a type that is not in the table. */
export function cloudType(type: string): CloudType | null {
  const row = byType.get(type);
  return row === undefined ? null : typeOfRow(row);
}

/** Services and types that hold what nobody can make anew: data, keys, users, and what decrypts or names them. */
const data =
  /^AWS::(RDS|DocDB\w*|Neptune\w*|DynamoDB|DAX|S3\w*|EFS|FSx|KMS|SecretsManager|ElastiCache|MemoryDB|Redshift\w*|OpenSearch\w*|Elasticsearch|AOSS|Kinesis|KinesisVideo|MSK|Timestream|QLDB|Cassandra|Backup|ECR|CodeCommit|CodeArtifact|Glacier|DirectoryService|WorkSpaces|Lightsail|SQS|SDB|SimpleDB|CloudHSM|HealthLake|Omics|FinSpace|DSQL|StorageGateway|Cognito|IdentityStore|SSO|Organizations|Route53\w*|Logs|CloudTrail|PaymentCryptography|ACMPCA|CertificateManager|Bedrock::KnowledgeBase|Glue::(Database|Table|Catalog|Partition|Schema\w*|Registry)|SSM::(Parameter|Document)|EC2::(Volume|Snapshot|Image)|AmazonMQ|MediaStore|ManagedBlockchain|HealthImaging|EVS|Grafana|APS|AppStream::(ImageBuilder|User\w*|DirectoryConfig)|Transfer|Forecast|Athena|IoT\w*|SageMaker::(Domain|UserProfile|Space|FeatureGroup|NotebookInstance|ModelPackage\w*|Project)|Location|LookoutMetrics|Personalize|DataZone|QBusiness|Kendra|QuickSight|Wisdom|Connect|CustomerProfiles|EKS|ECS|EMR|CloudFormation|IAM)(::|$)/;

/** True for types with data, and for those whose deletion takes what others have put in: never deleted by type alone. */
export function holdsData(type: string): boolean {
  return data.test(type);
}
