import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { agentFor } from '../aws/index.js';
import { bodyOf, type Format, formatOf, formats, type News } from './message.js';

type Environment = Record<string, string | undefined>;

/** How long one try may take, and how long to wait before each next one, milliseconds. */
const tryTimeout = 5_000;
const waits = [500, 2_000];
/** Whoever waits for a run to end does not wait longer than this for its news. */
const patienceAtEnd = 8_000;

interface Receiver {
  url: URL;
  format: Format;
  routingKey: string | null;
}

/**
 * Tells a chat or a pager what happens, beside the run and never in its way. The address is a secret: it comes from
 * LEAKGUARD_WEBHOOK_URL, or from the file that LEAKGUARD_WEBHOOK_FILE names, and is shown nowhere. What does not arrive is
 * a warning by `warn`.
 */
export class Webhook {
  private last: Promise<void> = Promise.resolve();
  private readonly receiver: Promise<Receiver | null>;

  constructor(
    private readonly env: Environment,
    private readonly warn: (message: string) => void,
  ) {
    this.receiver = receiverOf(env).catch((error: unknown) => {
      warn(
        `${error instanceof Error ? error.message : String(error)} Nobody is told by it; all else goes on.`,
      );
      return null;
    });
  }

  /** Sends it after what was sent before, and returns at once. */
  send(news: () => Promise<News>): void {
    this.last = this.last
      .then(news)
      .then((its) => this.deliver(its))
      .catch((error: unknown) => this.warn(`The webhook was told nothing (${String(error)}).`));
  }

  /** When all is sent, or has taken long enough. */
  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.warn('The webhook takes too long: the last news may not have arrived.');
        resolve();
      }, patienceAtEnd);
    });
    await Promise.race([this.last, late]);
    clearTimeout(timer);
  }

  private async deliver(news: News): Promise<void> {
    const receiver = await this.receiver;
    if (receiver === null) return;
    const { url, format, routingKey } = receiver;
    // A rehearsal pages nobody.
    if (news.simulated && !isLoopback(url)) return;
    const body = JSON.stringify(bodyOf(format, news, routingKey));
    for (const wait of [...waits, null]) {
      const failure = await post(url, body, this.env);
      if (failure === null) return;
      if (wait === null || !failure.again) {
        this.warn(`The webhook at ${url.hostname} did not take the news (${failure.why}).`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

const isLoopback = ({ hostname }: URL): boolean => /^(127\.[\d.]+|\[::1\]|localhost)$/.test(hostname);
const given = (text: string | undefined): string | null => text?.trim() || null;

/** @throws Error in words that do not hold the address */
async function receiverOf(env: Environment): Promise<Receiver> {
  const file = given(env['LEAKGUARD_WEBHOOK_FILE']);
  const text = given(env['LEAKGUARD_WEBHOOK_URL']) ?? (file === null ? null : await firstLine(file));
  if (text === null || !URL.canParse(text)) throw new Error('The webhook’s address is no URL.');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url)))
    throw new Error('The webhook’s address is not https.');
  const named = given(env['LEAKGUARD_WEBHOOK_FORMAT']);
  const format = formats.find((one) => one === named);
  if (named !== null && format === undefined)
    throw new Error(`LEAKGUARD_WEBHOOK_FORMAT takes ${formats.join(', ')}.`);
  const routingKey = given(env['LEAKGUARD_PAGERDUTY_KEY']);
  const its = format ?? formatOf(url);
  if (its === 'pagerduty' && routingKey === null)
    throw new Error('PagerDuty needs its integration key too, in LEAKGUARD_PAGERDUTY_KEY.');
  return { url, format: its, routingKey };
}

async function firstLine(file: string): Promise<string | null> {
  try {
    return given((await readFile(file, 'utf8')).split('\n')[0]);
  } catch (error) {
    throw new Error(
      `LEAKGUARD_WEBHOOK_FILE cannot be read (${error instanceof Error ? error.message : String(error)}).`,
    );
  }
}

/** @returns why it did not arrive, and whether to try again; null where it did */
function post(url: URL, body: string, env: Environment): Promise<{ why: string; again: boolean } | null> {
  return new Promise((resolve) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = send(
      url,
      { method: 'POST', headers, agent: agentFor(env), signal: AbortSignal.timeout(tryTimeout) },
      (response) => {
        response.resume();
        const status = response.statusCode ?? 0;
        // A redirect may lead anywhere: an address is taken as it was given.
        const isTaken = status >= 200 && status < 300;
        resolve(isTaken ? null : { why: `HTTP ${status}`, again: status === 429 || status >= 500 });
      },
    );
    // Words of the system may hold the address.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      resolve({ why: error.code ?? error.name, again: true });
    });
    sent.end(body);
  });
}
