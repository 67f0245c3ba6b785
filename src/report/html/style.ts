/** The one style sheet of the pages: readable on a screen, in the dark, and on paper. No fonts or images from anywhere. */
export const style = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1d22;--soft:#5b6170;--line:#dcdfe6;--panel:#f6f7f9;
--rogue:#b3261e;--tampered:#a34a00;--held:#8a6100;--settling:#1f6f8b;--own:#2c7a3f;--not-tied:#656a76;
--attacker:#b3261e;--responder:#1864ab;--warn-bg:#fff4d6;--warn-line:#e0b23c;--bad-bg:#fdecea;--good-bg:#e8f5ea;
--t0:#b3261e;--t1:#e07b39;--t2:#d4a72c;--t3:#6a8f3c;--t4:#3b7ea1;--t5:#8a8f9c}
@media (prefers-color-scheme:dark){:root{--paper:#15171b;--ink:#e8eaee;--soft:#a0a6b4;--line:#343943;--panel:#1d2026;
--rogue:#ff8a80;--tampered:#ffab70;--held:#e6c35c;--settling:#7fc8e0;--own:#84cf94;--not-tied:#9aa0ad;
--attacker:#ff8a80;--responder:#7db8f0;--warn-bg:#33290f;--warn-line:#8a6d1f;--bad-bg:#3a1a18;--good-bg:#17301c;
--t0:#ff8a80;--t1:#f0a06a;--t2:#e6c35c;--t3:#a5c978;--t4:#7fc8e0;--t5:#8a8f9c}}
*{box-sizing:border-box}
body{margin:0;overflow-wrap:anywhere;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Noto Sans","Noto Sans JP",sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 24px 64px}
h1{font-size:1.75em;line-height:1.25;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:1.2em;margin:40px 0 10px;padding-top:14px;border-top:1px solid var(--line)}
h3{font-size:1em;margin:20px 0 6px}
p{margin:6px 0;max-width:82ch;overflow-wrap:anywhere}
ul{margin:6px 0;padding-left:20px;max-width:90ch}
.soft{color:var(--soft)} .small{font-size:.88em}
.mono,code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em;overflow-wrap:anywhere}
.banner{background:#ffd84d;color:#1b1d22;font-weight:700;padding:10px 24px;text-align:center;border-bottom:3px solid #1b1d22}
.state{border-radius:8px;padding:14px 18px;margin:14px 0;font-size:1.05em}
.state strong{display:block;font-size:1.45em;line-height:1.25}
.state.red{background:#a81c15;color:#fff} .state.amber{background:#ffd24a;color:#1b1d22} .state.green{background:#1b662f;color:#fff}
.state ul{margin:6px 0 0}
.next{margin:14px 0} .next b{display:block} .next code{display:block;padding:6px 10px;margin:4px 0;background:var(--panel);border:1px solid var(--line);border-radius:5px}
nav{display:flex;flex-wrap:wrap;gap:4px 16px;margin:18px 0 0;font-size:.92em} nav a,a:visited{color:var(--responder)}
details{margin:4px 0} summary{cursor:pointer;color:var(--responder)}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.chart svg{max-width:none;min-width:760px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(180px,1fr));gap:12px;margin:20px 0}
.tile{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.tile b{display:block;font-size:1.6em;line-height:1.25;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:.88em;display:block}
.tile.bad b{color:var(--rogue)}
.box{border:1px solid var(--line);border-left-width:5px;border-radius:6px;padding:10px 14px;margin:14px 0;background:var(--panel)}
.box.warn{border-color:var(--warn-line);background:var(--warn-bg)}
.box.bad{border-color:var(--rogue);background:var(--bad-bg)}
.box.good{border-color:var(--own);background:var(--good-bg)}
.box strong{font-size:1.07em}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9em;margin:8px 0}
th,td{text-align:left;vertical-align:top;padding:6px 10px 6px 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
.fixed{table-layout:fixed;min-width:900px}
th{font-weight:600;color:var(--soft);white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.w5{width:5%}.w10{width:10%}.w15{width:15%}.w20{width:20%}.w25{width:25%}.w30{width:30%}.w35{width:35%}.w40{width:40%}.w45{width:45%}
.ids{font-size:.8em;line-height:1.4;color:var(--soft)}
.class{display:inline-block;font-weight:700;white-space:nowrap}
.c-rogue{color:var(--rogue)}.c-tampered{color:var(--tampered)}.c-held{color:var(--held)}.c-settling{color:var(--settling)}.c-own{color:var(--own)}.c-not-tied{color:var(--not-tied)}
.r-done,.r-already-so{color:var(--own)}.r-denied,.r-failed{color:var(--rogue);font-weight:700}.r-protected,.r-skipped,.r-unknown{color:var(--held);font-weight:700}
.matrix{width:auto}
.matrix th,.matrix td{padding:3px 5px;border:1px solid var(--line);text-align:center;white-space:nowrap}
.matrix th:first-child{text-align:left;position:sticky;left:0;background:var(--paper)}
.matrix thead th{height:118px;vertical-align:bottom;padding:4px 2px}
.matrix thead th span{writing-mode:vertical-rl;transform:rotate(180deg);font-weight:500;font-size:.88em}
.s-complete{color:var(--own)}.s-denied,.s-failed{background:var(--bad-bg);color:var(--rogue);font-weight:700}
.s-truncated{background:var(--warn-bg);color:var(--held);font-weight:700}.s-not-enabled,.s-not-examined{color:var(--not-tied)}
.legend{font-size:.88em;color:var(--soft);display:flex;flex-wrap:wrap;gap:4px 18px;margin:6px 0}
svg{display:block;max-width:100%;height:auto;font-family:inherit}
svg.key{display:inline-block;vertical-align:-1px}
svg text{fill:var(--ink);font-size:12px}
svg .axis{fill:var(--soft);font-size:11px}
svg .rule{stroke:var(--line);stroke-width:1}
svg .rule.strong{stroke:var(--soft)}
svg .mark{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:4 3}
svg .attacker{fill:var(--attacker)} svg .responder{fill:var(--responder)} svg .tried{fill:var(--attacker);opacity:.3}
svg .hollow{fill:var(--paper);stroke:var(--attacker);stroke-width:1.5}
svg .dot{fill:var(--attacker)} svg .dot.quiet{fill:var(--not-tied)}
svg .dotno{fill:var(--paper);font-size:9.5px;font-weight:700;text-anchor:middle}
svg .t0{fill:var(--t0)}svg .t1{fill:var(--t1)}svg .t2{fill:var(--t2)}svg .t3{fill:var(--t3)}svg .t4{fill:var(--t4)}svg .t5{fill:var(--t5)}
svg .gap{fill:var(--panel)}
svg .node{fill:var(--panel);stroke:var(--soft);stroke-width:1.2}
svg .node.root{stroke:var(--rogue);stroke-width:2.5}
svg .node.away{stroke:var(--held);stroke-width:2;stroke-dasharray:5 3}
svg .edge{fill:none;stroke:var(--soft);stroke-width:1.5}
svg .bold{font-weight:700}
svg .label{paint-order:stroke;stroke:var(--paper);stroke-width:3px}
footer{margin-top:48px;padding-top:12px;border-top:1px solid var(--line);color:var(--soft);font-size:.88em}
@media print{
:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--panel:#fff;--rogue:#a01a12;--tampered:#8a3c00;--held:#6e4d00;--settling:#14566d;--own:#1d5c2d;--not-tied:#555;--attacker:#a01a12;--responder:#0d4a85;--warn-bg:#fff;--bad-bg:#fff;--good-bg:#fff;
--t0:#b3261e;--t1:#e07b39;--t2:#d4a72c;--t3:#6a8f3c;--t4:#3b7ea1;--t5:#8a8f9c}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@page{size:A4;margin:14mm 12mm}
body{font-size:10px} main{max-width:none;padding:0}
h2{margin-top:16px;padding-top:8px} h2,h3,.legend{break-after:avoid}
.wide{overflow:visible} .fixed{min-width:0}
.tiles{grid-template-columns:repeat(5,1fr);gap:6px;margin:10px 0} .tile{padding:6px 8px} .box{margin:8px 0;padding:6px 10px}
thead{display:table-header-group} tr,.box,.state,.tile,svg{break-inside:avoid} nav{display:none} .chart svg{min-width:0;max-width:100%}
.matrix{font-size:.72em} .matrix th,.matrix td{padding:1px 3px} .matrix thead th{height:80px}
.matrix th:first-child{position:static}
}
`;
