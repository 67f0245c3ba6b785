import type { Rehearsal } from '../rehearse.js';
import type { Timeline } from '../score/timeline.js';
import { html, type Html, type HtmlPart } from '../../report/terminal/index.js';
import { buckets } from '../../report/index.js';
import { list, page, round, section, stateBanner, table, tile, TimeAxis } from '../../report/html/index.js';
import { count, duration, usd, utcSeconds } from '../../report/messages/index.js';
import { figures, offenders } from './rehearsal-screen.js';

const mostNamed = 50;
/** A response that takes less than this part of the whole time gets a chart of its own. */
const zoomBelow = 0.35;

/** Rehearsals as one self-contained page: no network, no script; what an attacker named is text only. Pure. */
export function rehearsalPage(done: readonly Rehearsal[]): string {
  const title =
    done.length === 1 ? `Rehearsal: ${done[0]?.name ?? ''}` : `${count(done.length, 'rehearsal')}`;
  const identity = {
    ...{ account: 'of the scenario', arn: 'the scenario’s responder', userId: '', accessKeyId: '' },
    ...{ partition: 'aws', profile: null, homeRegion: 'us-east-1', simulated: true, endpoints: {} },
  };
  const reached = done.filter((one) => one.reached).length;
  return page(title, identity, [
    html`<h1>${title}</h1>`,
    stateBanner(
      reached === done.length ? 'green' : 'red',
      `${reached} of ${done.length} reached their goals`,
      html`<p>By the simulation’s own truth.</p>`,
    ),
    done.length > 1 && summary(done),
    done.map((one) => oneRehearsal(one)),
  ]);
}

function summary(done: readonly Rehearsal[]): Html {
  const headers = [
    '',
    'scenario',
    '#seed',
    '#key off',
    '#alive',
    '#touched',
    '#open',
    '#burned',
    'not reached',
  ];
  return table(
    { caption: 'Rehearsals', headers, shown: Infinity },
    done.map(({ name, seed, reached, score, judgements }) => [
      verdict(reached),
      name,
      String(seed),
      seconds(score.keyOff),
      String(score.rogueAlive.length),
      String(score.innocentsTouched.length),
      String(score.principalsOpen.length),
      usd(score.usdBurned),
      judgements
        .filter((one) => !one.reached)
        .map(({ goal, got, wanted }) => `${goal}: ${got}, wanted ${wanted}`)
        .join('; '),
    ]),
  );
}

const seconds = (value: number | null) => (value === null ? 'never' : `${value} s`);
const verdict = (reached: boolean): Html =>
  html`<span class="${reached ? 'r-done' : 'r-failed'}">${reached ? 'reached' : 'not reached'}</span>`;

function oneRehearsal(rehearsal: Rehearsal): HtmlPart {
  const { name, title, seed, score, judgements, reached, commands, timeline } = rehearsal;
  const ran = commands.map(({ command, exitCode }) => `${command} exit ${exitCode ?? 'killed'}`);
  return section(
    `${name}: ${title}`,
    html`<div class="box ${reached ? 'good' : 'bad'}"><strong>${reached ? 'Every goal was reached' : 'Goals were not reached'}</strong><p>${[...ran, `seed ${seed}`].join(' · ')}</p></div>`,
    html`<div class="tiles">${[
      tile(seconds(score.keyOff), 'key off, from the first call of contain', score.keyOff === null),
      tile(seconds(score.lastRogueStopped), 'last rogue instance stopped'),
      tile(
        String(score.rogueAlive.length),
        `of ${score.rogue} rogue things alive`,
        score.rogueAlive.length > 0,
      ),
      tile(
        String(score.innocentsTouched.length),
        `of ${score.innocents} innocents touched`,
        score.innocentsTouched.length > 0,
      ),
      tile(
        usd(score.usdBurned),
        `burned; ${usd(score.usdPerHourLeft)} an hour left`,
        score.usdPerHourLeft > 0,
      ),
    ]}</div>`,
    html`<h3>Goals</h3>`,
    table(
      { caption: 'Goals', headers: ['', 'goal', 'wanted', 'got'], shown: Infinity },
      judgements.map(({ goal, wanted, got, reached: held }) => [verdict(held), goal, wanted, got]),
    ),
    html`<h3>Side by side</h3>`,
    charts(timeline),
    html`<h3>Figures</h3>`,
    table({ caption: 'Figures', headers: ['', ''], shown: Infinity }, figures(score)),
    offenders(score).map(([label, touches]) =>
      touches.length === 0
        ? null
        : html`<h3>${label}</h3>${list([
            ...touches
              .slice(0, mostNamed)
              .map(({ kind, id, region, why }) => `${kind} ${id} in ${region}: ${why}`),
            ...(touches.length > mostNamed ? [`and ${touches.length - mostNamed} more`] : []),
          ])}`,
    ),
    [score.actionsWithoutJournal, score.journalWithoutAction, score.falseAllClear]
      .filter((lines) => lines.length > 0)
      .map((lines) => list(lines.slice(0, mostNamed))),
  );
}

function charts(timeline: Timeline): HtmlPart {
  const { from, to, respondedAt } = timeline;
  if (to <= from) return html`<p class="soft">Nothing happened.</p>`;
  const zoom = respondedAt !== null && respondedAt > from && to - respondedAt < zoomBelow * (to - from);
  return [
    html`<p class="legend"><span>above: the attacker’s calls, pale where AWS refused them</span><span>below: the responder’s changes</span></p>`,
    chart(timeline, from, to),
    zoom && html`<p class="soft">The ${duration(to - respondedAt)} of the response:</p>`,
    zoom && chart(timeline, respondedAt, to),
  ];
}

const width = 1060;
const left = 96;
const right = width - 16;
const bars = 90;
const tallest = 84;

/** The attacker's calls above the axis, the responder's changes below, in 90 steps of time. SVG, no script. */
function chart({ attacker, responder, marks }: Timeline, from: number, to: number): Html {
  const axis = new TimeAxis(from, to, left, right);
  const shown = marks.filter(({ time }) => axis.has(time));
  const zero = 24 + shown.length * 15 + tallest;
  const axisY = zero + 16;
  const bottom = axisY + 14 + tallest;
  const count = (calls: readonly { time: number }[]) =>
    buckets(
      calls.filter(({ time }) => axis.has(time)).map(({ time }) => time),
      [from, to],
      bars,
    );
  const good = count(attacker.filter((call) => call.worked));
  const bad = count(attacker.filter((call) => !call.worked));
  const answers = count(responder);
  const most = Math.max(1, ...good.map((n, i) => n + (bad[i] ?? 0)));
  const mostAnswers = Math.max(1, ...answers);
  const step = (right - left) / bars;
  const bar = (i: number, n: number, y: number, tall: number, kind: string, words: string): HtmlPart =>
    n > 0 &&
    html`<rect class="${kind}" x="${round(left + i * step)}" y="${round(y)}" width="${round(step - 1)}" height="${round(tall)}"><title>${`${n} ${words} from ${utcSeconds(from + (i / bars) * (to - from))}`}</title></rect>`;
  const scaled = (n: number, of: number) => (n / of) * tallest;
  return html`<div class="wide chart" tabindex="0" role="group" aria-label="Timeline"><svg viewBox="0 0 ${width} ${bottom + 6}" width="${width}" height="${bottom + 6}" role="img" aria-label="Calls of the attacker and changes of the responder over time">
${axis.draw(20, bottom, axisY)}
<text x="0" y="${zero - 2}" class="bold">attacker</text><text class="axis" x="${left - 8}" y="${zero - tallest + 10}" text-anchor="end">${most}</text>
${good.map((n, i) => bar(i, n, zero - scaled(n, most), scaled(n, most), 'attacker', 'calls that worked'))}
${bad.map((n, i) => bar(i, n, zero - scaled(n + (good[i] ?? 0), most), scaled(n, most), 'tried', 'calls that AWS refused'))}
<line class="rule strong" x1="${left}" x2="${right}" y1="${axisY + 6}" y2="${axisY + 6}"/>
<text x="0" y="${axisY + 24}" class="bold">responder</text><text class="axis" x="${left - 8}" y="${bottom}" text-anchor="end">${mostAnswers}</text>
${answers.map((n, i) => bar(i, n, axisY + 10, scaled(n, mostAnswers), 'responder', 'changes'))}
${shown.map(({ time, label }, i) => {
  const x = axis.x(time);
  const late = x > right - 140;
  return html`<line class="mark" x1="${x}" x2="${x}" y1="${8 + i * 15}" y2="${bottom}"/><text class="label" x="${late ? x - 4 : x + 4}" y="${18 + i * 15}" text-anchor="${late ? 'end' : 'start'}">${label}</text>`;
})}
</svg></div>`;
}
