/**
 * The forms of AWS's notices, and what they ask for. What stands here only names what was read: nothing is done because
 * of it.
 *
 * Sources. English: subjects and sentences that customers have published, among them xebia.com, "What happens when you
 * leak AWS credentials" (2023: the exposed key); dev.to, "Responding to a Compromised AWS Access Key" (2026: irregular
 * activity); otkken2.hateblo.jp, 2020-05-18 ("disable (but do not delete) the first key": in English, to a customer in
 * Japan). Japanese: no notice in full was found in public. The patterns follow the words of AWS's Japanese article on
 * the same advice (AWS Knowledge Center, potential-account-compromise, ja) and are not proven on an original.
 * Event type codes: AWS documents no list of them; these are the ones that customers' published rules match
 * (github.com/hmrc/platsec-compliance-alerting).
 */
export interface NoticeForm {
  id: string;
  title: string;
  /** AWS Health's event type codes. */
  eventTypes: string[];
  /** Searched in the subject, then in the text. */
  pattern: RegExp;
  /** Stands in the text under any subject. */
  underAnySubject?: boolean;
}

/** The most telling first. */
export const forms: readonly NoticeForm[] = [
  {
    id: 'second-notice',
    title: 'a second notice: the account will be suspended',
    eventTypes: [],
    underAnySubject: true,
    pattern: /your account will be suspended|アカウント(?:は|が|を)[^。\n]{0,20}停止(?:され|いた|し)/i,
  },
  {
    id: 'key-exposed',
    title: 'an access key is exposed in public',
    eventTypes: ['AWS_RISK_CREDENTIALS_EXPOSED', 'AWS_RISK_CREDENTIALS_EXPOSURE_SUSPECTED'],
    pattern:
      /access key is exposed|(?:access key|credentials?)[^.\n]{0,120}(?:publicly|available online|exposed)|アクセスキー[^。\n]{0,60}(?:公開|漏洩|漏えい)/i,
  },
  {
    id: 'irregular-activity',
    title: 'irregular activity of an access key',
    eventTypes: ['AWS_RISK_CREDENTIALS_COMPROMISED', 'AWS_RISK_CREDENTIALS_COMPROMISE_SUSPECTED'],
    pattern: /irregular activity|(?:不審|不正|異常)な(?:アクティビティ|アクセス|使用|利用)/i,
  },
  {
    id: 'account-compromised',
    title: 'the account may be compromised',
    eventTypes: ['AWS_RISK_IAM_QUARANTINE', 'AWS_RISK_ACCOUNT_CONSOLE_COMPROMISE'],
    pattern:
      /account [^.\n]{0,20}(?:may be|is|has been|might be) compromised|アカウント[^。\n]{0,40}(?:侵害|不正アクセス|乗っ取)/i,
  },
  {
    id: 'suspicious-activity',
    title: 'suspicious activity in the account',
    eventTypes: [],
    pattern: /suspicious activity/i,
  },
];

/** One thing that a notice asks for, or tells. */
export interface Ask {
  id: string;
  title: string;
  pattern: RegExp;
}

export const asks: readonly Ask[] = [
  {
    id: 'keep-key',
    title: 'do not delete the key yet: disable it',
    pattern:
      /do not delete|(?:don't|not) delete (?:the|your|this)|削除(?:は)?(?:しない|しません|行わない|せず)/i,
  },
  {
    id: 'disable-key',
    title: 'disable the key',
    pattern:
      /(?:disable|deactivate|inactivate|make inactive)[^.\n]{0,80}(?:key|credential)|(?:key|credential)s?[^.\n]{0,60}(?:disabled|inactive)|キー[^。\n]{0,40}無効/i,
  },
  {
    id: 'delete-key',
    title: 'delete the key',
    pattern:
      /(?<!not )(?:delete|remove)[^.\n]{0,60}(?:access key|exposed key|the key)|キー[^。\n]{0,20}を?削除(?!は?しない|は?しません|は?行わない|せず)/i,
  },
  {
    id: 'rotate-key',
    title: 'make a new key',
    pattern:
      /rotat(?:e|ing)|(?:create|generate) a (?:new|second) (?:access )?key|ローテーション|新しい(?:アクセス)?キー/i,
  },
  { id: 'check-trail', title: 'check CloudTrail for what you did not make', pattern: /CloudTrail/i },
  {
    id: 'check-regions',
    title: 'review usage in every region',
    pattern:
      /(?:all|every|any|each)\s+(?:AWS\s+)?regions?|unauthorized (?:AWS )?usage|すべての\s*(?:AWS\s*)?リージョン|全(?:ての)?リージョン/i,
  },
  {
    id: 'reply-in-case',
    title: 'reply in the support case',
    pattern:
      /(?:respond|reply|update|responding|replying)[^.\n]{0,60}(?:case|notification|support)|ケース[^。\n]{0,40}(?:返信|回答|ご連絡)/i,
  },
  {
    id: 'change-passwords',
    title: 'change passwords, add MFA',
    pattern:
      /(?:change|reset)[^.\n]{0,60}password|multi-factor|\bMFA\b|パスワード[^。\n]{0,30}変更|多要素認証/i,
  },
];

/** What AWS says that it has done, or will do. */
export const measures: readonly Ask[] = [
  {
    id: 'services-limited',
    title: 'some AWS services are limited',
    pattern:
      /(?:limited|restricted)[^.\n]{0,80}(?:ability to use|some AWS services|services)|サービス[^。\n]{0,40}(?:制限|使用できな|利用できな)/i,
  },
  {
    id: 'quarantine',
    title: 'a quarantine policy is attached to the user: leave it on',
    pattern: /AWSCompromisedKeyQuarantine|quarantine/i,
  },
  {
    id: 'suspension',
    title: 'the account will be suspended',
    pattern: /will be suspended|suspension of your|停止(?:される|いたします|します)/i,
  },
];
