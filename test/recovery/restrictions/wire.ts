import { createServer, type IncomingMessage } from 'node:http';
import { vi } from 'vitest';
import { openSession, type Session } from '../../../src/aws/session.js';

export interface WireAnswer {
  status: number;
  body: string;
  headers?: Record<string, string>;
}
/** By `service:Operation`, or `service:METHOD /path` for REST; `service` alone answers for the whole service. */
export type WireTable = Record<string, WireAnswer | 'drop'>;

export interface Wire {
  url: string;
  /** `service:Operation` of every call so far. */
  calls: string[];
  table: WireTable;
  session(): Promise<Session>;
  close(): Promise<void>;
}

/** The SDK reads them from the process itself. */
const credentials = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'not-a-secret' };
const account = '123456789012';
const userArn = `arn:aws:iam::${account}:user/responder`;

/** The answers of AWS's services, byte for byte as they document their protocols, by a server on loopback. */
export async function startWire(table: WireTable = {}): Promise<Wire> {
  for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value);
  vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent');
  const calls: string[] = [];
  const all: WireTable = { ...defaults, ...table };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [service, operation] = nameOf(request, Buffer.concat(chunks).toString());
      calls.push(`${service}:${operation}`);
      const answer = all[`${service}:${operation}`] ?? all[service] ?? unknown;
      if (answer === 'drop') {
        response.destroy();
        return;
      }
      const type = answer.body.startsWith('<') ? 'text/xml' : 'application/json';
      response
        .writeHead(answer.status, { 'content-type': type, 'x-amzn-requestid': 'r-1', ...answer.headers })
        .end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const sessions: Session[] = [];
  return {
    url,
    calls,
    table: all,
    session: async () => {
      const session = await openSession({
        profile: null,
        region: 'us-east-1',
        endpointUrl: url,
        maxAttempts: 1,
        env: credentials,
      });
      sessions.push(session);
      return session;
    },
    close: async () => {
      for (const session of sessions) session.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function nameOf(request: IncomingMessage, body: string): [service: string, operation: string] {
  const service =
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return [service, target.split('.').at(-1) ?? ''];
  const action = /(?:^|&)Action=([^&]+)/.exec(body)?.[1];
  const path = (request.url ?? '').split('?')[0];
  return [service, action ?? `${request.method ?? ''} ${path ?? ''}`];
}

const unknown: WireAnswer = {
  status: 400,
  body: '<ErrorResponse><Error><Code>InvalidAction</Code><Message>not in the table</Message></Error></ErrorResponse>',
};

/** An error of the query and REST-XML protocols. */
export function xmlError(code: string, message: string, status = 403): WireAnswer {
  return {
    status,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
  };
}

/** An error of EC2, and of S3. */
export function ec2Error(code: string, message: string, status = 403): WireAnswer {
  return {
    status,
    body: `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>r-1</RequestID></Response>`,
  };
}
export function s3Error(code: string, message: string, status = 403): WireAnswer {
  return { status, body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>` };
}

/** An error of the JSON protocols. */
export function jsonError(code: string, message: string, status = 400): WireAnswer {
  return {
    status,
    body: JSON.stringify({ __type: code, message }),
    headers: { 'x-amzn-errortype': code },
  };
}

export function simulation(
  decisions: Record<string, 'allowed' | 'implicitDeny' | 'explicitDeny'>,
): WireAnswer {
  const members = Object.entries(decisions).map(
    ([action, decision]) =>
      `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision></member>`,
  );
  return {
    status: 200,
    body: `<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false</IsTruncated><EvaluationResults>${members.join('')}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
  };
}

export interface WireDistribution {
  id: string;
  host: string;
  aliases?: string[];
  enabled?: boolean;
  status?: string;
}

export function distributionList(distributions: WireDistribution[]): WireAnswer {
  const items = distributions.map(
    ({ id, host, aliases = [], enabled = true, status = 'Deployed' }) =>
      `<DistributionSummary><Id>${id}</Id><ARN>arn:aws:cloudfront::${account}:distribution/${id}</ARN>` +
      `<Status>${status}</Status><LastModifiedTime>2026-11-20T00:00:00Z</LastModifiedTime><DomainName>${host}</DomainName>` +
      `<Aliases><Quantity>${aliases.length}</Quantity><Items>${aliases.map((alias) => `<CNAME>${alias}</CNAME>`).join('')}</Items></Aliases>` +
      '<Origins><Quantity>1</Quantity><Items><Origin><Id>app</Id><DomainName>origin.example.com</DomainName>' +
      '<CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort><OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>' +
      `<Enabled>${enabled}</Enabled></DistributionSummary>`,
  );
  return {
    status: 200,
    body:
      '<DistributionList xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Marker></Marker><MaxItems>100</MaxItems>' +
      `<IsTruncated>false</IsTruncated><Quantity>${items.length}</Quantity><Items>${items.join('')}</Items></DistributionList>`,
  };
}

const defaults: WireTable = {
  'sts:GetCallerIdentity': {
    status: 200,
    body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${userArn}</Arn><UserId>AIDAEXAMPLE</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  },
  'cloudtrail:LookupEvents': { status: 200, body: '{"Events":[]}' },
};
