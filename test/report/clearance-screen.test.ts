import { describe, expect, it } from 'vitest';
import { AwsFailure } from '../../src/aws/errors.js';
import type { Reader } from '../../src/aws/reader.js';
import { clearance } from '../../src/contain/confirm/clearance.js';
import type { ClearanceRow } from '../../src/model/clearance.js';
import type { Incident } from '../../src/model/incident.js';
import { plays } from '../../src/plays/index.js';
import { takeInventory } from '../../src/survey/inventory.js';
import { clearanceScreen } from '../../src/report/screens/clearance-screen.js';
import { hostileName, identity, simulatedIdentity } from './samples.js';

const plain = { width: 80, color: false, verbose: false };
const limits = { services: [], regions: [] };
const row = (status: ClearanceRow['status'], details: string[] = []): ClearanceRow => ({
  subject: `the-${status}`,
  title: 'rows of this kind',
  status,
  details,
});

function refuse(service: string, operation: string, region: string): never {
  throw new AwsFailure('denied', 'AccessDenied', 'no', service, operation, region, null, 403, null);
}

describe('the clearance screen', () => {
  it('says clean only where every row is', () => {
    const headline = (...rows: ClearanceRow[]): string =>
      clearanceScreen(rows, limits, identity, plain).split('  account')[0]?.slice(11) ?? '';
    expect(headline(row('clean'))).toBe('CLEAN');
    expect(headline(row('clean'), row('not-examined'))).toBe('CLEAN WHERE EXAMINED');
    expect(headline(row('clean'), row('settling'))).toBe('NOT KNOWN YET');
    expect(headline(row('settling'), row('unknown'))).toBe('NOT KNOWN TO BE CLEAN');
    expect(headline(row('clean'), row('unknown'), row('dirty'))).toBe('NOT CLEAN');
    expect(headline()).toBe('NOT KNOWN TO BE CLEAN');
  });

  it('tells what is clean in one line, and names only what is not', () => {
    const rows = [row('clean'), { ...row('clean'), subject: 'another' }, row('unknown', ['why'])];
    const screen = clearanceScreen(rows, limits, identity, plain);
    expect(screen).toContain('2 checks clean, 1 unknown');
    expect(screen).toMatch(/unknown +the-unknown +rows of this kind/);
    expect(screen).not.toMatch(/the-clean|another/);
    expect(clearanceScreen(rows, limits, identity, { ...plain, verbose: true })).toMatch(
      /the-clean[^]*another/,
    );
    // What is clean on the person's word alone is shown as that.
    const word = clearanceScreen([row('clean', ['you answer for it'])], limits, identity, plain);
    expect(word).toMatch(/the-clean[^]*you answer for it/);
  });

  it('names what is listed, and never what an attacker does, beside a status and in progress', async () => {
    const nothing = { deeds: [], launches: [], findings: [], coverage: [] } as unknown as Incident;
    const rows = clearance(nothing, plays, null, { actions: [], left: [] }, 0);
    const told: string[] = [clearanceScreen(rows, limits, identity, { ...plain, width: 200, verbose: true })];
    const reader = { call: refuse, pages: refuse, now: () => 0 } as unknown as Reader;
    const scope = { regions: ['us-west-2'], notEnabled: [] };
    for (const play of plays)
      await takeInventory([play], reader, scope, (event) => {
        if (event.type === 'progress') told.push(event.message);
      });
    const text = told.join('\n');
    expect(text).toMatch(/clean +login-profiles +console passwords\n/);
    expect(told).toContain('listing launch templates in us-west-2');
    expect(plays.filter(({ move }) => text.includes(move)).map(({ move }) => move)).toEqual([]);
  });

  it('says what even clean does not speak of', () => {
    const some = { services: ['apprunner', 'glue'], regions: ['me-south-1'] };
    const screen = clearanceScreen([row('clean')], some, identity, plain);
    expect(screen.split('\n').slice(0, 4).join(' ')).toMatch(
      /CLEAN .*not examined.*apprunner, glue.*not enabled.*me-south-1/,
    );
  });

  it('puts the worst first, and names what is dirty, escaped', () => {
    const screen = clearanceScreen(
      [row('unknown'), row('dirty', [hostileName, 'b', 'c'])],
      limits,
      simulatedIdentity,
      plain,
    );
    expect(screen).toMatch(/^ SIMULATED/);
    expect(screen.indexOf('the-dirty')).toBeLessThan(screen.indexOf('the-unknown'));
    expect(screen).toContain('\\e[2J');
    expect(screen).toContain('and 1 more: --verbose');
  });
});
