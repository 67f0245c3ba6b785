import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { run as runCase } from '../../src/commands/case.js';
import type { CommandContext } from '../../src/commands/context.js';
import { run as runExplain } from '../../src/commands/explain.js';
import { run as runReport } from '../../src/commands/report.js';
import type { JournalRecord } from '../../src/model/journal-record.js';
import type { CoreEvent } from '../../src/model/core-event.js';
import { reportSchema } from '../../src/report/schema/schema.js';
import { journal, key } from './samples.js';

const directory = mkdtempSync(join(tmpdir(), 'leakguard-report-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function written(records: JournalRecord[], name: string): string {
  const path = join(directory, `${name}.jsonl`);
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

/** What a command gets from the command line, with its output kept. */
function contextOf(json = false): { context: CommandContext; out: () => string; events: CoreEvent[] } {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const events: CoreEvent[] = [];
  const context: CommandContext = {
    stdout: stream,
    stderr: stream,
    stdin: process.stdin,
    env: {},
    argv: [],
    carried: [],
    emit: (event) => events.push(event),
    announce: () => undefined,
    json,
    lang: 'en',
    color: false,
    verbose: false,
    width: 100,
    onStderr: { width: 100, color: false, verbose: false },
    interactive: false,
    rows: null,
    signal: new AbortController().signal,
    openSession: () => Promise.reject(new Error('these commands never call AWS')),
  };
  return { context, out: () => text, events };
}

describe('leakguard case', () => {
  it('prints the reply, and puts the CSV beside the journal where only its owner reads it', async () => {
    const path = written(journal(), 'whole');
    const { context, out, events } = contextOf();
    expect(await runCase({ report: path.replace('.jsonl', '.report.json'), credit: true }, context)).toBe(0);
    expect(out()).toContain(`Access key ${key} was set to Inactive at`);
    const csv = join(directory, 'whole.instances.csv');
    expect(events).toContainEqual({ type: 'journal', path: csv, message: 'to attach:' });
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(188 + 2);
    expect(readFileSync(csv, 'utf8')).toMatch(/,us-east-1,g5\.48xlarge,.*,0\.67,\d+\.\d\d\r\n/);
    expect(out()).toMatch(/Our estimate for \d+ instances with known type, launch and termination: \$\d/);
    expect(statSync(csv).mode & 0o777).toBe(0o600);
  });

  it('gives the parts as one JSON document', async () => {
    const { context, out } = contextOf(true);
    await runCase({ report: written(journal({ denied: true }), 'json') }, { ...context, lang: 'ja' });
    expect(JSON.parse(out())).toMatchObject({
      schemaVersion: 1,
      command: 'case',
      lang: 'ja',
      verdict: { state: 'not-contained' },
    });
  });

  it('refuses a journal that was changed after it was written', async () => {
    const path = written(journal(), 'forged');
    writeFileSync(path, readFileSync(path, 'utf8').replace('req-cut-key', 'req-forged'));
    await expect(runCase({ report: path }, contextOf().context)).rejects.toThrow(/chain breaks at line/);
  });
});

describe('leakguard report', () => {
  it('shows the outcome again, with commands that name the journal', async () => {
    const path = written(journal(), 'screen');
    const { context, out } = contextOf();
    await runReport({ report: path }, context);
    expect(out()).toContain('CONTAINED');
    expect(out()).toContain(`leakguard undo ${path}`);
  });

  it('gives the versioned document, as its schema says', async () => {
    const { context, out } = contextOf(true);
    await runReport({ report: written(journal({ held: true }), 'document') }, context);
    expect(reportSchema.parse(JSON.parse(out())).verdict.state).toBe('held');
  });

  it('writes one page', async () => {
    const file = join(directory, 'page.html');
    const { context, out, events } = contextOf();
    await runReport({ report: written(journal(), 'page'), html: file }, context);
    expect(readFileSync(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(out()).toBe('');
    expect(events).toContainEqual({ type: 'journal', path: file, message: 'page' });
  });
});

describe('leakguard explain', () => {
  const ids = (): Record<string, string> => {
    const record = journal({ held: true }).find(({ kind }) => kind === 'incident');
    const found = record?.kind === 'incident' ? record.incident.findings : [];
    return Object.fromEntries(found.map(({ class: classed, resource }) => [classed, resource.id]));
  };

  it.each([
    ['rogue', /class +rogue .*by rule launch\.departs[^]*to change .*--exclude/],
    ['held', /class +held [^]*to change .*--include/],
  ])('tells of what is %s its rule, reasons, and what would change it', async (classed, words) => {
    const path = written(journal({ held: true }), `explain-${classed}`);
    const id = ids()[classed] ?? '';
    const { context, out } = contextOf();
    expect(await runExplain({ id, report: path }, context)).toBe(0);
    expect(out()).toContain(id);
    expect(out()).toMatch(words);
    const asData = contextOf(true);
    await runExplain({ id, report: path }, asData.context);
    expect(JSON.parse(asData.out())).toMatchObject({ command: 'explain', findings: [{ class: classed }] });
  });

  it('takes the newest journal where none is named', async () => {
    const state = join(directory, 'state');
    mkdirSync(join(state, 'leakguard'), { recursive: true });
    const whole = written(journal({ held: true }), 'newest');
    copyFileSync(whole, join(state, 'leakguard', '1-AKIA-20261121T000000000Z.jsonl'));
    writeFileSync(join(state, 'leakguard', '1-AKIB-20261120T000000000Z.jsonl'), 'not a journal');
    const { context, out } = contextOf();
    const id = ids()['held'] ?? '';
    await runExplain({ id }, { ...context, env: { XDG_STATE_HOME: state } });
    expect(out()).toContain(id);
  });

  it('names what there is, where the id is not in it, and says where there is no journal', async () => {
    const path = written(journal(), 'explain-none');
    await expect(runExplain({ id: 'i-none', report: path }, contextOf().context)).rejects.toThrow(
      /It speaks of: .+ and \d+ more/,
    );
    const { context } = contextOf();
    const nowhere = { ...context, env: { XDG_STATE_HOME: join(directory, 'nowhere') } };
    await expect(runExplain({ id: 'i-none' }, nowhere)).rejects.toThrow(/no incident that can be read in/);
  });
});
