import { textColumns } from './athena-query.js';
import { literal, quoted } from './athena-table.js';
import { addressOf, type TrailPlace } from './s3-layout.js';

const issuer = 'STRUCT<type: STRING, principalid: STRING, arn: STRING, accountid: STRING, username: STRING>';
const session = `STRUCT<
      attributes: STRUCT<mfaauthenticated: STRING, creationdate: STRING>,
      sessionissuer: ${issuer},
      ec2roledelivery: STRING,
      sourceidentity: STRING,
      webidfederationdata: STRUCT<federatedprovider: STRING, attributes: MAP<STRING, STRING>>
    >`;
const identity = `STRUCT<
    type: STRING,
    principalid: STRING,
    arn: STRING,
    accountid: STRING,
    invokedby: STRING,
    accesskeyid: STRING,
    username: STRING,
    identityprovider: STRING,
    sessioncontext: ${session}
  >`;
const texts = (...names: string[]): string => names.map((name) => `  ${name} STRING`).join(',\n');

/**
 * The statement that makes a table of a trail's files, divided by account, region and day without any partition to be
 * added (Amazon Athena user guide, "Create a table for CloudTrail logs in Athena using partition projection"). Account and
 * region are injected: a query has to name them, as leakguard's do. Pure.
 */
export function tableStatement(place: TrailPlace, table: string, since: string): string {
  const organization = place.organization === null ? '' : `${place.organization}/`;
  const root = `${addressOf(place)}AWSLogs/${organization}`;
  const properties = {
    'projection.enabled': 'true',
    'projection.account.type': 'injected',
    'projection.region.type': 'injected',
    'projection.timestamp.type': 'date',
    'projection.timestamp.format': 'yyyy/MM/dd',
    'projection.timestamp.interval': '1',
    'projection.timestamp.interval.unit': 'DAYS',
    'projection.timestamp.range': `${since.replaceAll('-', '/')},NOW`,
    'storage.location.template': `${root}\${account}/CloudTrail/\${region}/\${timestamp}`,
  };
  const listed = Object.entries(properties).map(([name, value]) => `  ${literal(name)} = ${literal(value)}`);
  return `CREATE EXTERNAL TABLE ${quoted(table).replaceAll('"', '`')} (
  eventversion STRING,
  useridentity ${identity},
${texts(...textColumns.filter((name) => name !== 'eventversion'))}
)
PARTITIONED BY (account STRING, region STRING, \`timestamp\` STRING)
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'com.amazon.emr.cloudtrail.CloudTrailInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION ${literal(root)}
TBLPROPERTIES (
${listed.join(',\n')}
);`;
}
