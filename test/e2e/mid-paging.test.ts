import { once } from 'node:events';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cell, ClearanceRow } from '../../src/model/index.js';
import { smallIncident, type SmallIncident } from './incident.js';

const longest = { timeout: 240_000 };
let incident: SmallIncident;
let between: Server;
/** Of the event history of eu-west-1, whether this page after the first is refused. */
let refuses: (page: number) => boolean;

beforeEach(async () => {
  incident = await smallIncident();
  const key = incident.world.keys.get(incident.key)!;
  const credentials = { accessKeyId: key.id, secretAccessKey: key.secret };
  const ec2 = new EC2Client({ region: 'eu-west-1', endpoint: incident.url, credentials });
  // What the misuse launched is on the second page of the key's events there: the first is full of newer calls.
  for (let call = 0; call < 60; call += 1) await ec2.send(new DescribeInstancesCommand({}));
  incident.world.clock.advance(20 * 60_000);
  let page = 0;
  between = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isLookup = String(request.headers['x-amz-target']).includes('LookupEvents');
      // By the token, or by the time that the page before came to.
      const isNext = isLookup && /"(NextToken|EndTime)"/.test(body.toString());
      const isThere = /eu-west-1/.test(request.headers.authorization ?? '');
      if (isNext && isThere && refuses((page += 1))) {
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'r' });
        return response.end('{"__type":"InternalFailure","message":"the request failed"}');
      }
      const { method, headers, url } = request;
      const on = forward(`${incident.url}${url}`, { method: method!, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      });
      return on.end(body);
    });
  });
  between.listen(0, '127.0.0.1');
  await once(between, 'listening');
}, 60_000);
afterEach(async () => {
  between.closeAllConnections();
  between.close();
  await incident.close();
});

describe('lookups that fail in the middle of paging', () => {
  /** The exit code, and what is known of the trail of eu-west-1. */
  const through = async (args: readonly string[]) => {
    const url = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
    const { exitCode, stdout } = await incident.run([...args, '--json', '--endpoint-url', url]);
    const { coverage, rows } = JSON.parse(stdout) as { coverage?: Cell[]; rows?: ClearanceRow[] };
    const cell = coverage?.find(({ subject, region }) => subject === 'trail' && region === 'eu-west-1');
    return { exitCode, cell, row: rows?.find(({ subject }) => subject === 'trail') };
  };
  const verify = ['verify', '--key', '', '--simulated', '--region', 'us-east-1,eu-west-1'];
  beforeEach(() => (verify[2] = incident.key));

  it('leave a gap for contain and for verify, as long as they do', longest, async () => {
    refuses = () => true;
    const contained = await through(incident.containment);
    expect(contained.cell?.status).toBe('failed');
    expect(contained.exitCode).toBe(5);
    const verified = await through(verify);
    expect(verified.row?.status).toBe('unknown');
    expect(verified.row?.details.join()).toMatch(/eu-west-1.*the request failed/);
  });

  it('are made good once they pass, for contain and for verify', longest, async () => {
    refuses = (page) => page <= 4;
    const contained = await through(incident.containment);
    expect(incident.state()).toMatchObject({ rogueAlive: 0 });
    expect(contained.cell?.status).toBe('complete');
    refuses = () => false;
    const verified = await through(verify);
    expect(verified.row?.details.join()).not.toMatch(/eu-west-1/);
  });
});
