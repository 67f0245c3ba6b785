import { describe, expect, it } from 'vitest';
import { bodyOf, formatOf, type News } from '../../src/webhook/message.js';

const news: News = {
  event: 'ended',
  severity: 'critical',
  key: 'AKIAIOSFODNN7EXAMPLE',
  account: '111122223333',
  summary: 'NOT CONTAINED: access key AKIAIOSFODNN7EXAMPLE in account 111122223333.',
  details: ['<!channel> <https://example.invalid|click> *bold*', 'a\u001b[2Jb'],
  next: 'leakguard resume J.jsonl',
  at: Date.parse('2026-11-21T03:00:00Z'),
  simulated: false,
};

describe('whose webhook an address is', () => {
  it.each([
    ['https://hooks.slack.com/services/T0/B0/x', 'slack'],
    ['https://contoso.webhook.office.com/webhookb2/x', 'teams'],
    ['https://prod-1.westeurope.logic.azure.com:443/workflows/x', 'teams'],
    ['https://events.pagerduty.com/v2/enqueue', 'pagerduty'],
    ['https://events.eu.pagerduty.com/v2/enqueue', 'pagerduty'],
    ['https://chat.example.org/hook', 'json'],
    ['https://slack.com.example.org/x', 'json'],
  ])('%s: %s', (url, format) => {
    expect(formatOf(new URL(url))).toBe(format);
  });
});

describe('what a webhook is told', () => {
  it('is text to Slack: no mention, no link, no escape', () => {
    const { text } = bodyOf('slack', news, null) as { text: string };
    expect(text.split('\n')[0]).toBe(`*${news.summary}*`);
    expect(text).toContain('&lt;!channel&gt; &lt;https://example.invalid|click&gt;');
    expect(text).not.toMatch(/<|\u001b/);
    expect(text).toContain('Next: `leakguard resume J.jsonl`');
  });

  it('is a card to Teams', () => {
    const { attachments } = bodyOf('teams', news, null) as {
      attachments: { contentType: string; content: { type: string; body: { text: string }[] } }[];
    };
    expect(attachments[0]?.contentType).toBe('application/vnd.microsoft.card.adaptive');
    expect(attachments[0]?.content.body.map(({ text }) => text).join()).not.toMatch(/(?<!\\)[[<]/);
  });

  it('is one alert to PagerDuty, until it is proven clean', () => {
    expect(bodyOf('pagerduty', news, 'R0')).toMatchObject({
      routing_key: 'R0',
      event_action: 'trigger',
      dedup_key: 'leakguard-111122223333-AKIAIOSFODNN7EXAMPLE',
      payload: {
        severity: 'critical',
        source: 'AWS account 111122223333',
        timestamp: '2026-11-21T03:00:00.000Z',
      },
    });
    const clean: News = { ...news, event: 'verified', severity: 'info' };
    expect(bodyOf('pagerduty', clean, 'R0')).toMatchObject({ event_action: 'resolve' });
    expect(bodyOf('pagerduty', { ...news, severity: 'info' }, 'R0')).toMatchObject({
      event_action: 'trigger',
    });
  });

  it('says of a simulation that it is one, to all', () => {
    for (const format of ['slack', 'teams', 'pagerduty', 'json'] as const)
      expect(JSON.stringify(bodyOf(format, { ...news, simulated: true }, 'R0'))).toContain('SIMULATED: NOT');
  });
});
