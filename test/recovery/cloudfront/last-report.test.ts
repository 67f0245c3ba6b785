import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastReport } from '../../../src/recovery/cloudfront/gather.js';
import { reportName } from '../../../src/commands/report-directory.js';
import { withDirectory } from '../../e2e/scene.js';

describe('the last report', () => {
  it('is the newest one of the account, whatever its key is called', async () => {
    await withDirectory(async (directory) => {
      const at = Date.UTC(2026, 10, 23, 3, 10, 0, 5);
      const nameOf = (account: string, key: string, time: number) =>
        `${reportName(account, key, time)}.report.json`;
      const newest = nameOf('111122223333', 'AKIABBBBBBBBBBBBBBBB', at + 60_000);
      const others = [
        nameOf('111122223333', 'AKIAZZZZZZZZZZZZZZZZ', at),
        nameOf('111122223333', 'AKIAAAAAAAAAAAAAAAAA', at + 1),
        nameOf('444455556666', 'AKIACCCCCCCCCCCCCCCC', at + 120_000),
      ];
      for (const name of [others[0]!, newest, ...others.slice(1)])
        await writeFile(join(directory, name), '{}');
      expect(await lastReport(directory, '111122223333')).toBe(join(directory, newest));
      expect(await lastReport(directory, '999999999999')).toBeNull();
    });
  });
});
