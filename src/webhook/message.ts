import { visible } from '../report/terminal/index.js';

/** What somebody who is not at the terminal must know. Times are epoch milliseconds. */
export interface News {
  /** began: the key is cut · ended: how the containment ended · verified: what `verify` found. */
  event: 'began' | 'ended' | 'verified';
  /** As incident channels rank it: critical: it burns, or may · warning: somebody must decide or look · info: it is well. */
  severity: 'critical' | 'warning' | 'info';
  /** The lead's name: a key's id, a role. */
  key: string;
  account: string;
  /** One sentence. */
  summary: string;
  /** More sentences, the most important first. */
  details: readonly string[];
  /** The command to run next; null for none. */
  next: string | null;
  at: number;
  simulated: boolean;
}

export const formats = ['slack', 'teams', 'pagerduty', 'json'] as const;
export type Format = (typeof formats)[number];

/** Whose webhook an address is, by its host (Slack, "Sending messages using incoming webhooks"; Microsoft Teams, "Create
 *  incoming webhooks with Workflows"; PagerDuty, "Send an event"). */
export function formatOf({ hostname }: URL): Format {
  if (/(^|\.)slack(-gov)?\.com$/.test(hostname)) return 'slack';
  if (/\.webhook\.office\.com$|\.logic\.azure\.com$|\.api\.powerplatform\.com$/.test(hostname))
    return 'teams';
  return /^events\.(eu\.)?pagerduty\.com$/.test(hostname) ? 'pagerduty' : 'json';
}

const mostDetails = 5;

/** The body that a receiver of this format takes. Pure. `routingKey`: PagerDuty's. */
export function bodyOf(format: Format, news: News, routingKey: string | null): object {
  const { event, severity, key, account, next, at } = news;
  const summary = `${news.simulated ? 'SIMULATED: ' : ''}${visible(news.summary, 500)}`;
  const details = news.details.slice(0, mostDetails).map((detail) => visible(detail, 300));
  const about = { key: visible(key, 100), account, next: next === null ? null : visible(next, 500) };
  switch (format) {
    case 'slack': {
      const command = about.next === null ? [] : [`Next: \`${about.next.replaceAll('`', "'")}\``];
      const lines = [`*${summary.replaceAll('*', '·')}*`, ...details.map((one) => `• ${one}`), ...command];
      return { text: lines.map(forSlack).join('\n') };
    }
    case 'teams': {
      const block = (text: string, more: object = {}): object => ({
        type: 'TextBlock',
        text,
        wrap: true,
        ...more,
      });
      const command = about.next === null ? [] : [block(about.next, { fontType: 'Monospace' })];
      const body = [
        block(forTeams(summary), { weight: 'Bolder', size: 'Medium' }),
        ...details.map((one) => block(forTeams(one))),
        ...command,
      ];
      const content = {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        ...{ type: 'AdaptiveCard', version: '1.4', body },
      };
      return {
        type: 'message',
        attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content }],
      };
    }
    case 'pagerduty':
      return {
        routing_key: routingKey ?? '',
        // Of one incident there is one alert, until it is proven clean.
        event_action: event === 'verified' && severity === 'info' ? 'resolve' : 'trigger',
        dedup_key: `leakguard-${account}-${key}`.slice(0, 255),
        payload: {
          summary: summary.slice(0, 1024),
          source: `AWS account ${account}`,
          severity,
          timestamp: new Date(at).toISOString(),
          custom_details: { ...about, details },
        },
      };
    case 'json':
      return {
        ...{ schemaVersion: 1, tool: 'leakguard', event, severity, simulated: news.simulated },
        ...{ at: new Date(at).toISOString(), ...about, summary, details },
      };
  }
}

/** Slack, "Formatting text for app surfaces": these three are its markup, links and mentions. */
function forSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Cards take a part of Markdown: links are written out. */
function forTeams(text: string): string {
  return text.replace(/[[\]*_<>]/g, (letter) => `\\${letter}`);
}
