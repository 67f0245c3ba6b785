import type { ClearanceRow } from '../../src/model/clearance.js';
import { describe, expect, it } from 'vitest';
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

  it('says what even clean does not speak of', () => {
    const some = { services: ['apprunner', 'glue'], regions: ['me-south-1'] };
    const screen = clearanceScreen([row('clean')], some, identity, plain);
    expect(screen.split('\n').slice(0, 4).join(' ')).toMatch(
      /CLEAN .*not examined.*apprunner, glue.*not enabled.*me-south-1/,
    );
  });

  it('puts the worst first, and names what is dirty, escaped', () => {
    const screen = clearanceScreen(
      [row('clean'), row('dirty', [hostileName, 'b', 'c'])],
      limits,
      simulatedIdentity,
      plain,
    );
    expect(screen).toMatch(/^ SIMULATED/);
    expect(screen.indexOf('the-dirty')).toBeLessThan(screen.indexOf('the-clean'));
    expect(screen).toContain('\\e[2J');
    expect(screen).toContain('and 1 more: --verbose');
  });
});
