import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { accountId, regions, smallIncident, type SmallIncident } from './incident.js';

const patience = { timeout: 240_000 };
let incident: SmallIncident;
afterEach(() => incident.close());

const where = ['--simulated', '--region', regions.join()];
const reports = (): string[] => ['--report-dir', join(incident.home, 'reports')];

describe('a person in a terminal', () => {
  it('is led from the first alarm to the letter, in Japanese', patience, async () => {
    incident = await smallIncident();
    const { key } = incident;
    const scan = await incident.inTerminal(['scan', '--key', key, ...where], []);
    expect(scan.stdout).toContain(`leakguard contain --key ${key} --simulated`);
    const contain = await incident.inTerminal(
      ['contain', '--key', key, '--lang', 'ja', ...where, ...reports()],
      [
        [/キーを無効化しますか？[^]*（y \w{4}）： /, `y ${key.slice(-4)}`],
        [/中止する場合は n を入力： /, accountId],
      ],
    );
    expect(contain.stdout).toMatch(/停止する[^]*計画[^]*結果[^]*封じ込め/);
    expect(incident.state()).toMatchObject({ rogueAlive: 0, innocentAlive: incident.innocent.length });
    const letter = await incident.inTerminal(['case', '--lang', 'ja', ...reports()], []);
    expect(letter.stdout).toContain(`アクセスキー ${key}（ユーザー ci）に関する回答です`);
  });

  it('takes over what a colleague’s lost connection left half done', patience, async () => {
    incident = await smallIncident();
    const { key } = incident;
    const kill = pathToFileURL('test/e2e/kill-after-line.mjs').href;
    const text = encodeURIComponent('"operation":"TerminateInstances"');
    await incident.inTerminal(
      ['contain', '--key', key, ...where, ...reports()],
      [
        [/last four characters \(y \w{4}\): /, `y ${key.slice(-4)}`],
        [/or n to do none: /, accountId],
      ],
      `--import=${kill}?text=${text}`,
    );
    expect((incident.state() as { rogueAlive: number }).rogueAlive).toBeGreaterThan(0);
    const list = await incident.inTerminal(['list', ...reports()], []);
    expect(list.stdout).toContain(key);
    expect(list.stdout).toContain('leakguard resume');
    const resumed = await incident.inTerminal(['resume', '--simulated', ...reports()], []);
    expect(resumed.stdout).toMatch(/agreed/);
    expect([0, 5], resumed.stdout.slice(-1500)).toContain(resumed.exitCode);
    expect(incident.state()).toMatchObject({ rogueAlive: 0, innocentAlive: incident.innocent.length });
  });
});
