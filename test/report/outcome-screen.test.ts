import type { CutFacts } from '../../src/model/cut-facts.js';
import { describe, expect, it } from 'vitest';
import type { LeftOver } from '../../src/model/journal-record.js';
import { cutScreen } from '../../src/report/screens/cut-screen.js';
import { foldReport } from '../../src/outcome/index.js';
import { columnsOf } from '../../src/report/terminal/layout.js';
import { outcomeScreen } from '../../src/report/screens/outcome-screen.js';
import { planScreen } from '../../src/report/screens/plan-screen.js';
import type { ScreenOptions } from '../../src/report/terminal/screen.js';
import {
  account,
  action,
  at,
  hostileName,
  finding,
  identity,
  incident,
  instance,
  journal,
  key,
  simulatedIdentity,
} from './samples.js';

const plain: ScreenOptions = { width: 90, color: false, verbose: false };

const facts: CutFacts = {
  key,
  keyAccount: account,
  owner: { kind: 'user', name: 'ci-deployer' },
  status: 'Active',
  lastUsed: { at: at(38), service: 'ec2', region: 'us-west-2' },
  otherKeys: [{ id: 'AKIAI44QH8DHBEXAMPLE', status: 'Active', createdAt: at(-80_000) }],
  console: false,
  quarantine: ['AWSCompromisedKeyQuarantineV3'],
  callerQuarantine: [],
  deny: null,
  denyElsewhere: [],
  denyUnreadable: false,
  unreadable: [],
  unreadOfCut: null,
};

function widest(screen: string): number {
  return Math.max(...screen.split('\n').map(columnsOf));
}

describe('the cut screen', () => {
  it('says in one screen what stops, what goes on and how to take it back', () => {
    const screen = cutScreen(facts, [], plain);
    expect(screen).toMatchSnapshot();
    expect(screen.split('\n').length).toBeLessThanOrEqual(24);
  });

  it('calls unknown what could not be read, and never assumes that there is no other key', () => {
    const screen = cutScreen(
      {
        ...facts,
        owner: { kind: 'unknown', why: 'AccessDenied' },
        status: null,
        lastUsed: null,
        otherKeys: null,
        console: null,
        unreadable: ['keys of ci-deployer: iam:ListAccessKeys denied'],
      },
      ['You are a role session.'],
      plain,
    );
    expect(screen).toContain('status unknown');
    expect(screen).toContain('never, or not known');
    expect(screen).toContain('they could not be read');
    expect(screen).toContain('iam:ListAccessKeys denied');
    expect(screen).toContain('You are a role session.');
    expect(screen).not.toContain('no other key');
  });

  it.each([40, 60, 80])('leaves no word out to fit into %i columns: the person decides by it', (width) => {
    const doubts = ['You are a role session: whether the misused key minted it cannot be told yet.'];
    const unreadable = [
      'keys of ci-deployer: iam:ListAccessKeys in global: AccessDenied: no policy allows it',
    ];
    const doubtful = { ...facts, unreadable, quarantine: ['AWSCompromisedKeyQuarantineV3'] };
    const words = (columns: number): string[] =>
      cutScreen(doubtful, doubts, { ...plain, width: columns }).split(/\s+/);
    expect(words(width)).toEqual(words(400));
    expect(widest(cutScreen(doubtful, doubts, { ...plain, width }))).toBeLessThanOrEqual(width);
  });

  it('stays within the width and escapes names, and says when it is a simulation', () => {
    const screen = cutScreen(
      { ...facts, owner: { kind: 'user', name: hostileName.repeat(20) } },
      [hostileName.repeat(10)],
      { ...plain, width: 60 },
      simulatedIdentity,
    );
    expect(widest(screen)).toBeLessThanOrEqual(60);
    expect(screen).toContain('SIMULATED');
    expect(screen).not.toContain('\u001b');
  });
});

describe('the plan screen', () => {
  const actions = Array.from({ length: 20 }, (_, i) =>
    action({
      id: `a${String(i)}`,
      region: `eu-west-${String(i % 3)}`,
      targets: [`instances|r|i-${String(i)}`],
    }),
  );

  it('folds many like actions, and says what has no way back and what it leaves alone', () => {
    const left: LeftOver[] = [
      {
        play: 'instances',
        type: 'instance',
        id: 'i-held',
        region: 'us-east-1',
        state: 'running',
        cause: 'held',
        detail: 'tagged by alice',
      },
    ];
    const screen = planScreen(incident(), { actions, left }, plain, identity);
    expect(screen).toMatchSnapshot();
    expect(screen).toContain('20 actions cannot be undone');
    expect(screen).toContain('i-held');
    expect(widest(screen)).toBeLessThanOrEqual(90);
  });

  it('shows who else uses a role, and whom of them the cut ends, before it is agreed to', () => {
    const role = { ...instance(1, 'global', 'role', at(0)), play: 'role-sessions', id: 'deploy' };
    const others = Array.from({ length: 7 }, (_, n) => ({
      id: `ASIA${n}`,
      name: n === 0 ? hostileName : `web-${n}`,
      lastSeen: at(0),
      source: '192.0.2.1',
    }));
    const cut = action({ id: 'cut', play: 'role-sessions', targets: ['role-sessions|global|deploy'] });
    const found = { ...finding(role, 'tampered', []), otherSessions: others };
    const screenOf = (PolicyName: string): string => {
      const planned = { ...cut, input: { RoleName: 'deploy', PolicyName, PolicyDocument: '{}' } };
      return planScreen(incident({ findings: [found] }), { actions: [planned], left: [] }, plain);
    };
    expect(screenOf('AWSRevokeOlderSessions')).toMatch(/7 sessions of role deploy by others: the cut ends 7/);
    expect(screenOf('LeakguardRevokeNamedSessions')).toMatch(/by others: they go on/);
    expect(screenOf('AWSRevokeOlderSessions')).toMatch(/web-1 +last seen .* from 192\.0\.2\.1/);
    expect(screenOf('AWSRevokeOlderSessions')).toContain('and 2 more');
    expect(screenOf('AWSRevokeOlderSessions')).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
  });

  it('says what else the actions cause, each once, whatever anything is named', () => {
    const causes = (text: string, id: string) => ({ ...action({ id }), causes: [text] });
    const ended = `Auto Scaling terminates 3 instances in ${hostileName}.`;
    const planned = [causes(ended, 'a'), causes(ended, 'b'), causes('ECS starts 2 more tasks.', 'c')];
    const screen = planScreen(incident(), { actions: planned, left: [] }, plain);
    expect(screen.replace(/\s+/g, ' ')).toMatch(/causes Auto Scaling terminates 3 instances .*\(2 times\)/);
    expect(screen).toContain('ECS starts 2 more tasks.');
    expect(screen).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
    expect(widest(screen)).toBeLessThanOrEqual(90);
    expect(planScreen(incident(), { actions, left: [] }, plain)).not.toContain('causes');
  });

  it('names each action when asked to', () => {
    const screen = planScreen(incident(), { actions, left: [] }, { ...plain, verbose: true });
    for (const { title } of actions) expect(screen).toContain(title);
  });
});

describe('the outcome screen', () => {
  it('shows a person that it is contained, how fast, and what comes next', () => {
    const screen = outcomeScreen(foldReport(journal()), plain, 'j.jsonl');
    expect(screen).toMatchSnapshot();
    expect(screen).toContain('CONTAINED  ');
    expect(screen).toContain('not before 2026-11-21 04:17 UTC');
  });

  it('says from when on verify can say clean, even where nothing is settling: CloudTrail is late', () => {
    const records = journal().map((record) =>
      record.kind === 'sweep' ? { ...record, settlesAt: null } : record,
    );
    expect(outcomeScreen(foldReport(records), plain)).toContain('not before 2026-11-21 04:04 UTC');
  });

  it('never says contained where something is denied, and names the cause and the way to go on', () => {
    const screen = outcomeScreen(foldReport(journal({ denied: true })), plain, 'j.jsonl');
    expect(screen).toMatchSnapshot();
    expect(screen).toMatch(/^outcome {4}NOT CONTAINED/);
    expect(screen).toContain('needs ec2:TerminateInstances');
    expect(screen).toContain('leakguard resume j.jsonl');
    expect(screen).not.toMatch(/\bclean from now/);
  });

  it('says what waits for a decision, and how to give it', () => {
    const screen = outcomeScreen(foldReport(journal({ held: true })), plain);
    expect(screen).toContain('CONTAINED, EXCEPT WHAT IS HELD');
    expect(screen).toContain('--include ID');
  });

  it('offers to resume what ended without its closing line', () => {
    const screen = outcomeScreen(foldReport(journal({ open: true })), plain, 'j.jsonl');
    expect(screen).toContain('NOT KNOWN TO BE CONTAINED');
    expect(screen).toContain('leakguard resume j.jsonl');
  });

  it('says that it is a simulation', () => {
    expect(outcomeScreen(foldReport(journal({ identity: simulatedIdentity })), plain)).toMatch(
      /^ SIMULATED: not AWS/,
    );
  });
});
