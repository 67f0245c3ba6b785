import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

// Athena's API on loopback, with DuckDB behind it: what the product asks is run as SQL by an engine that nobody here wrote.

const identity = {
  type: 'VARCHAR',
  principalid: 'VARCHAR',
  arn: 'VARCHAR',
  accountid: 'VARCHAR',
  invokedby: 'VARCHAR',
  accesskeyid: 'VARCHAR',
  username: 'VARCHAR',
  identityprovider: 'VARCHAR',
  sessioncontext: {
    attributes: { mfaauthenticated: 'VARCHAR', creationdate: 'VARCHAR' },
    sessionissuer: {
      type: 'VARCHAR',
      principalid: 'VARCHAR',
      arn: 'VARCHAR',
      accountid: 'VARCHAR',
      username: 'VARCHAR',
    },
    ec2roledelivery: 'VARCHAR',
    sourceidentity: 'VARCHAR',
    webidfederationdata: { federatedprovider: 'VARCHAR' },
  },
};
const texts = [
  'eventversion',
  'eventtime',
  'eventsource',
  'eventname',
  'awsregion',
  'sourceipaddress',
  'useragent',
  'errorcode',
  'errormessage',
  'requestparameters',
  'responseelements',
  'additionaleventdata',
  'requestid',
  'eventid',
  'readonly',
  'eventtype',
  'recipientaccountid',
  'serviceeventdetails',
  'sharedeventid',
  'vpcendpointid',
];

type Metadata = Record<string, unknown>;

/** As the statement of `leakguard athena-ddl` makes it. */
export const ownTable: Metadata = {
  Name: 'logs',
  Columns: [...texts, 'useridentity'].map((Name) => ({ Name, Type: 'string' })),
  PartitionKeys: ['account', 'region', 'timestamp'].map((Name) => ({ Name, Type: 'string' })),
  Parameters: { 'projection.timestamp.format': 'yyyy/MM/dd' },
};

export interface AthenaServer {
  url: string;
  /** Every statement that was run. */
  statements: string[];
  /** Operations in the order in which they came. */
  calls: string[];
  table: Metadata;
  /** Bytes that each query says it has read. */
  scanned: number;
  /** Ends each query so, instead of running it; RUNNING: it never ends by itself. */
  end: { State: 'FAILED' | 'RUNNING'; StateChangeReason?: string } | null;
  close(): Promise<void>;
}

export async function athenaOf(records: readonly object[]): Promise<AthenaServer> {
  const database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  await fill(connection, records);
  const queries = new Map<
    string,
    { rows: (string | null)[][]; state: string; reason?: string | undefined }
  >();
  const own: AthenaServer = {
    url: '',
    statements: [],
    calls: [],
    table: ownTable,
    scanned: 1_000_000,
    end: null,
    close: () =>
      new Promise((resolve) => {
        connection.closeSync();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const answer = async (operation: string, input: Record<string, unknown>): Promise<object> => {
    const id = input['QueryExecutionId'] as string;
    const query = queries.get(id);
    switch (operation) {
      case 'GetTableMetadata':
        return { TableMetadata: own.table };
      case 'StartQueryExecution': {
        const sql = input['QueryString'] as string;
        own.statements.push(sql);
        const QueryExecutionId = `query-${queries.size}`;
        if (own.end === null) {
          const result = await connection.runAndReadAll(sql);
          const rows = result
            .getRows()
            .map((row) => row.map((cell) => (cell === null ? null : String(cell as string))));
          queries.set(QueryExecutionId, { rows: [result.columnNames(), ...rows], state: 'SUCCEEDED' });
        } else
          queries.set(QueryExecutionId, {
            rows: [],
            state: own.end.State,
            reason: own.end.StateChangeReason,
          });
        return { QueryExecutionId };
      }
      case 'GetQueryExecution':
        return {
          QueryExecution: {
            QueryExecutionId: id,
            Status: { State: query?.state, StateChangeReason: query?.reason },
            Statistics: { DataScannedInBytes: own.scanned },
          },
        };
      case 'StopQueryExecution':
        return {};
      default: {
        const from = Number(input['NextToken'] ?? 0);
        const most = Math.min(Number(input['MaxResults']), 3);
        const rows = query?.rows ?? [];
        return {
          ResultSet: {
            Rows: rows.slice(from, from + most).map((row) => ({
              Data: row.map((cell) => (cell === null ? {} : { VarCharValue: cell })),
            })),
          },
          ...(rows.length > from + most ? { NextToken: String(from + most) } : {}),
        };
      }
    }
  };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const operation = (request.headers['x-amz-target'] as string | undefined)?.split('.').at(-1) ?? '';
      const text = Buffer.concat(chunks).toString();
      response.setHeader('x-amzn-requestid', 'athena');
      if (operation === '') {
        const who =
          '<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/oncall</Arn><UserId>AIDA</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
        response.setHeader('content-type', 'text/xml').end(who);
        return;
      }
      own.calls.push(operation);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      answer(operation, JSON.parse(text) as Record<string, unknown>).then(
        (result) => response.end(JSON.stringify(result)),
        (error: unknown) => {
          response.statusCode = 400;
          response.end(JSON.stringify({ __type: 'InvalidRequestException', message: String(error) }));
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  own.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return own;
}

/** A table with these records, as Athena's reader of CloudTrail's files shows them. */
async function fill(connection: DuckDBConnection, records: readonly object[]): Promise<void> {
  await connection.run('CREATE SCHEMA db');
  // Trino's function of this name.
  await connection.run('CREATE MACRO json_format(value) AS CAST(value AS VARCHAR)');
  const list = texts.map((name) => `${name} VARCHAR`).join(', ');
  await connection.run(
    `CREATE TABLE db.logs (${list}, account VARCHAR, region VARCHAR, "timestamp" VARCHAR, useridentity ${structOf(identity)})`,
  );
  for (const record of records) {
    const fields = new Map(
      Object.entries(record).map(([name, value]) => [name.toLowerCase(), value as unknown]),
    );
    const day = (fields.get('eventtime') as string).slice(0, 10).replaceAll('-', '/');
    const values = texts.map((name) => textOf(fields.get(name)));
    const user = JSON.stringify(lowered(fields.get('useridentity') ?? null));
    const account = (fields.get('recipientaccountid') as string | undefined) ?? '';
    const all = [...values, account, textOf(fields.get('awsregion')), day, user];
    const places = all.map((_, index) => `$${index + 1}`);
    places[places.length - 1] = `json_transform(${places.at(-1)!}, '${JSON.stringify(identity)}')`;
    await connection.run(`INSERT INTO db.logs VALUES (${places.join(', ')})`, all);
  }
}

type Struct = { [name: string]: string | Struct };

function structOf(struct: Struct): string {
  const members = Object.entries(struct).map(
    ([name, type]) => `"${name}" ${typeof type === 'string' ? type : structOf(type)}`,
  );
  return `STRUCT(${members.join(', ')})`;
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function lowered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name.toLowerCase(), lowered(inner)]),
  );
}
