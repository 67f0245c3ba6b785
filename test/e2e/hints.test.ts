import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliPath } from '../cli-path.js';
import { smallIncident, type SmallIncident } from './incident.js';

let incident: SmallIncident;

beforeAll(async () => {
  incident = await smallIncident();
});
afterAll(() => incident.close());

/** What a person pastes into a shell: a line from `leakguard` on. */
function paste(line: string): Promise<{ exitCode: number; output: string }> {
  // Where AWS is stands in the command alone.
  const { AWS_ENDPOINT_URL: _, ...env } = incident.environment;
  const script = `leakguard() { '${process.execPath}' '${resolve(cliPath)}' "$@"; }\n${line}`;
  return new Promise((done) => {
    const child = execFile('bash', ['-c', script], { env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      done({ exitCode: (error?.code as number | undefined) ?? 0, output: stdout + stderr });
    });
    child.stdin?.end();
  });
}

describe('the commands that are printed', () => {
  it('work as printed, on the endpoint that was given', { timeout: 400_000 }, async () => {
    const endpoint = ['--simulated', '--endpoint-url', incident.url];
    const hinted = new Set<string>();
    const collect = async (args: string[]): Promise<void> => {
      const { stdout, stderr } = await incident.run(args);
      const found = (stdout + stderr).match(/\bleakguard [a-z]+ [-/'][^\n]*/g) ?? [];
      expect(found, `${args.join(' ')}\n${stdout}${stderr}`).not.toEqual([]);
      for (const hint of found) hinted.add(hint);
    };
    await collect(['scan', '--key', incident.key, '--region', 'us-east-1,eu-west-1', ...endpoint]);
    await collect([...incident.containment, ...endpoint.slice(1)]);
    const [journal] = await incident.journals();
    await collect(['undo', journal!, ...endpoint]);
    await collect(['list', '--report-dir', `${incident.home}/reports`, ...endpoint.slice(1)]);
    for (const hint of hinted) {
      if (!/leakguard (report|case|explain) /.test(hint))
        expect(hint).toContain(`--endpoint-url ${incident.url}`);
      const { exitCode, output } = await paste(hint);
      expect(output, hint).not.toMatch(/unknown option|too many arguments|is not AWS|No credentials/);
      expect([0, 3, 5, 6], `${hint}\n${output.slice(0, 2000)}`).toContain(exitCode);
    }
    expect(hinted.size).toBeGreaterThan(3);
  });
});
