import { createServer, type Server } from 'node:http';
import { afterEach, expect, it, vi } from 'vitest';
import { openSession, type Session } from '../../src/aws/session.js';

vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATESTTESTTEST0001');
vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');

let server: Server;
let session: Session;
afterEach(() => {
  session.close();
  server.close();
});

const caller = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/oncall</Arn><UserId>AIDAONCALL</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`;

/** A session with a server that knows the caller, and refuses all else so; `requests` counts those. */
async function refusing(status: number, code: string): Promise<{ requests: number }> {
  const count = { requests: 0 };
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (body.includes('Action=GetCallerIdentity')) return response.writeHead(200).end(caller);
      count.requests += 1;
      response.writeHead(status, { 'content-type': 'text/xml' });
      response.end(
        `<Response><Errors><Error><Code>${code}</Code><Message>no</Message></Error></Errors></Response>`,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  session = await openSession({
    profile: null,
    region: 'us-east-1',
    endpointUrl: `http://127.0.0.1:${port}`,
    maxAttempts: 2,
    env: {},
  });
  return count;
}

for (const [status, code] of [
  [500, 'InternalError'],
  [501, 'NotImplemented'],
  [503, 'RequestLimitExceeded'],
] as const) {
  it(`asks once for what is not worth a wait, where the answer is ${code}`, async () => {
    const count = await refusing(status, code);
    const ask = session.impatient.call('ec2', 'GetConsoleScreenshot', 'us-east-1', {
      InstanceId: 'i-0123456789',
    });
    await expect(ask).rejects.toMatchObject({ code });
    expect(count.requests).toBe(1);
  });
}

it('asks again for all else', async () => {
  const count = await refusing(500, 'InternalError');
  const ask = session.reader.call('ec2', 'DescribeInstances', 'us-east-1', {});
  await expect(ask).rejects.toMatchObject({ code: 'InternalError' });
  expect(count.requests).toBe(2);
});
