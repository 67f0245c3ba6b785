import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foldReport } from '../../src/outcome/index.js';
import { reportDocument } from '../../src/report/report-document.js';
import { scanDocument } from '../../src/report/scan-document.js';
import { publishedSchemas, reportSchema, scanSchema } from '../../src/report/schema/schema.js';
import {
  identity,
  incident,
  journal,
  quietIncident,
  simulatedIdentity,
  suspectsIncident,
} from './samples.js';

/** As a reader gets it: through JSON. */
const asRead = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the schemas', () => {
  it.each(Object.entries(publishedSchemas()))(
    'docs/schemas/%s is what the code says (UPDATE_SCHEMAS=1 writes it anew)',
    (file, schema) => {
      const path = join('docs/schemas', file);
      const text = `${JSON.stringify(schema, null, 2)}\n`;
      if (process.env['UPDATE_SCHEMAS'] === '1') writeFileSync(path, text);
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('take every report, whole or interrupted anywhere', () => {
    for (const records of [
      journal(),
      journal({ denied: true, held: true }),
      journal({ identity: simulatedIdentity }),
    ]) {
      for (let n = 1; n <= records.length; n += 7) {
        expect(reportSchema.parse(asRead(reportDocument(foldReport(records.slice(0, n)))))).toEqual(
          asRead(reportDocument(foldReport(records.slice(0, n)))),
        );
      }
      reportSchema.parse(asRead(reportDocument(foldReport(records))));
    }
  });

  it('take every scan', () => {
    for (const one of [incident(), quietIncident(), suspectsIncident()]) {
      const document = scanDocument(one, identity, {
        exitCode: 3,
        reasons: [{ rule: 'look.found', words: 'one resource of the incident' }],
        skipped: [{ where: 'a.gz', count: 2, reason: 'cut' }],
      });
      expect(scanSchema.parse(asRead(document))).toEqual(asRead(document));
      expect(document.complete).toBe(false);
    }
  });

  it('refuse what is missing, added or of another version', () => {
    const report = reportDocument(foldReport(journal()));
    expect(reportSchema.safeParse(asRead({ ...report, schemaVersion: 3 })).success).toBe(false);
    expect(reportSchema.safeParse(asRead({ ...report, extra: 1 })).success).toBe(false);
    expect(reportSchema.safeParse(asRead({ ...report, verdict: undefined })).success).toBe(false);
  });

  it('call a scan complete only where something was read and nothing was skipped', () => {
    const complete = (coverage: ReturnType<typeof incident>['coverage'], skipped = 0): boolean =>
      scanDocument({ ...quietIncident(), coverage }, identity, {
        exitCode: 0,
        reasons: [],
        skipped: skipped === 0 ? [] : [{ where: 'x', count: skipped, reason: 'y' }],
      }).complete;
    expect(complete(quietIncident().coverage)).toBe(true);
    expect(complete(quietIncident().coverage, 1)).toBe(false);
    expect(complete([])).toBe(false);
    expect(complete(incident().coverage)).toBe(false);
  });
});
