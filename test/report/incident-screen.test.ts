import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plays } from '../../src/plays/index.js';
import { incidentScreen, nextSteps } from '../../src/report/screens/incident-screen.js';
import { columnsOf } from '../../src/report/terminal/layout.js';
import type { ScreenOptions } from '../../src/report/terminal/screen.js';
import {
  hostileName,
  identity,
  incident,
  key,
  quietIncident,
  simulatedIdentity,
  suspectsIncident,
} from './samples.js';

const plain: ScreenOptions = { width: 80, color: false, verbose: false };
const linesOf = (screen: string): string[] => screen.trimEnd().split('\n');

describe('the incident screen', () => {
  it('shows a whole incident to a person in one screen', () => {
    expect(incidentScreen(incident(), identity, { ...plain, width: 100 })).toMatchSnapshot();
  });

  it('is 24 to 57 lines long, at 80 and at 100 columns, simulated or not', () => {
    for (const width of [80, 100]) {
      for (const who of [identity, simulatedIdentity]) {
        const lines = linesOf(incidentScreen(incident(), who, { ...plain, width }));
        expect(lines.length).toBeGreaterThanOrEqual(24);
        expect(lines.length).toBeLessThanOrEqual(57);
      }
    }
  });

  it.each([40, 60, 80, 120])('leaves no word out to fit into %i columns', (columns) => {
    const words = (width: number): string[] =>
      incidentScreen(incident(), identity, { ...plain, width }).match(/[^\s▁-█]{2,}/gu) ?? [];
    const wide = words(400);
    // The launches are a table, which has as many columns as there is room for.
    const told = new Set(words(columns));
    // A word that is longer than the line is broken.
    const fits = wide.filter((word) => word.length < columns - 15);
    expect(fits.filter((word) => !told.has(word) && !/xlarge$|^\d+$|^other$|^\d\d:\d\d-/.test(word))).toEqual(
      [],
    );
    expect([...told].filter((word) => word.includes('…') && !wide.includes(word))).toEqual([]);
  });

  it('has no line longer than the terminal, whatever anybody is named', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.integer({ min: 40, max: 140 }),
        fc.boolean(),
        (name, width, verbose) => {
          const base = incident();
          const named = incident({
            userName: name,
            notes: [name],
            deeds: base.deeds.map((deed) => ({ ...deed, target: name, description: name })),
            coverage: base.coverage.map((cell) => ({ ...cell, detail: cell.detail === null ? null : name })),
            findings: base.findings.slice(0, 30).map((finding) => ({
              ...finding,
              reasons: [name],
              resource: { ...finding.resource, region: name, properties: { instanceType: name } },
            })),
          });
          for (const line of linesOf(incidentScreen(named, identity, { ...plain, width, verbose }))) {
            // What is to be copied stays whole.
            if (!line.includes('leakguard contain')) expect(columnsOf(line)).toBeLessThanOrEqual(width);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('shows hostile names escaped, and colours nothing when colour is off', () => {
    const screen = incidentScreen(incident({ userName: hostileName }), identity, { ...plain, verbose: true });
    expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(screen).toContain('\\e[2J\\u{202e}');
    expect(incidentScreen(incident(), identity, { ...plain, color: true })).toContain('\u001b[31m');
  });

  it('says what could not be looked at, and never calls that clean', () => {
    const screen = incidentScreen(
      quietIncidentWith([
        { subject: 'ec2-instances', region: 'eu-west-1', status: 'denied', count: 0, detail: 'needs x' },
      ]),
      identity,
      plain,
    );
    expect(screen).toContain('unknown, not clean');
    expect(screen).toContain('ec2-instances in eu-west-1: needs x');
    expect(screen).toContain('nothing that is tied to it in what could be read');
    expect(screen).not.toMatch(/nothing of a misuse|every cell/);
  });

  it('shows many refused checks as one line, with the command that prints what they need', () => {
    const denied = (play: string, region: string) => ({
      ...{ subject: play, region, status: 'denied' as const, count: 0 },
      detail: `AccessDenied: not authorized for ${play}`,
    });
    const some = ['ec2-instances', 'ecs-tasks', 'batch-jobs'].flatMap((play) =>
      ['us-east-1', 'eu-west-1'].map((region) => denied(play, region)),
    );
    const failed = { ...denied('lambda-functions', 'us-east-1'), status: 'failed' as const };
    const screen = incidentScreen({ ...quietIncident(), coverage: [...some, failed] }, identity, plain);
    expect(screen.match(/^.*AccessDenied.*$/gm)).toHaveLength(1);
    expect(screen).toMatch(/denied +3 checks in 2 regions: you lack permissions/);
    expect(screen).toContain('leakguard policy --read-only --plays ec2-instances,ecs-tasks,batch-jobs');
    const verbose = incidentScreen({ ...quietIncident(), coverage: some }, identity, {
      ...plain,
      verbose: true,
    });
    expect(verbose.match(/AccessDenied/g)).toHaveLength(3);
    const whole = plays.map(({ id }) => denied(id, 'global'));
    const all = incidentScreen({ ...quietIncident(), coverage: whole }, identity, plain);
    expect(all).toMatch(/leakguard policy --read-only +#/);
  });

  it('says that nothing was looked at where there is no coverage at all', () => {
    expect(incidentScreen({ ...quietIncident(), coverage: [] }, identity, plain)).toContain(
      'nothing was looked at',
    );
  });

  it('says so plainly when every cell was read and nothing was found', () => {
    const screen = incidentScreen(quietIncident(), identity, plain);
    expect(screen).toContain('every cell that was looked at is complete');
    expect(screen).toContain('nothing of a misuse was found');
  });

  it('names a credential of another account as not contained', () => {
    expect(incidentScreen(incident(), identity, { ...plain, verbose: true })).toContain(
      'NOT contained, in account 444455556666',
    );
  });

  it('counts from the trail, and says so, where no instance could be listed', () => {
    const base = incident();
    const screen = incidentScreen(
      incident({ findings: base.findings.filter(({ resource }) => resource.type !== 'instance') }),
      identity,
      plain,
    );
    expect(screen).toContain('counted from the trail');
  });

  it('begins with the banner when simulated, and gives a command that works there', () => {
    const lines = linesOf(incidentScreen(incident(), simulatedIdentity, plain));
    expect(lines[0]).toContain('SIMULATED: not AWS (http://127.0.0.1:4599)');
    expect(lines.join('\n')).toContain(`leakguard contain --key ${key} --simulated`);
  });

  it('draws its bars in ASCII where the terminal has no Unicode', () => {
    const screen = incidentScreen(incident(), identity, { ...plain, ascii: true });
    expect(screen).not.toMatch(/[▁▂▃▄▅▆▇█]/);
  });

  it.each([
    ['a session', 'ASIAIOSFODNN7EXAMPLE', 'ci', 'leakguard scan --session ASIAIOSFODNN7EXAMPLE'],
    ['a user without a key id', 'arn:aws:iam::111122223333:user/ci', 'ci', 'leakguard scan --user ci'],
    ['a role', 'arn:aws:sts::111122223333:assumed-role/deploy/x', null, 'no key id stands in the records'],
  ])('names a next command that takes what the records name: %s', (_, accessKeyId, userName, next) => {
    const incident = suspectsIncident();
    const [first, ...others] = incident.suspects;
    incident.suspects = [{ ...first!, accessKeyId, userName }, ...others];
    expect(nextSteps(incident, identity)[0]).toContain(next);
  });

  it('asks for verify, and not for the same once more, where the key is off and nothing lives', () => {
    const base = incident();
    const off = base.findings.map((finding) => ({
      ...finding,
      resource: { ...finding.resource, live: false },
    }));
    const key = { ...off[0]!, resource: { ...off[0]!.resource, id: base.key! } };
    expect(nextSteps({ ...base, findings: off }, identity)[0]).toContain('leakguard contain');
    expect(nextSteps({ ...base, findings: [...off, key] }, identity)[0]).toContain('leakguard verify');
  });

  it.each([
    ['ASIADOOREVIL00000097', 'role-sessions', 'app', { sessionDeny: '{}' }],
    ['role/app', 'role-sessions', 'app', { sessionDeny: '{}' }],
    ['user/app', 'user-sessions', 'app', {}],
  ])('asks for verify where a Deny stands on the role or user of %s', (lead, play, id, properties) => {
    const base = incident();
    const gone = base.findings.map((finding) => ({ ...finding, undone: true }));
    const one = gone[0]!;
    const credentials = base.credentials.map((credential) => ({ ...credential, roleName: 'app' }));
    const state = play === 'user-sessions' ? 'denied' : 'not denied';
    const deny = { ...one, resource: { ...one.resource, play, id, state, properties } };
    const at = { ...base, key: lead, credentials };
    expect(nextSteps({ ...at, findings: gone }, identity)[0]).toContain('leakguard contain');
    const other = { ...deny, resource: { ...deny.resource, id: 'web' } };
    expect(nextSteps({ ...at, findings: [...gone, other] }, identity)[0]).toContain('leakguard contain');
    expect(nextSteps({ ...at, findings: [...gone, deny] }, identity)[0]).toContain('leakguard verify');
  });

  it('ranks the suspects when no key was given, and says which to scan', () => {
    const screen = incidentScreen(suspectsIncident(), identity, plain);
    expect(screen).toMatch(new RegExp(`suspects +${key} +94 %`));
    expect(screen).toContain(`next       leakguard scan --key ${key}`);
  });

  it('draws fifty thousand findings', () => {
    const base = incident();
    const many = Array.from({ length: 300 }, () => base.findings).flat();
    expect(linesOf(incidentScreen(incident({ findings: many }), identity, plain)).length).toBeLessThanOrEqual(
      57,
    );
  });
});

function quietIncidentWith(
  coverage: ReturnType<typeof quietIncident>['coverage'],
): ReturnType<typeof quietIncident> {
  const quiet = quietIncident();
  return { ...quiet, coverage: [...quiet.coverage, ...coverage] };
}
