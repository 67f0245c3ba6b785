import { createServer, type Server } from 'node:http';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { afterEach, expect, it } from 'vitest';
import { LeavesThrottles } from '../../src/aws/retrying.js';

let server: Server;
afterEach(() => server.close());

/** How many requests one lookup makes of a server that always answers so. */
async function requestsMade(status: number, code: string): Promise<{ requests: number; error: string }> {
  let requests = 0;
  server = createServer((_, response) => {
    requests += 1;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: code, message: 'no' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const client = new CloudTrailClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'AKIATESTTESTTEST0001', secretAccessKey: 'none' },
    retryStrategy: new LeavesThrottles(3),
  });
  const error = await client.send(new LookupEventsCommand({})).then(
    () => 'none',
    (failure: Error) => failure.name,
  );
  return { requests, error };
}

it('leaves a call that was refused for its rate to whoever keeps the pace', async () => {
  expect(await requestsMade(400, 'ThrottlingException')).toEqual({
    requests: 1,
    error: 'ThrottlingException',
  });
});

it('tries again where the server failed', async () => {
  expect(await requestsMade(500, 'InternalFailure')).toEqual({ requests: 3, error: 'InternalFailure' });
});
