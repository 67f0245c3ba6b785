/**
 * What journals say in sentences of a fixed form, in Japanese: titles of the usual actions, why something is left, until when
 * it is billed. Names and numbers go over as they are; a sentence that is not here stays in English, whole.
 */
const forms: readonly [form: RegExp, said: string][] = [
  [/^disable access key (\S+) of user (\S+)$/, 'ユーザー $2 のアクセスキー $1 を無効化'],
  [/^disable access key (\S+)$/, 'アクセスキー $1 を無効化'],
  [/^cut the sessions of user (\S+) made so far$/, 'ユーザー $1 の発行済みセッションを遮断'],
  [/^deny everything to user (\S+)$/, 'ユーザー $1 の全操作を拒否'],
  [/^suspend Auto Scaling group (\S+)$/, 'Auto Scaling グループ $1 を一時停止'],
  [/^set the sizes of Auto Scaling group (\S+) to 0$/, 'Auto Scaling グループ $1 のサイズを 0 に変更'],
  [/^restore the sizes of Auto Scaling group (\S+)$/, 'Auto Scaling グループ $1 のサイズを復元'],
  [/^cancel (\d+) Spot requests? in (\S+)$/, '$2 のスポットリクエスト $1 件をキャンセル'],
  [/^Auto Scaling launches (\d+) more instances? in (\S+?)\.?$/, 'Auto Scaling が $2 でさらに $1 台を起動'],
  [
    /^A terminated instance cannot be brought back; its description, user data and console output are kept\. One that was only stopped again can be started$/,
    '終了したインスタンスは復元不可（構成、ユーザーデータ、コンソール出力は保存）。停止のみのものは再起動可能',
  ],
  [
    /^of a type, region and hour that the key has always used, but launched after misuse began$/,
    'タイプ、リージョン、時間帯はキーの通常の利用と一致するが、不正使用の開始後に起動',
  ],
  [
    /^launched (\d+) min ago: CloudTrail does not know yet by whom$/,
    '$1 分前に起動。起動元は CloudTrail に未反映',
  ],
  [
    /^until it is terminated; stopped, its volumes are billed on$/,
    '終了するまで課金（停止しても、ボリュームの課金は継続）',
  ],
  [/^first call from (\S+)$/, '$1 からの初めての呼び出し'],
  [/^(\S+Z): first call from (\S+)$/, '$1：$2 からの初めての呼び出し'],
];

/** The sentence in Japanese, where its form is known; else as it is. */
export function saidInJapanese(text: string): string {
  for (const [form, said] of forms) if (form.test(text)) return text.replace(form, said);
  return text;
}
