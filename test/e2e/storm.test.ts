import { createServer, request as forward } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDesk, quietAccount, type Desk } from './scene.js';

let desk: Desk;
beforeAll(async () => {
  desk = await openDesk(quietAccount('A quiet account behind an endpoint that refuses for want of capacity'));
});
afterAll(() => desk.close());

/** Answers 503 with this code to all but who one is, what regions there are, and IAM; counts what it refused. */
async function storm(code: string) {
  const refused = new Map<string, number>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const scope = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)/.exec(request.headers.authorization ?? '');
      const [, region = '', service = ''] = scope ?? [];
      if (['sts', 'iam', 'account'].includes(service) || body.includes('DescribeRegions')) {
        const { method, headers, url } = request;
        const on = forward(`${desk.range.url}${url}`, { method: method!, headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        });
        on.end(body);
        return;
      }
      const what = `${service} ${region} ${request.url} ${request.headers['x-amz-target'] as string} ${body.toString()}`;
      refused.set(what, (refused.get(what) ?? 0) + 1);
      response.writeHead(503, { 'content-type': 'text/xml', 'x-amzn-errortype': code });
      response.end(
        `<Response><Errors><Error><Code>${code}</Code><Message>storm</Message></Error></Errors></Response>`,
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, refused, close: () => server.close() };
}

describe('a storm of 503s', () => {
  it.each(['ServiceUnavailable', 'RequestLimitExceeded'])(
    'of %s ends, each call after so many tries, and what it hides is unknown',
    { timeout: 300_000 },
    async (code) => {
      const { url, refused, close } = await storm(code);
      const args = [
        'scan',
        '--key',
        desk.keys.get('ci-key')!.id,
        '--region',
        'us-east-1',
        '--simulated',
        '--json',
      ];
      const { exitCode, stdout, stderr } = await desk.run([...args, '--endpoint-url', url]);
      close();
      expect([3, 5], stderr.slice(-500)).toContain(exitCode);
      const { incident } = JSON.parse(stdout) as {
        incident: { coverage: { subject: string; status: string }[] };
      };
      const of = (subject: string) => incident.coverage.find((cell) => cell.subject === subject)?.status;
      expect([of('ec2-instances'), of('trail'), of('lambda-functions')]).toEqual([
        'failed',
        'failed',
        'failed',
      ]);
      // Four tries of the SDK, of up to four calls alike; eight times four where AWS says that it was too fast.
      expect(Math.max(...refused.values())).toBeLessThanOrEqual(code === 'ServiceUnavailable' ? 16 : 32);
    },
  );
});
