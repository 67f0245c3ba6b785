import { describe, expect, it } from 'vitest';
import type { LeftOver } from '../../src/model/journal-record.js';
import type { Report, ReportAction } from '../../src/model/report.js';
import { foldReport } from '../../src/outcome/index.js';
import { stillBilling } from '../../src/report/index.js';
import { outcomeScreen } from '../../src/report/screens/outcome-screen.js';
import { finding, instance, journal } from './samples.js';

const left = (more: Partial<LeftOver>): LeftOver => ({
  play: 'none',
  type: 'thing',
  id: 'x',
  region: 'eu-west-1',
  state: 'not examined',
  cause: 'no-play',
  detail: null,
  ...more,
});

function report(more: Partial<Report>): Report {
  return { ...foldReport(journal()), left: [], ...more };
}

/** Whatever the journal of the sample holds, and this action done. */
function did(more: Partial<ReportAction>): ReportAction[] {
  const [first] = foldReport(journal()).actions;
  return [{ ...(first as ReportAction), result: 'done', undoes: null, ...more }];
}

const stopped = did({
  play: 'lightsail-instances',
  call: { service: 'lightsail', operation: 'StopInstance', region: 'eu-west-1', input: {} },
  targets: ['lightsail-instances|eu-west-1|l-1'],
});

describe('what AWS bills on', () => {
  it('is what was only stopped, with its id and what ends it', () => {
    expect(stillBilling(report({ actions: stopped }))).toMatchObject([
      {
        id: 'l-1',
        region: 'eu-west-1',
        usdPerHour: null,
        until: /until it is deleted; stopped is not ended/,
      },
    ]);
    const deleted = did({
      call: { service: 'lightsail', operation: 'DeleteInstance', region: 'eu-west-1', input: {} },
      targets: ['lightsail-instances|eu-west-1|l-1'],
    });
    expect(stillBilling(report({ actions: [...stopped, ...deleted] }))).toEqual([]);
  });

  it('is what is left, by the hour, and what was bought, whose price is not known', () => {
    const held = instance(10, 'eu-west-1', 'p4d.24xlarge', 0);
    const incident = { ...report({}).incident!, findings: [finding(held, 'held', [])] };
    const bills = stillBilling(
      report({
        actions: [],
        incident,
        left: [
          left({ play: held.play, type: 'instance', id: held.id, region: held.region, cause: 'held' }),
          left({ type: 'CreateCapacityReservation', id: 'cr-01' }),
          left({ type: 'CreateSavingsPlan', id: 'sp-01' }),
          left({ type: 'PutBucketPolicy', id: 'a-bucket' }),
        ],
      }),
    );
    expect(bills.map(({ id }) => id)).toEqual(['cr-01', 'sp-01', held.id]);
    expect(bills[1]?.until).toMatch(/ask AWS Support at once/);
    expect(bills[2]?.usdPerHour).toBeGreaterThan(10);
  });

  it('stands on the outcome screen, and nothing does where nothing bills', () => {
    const options = { width: 100, color: false, verbose: false };
    const screen = outcomeScreen(report({ actions: stopped }), options);
    expect(screen).toMatch(/billed on +1 Lightsail instance in eu-west-1: price not known\n +l-1\n/);
    expect(outcomeScreen(report({ actions: [] }), options)).not.toContain('billed on');
  });
});
