import { leadInTitle, type LeftOver, type Report } from '../../model/index.js';
import { unfinishedActions } from '../../outcome/index.js';
import { clock, count, duration, some, usd, utc, utcSeconds } from '../messages/index.js';
import { doneGroups, gaps, groupBy, launchGrid } from '../index.js';
import { stepsOfReport, verdictText, verifyText } from '../screens/index.js';
import { visible } from '../terminal/index.js';

const fewIds = 8;
const fewWords = 2;
/** A ticket is read; the JSON and the page have all. */
const mostRows = 30;

/**
 * The report as Markdown (CommonMark, with GitHub's tables) for a ticket or a chat: how it stands, what is left, what was
 * done, the next command. Foreign text is text only: no links, images, mentions or markup. `path`: the journal's. Pure.
 */
export function reportMarkdown(report: Report, path: string): string {
  const { verdict, identity, coverage, journal, simulated } = report;
  const unknown = gaps(coverage);
  return [
    `# ${verdictText(verdict).toUpperCase()}: ${plain(report.key === null ? 'key unknown' : leadInTitle(report.key))}`,
    simulated ? '**SIMULATED: not AWS. Nothing here is real.**' : null,
    `Account ${identity.account}, begun ${utc(Date.parse(report.milestones.opened))} by ${code(identity.arn)}.`,
    list(verdict.reasons.map(plain)),
    figures(report),
    leftPart(report.left),
    unknown.length === 0
      ? null
      : `## Not looked at: unknown, not clean\n\n${list(
          unknown
            .slice(0, mostRows)
            .map(
              ({ status, subject, regions, detail }) =>
                `**${status}** ${plain(subject)} in ${plain(some(regions, 6))}${detail === null ? '' : `: ${plain(detail)}`}`,
            ),
          unknown.length,
        )}`,
    donePart(report),
    `## Next\n\n${plain(verifyText(report))}.\n\n${fenced(stepsOfReport(report, path))}`,
    `Journal ${code(path)}, ${count(journal.records, 'record')}, head ${code(journal.head)}. All times are UTC; figures in dollars are estimates.`,
  ]
    .filter((part) => part !== null && part !== '')
    .join('\n\n')
    .concat('\n');
}

function figures({ milestones, incident, left }: Report): string {
  const { misuseBegan, cutAgreed, opened, keyOff, lastLaunch, contained } = milestones;
  const between = (from: string | null, to: string | null): string =>
    from === null || to === null ? 'unknown' : duration(Date.parse(to) - Date.parse(from));
  const after = keyOff !== null && lastLaunch !== null && Date.parse(lastLaunch) > Date.parse(keyOff);
  const burn = incident === null ? 'unknown' : `about ${usd(incident.cost.usdPerHour)} an hour`;
  return table(
    ['', ''],
    [
      [
        'key off',
        keyOff === null
          ? 'no record that leakguard switched it off'
          : `${utcSeconds(Date.parse(keyOff))}, ${between(cutAgreed ?? opened, keyOff)} after the word; misused for ${between(misuseBegan, keyOff)}`,
      ],
      [
        'launched by the misuse',
        incident === null ? 'unknown' : count(launchGrid(incident).total, 'instance'),
      ],
      ['burn', contained === null ? burn : `${burn}, stopped ${between(opened, contained)} after the start`],
      [
        'launches after key off',
        keyOff === null ? 'unknown' : after ? `until ${clock(Date.parse(lastLaunch))} UTC` : 'none seen',
      ],
      ['left', count(left.length, 'resource')],
    ],
  );
}

function leftPart(left: readonly LeftOver[]): string | null {
  if (left.length === 0) return null;
  const alike = [
    ...groupBy(left, ({ cause, type, region, detail }) => [cause, type, region, detail].join('\n')).values(),
  ];
  const rows = alike.slice(0, mostRows).map((group) => {
    const { cause, type, region, detail } = group[0] as LeftOver;
    return `**${cause}** ${plain(count(group.length, type))} in ${plain(region)}${detail === null ? '' : `: ${plain(detail)}`}: ${idsIn(group.map(({ id }) => id))}`;
  });
  return `## Left: ${count(left.length, 'resource')}\n\n${list(rows, alike.length)}`;
}

function donePart(report: Report): string {
  const groups = doneGroups(report, unfinishedActions(report));
  if (groups.length === 0) return '## Done\n\nNothing was changed.';
  const rows = groups
    .slice(0, mostRows)
    .map(({ phase, operation, result, actions, ids, regions, reasons, errors }) => [
      phase,
      `${actions.length} × ${operation} on ${count(ids.length, 'resource')}`,
      plain(some(regions, 3)),
      `${result}${errors.length === 0 ? '' : `: ${plain(some(errors, 1))}`}`,
      plain(some(reasons, fewWords)),
    ]);
  const more =
    groups.length > mostRows ? `\n\nand ${groups.length - mostRows} more rows: the page has all` : '';
  return `## Done\n\n${table(['phase', 'what', 'where', 'result', 'why'], rows)}${more}`;
}

function idsIn(ids: readonly string[]): string {
  const more = ids.length > fewIds ? ` and ${ids.length - fewIds} more` : '';
  return `${ids.slice(0, fewIds).map(code).join(' ')}${more}`;
}

function list(items: readonly string[], of = items.length): string {
  const more = of > items.length ? [`- and ${of - items.length} more`] : [];
  return [...items.map((item) => `- ${item}`), ...more].join('\n');
}

/** @param rows cells as Markdown */
function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headers), line(headers.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Foreign text as nothing but text: what Markdown or a chat reads as markup, link or mention is written out. */
function plain(text: string): string {
  return visible(text)
    .replace(/[\\`*_{}[\]#|~!]/g, '\\$&')
    .replace(/[<>&@]/g, (letter) => `&#${letter.charCodeAt(0)};`)
    .replace(/\b(https?|ftp)(:)/gi, '$1&#58;')
    .replace(/\bwww\./gi, 'www&#46;');
}

/** The same as code: fenced by more backticks than it holds. A bar would end a table's cell. */
function code(text: string): string {
  const shown = visible(text, 400).replaceAll('|', '¦');
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return shown === '' ? '(empty)' : `${fence}${pad}${shown}${pad}${fence}`;
}

function fenced(lines: readonly string[]): string {
  return ['```sh', ...lines.map((line) => visible(line, 1000).replaceAll('```', '` ` `')), '```'].join('\n');
}
