import { Resolver } from 'node:dns/promises';
import { request } from 'node:http';
import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addDistribution, type Distribution } from '../../src/range/services/cloudfront.js';
import { ground, type Ground } from './world.js';

const alias = 'www.shop.example';
let range: Ground;
let distribution: Distribution;
let dns: Resolver;
beforeEach(async () => {
  range = await ground();
  distribution = addDistribution(range.account, { aliases: [alias] });
  dns = new Resolver({ timeout: 500, tries: 1 });
  dns.setServers([range.range.resolver]);
});
afterEach(async () => {
  await range.range.close();
});

const door = (what: string, body: object) =>
  fetch(`${range.range.url}/_range/${what}`, { method: 'POST', body: JSON.stringify(body) });
const lock = (locked: boolean, dnsAfter = 0) =>
  door('cloudfront', { account: range.account.id, locked, dnsAfter });
const addressesOf = (name: string) =>
  dns.resolve4(name).catch((error: unknown) => (error as { code: string }).code);
const api = () =>
  new CloudFrontClient(range.admin()).send(new ListDistributionsCommand()).then(
    () => 'answers',
    (error: unknown) => (error as Error).message,
  );
function visit(host: string): Promise<{ status: number; cache: string | undefined }> {
  return new Promise((resolve, reject) => {
    const sent = request(range.range.url, { method: 'HEAD', headers: { host } }, (response) => {
      const cache = response.headers['x-cache'];
      resolve({
        status: response.statusCode ?? 0,
        ...{ cache: typeof cache === 'string' ? cache : undefined },
      });
      response.resume();
    });
    sent.on('error', reject).end();
  });
}

describe('visitors of a simulated distribution', () => {
  it('find it under its host and its alternate name, at the range itself', async () => {
    expect(await addressesOf(distribution.domain)).toEqual(['127.0.0.1']);
    expect(await addressesOf(alias)).toEqual(['127.0.0.1']);
    expect(await dns.resolveCname(alias)).toEqual([distribution.domain]);
    expect(await addressesOf('unknown.cloudfront.net')).toBe('ENOTFOUND');
    expect(await addressesOf('www.example.org')).toBe('EREFUSED');
  });

  it('are answered by the edge, and refused where it is disabled', async () => {
    for (const host of [distribution.domain, alias])
      expect(await visit(host)).toEqual({ status: 200, cache: 'Miss from cloudfront' });
    distribution.enabled = false;
    expect(await visit(alias)).toEqual({ status: 403, cache: 'Error from cloudfront' });
    expect((await visit('other.example')).cache).toBeUndefined();
  });

  it('find nothing while the account is locked, and the API is refused with it', async () => {
    await lock(true);
    expect(await addressesOf(distribution.domain)).toBe('ENOTFOUND');
    expect(await addressesOf(alias)).toBe('ENOTFOUND');
    expect(await api()).toContain('must be verified');
  });

  it('find it again only a while after the API answers', async () => {
    await lock(true);
    await lock(false, 60_000);
    expect(await api()).toBe('answers');
    expect(await addressesOf(distribution.domain)).toBe('ENOTFOUND');
    range.world.clock.advance(60_000);
    expect(await addressesOf(distribution.domain)).toEqual(['127.0.0.1']);
  });

  it('find nothing where it was locked again before that', async () => {
    await lock(true);
    await lock(false, 60_000);
    await lock(true);
    range.world.clock.advance(60_000);
    expect(await addressesOf(distribution.domain)).toBe('ENOTFOUND');
  });
});

describe('the web form of a support case', () => {
  it.each([
    ['without a text', { text: ' ' }, 'has a text'],
    ['longer than 8,000 characters', { text: 'x'.repeat(8_001) }, 'takes 8000 characters; this has 8001'],
    ['where nobody answers', { text: 'x' }, 'Nobody answers'],
  ])('refuses a reply %s', async (_, body, message) => {
    const answer = await door('support', { account: range.account.id, ...body });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain(message);
  });
});
