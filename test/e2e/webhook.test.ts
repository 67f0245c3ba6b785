import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli, smallIncident, type SmallIncident } from './incident.js';

let answer: number;
let received: { summary: string; event: string; severity: string; next: string | null }[];
let receiver: Server;
let url: string;
let incident: SmallIncident;
const secret = 'T0SECRET/B0SECRET';

beforeEach(async () => {
  answer = 200;
  received = [];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      if (answer < 300) received.push(JSON.parse(body) as (typeof received)[number]);
      response.writeHead(answer).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/services/${secret}`;
  incident = await smallIncident();
}, 60_000);
afterEach(async () => {
  await incident.close();
  receiver.closeAllConnections();
  receiver.close();
});

/** Runs the built command line with this in its environment too. */
const run = (args: readonly string[], env: Record<string, string>) =>
  runCli(args, { ...incident.environment, ...env });

describe('a webhook', { timeout: 120_000 }, () => {
  it('hears of the cut and of the end, and its address stands nowhere', async () => {
    const file = join(incident.home, 'webhook');
    await writeFile(file, `${url}\n`);
    const done = await run(incident.containment, { LEAKGUARD_WEBHOOK_FILE: file });
    expect(received.map(({ event }) => event)).toEqual(['began', 'ended']);
    expect(received[0]?.summary).toContain(incident.key);
    expect(received[1]?.summary).toMatch(/^SIMULATED: .*CONTAINED/);
    expect(received[1]?.next).not.toBeNull();
    const written = await filesUnder(incident.home);
    for (const [name, text] of written) if (name !== file) expect(text, name).not.toContain('SECRET');
    expect(done.stdout + done.stderr).not.toContain('SECRET');
  });

  it('that refuses is told of, and changes nothing else', async () => {
    answer = 404;
    const done = await run(incident.containment, { LEAKGUARD_WEBHOOK_URL: url });
    expect(received).toEqual([]);
    expect(done.stderr).toMatch(/webhook at 127\.0\.0\.1 did not take the news/);
    expect(done.exitCode).toBe(5);
  });
});

async function filesUnder(directory: string): Promise<[string, string][]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'utf8')]),
  );
}
