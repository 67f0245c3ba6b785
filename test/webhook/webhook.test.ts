import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { News } from '../../src/webhook/message.js';
import { Webhook } from '../../src/webhook/webhook.js';

/** How the receiver answers: a status; null: never. Each once, the last for ever. */
let answers: (number | null)[];
let received: string[];
let receiver: Server;
let url: string;

beforeEach(async () => {
  answers = [200];
  received = [];
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === null || answer === undefined) return;
      if (answer < 300) received.push((JSON.parse(body) as { summary: string }).summary);
      response.writeHead(answer, answer === 302 ? { location: 'http://127.0.0.1:1/elsewhere' } : {}).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => receiver.once('listening', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/services/SECRET`;
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
});

const news = (summary: string, more: Partial<News> = {}): News => ({
  ...{ event: 'began', severity: 'critical', key: 'AKIAIOSFODNN7EXAMPLE', account: '111122223333' },
  ...{ details: [], next: null, at: 0, simulated: false, summary, ...more },
});

/** Tells two pieces of news. @returns what the person at the terminal is warned of */
async function told(env: Record<string, string>, more: Partial<News> = {}): Promise<string> {
  const warnings: string[] = [];
  const webhook = new Webhook(env, (message) => warnings.push(message));
  for (const summary of ['one', 'two']) webhook.send(() => Promise.resolve(news(summary, more)));
  await webhook.settled();
  expect(warnings.join('\n')).not.toContain('SECRET');
  return warnings.join('\n');
}

describe('a webhook', { timeout: 60_000 }, () => {
  it('that fails now and then hears all, in order', async () => {
    answers = [503, 429, 200];
    expect(await told({ LEAKGUARD_WEBHOOK_URL: url })).toBe('');
    expect(received).toEqual(['one', 'two']);
  });

  it.each([
    ['refuses', 404, /at 127\.0\.0\.1 did not take the news \(HTTP 404\)/],
    ['sends elsewhere', 302, /HTTP 302/],
    ['never answers', null, /takes too long/],
  ])('that %s is a warning', async (_how, answer, words) => {
    answers = [answer];
    expect(await told({ LEAKGUARD_WEBHOOK_URL: url })).toMatch(words);
    expect(received).toEqual([]);
  });

  it.each([
    ['no URL', { LEAKGUARD_WEBHOOK_URL: 'hooks.slack.com/SECRET' }, /is no URL/],
    ['not https', { LEAKGUARD_WEBHOOK_URL: 'http://chat.invalid/SECRET' }, /is not https/],
    ['a file that is not there', { LEAKGUARD_WEBHOOK_FILE: '/nonexistent/x' }, /cannot be read/],
    ['an empty file', { LEAKGUARD_WEBHOOK_FILE: '/dev/null' }, /is no URL/],
    [
      'an unknown format',
      { LEAKGUARD_WEBHOOK_URL: 'https://a.invalid', LEAKGUARD_WEBHOOK_FORMAT: 'irc' },
      /takes slack/,
    ],
    [
      'a pager without its key',
      { LEAKGUARD_WEBHOOK_URL: 'https://events.pagerduty.com/v2/enqueue' },
      /PAGERDUTY_KEY/,
    ],
  ])('with %s is a warning', async (_what, env, words) => {
    expect(await told(env)).toMatch(words);
  });

  it('of somebody else is not told of a simulation; one on this machine is', async () => {
    expect(await told({ LEAKGUARD_WEBHOOK_URL: 'https://hooks.slack.com/SECRET' }, { simulated: true })).toBe(
      '',
    );
    expect(await told({ LEAKGUARD_WEBHOOK_URL: url }, { simulated: true })).toBe('');
    expect(received).toEqual(['SIMULATED: one', 'SIMULATED: two']);
  });

  it('goes through the proxy of the environment', async () => {
    const proxy = url.replace(/\/services.*/, '');
    const env = { LEAKGUARD_WEBHOOK_URL: 'http://localhost:9/x', http_proxy: proxy };
    expect(await told(env)).toBe('');
    expect(received).toEqual(['one', 'two']);
  });
});
