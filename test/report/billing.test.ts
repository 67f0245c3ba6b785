import { describe, expect, it } from 'vitest';
import type { LeftOver } from '../../src/model/journal-record.js';
import type { Report, ReportAction } from '../../src/model/report.js';
import { foldReport } from '../../src/outcome/index.js';
import { reportDocument, stillBilling } from '../../src/report/index.js';
import { outcomeScreen } from '../../src/report/screens/outcome-screen.js';
import { plays } from '../../src/plays/index.js';
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

  /** What bills nothing by itself: who may do something, and what starts or watches others. */
  const free = [
    ...['access-keys', 'user-sessions', 'role-sessions', 'login-profiles', 'user-credentials'],
    ...['roles-anywhere', 'identity-providers', 'iam-grants', 'role-trust', 'managed-policies'],
    ...['iam-principals', 'lambda-urls', 'lambda-permissions', 'security-group-rules', 'security-groups'],
    ...['key-pairs', 'launch-templates', 'launch-configurations', 'ses-identities', 'trails'],
    ...['bucket-access', 'image-shares'],
    ...['batch-job-queues', 'codebuild-projects', 'eventbridge-rules', 'scheduler-schedules'],
  ];

  it.each(plays.map(({ id }) => id))(
    'is decided of what %s leaves, and stands in the document too',
    (play) => {
      const document = reportDocument(report({ actions: [], left: [left({ play, cause: 'denied' })] }));
      const bill = { what: 'thing', id: 'x', region: 'eu-west-1', usdPerHour: null };
      expect(document.billing).toMatchObject(free.includes(play) ? [] : [bill]);
      expect(document.billing).toHaveLength(free.includes(play) ? 0 : 1);
    },
  );

  it('stands on the outcome screen, and nothing does where nothing bills', () => {
    const options = { width: 100, color: false, verbose: false };
    const screen = outcomeScreen(report({ actions: stopped }), options);
    expect(screen).toMatch(/billed on +1 Lightsail instance in eu-west-1: price not known\n +l-1\n/);
    expect(outcomeScreen(report({ actions: [] }), options)).not.toContain('billed on');
  });
});
