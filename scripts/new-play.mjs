// Begins a play: npm run new-play NAME -- [--room ROOM] [--service SERVICE] [--phase PHASE] [--list OP] [--make OP] [--end OP]
// Writes the play, its test, its sample and its scenario, and its lines in src/plays/index.ts; then says what is left.
// What only its author knows is written TODO where it cannot be compiled or passed, so that none of it can be overlooked.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const usage =
  'usage: npm run new-play NAME -- [--room ROOM] [--service SERVICE] [--phase stop|terminate|evict] [--list OPERATION] [--make OPERATION] [--end OPERATION]';
const phases = ['cut', 'stop', 'terminate', 'evict'];

function refuse(why) {
  console.error(`${why}. Nothing was written.\n${usage}`);
  process.exit(2);
}

function readArguments() {
  const option = { type: 'string' };
  const options = { room: option, service: option, phase: option, list: option, make: option, end: option };
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return refuse(error.message.split('\n')[0]);
  }
}

const { positionals, values } = readArguments();
const [id = '', ...more] = positionals;
if (more.length > 0 || !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(id))
  refuse(
    `a play is named service-things, in lower case, as gamelift-fleets is; not "${positionals.join(' ')}"`,
  );
const words = id.split('-');
const pascal = (parts) => parts.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
const things = pascal(words.slice(1));
const { service = words[0], room = 'hosting', phase = 'evict' } = values;
const thing = things.replace(/s$/, '');
const { list = `List${things}`, make = `Create${thing}`, end = `Delete${thing}` } = values;
const name = words[0] + things;
const rooms = readdirSync('src/plays', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !['kit', 'permissions'].includes(entry.name))
  .map((entry) => entry.name);
if (!rooms.includes(room)) refuse(`src/plays has no room "${room}", it has ${rooms.join(', ')}`);
if (!phases.includes(phase)) refuse(`there is no phase "${phase}", there are ${phases.join(', ')}`);

const play = `import { change } from '../../aws/index.js';
import type { Finding } from '../../model/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import type { Play } from '../kit/play.js';

const source = '${service}.amazonaws.com';
// The member of a request that names the thing.
const ids = fromRequest('TODO');
const noUndo = TODO;

/** TODO: what they are, and what an attacker does with them. */
export const ${name}: Play = {
  id: '${id}',
  move: TODO,
  noun: TODO,
  phase: '${phase}',
  service: '${service}',
  scope: 'regional',
  permissions: { find: ['${service}:${list}'], contain: ['${service}:${end}'], undo: [] },

  async *find(reader, region) {
    for await (const page of reader.pages('${service}', '${list}', region, {})) {
      for (const one of page.TODO ?? []) {
        yield makeResource({
          play: '${id}',
          type: TODO,
          id: one.TODO,
          region,
          state: one.TODO ?? 'unknown',
          live: TODO,
          createdAt: one.TODO,
          properties: {},
        });
      }
    }
  },

  origin: [
    { source, name: '${make}', effect: 'made', ids },
    { source, name: '${end}', effect: 'undone', ids },
  ],

  // What is tampered is an innocent's: it is put back, never ended.
  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? [end(finding)] : []),
  verify: ({ live }) => !live,
  noUndo,
  scenario: '${id}',
};

function end(finding: Finding) {
  const { id, properties } = finding.resource;
  return makeAction(${name}, [finding], {
    ...change('${service}', '${end}', { TODO: id }),
    title: \`TODO \${id}\`,
    before: properties,
    undo: { none: noUndo },
  });
}
`;

const test = `import { describe, expect, it } from 'vitest';
import { ${name} } from '../../src/plays/${room}/${id}.js';
import { calls, context, event, finding, originOf, resource } from './make.js';

const one = finding(resource('${id}', 'TODO'));

describe('${id}', () => {
  it('are ended; an innocent’s that was changed never is', () => {
    expect(calls(${name}.contain(one, context()))).toEqual([['${end}', { TODO: 'TODO' }]]);
    expect(${name}.contain({ ...one, class: 'tampered' }, context())).toEqual([]);
  });

  it('are known by what the request names', () => {
    const made = event({ source: '${service}.amazonaws.com', name: '${make}', request: { TODO: 'its-name' } });
    expect(originOf(${name}, made)).toEqual([{ effect: 'made', ids: ['its-name'] }]);
  });
});
`;

const scenario = `# yaml-language-server: $schema=../../docs/schemas/scenario.schema.json
title: TODO
plays: [${id}]
seed: 1
speed: 60

accounts:
  - id: '111122223333'
    users:
      admin: { may: ['*'], keys: [admin-key] }
      web: { may: ['*'], keys: [web-key] }
      responder: { attached: ['arn:aws:iam::aws:policy/AdministratorAccess'], keys: [responder-key] }

incident: { key: admin-key }
responder: { key: responder-key, flags: ['--compromised-at', '\${misuse}'], containFlags: ['--evict', 'remove'] }

history:
  - { as: admin-key, from: 5w, every: 2d, jitter: 4h, call: 'ec2:DescribeInstances' }
  # An innocent thing of the same kind, which must be left alone.
  - { as: web-key, from: 3w, call: '${service}:${make}', regions: [us-east-1], input: { TODO: innocent } }

attacker:
  as: admin-key
  ip: 192.0.2.38
  steps:
    - { call: '${service}:${make}', regions: [us-east-1], input: { TODO: rogue } }
    - wait: 40m

goals: { toolsLeft: 0, keyOffWithin: 60s, scanExit: [3], containExit: [0] }
`;

/** With the play's import at its place, and the play at the end of its phase. */
function withPlay(text) {
  const lines = text.split('\n');
  const firstAfter = lines.findIndex((line) => {
    const imported = /^import (?:type )?\{ (\w+) \}/.exec(line)?.[1];
    return imported !== undefined && imported.toLowerCase() > name.toLowerCase();
  });
  const place = firstAfter === -1 ? lines.indexOf('') : firstAfter;
  lines.splice(place, 0, `import { ${name} } from './${room}/${id}.js';`);
  const start = lines.indexOf(`  // ${phase}`);
  const end = lines.findIndex((line, at) => at > start && /^( {2}\/\/ |\];)/.test(line));
  if (start === -1 || end === -1) refuse(`src/plays/index.ts has no phase "${phase}" where it is expected`);
  lines.splice(end, 0, `  ${name},`);
  return lines.join('\n');
}

function withSample(text) {
  const start = 'export const samples: Record<string, Record<string, unknown>> = {\n';
  if (!text.includes(start)) refuse('test/plays/samples.ts does not begin its samples as expected');
  return text.replace(start, `${start}  '${id}': {\n    ${list}: { TODO: [{ TODO: '${id}-1' }] },\n  },\n`);
}

const written = {
  [`src/plays/${room}/${id}.ts`]: play,
  [`test/plays/${id}.test.ts`]: test,
  [`fixtures/scenarios/${id}.yaml`]: scenario,
};
for (const file of Object.keys(written)) if (existsSync(file)) refuse(`${file} is there already`);
written['src/plays/index.ts'] = withPlay(readFileSync('src/plays/index.ts', 'utf8'));
written['test/plays/samples.ts'] = withSample(readFileSync('test/plays/samples.ts', 'utf8'));
for (const [file, text] of Object.entries(written)) {
  writeFileSync(file, text);
  console.log(`wrote ${file}`);
}

const has = (file, text) => existsSync(file) && readFileSync(file, 'utf8').includes(text);
const left = [
  !existsSync(`src/aws/services/${service}.ts`) &&
    `the client: npm i -D @aws-sdk/client-${service}; src/aws/services/${service}.ts, and its line in index.ts there`,
  !has(`src/aws/services/${service}.ts`, `${list}Command`) &&
    `${list}Command and ${end}Command in src/aws/services/${service}.ts; what ${list} must answer in src/aws/answers.ts`,
  !has('src/model/changes.ts', `'${end}'`) && `the change ${service} ${end}, in src/model/changes.ts`,
  `every TODO: grep -rn TODO src/plays/${room}/${id}.ts test/plays/${id}.test.ts test/plays/samples.ts fixtures/scenarios/${id}.yaml`,
  `how dangerous ${make} is, in src/facts/acts.ts; if it goes on billing, src/report/billing.ts`,
  `if it leaves nothing behind, src/facts/idle-acts.ts; if it launches instances, src/facts/launchers.ts`,
  has('src/plays/not-examined.ts', service) &&
    `take what is now examined of ${service} out of src/plays/not-examined.ts`,
  !existsSync(`src/range/services/${service}.ts`) &&
    !existsSync(`src/range/services/${service}`) &&
    `the range: ${service} in scripts/service-models.json (node scripts/service-models.mjs), src/range/services/ and src/rehearsal/attacker/sdk-clients.ts`,
  `the range answers ${list}, ${make} and ${end}; the same moves in fixtures/scenarios/everything.yaml`,
  'the pages: node scripts/endpoints.mjs, npm run docs',
  'then: npx tsc --noEmit && npx vitest run test/plays test/range test/rehearsal',
  `      npm run build && node dist/cli.js rehearse ${id} everything`,
].filter((line) => line !== false);
console.log(
  `\nLeft to do, in this order (docs/adding-a-play.md):\n${left.map((line) => `- ${line}`).join('\n')}`,
);
