import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rehearsalPage } from '../../src/rehearsal/report/rehearsal-page.js';
import { foldReport } from '../../src/outcome/index.js';
import { incidentHtml } from '../../src/report/html/incident-page.js';
import { reportHtml } from '../../src/report/html/report-page.js';
import { sampleRehearsal } from '../rehearsal/rehearsal-samples.js';
import {
  hostileName,
  identity,
  incident,
  journal,
  simulatedIdentity,
  suspectsIncident,
} from '../report/samples.js';

/** Debian's name for it first; CHROMIUM overrides. */
const browserPath = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));
if (browserPath === undefined) {
  const message =
    'No Chromium: the pages were NOT looked at in a browser. Install it, or set CHROMIUM to its path.';
  if (process.env['CI'] === 'true') throw new Error(message);
  console.warn(`SKIPPED: ${message}`);
}

/** A hostile name with everything that ever broke out of a page. */
const worst = `${hostileName}</title></style></svg><script>document.title='owned'</script><img src="https://example.invalid/x" onerror="document.title='owned'"><a href="javascript:alert(1)">&lt;b&gt;`;

function hostileIncident(): ReturnType<typeof incident> {
  const base = incident();
  return incident({
    userName: worst,
    notes: [worst],
    deeds: base.deeds.map((deed) => ({
      ...deed,
      target: worst,
      description: worst,
      tactic: worst,
      errorCode: worst,
    })),
    credentials: base.credentials.map((credential, i) =>
      i === 0 ? credential : { ...credential, userName: worst, roleName: worst },
    ),
    launches: base.launches.map((launch) => ({ ...launch, region: worst, instanceTypes: [worst] })),
    findings: base.findings.map((finding) => ({
      ...finding,
      reasons: [worst],
      resource: {
        ...finding.resource,
        id: worst,
        region: worst,
        type: worst,
        tags: { Name: worst },
        properties: { instanceType: worst },
      },
    })),
    coverage: base.coverage.map((cell) => ({ ...cell, subject: worst, region: worst, detail: worst })),
  });
}

describe.skipIf(browserPath === undefined)('the pages in Chromium', () => {
  const directory = mkdtempSync(join(tmpdir(), 'leakguard-pages-'));
  let browser: BrowserContext;
  beforeAll(async () => {
    browser = await chromium.launchPersistentContext(join(directory, 'profile'), {
      executablePath: browserPath ?? '',
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Opens `markup` as a file, and says what the browser complained of and what it asked the network for. */
  async function open(markup: string): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
    const file = join(directory, 'page.html');
    writeFileSync(file, markup);
    const page = await browser.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
    return {
      page,
      complaints,
      requests: requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:')),
    };
  }

  const pages: [string, () => string][] = [
    ['the incident', () => incidentHtml(incident(), identity)],
    ['the suspects', () => incidentHtml(suspectsIncident(), identity)],
    ['the report', () => reportHtml(foldReport(journal()))],
    [
      'the report of what is not contained',
      () => reportHtml(foldReport(journal({ denied: true, held: true }))),
    ],
    ['an interrupted report', () => reportHtml(foldReport(journal().slice(0, 3)))],
    ['the hostile incident', () => incidentHtml(hostileIncident(), identity)],
    ['the rehearsals', () => rehearsalPage([sampleRehearsal(), sampleRehearsal({ keyOff: null }, worst)])],
  ];

  it.each(pages)(
    '%s renders without a complaint, and asks the network for nothing',
    async (_name, markup) => {
      const { page, complaints, requests } = await open(markup());
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      expect(await page.locator('h1').first().isVisible()).toBe(true);
      expect(await page.locator('script, img, iframe, object, embed, link:not([rel=icon])').count()).toBe(0);
      // Applied, so that the policy's hash is the style sheet's.
      expect(await page.evaluate<string>("getComputedStyle(document.querySelector('main')).maxWidth")).toBe(
        '1120px',
      );
      await page.close();
    },
  );

  it('shows hostile names as text, whatever they hold', async () => {
    const { page } = await open(incidentHtml(hostileIncident(), identity));
    expect(await page.title()).toBe('Misuse of access key AKIAIOSFODNN7EXAMPLE');
    const text = await page.locator('main').innerText();
    expect(text).toContain("<script>document.title='owned'</script>");
    expect(text).toContain('\\u{202e}');
    expect(await page.locator('a:not([href^="#"])').count()).toBe(0);
    expect(await page.locator('[onerror], [href^="javascript:"]').count()).toBe(0);
    await page.close();
  });

  it('would refuse a script even if one got in', async () => {
    const markup = incidentHtml(incident(), identity).replace(
      '</main>',
      '<script>document.title="owned"</script></main>',
    );
    const { page, complaints } = await open(markup);
    expect(await page.title()).not.toBe('owned');
    expect(complaints.join(' ')).toContain('Content Security Policy');
    await page.close();
  });

  it('fits the width of a laptop and of a phone, scrolling only inside its tables', async () => {
    for (const markup of [
      incidentHtml(hostileIncident(), identity),
      reportHtml(foldReport(journal({ denied: true }))),
      rehearsalPage([sampleRehearsal({}, worst)]),
    ]) {
      const { page } = await open(markup);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect(overflow).toBeLessThanOrEqual(0);
      }
      await page.close();
    }
  });

  it.each(['light', 'dark'] as const)(
    'is readable for everybody, %s (axe, WCAG 2 AA)',
    async (colorScheme) => {
      for (const [name, markup] of pages) {
        // The page's own policy would keep out the script that looks at it.
        const { page } = await open(markup().replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, ''));
        await page.emulateMedia({ colorScheme });
        await page.addScriptTag({ content: axe.source });
        const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
          "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }).then((found) => found.violations)",
        );
        const told = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
        expect({ name, told }).toEqual({ name, told: [] });
        await page.close();
      }
    },
  );

  it('shows a large incident on few pages: what is alike stands together', async () => {
    const base = incident();
    const [first] = base.findings.filter(({ class: cls }) => cls === 'rogue');
    if (first === undefined) throw new Error('the sample has nothing rogue');
    const findings = Array.from({ length: 500 }, (_, i) => {
      const id = `i-${String(i).padStart(17, '0')}`;
      return { ...first, resource: { ...first.resource, id, region: `us-east-${(i % 4) + 1}` } };
    });
    const { page } = await open(incidentHtml(incident({ findings }), identity));
    const main = await page.locator('main').innerText();
    expect(main).toContain('500 ids');
    expect(await page.evaluate<number>('document.documentElement.scrollHeight')).toBeLessThan(10_000);
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeLessThanOrEqual(8);
    await page.close();
  });

  it('says first how it stands, in one colour, and what to do next', async () => {
    const colours: [string, string][] = [
      [incidentHtml(incident(), identity), 'red'],
      [reportHtml(foldReport(journal())), 'amber'],
      [reportHtml(foldReport(journal({ denied: true, held: true }))), 'red'],
    ];
    for (const [markup, colour] of colours) {
      const { page } = await open(markup);
      await page.setViewportSize({ width: 1280, height: 900 });
      const state = page.locator('.state').first();
      expect(await state.getAttribute('class')).toBe(`state ${colour}`);
      for (const one of [state, page.locator('.tiles').first(), page.locator('.next code').first()])
        expect(((await one.boundingBox())?.y ?? 9999) < 900).toBe(true);
      await page.close();
    }
  });

  it('says on screen and on paper that it is a simulation', async () => {
    const { page } = await open(incidentHtml(incident(), simulatedIdentity));
    for (const media of ['screen', 'print'] as const) {
      await page.emulateMedia({ media });
      expect(await page.locator('.banner').isVisible()).toBe(true);
    }
    expect(await page.title()).toMatch(/^SIMULATED: /);
    await page.close();
  });

  it('prints on A4 without cutting a table off', async () => {
    for (const markup of [
      reportHtml(foldReport(journal({ denied: true }))),
      rehearsalPage([sampleRehearsal(), sampleRehearsal({ keyOff: null })]),
    ]) {
      const { page } = await open(markup);
      await page.emulateMedia({ media: 'print' });
      // A4 less the margins, at 96 dpi.
      await page.setViewportSize({ width: 703, height: 1020 });
      const cut = await page.evaluate<number>(
        "[...document.querySelectorAll('table, svg')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length",
      );
      expect(cut).toBe(0);
      expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
      await page.close();
    }
  });
});
