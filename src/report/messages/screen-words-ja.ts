import type { OutcomeRule } from '../../model/index.js';
import type { ScreenWords } from './screen-words.js';
import { saidInJapanese } from './said-ja.js';
import { utc, usd } from './words.js';

/** 「42 秒」「6 分」「3 時間 20 分」 */
function period(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 1) return '1 秒未満';
  if (seconds < 60) return `${seconds} 秒`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} 分`;
  const rest = minutes % 60;
  return `${Math.floor(minutes / 60)} 時間${rest === 0 ? '' : ` ${rest} 分`}`;
}

const number = (n: number): string => n.toLocaleString('en-US');
const orBefore = (late: number | null): string =>
  late === null ? '' : `（早くても ${utc(late)} 以降。CloudTrail の遅延のため）`;

/** By rule; `n`: the number that the record's sentence has, if any. */
const reasons: Partial<Record<OutcomeRule, (n: string) => string>> = {
  'end.left-open': (n) => `本件のリソース ${n} 件が未封じ込め`,
  'end.no-sweep': (n) => `リソース ${n} 件の封じ込めを点検で未確認`,
  'end.left-unexplained': (n) => `リソース ${n} 件が理由不明のまま残存`,
  'end.beyond-plays': (n) => `調査対象外のサービスに残した操作 ${n} 件`,
  'end.action-not-done': (n) => `拒否・失敗・結果不明のまま未解決の操作 ${n} 件`,
  'end.taken-back': (n) => `その後に取り消した操作 ${n} 件`,
  'end.not-all-seen': () => '確認できなかった範囲あり',
  'end.settling': (n) => `作成直後で CloudTrail に未反映のリソース ${n} 件`,
  'end.journal-open': () => 'ジャーナルに終了の記録なし（中断、または実行中）',
  'end.stopped': () => 'シグナルにより中断',
  'end.held': (n) => `判断待ちで保留中のリソース ${n} 件`,
  'end.cloudfront': () => 'CloudFront の一部が配信不可、または未確認',
};

export const japaneseScreens: ScreenWords = {
  said: saidInJapanese,
  counted: (n, what) => `${what} ${number(n)} 件`,
  andMore: (n) => `ほか ${n} 件`,
  joined: (items, max) =>
    items.length <= max
      ? items.join('、')
      : `${items.slice(0, max).join('、')} ほか ${items.length - max} 件`,
  seeVerbose: (n) => `ほか ${n} 件（--verbose で全件表示）`,
  simulated: (where) => `【模擬】AWS ではありません${where === '' ? '' : `（${where}）`}。実環境への影響なし`,
  next: '次の操作',

  cut: {
    label: '遮断対象',
    ofUser: (name) => `ユーザー ${name}`,
    ofRoot: 'ルートユーザー',
    session: (name, role) => `ロール ${role} のセッション ${name}`,
    ownerUnknown: '所有者不明',
    active: '有効',
    inactive: 'すでに無効',
    statusUnknown: '状態不明',
    account: 'アカウント',
    lastUsed: '最終使用',
    neverUsed: '使用履歴なし、または不明',
    used: (at, service, region) =>
      `${at === null ? '不明' : utc(at)}、${service || 'サービス不明'}（${region || 'リージョン不明'}）`,
    willStop: '停止する',
    keyStops: 'このキーで署名するすべての呼び出し（不正使用も自社の利用も）',
    temporaryStops: (user) => `${user} のすべてのキーで発行済みの一時認証情報と、コンソールのセッション`,
    sessionStops: 'このセッションと、これまでに作成された同名のセッション',
    sameNamesStop: 'これまでに作成された同名のセッションもすべて停止',
    goesOn: '継続する',
    otherSessionsOf: (role) => `ロール ${role} のほかのセッションと、今後この名前で作成されるもの`,
    otherSessions: (named) => `ロールのほかのセッション${named ? '（現在使用中）：' : ''}`,
    cutOneToo: '追加で遮断する場合：--include ID',
    byHand: '手作業',
    canUndo: '取り消し',
    undoSession: 'leakguard undo REPORT',
    undoKey: 'leakguard undo REPORT（キーの再有効化は --reactivate-key 指定時のみ）',
    undoUser: 'leakguard undo REPORT（キーの再有効化は --reactivate-key 指定時のみ。パスワードは復元不可）',
    stands: '適用済み',
    denyOnUser: 'leakguard の Deny はユーザーに適用済み',
    denyOnRole: 'leakguard の Deny はロールに適用済み',
    quarantine: '隔離',
    quarantined: (policies) =>
      `AWS が ${policies} を適用済み。解除はサポートケースで AWS が行うため、そのまま残すこと`,
    role: (name) => `ロール ${name}`,
    user: (name) => `ユーザー ${name}`,
    misusedSessions: (n) => `不正使用されたセッション ${n} 件`,
    misusedCredentials: (n) => `不正使用された認証情報 ${n} 件`,
    passwordRemoved: (at) => `コンソールのパスワード（${utc(at)} 設定）：削除。要再設定`,
    hasPassword: 'コンソールのパスワードあり：維持されるが、利用者は再サインインが必要',
    noPassword: 'コンソールのパスワードなし',
    passwordUnknown: 'コンソールのパスワードの有無は不明',
    noMisuseOfThem: 'CloudTrail 上、これらの不正使用は見られない。追加で遮断する場合：--include ID',
    otherKeysUnknown: 'ユーザーのほかのキー（読み取れず、有無は不明）',
    noOtherKey: 'ほかのキーなし。必要になる前に新しいキーを作成すること',
    otherKeys: (n) => `ユーザーのほかのキー ${n} 件（変更なし）：`,
    keyMade: (at) => `作成 ${at === null ? '不明' : utc(at)}`,
    unknown: '不明',
    doubt: '懸念',
  },

  plan: {
    label: '計画',
    phase: {
      cut: '遮断',
      stop: '停止',
      record: '証拠保全',
      terminate: '終了',
      evict: '排除',
      confirm: '確認',
    },
    actions: (n) => `操作 ${number(n)} 件`,
    onResources: (n) => `（対象リソース ${number(n)} 件）`,
    atStake: (dollars) => `、発生中の料金は 1 時間あたり約 ${usd(dollars)}（見積もり）`,
    willEnd: '終了対象',
    perHour: (dollars) => `1 時間あたり約 ${usd(dollars)}`,
    priceUnknown: (n) => `${n} 台は料金不明`,
    typeUnknown: 'タイプ不明',
    moreRegions: (regions, instances) => `ほか ${regions} リージョン：インスタンス ${number(instances)} 台`,
    causes: '波及',
    times: (text, n) => `${text}（${n} 回）`,
    inUse: '使用中',
    sessionsOf: (n, role) => `ロール ${role} を使うほかのセッション ${n} 件：`,
    theyGoOn: 'いずれも継続',
    cutEnds: (n) => `うち ${n} 件は遮断により終了`,
    ends: '終了',
    goesOn: '継続',
    lastSeen: (at) => `最終確認 ${at}`,
    from: (source) => `（接続元 ${source}）`,
    folded: (operation, resources, regions) =>
      `${operation}：リソース ${number(resources)} 件（${regions.length > 3 ? `${regions.length} リージョン` : regions.join('、')}）`,
    noUndo: '取消不可',
    cannotUndo: (n, why) => `取り消せない操作 ${number(n)} 件：${why}`,
  },

  left: {
    label: '未対処',
    cause: {
      denied: '権限不足',
      failed: '失敗',
      protected: '保護あり',
      skipped: '未実行',
      held: '保留',
      settling: '反映待ち',
      new: '新規出現',
      'no-play': '対象外',
      unknown: '理由不明',
    },
    kinds: (kinds, regions) => `${kinds}（${regions}）`,
  },

  outcome: {
    label: '結果',
    verdict: {
      contained: '封じ込め完了',
      held: '封じ込め完了（保留分を除く）',
      unknown: '封じ込め未確認',
      'not-contained': '封じ込め未完了',
    },
    reason: (rule, words) => reasons[rule]?.(/[\d,]+/.exec(words)?.[0] ?? '?') ?? words,
    of: (key, account) => `${key}、アカウント ${account}`,
    keyUnknown: 'キー不明',
    keyOff: 'キー無効化',
    keyOffUnknown: 'leakguard が無効化した記録なし',
    afterAgreed: (ms) => `（承認から ${period(ms)}）`,
    contained: '完了時刻',
    afterStart: (ms) => `（開始から ${period(ms)}）`,
    done: '実施済み',
    nothingDone: '変更なし',
    didIn: (_actions, resources, regions) => ` 件（リソース ${number(resources)} 件、${regions} リージョン）`,
    alreadySo: (n) => `、うち ${n} 件は対応済みの状態`,
    notDone: '未完了',
    spared: '対象除外',
    sparedWords: (n) => `担当者の判断で除外 ${n} 件：`,
    included: '対象追加',
    includedWords: (n) => `担当者の判断で追加 ${n} 件：`,
    byTrail: '証跡のみ',
    byTrailWords: '証跡では作成・変更されているが、一覧に現れないため未封じ込め',
    billed: '課金継続',
    bill: (what, region, price) => `${what}（${region}）：${price}`,
    priceUnknown: '料金不明',
    lessThanACent: '1 時間あたり $0.01 未満',
    apiAnswers: 'API 応答あり',
    api: (state) => `API：${state}`,
    moreDown: (n) => `ほか ${n} 件も配信不可（--verbose で全件表示）`,
    allServing: (n) => `ホスト ${n} 件、すべて配信中`,
    othersServe: 'ほかのホストは配信中',
    verify: '検証',
    notBefore: (at) =>
      `leakguard verify で「clean」と確認できるのは ${utc(at)} 以降（それまでは CloudTrail の遅延がありうる）`,
    notWhileOpen: (late) =>
      `上記の未解決事項がある間は、leakguard verify は「clean」にならない${orBefore(late)}`,
    notWhileUnseen: (late) =>
      `確認できない範囲がある間は、leakguard verify は「clean」にならない${orBefore(late)}`,
    journal: 'ジャーナル',
    head: (hash) => `末尾ハッシュ ${hash}`,
    getPermissions: (names, more) =>
      `権限 ${names}${more > 0 ? ` ほか ${more} 件` : ''} を取得（必要な権限の一覧）： leakguard policy`,
    includeHeld: (command) => `保留分も封じ込める場合： ${command}`,
    fromOn: (at) => `   # ${at} UTC 以降`,
    mend: '上記を解消し、同じコマンドを再実行（再実行しても安全）',
    takeBack: (command) => `取り消す場合： ${command}`,
  },

  ask: {
    cutKey: (last) =>
      `キーを無効化しますか？（取り消し可能）実行は y とキーの末尾 4 文字を入力（y ${last}）： `,
    cutSession: (last) =>
      `セッションを遮断しますか？（取り消し可能）実行は y と ID の末尾 4 文字を入力（y ${last}）： `,
    cutMany: (lead, password, last) =>
      `上記の ${lead} を遮断しますか？（${password ? 'パスワードを除き取り消し可能' : '取り消し可能'}）実行は y と名前の末尾 4 文字を入力（y ${last}）： `,
    notTheKey: (last) => `y ${last} と一致しません。まだ何も変更していません。n で中止。`,
    actions: (n, canChange) =>
      `操作 ${number(n)} 件。v で全件表示、v ID で理由表示${canChange ? '、e で除外または保留分の追加' : ''}。`,
    account: (id) => `すべて実行する場合はアカウント ID（${id}）、中止する場合は n を入力： `,
    notTheAccount: 'アカウント ID と一致しません。遮断以外はまだ何も変更していません。',
    takeOut: '除外するもの（ID、グループ、リージョン。なければ空欄）： ',
    takeIn: '保留分から追加するもの（ID、グループ、リージョン、held。なければ空欄）： ',
  },

  gaps: {
    label: '未確認',
    nothing: '確認した範囲なし。上記は「clean」を意味しない',
    complete: '対象範囲はすべて確認済み',
    unknown: '確認できなかった範囲は不明であり、「clean」ではない：',
    denied: '権限不足',
    status: (status) => ({ denied: '権限不足', failed: '失敗', truncated: '途中まで' })[status] ?? status,
    where: (subject, regions) => `${subject}（${regions}）`,
    regions: (n, names) => `${n} リージョン（${names}）`,
    lacking: (checks, regions, subjects) =>
      `確認項目 ${checks} 件${regions === 0 ? '' : `（${regions} リージョン）`}：${subjects} の権限が不足`,
    whatTheyNeed: '必要な権限',
    notExamined: (names) => `調査対象外：${names}`,
    notEnabled: (names) => `有効でないリージョン：${names}`,
    closed: (n, names) => `組織のポリシーで閉鎖済み（担当者の申告による）${n} リージョン：${names}`,
    notThere: (subject, regions) => `提供なし：${subject}（${regions}）`,
  },
};
