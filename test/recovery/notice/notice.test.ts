import { readdirSync, readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../../src/commands/notice.js';
import type { CommandContext } from '../../../src/commands/context.js';
import { maxMessageBytes, readMessage, textOfHtml } from '../../../src/recovery/notice/message.js';
import { readNotice, type Notice } from '../../../src/recovery/notice/notice.js';

const key = 'AKIAIOSFODNN7EXAMPLE';
const fixture = (name: string): Buffer => readFileSync(`fixtures/notices/${name}`);
const read = async (bytes: Uint8Array | string): Promise<Notice> =>
  readNotice(await readMessage(typeof bytes === 'string' ? Buffer.from(bytes) : bytes));
const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id);

describe('a notice', () => {
  it('as quoted-printable mail: what, whose, where, until when, and what it asks', async () => {
    const notice = await read(fixture('key-exposed.eml'));
    expect(notice).toMatchObject({
      container: 'mail',
      from: 'no-reply-aws@amazon.com',
      date: '2026-11-21T03:10:00.000Z',
      form: { id: 'key-exposed' },
      accounts: ['123456789012'],
      keys: [key],
      sessions: [],
      users: ['deploy-ci'],
      exposedUrls: ['https://github.com/example-org/example-repo/blob/0123456789abcdef/config.yml#L12'],
      deadline: { text: 'within five (5) days', days: 5, at: '2026-11-26T03:10:00.000Z' },
      next: [`leakguard scan --key ${key}`],
      warnings: [],
    });
    expect(ids(notice.asks)).toEqual([
      'keep-key',
      'disable-key',
      'rotate-key',
      'check-trail',
      'check-regions',
      'reply-in-case',
    ]);
    expect(ids(notice.measures)).toEqual(['services-limited', 'quarantine']);
  });

  it('as base64 HTML without a text half', async () => {
    const notice = await read(fixture('irregular-activity-html-only.eml'));
    expect(notice).toMatchObject({
      form: { id: 'irregular-activity' },
      accounts: ['123456789012'],
      keys: ['AKIAI44QH8DHBEXAMPLE'],
      users: ['backup'],
      deadline: { days: 1, at: '2026-11-22T03:10:00.000Z' },
    });
    expect(ids(notice.asks)).toContain('delete-key');
    expect(ids(notice.asks)).not.toContain('keep-key');
  });

  it('as pasted text, with a session instead of a key', async () => {
    expect(await read(fixture('account-compromised.txt'))).toMatchObject({
      container: 'text',
      form: { id: 'account-compromised' },
      keys: [],
      sessions: ['ASIAIOSFODNN7EXAMPLE'],
      users: ['build'],
      next: ['leakguard scan --session ASIAIOSFODNN7EXAMPLE'],
    });
  });

  it('as a second notice, which threatens suspension', async () => {
    const notice = await read(fixture('second-notice.txt'));
    expect(notice).toMatchObject({ form: { id: 'second-notice' }, deadline: { days: 5, at: null } });
    expect(ids(notice.measures)).toContain('suspension');
  });

  it('in Japanese, as ISO-2022-JP mail and as pasted text', async () => {
    const mail = await read(fixture('key-exposed-ja.eml'));
    expect(mail).toMatchObject({
      form: { id: 'key-exposed' },
      accounts: ['123456789012'],
      keys: [key],
      users: ['deploy-ci'],
      exposedUrls: ['https://github.com/example-org/example-repo/blob/main/.env'],
      deadline: { days: 5 },
    });
    expect(ids(mail.asks)).toEqual([
      'keep-key',
      'disable-key',
      'rotate-key',
      'check-trail',
      'check-regions',
      'reply-in-case',
    ]);
    expect(ids(mail.measures)).toEqual(['services-limited']);
    const text = await read(fixture('irregular-activity-ja.txt'));
    expect(text).toMatchObject({ form: { id: 'irregular-activity' }, users: ['backup'] });
    expect(ids(text.asks)).toContain('delete-key');
  });

  it("as AWS Health's event", async () => {
    expect(await read(fixture('health-event.json'))).toMatchObject({
      container: 'health-event',
      eventType: 'AWS_RISK_CREDENTIALS_EXPOSED',
      form: { id: 'key-exposed' },
      accounts: ['123456789012'],
      keys: [key],
      users: ['deploy-ci'],
      date: '2026-11-21T03:05:00.000Z',
    });
  });

  it.each([
    ['AWS_RISK_CREDENTIALS_EXPOSED', 'key-exposed'],
    ['AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED', 'key-exposed'],
    ['AWS_RISK_CREDENTIALS_COMPROMISED', 'irregular-activity'],
    ['AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED', 'irregular-activity'],
    ['AWS_RISK_ACCOUNT_CONSOLE_COMPROMISE', 'account-compromised'],
    ['AWS_RISK_IAM_QUARANTINE', 'account-compromised'],
  ])('as the Health event %s is %s, whatever its text', async (code, form) => {
    const event = fixture('health-event.json').toString().replaceAll('AWS_RISK_CREDENTIALS_EXPOSED', code);
    expect(await read(event)).toMatchObject({ eventType: code, form: { id: form } });
  });

  it("in the words of AWS's Japanese article does not ask to delete the key", async () => {
    const { asks } = await read(
      '最初のキーを無効にします (削除はしません)。作成していない IAM ユーザーを削除します。',
    );
    expect(ids(asks)).toEqual(['keep-key', 'disable-key']);
  });

  it('of no known form says so, and is no reason to do anything', async () => {
    const notice = await read('Your parcel is waiting.');
    expect(notice).toMatchObject({ form: null, keys: [], next: ['leakguard scan'] });
    expect(notice.warnings.join()).toContain('none of the known forms');
  });
});

describe('a notice that was forwarded', () => {
  const inner = fixture('key-exposed.eml').toString('latin1');
  const around = (head: string, content: string, more = '') =>
    `Subject: FW\nFrom: me@corp.example\nDate: Mon, 23 Nov 2026 08:00:00 +0000\nContent-Type: multipart/mixed; boundary=fw\n\n--fw\nContent-Type: text/plain\n\nsee below\n--fw\nContent-Type: message/rfc822\n${head}\n${content}\n${more}--fw--\n`;

  it.each([
    ['inline', around('', inner)],
    ['as an attachment', around('Content-Disposition: attachment; filename=aws.eml\n', inner)],
    [
      'as an attachment in base64',
      around('Content-Transfer-Encoding: base64\n', Buffer.from(inner, 'latin1').toString('base64')),
    ],
    ['twice', around('', around('', inner).replaceAll('fw', 'outer'))],
  ])('%s is read, and its time runs from the first mail', async (_, text) => {
    const notice = await read(Buffer.from(text, 'latin1'));
    expect(notice).toMatchObject({
      from: 'me@corp.example',
      form: { id: 'key-exposed' },
      accounts: ['123456789012'],
      keys: [key],
      users: ['deploy-ci'],
      deadline: { at: '2026-11-26T03:10:00.000Z' },
    });
    expect(notice.warnings).toEqual([expect.stringContaining('perhaps forwarded')]);
  });

  it('with an attached mail that cannot be read is read without it, and says so', async () => {
    const headers = `X: ${'y'.repeat(300)}\n`.repeat(1_000);
    const notice = await read(around('', `${headers}\n`, `${key}\n`).replace('see below', `see ${key}`));
    expect(notice.keys).toEqual([key]);
    expect(notice.warnings.join()).toMatch(/A mail attached to it: .*cannot be read/);
  });
});

/** Longer than this nothing may take, whatever the message is; milliseconds. A slow machine needs some of it. */
const longest = 15_000;

describe('a hostile message', () => {
  it('with look-alike, embedded and masked ids gives none of them', async () => {
    const notice = await read(fixture('hostile-look-alikes.eml'));
    expect(notice.keys).toEqual(['AKIAI44QH8DHBEXAMPLE']);
    expect(notice.warnings.join()).toContain('other scripts or invisible');
    expect(notice.warnings.join()).toContain('masked');
    expect(notice.warnings.join()).toContain('not AWS');
    expect(notice.exposedUrls).toEqual(['https://aws.amazon.com.phish.example/login']);
    expect(notice.users).toEqual([]);
  });

  it('never becomes a command that acts, whatever it says', async () => {
    const harmless = /^leakguard scan(?: --key AKIA[A-Z0-9]{16}| --session ASIA[A-Z0-9]{16})?$/;
    const phrases = fc.constantFrom(
      'leakguard contain --key ',
      key,
      'ASIAIOSFODNN7EXAMPLE',
      '; rm -rf /',
      '\n',
      ' ',
      '--yes',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(phrases, fc.string())), async (pieces) => {
        for (const command of (await read(pieces.join(''))).next) expect(command).toMatch(harmless);
      }),
    );
    for (const name of readdirSync('fixtures/notices'))
      for (const command of (await read(fixture(name))).next) expect(command).toMatch(harmless);
  });

  it('draws nothing on the terminal', async () => {
    const out = await commandLine(fixture('hostile-look-alikes.eml'), false);
    expect(out.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u200b]/);
  });

  it.each<[string, () => Buffer | string]>([
    ['12 MB of text', () => `Subject: x\nFrom: a@b.example\n\n${'x'.repeat(12 * 1024 * 1024)}`],
    [
      '10 MB of opened tags',
      () => `Subject: x\nContent-Type: text/html\n\n${'<'.repeat(maxMessageBytes - 100)}`,
    ],
    ['comments without end', () => `Subject: x\nContent-Type: text/html\n\n${'<!--'.repeat(1_000_000)}`],
    ['entities', () => `Subject: x\nContent-Type: text/html\n\n${'&#x110000;&'.repeat(500_000)}`],
    [
      'a base64 part of 10 MB',
      () => `Subject: x\nContent-Transfer-Encoding: base64\n\n${'QUtJ'.repeat(2_500_000)}`,
    ],
    ['one line of "account"', () => 'account '.repeat(1_000_000)],
    ['a million ids', () => `${key} `.repeat(400_000)],
    ['digits', () => '1234-5678-'.repeat(1_000_000)],
    ['JSON that is none', () => '['.repeat(1_000_000)],
    ['one line of "IAM user" and blanks', () => `IAM user${' '.repeat(190_000)}`],
    ['blanks of all kinds', () => `IAM user${' \t\n\u3000'.repeat(45_000)}named${' '.repeat(10_000)}`],
    ['line ends', () => `Subject: x\nFrom: a@b.example\n\n${'\n'.repeat(10_000_000)}`],
    [
      'flowed lines',
      () =>
        `Subject: x\nFrom: a@b.example\nContent-Type: text/plain; format=flowed; delsp=yes\n\n${'a \n'.repeat(3_000_000)}`,
    ],
    [
      'soft line ends',
      () =>
        `Subject: x\nContent-Transfer-Encoding: quoted-printable\nFrom: a@b.example\n\n${'=\n'.repeat(5_000_000)}`,
    ],
    [
      'mails within mails within mails',
      () =>
        `Subject: x\nFrom: a@b.example\n${'Content-Type: message/rfc822\n\nSubject: y\nFrom: a@b.example\n'.repeat(100_000)}\n${key}`,
    ],
    [
      'a thousand attached mails',
      () =>
        `Subject: x\nFrom: a@b.example\nContent-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: message/rfc822\n\nSubject: y\n\nx\n'.repeat(1_000)}--b--\n`,
    ],
    ['encoded words', () => `Subject: ${'=?iso-2022-jp?b?GyRC?=\n '.repeat(8_000)}\nFrom: a@b.example\n\nx`],
    ['short headers', () => `Subject: x\nFrom: a@b.example\n${'X-A: b\n'.repeat(1_000_000)}\nx`],
    ['senders', () => `Subject: x\nFrom: ${'a:b@c.example, '.repeat(10_000)}\n\nx`],
    ['no bytes', () => ''],
    ['bytes of no script', () => Buffer.alloc(1_000_000, 0xff)],
  ])('of %s ends, with few hints', { timeout: longest }, async (_, make) => {
    const notice = await read(make());
    expect(notice.keys.length).toBeLessThanOrEqual(20);
    expect(notice.next.length).toBeGreaterThan(0);
  });

  it('of 50,000 parts is refused in one sentence', { timeout: longest }, async () => {
    const parts = '--b\n\nx\n'.repeat(50_000);
    await expect(read(`Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n${parts}`)).rejects.toThrow(
      'more than 2000 parts',
    );
  });

  it('of headers without end is refused in one sentence', { timeout: longest }, async () => {
    const long = `Subject: x\nFrom: a@b.example\n${`X-A: ${'b'.repeat(200)}\n`.repeat(15_000)}\nx`;
    await expect(read(long)).rejects.toThrow('cannot be read: Maximum header size');
  });

  it('of parts within parts within parts is refused in one sentence', { timeout: longest }, async () => {
    let bomb = 'Subject: x\nFrom: a@b.example\n';
    for (let i = 0; i < 200; i += 1) bomb += `Content-Type: multipart/mixed; boundary=b${i}\n\n--b${i}\n`;
    await expect(read(bomb)).rejects.toThrow('nesting depth');
  });

  it.each(['x-none', 'utf-16', 'utf-7', '"; drop table', 'iso-2022-jp', 'shift_jis'])(
    'with the wrong charset %s is still read',
    async (charset) => {
      const notice = await read(
        `Subject: x\nFrom: a@amazon.com\nContent-Type: text/plain; charset=${charset}\n\nアクセスキー ${key} を無効に\n`,
      );
      // UTF-16 makes other letters of it; that is said, too.
      if (charset === 'utf-16') expect(notice.warnings.length).toBeGreaterThan(0);
      else expect(notice.keys).toEqual([key]);
    },
  );

  it('of any bytes gives a notice or one sentence, never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.boolean(), async (bytes, asMail) => {
        const head = asMail
          ? Buffer.from('Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n')
          : Buffer.alloc(0);
        try {
          expect((await read(Buffer.concat([head, bytes]))).next.length).toBeGreaterThan(0);
        } catch (error) {
          expect((error as Error).message).toContain('The mail cannot be read');
        }
      }),
    );
  });
});

describe('text of HTML', () => {
  it('leaves out what is not shown, and keeps lines apart', () => {
    expect(textOfHtml('<p>a<!-- AKIA --><b>b</b></p><script>c</script > d&amp;e&#65;')).toBe(' a b \n d&eA');
  });
});

describe('leakguard notice', () => {
  it('prints what the notice says and the command that looks', async () => {
    const { text, code } = await commandLine(fixture('key-exposed.eml'), false);
    expect(code).toBe(0);
    expect(text).toContain(`leakguard scan --key ${key}`);
    expect(text).not.toContain('leakguard contain');
    expect(text).toContain('2026-11-26 03:10 UTC');
  });

  it('prints one document with --json', async () => {
    const { text } = await commandLine(fixture('key-exposed.eml'), true);
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 1,
      command: 'notice',
      exitCode: 0,
      notice: { keys: [key] },
    });
  });

  it('is incomplete for what is no notice', async () => {
    expect((await commandLine(Buffer.from('hello'), false)).code).toBe(5);
  });

  it('says what to do where the file cannot be read', async () => {
    const context = contextWith(Buffer.alloc(0), false).context;
    await expect(run({ file: '/nonexistent.eml' }, context)).rejects.toMatchObject({ exitCode: 2 });
  });
});

async function commandLine(input: Buffer, json: boolean): Promise<{ text: string; code: number }> {
  const { context, written } = contextWith(input, json);
  const code = await run({ file: '-' }, context);
  return { text: written.join(''), code };
}

function contextWith(input: Buffer, json: boolean): { context: CommandContext; written: string[] } {
  const written: string[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk.toString());
      done();
    },
  });
  const context = {
    stdin: Readable.from(input.length === 0 ? [] : [input]),
    stdout,
    stderr: stdout,
    json,
    color: false,
    verbose: false,
    width: 80,
    interactive: false,
  } as unknown as CommandContext;
  return { context, written };
}
