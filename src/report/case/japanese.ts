import { screenWords } from '../messages/index.js';
import type { CaseWords } from './words.js';

const requestId = (id: string | null): string => (id === null ? '' : `（リクエスト ID ${id}）`);
const screens = screenWords('ja');
const detail = (text: string | null): string => (text === null ? '' : `：${screens.said(text)}`);

const apiStates: Record<string, string> = { answers: '応答あり' };

const causes: Record<string, string> = {
  denied: '権限不足で拒否',
  failed: '失敗',
  protected: '保護により拒否',
  skipped: '未実行',
  held: '判断待ちで保留',
  settling: 'CloudTrail の反映待ち',
  new: '新たに出現',
  unknown: '理由不明',
};

export const japanese: CaseWords = {
  part: (i, of) => `［${of} 通中の ${i} 通目］`,
  simulated: (where) =>
    `【模擬】AWS ではないエンドポイント（${where}）で作成されたものです。送信しないでください。`,
  opening: (key, user, account) =>
    `アカウント ${account} のアクセスキー ${key}${user === null ? '' : `（ユーザー ${user}）`}に関する回答です。時刻はすべて UTC です。`,
  source: (version, records, head) =>
    `以下の記述はすべて、封じ込め作業の記録（leakguard ${version}、${records} 件、末尾のハッシュ ${head}）から作成しています。記録にないことは「不明」と記します。`,
  and: (items, more) => `${items.join('、')}${more > 0 ? ` ほか ${more} 件` : ''}`,

  happened: '1. 発生した事象',
  misuse: (at, source, confidence) =>
    at === null
      ? '不正使用の開始時刻は不明です。'
      : `キーは ${at} から不正に使用されました（${source === 'given' ? '当方の申告' : 'CloudTrail からの推定'}、確度：${{ certain: '確実', likely: '高い', uncertain: '低い' }[confidence]}）。`,
  reason: (reason) => `- ${screens.said(reason)}`,
  route: 'キーは不正に使用されましたが、その経路は不明です。',
  launched: (instances, regions, tried) =>
    `不正使用により起動されたインスタンスを ${regions} リージョンで ${instances} 台確認しました。ほかに成功しなかった起動要求が ${tried} 件ありました。`,
  deed: (time, what, target, count, event) =>
    `- ${time}：${what}${target === null ? '' : `：${target}`}${count > 1 ? `（${count} 回）` : ''} [${event}]`,
  more: (count) => `- ほか ${count} 件`,

  key: '2. アクセスキー',
  keyOff: (key, at, id, already) =>
    already
      ? `アクセスキー ${key} は、確認時（${at}）にはすでに無効（Inactive）でした${requestId(id)}。`
      : `アクセスキー ${key} を ${at} に無効（Inactive）にしました${requestId(id)}。`,
  keyNotOff: (key) => `アクセスキー ${key} を無効にしたことは記録になく、不明です。`,
  keySeen: (state) => `アカウントを確認した時点でのキーの状態：${state}。`,
  keyReactivated: 'その後、再び有効（Active）に戻されています。',
  keyDeleted: (deleted) =>
    deleted ? 'キーは削除済みです。' : 'キーを削除した記録はありません。ご依頼があれば削除します。',
  cut: (title, result, at, id) =>
    `- ${screens.said(title)}：${result === 'done' ? `${at} に完了` : result === 'already-so' ? `${at} にはすでにその状態` : `${at} に${causes[result] ?? '不明'}`}${requestId(id)}`,
  replacement: '新しいキーを作成したかどうかは記録にありません：［手で記入：作成済み／不要］',

  trail: '3. CloudTrail の確認（ユーザー、ログインプロファイル、キー、ポリシー、ロール、一時認証情報）',
  trailRead: (regions, complete, from, to) =>
    `CloudTrail を ${regions} リージョンで確認し、うち ${complete} リージョンは全件を読めました。期間：${from ?? '不明'} から ${to ?? '不明'} まで。`,
  trailNotRead: 'CloudTrail は確認していません。その内容は不明です。',
  minted: (id, kind, owner, since, fate) =>
    `- 不正使用により発行された ${kind} ${id}（${owner}、${since}）：${fate}`,
  thing: (type, id, cls, fate) =>
    `- ${type} ${id}（${cls === 'rogue' ? '不正使用により作成' : '当方のもので、不正使用により変更'}）：${fate}`,
  fate: (fate, time) => {
    switch (fate.kind) {
      case 'acted':
        return `${time(fate.at)} に ${fate.operation} を実施${requestId(fate.requestId)}`;
      case 'undone':
        return 'すでに取り消されていることを CloudTrail で確認';
      case 'not-live':
        return `確認時には稼働していない（${fate.state}）`;
      case 'expired':
        return `${time(fate.at)} に失効`;
      case 'other-account':
        return `アカウント ${fate.account} で有効。当方では封じ込めていない`;
      case 'left':
        return `未対処（${causes[fate.cause] ?? '理由不明'}${detail(fate.detail)}）`;
      case 'swept':
        return `当方の操作なし。${time(fate.at)} の点検では稼働していない`;
      case 'unknown':
        return '状態は不明';
    }
  },
  nothingElse: (complete) =>
    complete
      ? 'これらの確認では、不正使用により作成・変更されたものはほかに見つかりませんでした。'
      : '読めた範囲では、ほかに見つかりませんでした。読めなかった範囲は不明です。',
  checkedCompletely: (subjects) => `全件を確認：${subjects}。`,
  gap: (subject, regions, status, why) =>
    `- 全件は読めていない：${regions} の ${subject}：${screens.gaps.status(status)}${detail(why)}`,

  regions: '4. 全リージョンの EC2、Lambda、スポットリクエスト、その他',
  check: (subject, complete, cells) =>
    `- ${subject}：${cells} リージョン中 ${complete} リージョンで全件を確認`,
  region: (region, found, acted, lastAt, gone, left, unknown) =>
    `- ${region}：発見 ${found}／対処済み ${acted}${lastAt === null ? '' : `（最後は ${lastAt}）`}${gone > 0 ? `／当方の操作なしに消滅 ${gone}` : ''}／残り ${left}${unknown > 0 ? `／不明 ${unknown}` : ''}`,
  nothingInRegions: (complete) =>
    complete
      ? '各リージョンで、不正使用により作成・変更されたものは見つかりませんでした。'
      : '読めた範囲では見つかりませんでした。読めなかった範囲は不明です。',
  notEnabled: (regions) => `アカウントで有効でないため確認していないリージョン：${regions}。`,
  notThere: (subject, regions) => `- ${subject}：${regions} では提供されていないか、有効でない`,
  notExamined: (subjects) => `確認の対象外のため不明なもの：${subjects}。`,
  held: (count) =>
    `${count} 件は、キーの通常の利用によるものか不正使用によるものか不明で、当方の判断まで稼働させています。`,
  spared: (count, ids) => `${count} 件は、当方の判断により封じ込めの対象から外しました：${ids}。`,
  included: (count, ids) =>
    `${count} 件は、CloudTrail だけでは判断できませんでしたが、当方の判断により不正使用によるものとして扱いました：${ids}。`,
  settling: (count) => `${count} 件は、新しすぎて CloudTrail では作成者が分からず、不明です。`,

  confirmation: '5. 確認',
  confirm: '2 から 4 について、上記に記した範囲のとおり確認しました。',
  verdict: (state) =>
    ({
      contained: '記録によれば、見つかったものはすべて封じ込め済みです。',
      held: '記録によれば、判断待ちのものを除き、見つかったものはすべて封じ込め済みです。',
      unknown: '記録によれば、すべてが封じ込められたかどうかは不明です：',
      'not-contained': '記録によれば、まだすべては封じ込められていません：',
    })[state],
  verdictReason: (rule, reason) => `- ${rule === undefined ? reason : screens.outcome.reason(rule, reason)}`,
  sweep: (round, at, clean, left) =>
    `- 全リージョンの点検 ${round} 回目（${at}）：${clean ? '本件に属して稼働しているものなし' : `残り ${left} 件`}`,
  noSweep: '結果を確かめる点検の記録はなく、不明です。',
  settles: (at) => `CloudTrail の配信は遅れることがあります。${at} 以降に、より確かなことを言えます。`,

  remains: '6. 残っているもの',
  counted: (count, type) => `${type} ${count} 件`,
  left: (cause, what, why) => `- ${what}：${causes[cause] ?? '理由不明'}${detail(why)}`,
  nothingLeft: (at) =>
    at === null
      ? '残りの記録はありませんが、点検はしていません。'
      : `${at} の点検では、見つかったもののうち残っているものはありません。`,

  cloudfront: '7. CloudFront',
  api: (state, why, at) => `CloudFront API（${at}）：${apiStates[state] ?? state}${detail(why)}`,
  host: (host, state, why) => `- ${host}：${state}${detail(why)}`,
  liftRequest:
    'アカウントに残っている制限をお知らせください。上記で足りるものは解除し、これらのホストの DNS を復旧してください。',

  credit: '8. 請求の調整のお願い',
  creditRequest: (account) => `アカウント ${account} で本件の不正使用により生じた料金の調整をお願いします。`,
  estimate: (usd, instances, unknown) =>
    `種類・起動・終了が分かる ${instances} 台の見積もり：${usd}。${unknown > 0 ? `ほか ${unknown} 台は不明で、ゼロとは数えていません。` : ''}`,
  estimateByScan: (usd, perHour) => `スキャン時点の見積もり：累計 ${usd}、稼働中は 1 時間あたり ${perHour}。`,
  estimateSource: (source) => `オンデマンド料金による見積もり（${source}）で、請求書ではありません。`,
  csv: (rows) => `添付の CSV：${rows} 台の起動・終了時刻。`,
};
