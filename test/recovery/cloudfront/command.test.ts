import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsFailure } from '../../../src/aws/errors.js';
import { checkForContain } from '../../../src/recovery/cloudfront/contain-check.js';
import type { StandInPlan } from '../../../src/recovery/cloudfront/stand-in.js';
import type { CloudFrontCheck } from '../../../src/recovery/cloudfront/state.js';
import type { Outage, StateChange } from '../../../src/recovery/cloudfront/watch.js';
import type { CoreEvent } from '../../../src/model/core-event.js';
import { run } from '../../../src/commands/cloudfront.js';
import type { CommandContext } from '../../../src/commands/context.js';
import { readJournal } from '../../../src/contain/journal/journal.js';
import { startDns, type DnsServer } from '../../../src/range/dns.js';
import type { DnsBehaviour } from '../../../src/range/dns-reply.js';
import {
  distributionList,
  jsonError,
  startWire,
  xmlError,
  type Wire,
  type WireTable,
} from '../restrictions/wire.js';

const list = 'cloudfront:GET /2020-05-31/distribution';
const get = 'cloudfront:GET /2020-05-31/distribution/E1';
const host = 'd1.cloudfront.net';
const here = { a: ['127.0.0.1'] };
const locked = xmlError(
  'AccessDenied',
  'Your account must be verified before you can add new CloudFront resources.',
);
const unlocked: WireTable = {
  [list]: distributionList([{ id: 'E1', host, aliases: ['www.example.com'] }]),
  [get]: { status: 200, body: '<Distribution><Id>E1</Id></Distribution>' },
  // The endpoint stands for the edge, too: a request without a signature, as visitors send it.
  ':HEAD /': { status: 200, body: '' },
};

let wire: Wire;
let dns: DnsServer;
let directory: string;
/** How every name beneath example.com is answered that has no record of its own. */
let wildcard: DnsBehaviour | null;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leakguard-cloudfront-'));
  wire = await startWire(unlocked);
  wildcard = null;
  dns = await startDns({
    lookup: (name) => (name.endsWith('.example.com') ? wildcard : null),
    zones: ['cloudfront.net', 'example.com'],
    answers: { [host]: here, 'www.example.com': { cname: host }, 'origin.example.com': here },
  });
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await Promise.all([wire.close(), dns.close()]);
});

interface Document {
  check: CloudFrontCheck;
  watch: { journal: string; changes: StateChange[]; outages: Outage[] } | null;
  standIn: StandInPlan | null;
  supportText: string | null;
}

async function cloudfront(flags: object = {}, over: Partial<CommandContext> = {}) {
  const text: string[] = [];
  const stream = () =>
    new Writable({
      write(chunk: Buffer, _, done) {
        text.push(chunk.toString());
        done();
      },
    });
  const context = {
    stdout: stream(),
    stderr: new Writable({ write: (_chunk, _encoding, done) => done() }),
    env: {},
    emit: () => undefined,
    json: true,
    color: false,
    verbose: false,
    width: 100,
    signal: new AbortController().signal,
    openSession: () => wire.session(),
    ...over,
  } as unknown as CommandContext;
  const resolver = [`${dns.address}:${dns.port}`];
  const exitCode = await run(
    { host: [], resolver, http: true, reportDir: directory, simulated: true, ...flags },
    context,
  );
  const document = context.json ? (JSON.parse(text.join('')) as Document) : null;
  return { exitCode, document, text: text.join('') };
}
const stateOf = (document: Document | null) => document?.check.distributions[0]?.judgement.state;

describe('leakguard cloudfront', () => {
  it('is 0 when API, DNS and edge answer', async () => {
    const { exitCode, document } = await cloudfront();
    expect(stateOf(document)).toBe('serving');
    expect(document?.check.distributions[0]).toMatchObject({
      id: 'E1',
      host: { edge: { outcome: 'answers', status: 200 } },
      aliases: [{ name: 'www.example.com', leadsHere: true, verdict: 'resolves' }],
    });
    expect(exitCode).toBe(0);
  });

  it.each<[string, object | null, string, string, number]>([
    ['locked API and withdrawn DNS', locked, 'nxdomain', 'api-locked-and-dns-withdrawn', 3],
    ['locked API and DNS in place', locked, 'here', 'api-locked', 3],
    ['unlocked API and withdrawn DNS', null, 'nodata', 'unlocked-dns-withdrawn', 3],
    [
      'missing permission and withdrawn DNS',
      xmlError('AccessDenied', 'x is not authorized to perform: y'),
      'nxdomain',
      'dns-withdrawn',
      3,
    ],
    ['refusal without a reason and DNS in place', xmlError('AccessDenied', 'no'), 'here', 'cannot-tell', 5],
  ])('with %s', async (_, api, behaviour, state, code) => {
    if (api !== null) Object.assign(wire.table, { [list]: api });
    dns.set(host, behaviour === 'here' ? here : (behaviour as 'nxdomain'));
    const { exitCode, document } = await cloudfront({ host: [host] });
    expect(stateOf(document)).toBe(state);
    expect(exitCode).toBe(code);
    expect(document?.supportText !== null).toBe(state === 'unlocked-dns-withdrawn');
  });

  it('knows the hosts of a locked account from a file, a report or the trail', async () => {
    Object.assign(wire.table, { [list]: locked });
    const file = join(directory, 'hosts.txt');
    writeFileSync(file, `${host} www.example.com\n`);
    expect((await cloudfront({ hostsFile: file })).document?.check.distributions[0]?.aliases).toHaveLength(1);
    const event = {
      eventID: 'e',
      eventTime: '2026-11-20T00:00:00Z',
      eventSource: 'cloudfront.amazonaws.com',
      eventName: 'CreateDistribution',
      awsRegion: 'us-east-1',
      userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAI44QH8DHBEXAMPLE' },
      responseElements: { distribution: { id: 'E1', domainName: host } },
    };
    const body = JSON.stringify({ Events: [{ EventId: 'e', CloudTrailEvent: JSON.stringify(event) }] });
    Object.assign(wire.table, { 'cloudtrail:LookupEvents': { status: 200, body } });
    expect((await cloudfront()).document?.check.distributions[0]).toMatchObject({
      id: 'E1',
      host: { name: host },
    });
    writeFileSync(
      join(directory, '123456789012-AKIAIOSFODNN7EXAMPLE-20261121T030000Z.report.json'),
      JSON.stringify({
        cloudfront: [{ facts: { hosts: [{ host: 'd2.cloudfront.net', distribution: 'E2' }] } }],
      }),
    );
    const names = (await cloudfront()).document?.check.distributions.map((one) => one.host.name);
    expect(names).toEqual(['d2.cloudfront.net', host]);
  });

  it('is incomplete, and says what to name, where nothing names the hosts', async () => {
    Object.assign(wire.table, { [list]: xmlError('AccessDenied', 'x is not authorized to perform: y') });
    const { exitCode, document } = await cloudfront();
    expect(exitCode).toBe(5);
    expect(document?.check.notes.join()).toContain('--host');
  });

  it('asks the DNS without credentials where a host is named, and not without', async () => {
    const openSession = (): never => {
      throw new AwsFailure(
        'credentials',
        'NoCredentials',
        'none',
        'sts',
        'GetCallerIdentity',
        'us-east-1',
        null,
        null,
        null,
      );
    };
    const { exitCode, document } = await cloudfront({ host: [host], http: false }, { openSession });
    expect(document?.check.api.state).toBe('not-asked');
    expect([stateOf(document), exitCode]).toEqual(['serving', 0]);
    await expect(cloudfront({}, { openSession })).rejects.toThrow(AwsFailure);
  });

  it('without a working resolver cannot tell', async () => {
    dns.set('cloudfront.net', 'nxdomain');
    dns.set(host, 'nxdomain');
    const { exitCode, document } = await cloudfront();
    expect([stateOf(document), exitCode]).toEqual(['cannot-tell', 5]);
    expect(document?.check.resolvers).toMatchObject([{ working: false }]);
  });

  it('tells what the attacker changed, where the key is named', async () => {
    const event = {
      eventID: 'e',
      eventTime: '2026-11-21T03:20:00Z',
      eventSource: 'cloudfront.amazonaws.com',
      eventName: 'UpdateDistribution',
      awsRegion: 'us-east-1',
      userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      requestParameters: { id: 'E1', distributionConfig: { enabled: true } },
    };
    const body = JSON.stringify({ Events: [{ EventId: 'e', CloudTrailEvent: JSON.stringify(event) }] });
    Object.assign(wire.table, { 'cloudtrail:LookupEvents': { status: 200, body } });
    const { exitCode, document } = await cloudfront({
      key: 'AKIAIOSFODNN7EXAMPLE',
      compromisedAt: '2026-11-21T03:00:00Z',
    });
    expect([stateOf(document), exitCode]).toEqual(['misconfigured-by-attacker', 3]);
    expect(document?.check.notes.join()).toMatch(/changes after \d{4}-.* UTC may not show yet/);
  });

  it('is incomplete where the changes were asked for and CloudTrail refuses', async () => {
    Object.assign(wire.table, { 'cloudtrail:LookupEvents': jsonError('AccessDeniedException', 'no') });
    const { exitCode, document } = await cloudfront({ key: 'AKIAIOSFODNN7EXAMPLE' });
    expect([stateOf(document), exitCode]).toEqual(['serving', 5]);
    expect(document?.check.notes.join()).toContain('CloudTrail');
    expect((await cloudfront()).exitCode).toBe(0);
  });

  it('looks at the trail again before it says serving: what the attacker did meanwhile counts', async () => {
    const event = {
      eventID: 'e',
      eventTime: '2026-11-21T03:20:00Z',
      eventSource: 'cloudfront.amazonaws.com',
      eventName: 'UpdateDistribution',
      awsRegion: 'us-east-1',
      userIdentity: { type: 'IAMUser', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
      requestParameters: { id: 'E1', distributionConfig: { enabled: true } },
    };
    const body = JSON.stringify({ Events: [{ EventId: 'e', CloudTrailEvent: JSON.stringify(event) }] });
    const stop = new AbortController();
    const stderr = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        // The trail learns of it while the names are still gone; then they come back.
        if (chunk.includes('unlocked, but DNS still withdrawn')) {
          Object.assign(wire.table, { 'cloudtrail:LookupEvents': { status: 200, body } });
          dns.set(host, here);
        }
        if (chunk.includes('misconfigured')) stop.abort(130);
        done();
      },
    });
    dns.set(host, 'nxdomain');
    const { exitCode, document } = await cloudfront(
      { watch: true, every: '0.1s', key: 'AKIAIOSFODNN7EXAMPLE', compromisedAt: '2026-11-21T03:00:00Z' },
      { signal: stop.signal, stderr },
    );
    expect(document?.watch?.changes.map(({ to }) => to)).toEqual([
      'answers',
      'unlocked, but DNS still withdrawn',
      'misconfigured by the attacker',
    ]);
    expect(exitCode).toBe(130);
  });

  it('watches to the end, but is incomplete, where the trail cannot be read at the end', async () => {
    Object.assign(wire.table, { 'cloudtrail:LookupEvents': jsonError('AccessDeniedException', 'no') });
    const { exitCode, document } = await cloudfront({ watch: true, key: 'AKIAIOSFODNN7EXAMPLE' });
    expect([stateOf(document), exitCode]).toEqual(['serving', 5]);
    expect((await readJournal(document?.watch?.journal ?? '')).at(-1)).toMatchObject({ exitCode: 5 });
  });

  it('asks for a name beneath a wildcard in its stead', async () => {
    const one = { id: 'E1', host, aliases: ['*.example.com', 'www.example.com'] };
    Object.assign(wire.table, { [list]: distributionList([one]) });
    wildcard = { cname: host };
    const { document } = await cloudfront();
    expect(stateOf(document)).toBe('serving');
    expect(document?.check.distributions[0]?.aliases).toMatchObject([
      { name: '*.example.com', verdict: 'resolves', leadsHere: true, chain: [host] },
      { name: 'www.example.com', verdict: 'resolves' },
    ]);
    expect(dns.questions.join('\n')).toMatch(/^A leakguard-[0-9a-f]{12}\.example\.com$/m);
    expect(dns.questions.join('\n')).not.toContain('*');
    wildcard = { a: ['198.51.100.66'] };
    const astray = await cloudfront();
    expect([stateOf(astray.document), astray.exitCode]).toEqual(['alias-astray', 3]);
  });

  it('says of a wildcard without a record that the names beneath it are to be named, and takes them', async () => {
    const one = { id: 'E1', host, aliases: ['*.example.com', 'not a name'] };
    Object.assign(wire.table, { [list]: distributionList([one]) });
    const { exitCode, document } = await cloudfront();
    expect([stateOf(document), exitCode]).toEqual(['serving', 0]);
    expect(document?.check.distributions[0]?.aliases).toEqual([]);
    expect(document?.check.notes).toEqual([
      'not a name: not a host name, so it was not looked at.',
      expect.stringMatching(/^\*\.example\.com: its DNS has no wildcard/),
    ]);
    const hostsFile = join(directory, 'hosts');
    writeFileSync(hostsFile, `${host} www.example.com\n`);
    const named = await cloudfront({ hostsFile });
    expect(named.document?.check.distributions).toMatchObject([
      { id: 'E1', aliases: [{ name: 'www.example.com' }] },
    ]);
  });

  it('plans a stand-in, and probes an origin only when told to', async () => {
    const plain = await cloudfront({ standIn: true });
    expect(plain.document?.standIn?.rows).toMatchObject([
      { alias: 'www.example.com', origin: { domain: 'origin.example.com' }, source: 'API', probe: null },
    ]);
    const heads = () => wire.calls.filter((call) => call === ':HEAD /').length;
    const before = heads();
    const probed = await cloudfront({ standIn: true, probeOrigins: true, http: false });
    expect(probed.document?.standIn?.rows[0]?.probe?.outcome).toBe('answers');
    expect(heads() - before).toBe(1);
    dns.set('origin.example.com', { a: ['10.0.0.1'] });
    const refused = await cloudfront({ standIn: true, probeOrigins: true });
    expect(refused.document?.standIn?.rows[0]?.probe).toMatchObject({ outcome: 'not-probed' });
  });

  it('sends no HTTPS with --no-http', async () => {
    const { document } = await cloudfront({ http: false });
    expect(stateOf(document)).toBe('serving');
    expect(wire.calls).not.toContain(':HEAD /');
  });

  it('says in words what is broken, that it is simulated, and the text for support', async () => {
    dns.set(host, 'nxdomain');
    const { text } = await cloudfront({}, { json: false });
    expect(text).toContain('SIMULATED');
    expect(text).toContain('unlocked, but DNS still withdrawn');
    expect(text).toContain('To send to AWS Support:');
    for (const line of text.split('\n'))
      if (!line.startsWith('  ')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('watches until it is back, exits 0, and has all of it in a journal', async () => {
    const { exitCode, document } = await cloudfront({ watch: true });
    expect(exitCode).toBe(0);
    expect(document?.watch?.changes.at(-1)).toMatchObject({ host, to: 'serving' });
    const records = await readJournal(document?.watch?.journal ?? '');
    expect(records.map(({ kind }) => kind)).toEqual(['opened', 'cloudfront', 'closed']);
    expect(readdirSync(directory)).toHaveLength(1);
    expect(readFileSync(document?.watch?.journal ?? '', 'utf8')).toContain('"serving":true');
  });

  it('ends a watch at the first signal, with its code, and the outage on record', async () => {
    dns.set(host, 'nxdomain');
    const stop = new AbortController();
    stop.abort(130);
    const { exitCode, document } = await cloudfront({ watch: true }, { signal: stop.signal });
    expect(exitCode).toBe(130);
    expect(document?.watch?.outages).toMatchObject([{ host, until: null }]);
  });

  it.each([
    { resolver: ['dns.google'] },
    { doh: 'http://1.1.1.1/' },
    { hostsFile: '/nonexistent' },
    { report: '/nonexistent' },
  ])('refuses %j as wrong usage', async (flags) => {
    await expect(cloudfront(flags)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe("contain's last look", () => {
  it('has the hosts from CloudTrail where the API is locked, and says so where it cannot', async () => {
    const event = {
      eventTime: '2026-11-01T03:20:00Z',
      eventSource: 'cloudfront.amazonaws.com',
      eventName: 'CreateDistribution',
      awsRegion: 'us-east-1',
      userIdentity: { type: 'IAMUser' },
      responseElements: { distribution: { id: 'E1', domainName: host } },
    };
    const body = JSON.stringify({ Events: [{ EventId: 'e', CloudTrailEvent: JSON.stringify(event) }] });
    Object.assign(wire.table, { [list]: locked, 'cloudtrail:LookupEvents': { status: 200, body } });
    const session = await wire.session();
    expect(await checkForContain(session, () => undefined)).toMatchObject({
      api: { state: 'restricted' },
      hosts: [{ host, distribution: 'E1', state: 'API locked', serving: null }],
    });
    Object.assign(wire.table, { 'cloudtrail:LookupEvents': jsonError('AccessDeniedException', 'no') });
    const said: CoreEvent[] = [];
    expect(await checkForContain(session, (event) => said.push(event))).toMatchObject({
      api: { state: 'restricted' },
      hosts: [],
    });
    expect(said).toContainEqual({
      type: 'warning',
      message: expect.stringMatching(/CloudTrail: denied .*distributions .* may be missing/) as string,
    });
  });

  it('asks the API, and the DNS of the rehearsal where that is named', async () => {
    const session = await wire.session();
    const blind = await checkForContain(session, () => undefined);
    expect(blind).toMatchObject({
      api: { state: 'answers', detail: null },
      hosts: [{ host, distribution: 'E1', serving: null }],
    });
    process.env['LEAKGUARD_RESOLVER'] = `${dns.address}:${dns.port}`;
    try {
      expect((await checkForContain(session, () => undefined)).hosts).toMatchObject([
        { state: 'serving', serving: true },
      ]);
    } finally {
      delete process.env['LEAKGUARD_RESOLVER'];
    }
  });
});
