import { AwsFailure, change, type Reader } from '../../aws/index.js';
import { cloudPlay, cloudType, holdsData } from '../../facts/index.js';
import {
  type Action,
  asObject,
  asText,
  type Finding,
  type JsonObject,
  type Resource,
} from '../../model/index.js';
import { makeAction } from '../kit/make-action.js';
import { makeResource } from '../kit/make-resource.js';
import { evidenceRead, type Play } from '../kit/play.js';

/** `AWS::Kinesis::Stream|shop`: the type, and what Cloud Control identifies one by. */
function partsOf(id: string): { TypeName: string; Identifier: string } {
  const bar = id.indexOf('|');
  return { TypeName: id.slice(0, bar), Identifier: id.slice(bar + 1) };
}

/**
 * Things of types that no other play knows, which a create of the misuse named: read, shown, and deleted only where the
 * person names them. What may have been there before, and what may hold data, is never deleted (detect/classify/cloud-made.ts).
 */
export const cloudControl: Play = {
  id: cloudPlay,
  move: 'makes what only Cloud Control knows',
  // Beside `clean` it must not promise more than was looked at: nothing lists these.
  noun: 'things of other types that the trail names',
  phase: 'evict',
  service: 'cloudcontrol',
  scope: 'regional',
  permissions: {
    find: ['cloudformation:GetResource'],
    contain: ['cloudformation:DeleteResource'],
    undo: ['cloudformation:CreateResource'],
  },

  // Nothing lists all that an account has: what the trail names is asked for by its id.
  async *find() {},
  askedById: true,

  async findById(reader, region, ids) {
    const found = await Promise.all(ids.map((id) => read(reader, region, id)));
    return found.filter((one) => one !== null);
  },

  origin: [],
  contain: (finding) => (finding.class === 'rogue' && finding.resource.live ? [remove(finding)] : []),
  verify: ({ live }) => !live,
  record: (findings) =>
    findings.map(({ resource }) =>
      evidenceRead('cloudcontrol', 'GetResource', partsOf(resource.id), [resource], {
        what: 'what it is',
        secret: true,
      }),
    ),
  noUndo: null,
  scenario: 'generic',
};

/** One thing as it is; not live where AWS says that there is none; null where its type cannot be read here. */
async function read(reader: Reader, region: string, id: string): Promise<Resource | null> {
  const asked = partsOf(id);
  const common = { play: cloudPlay, type: asked.TypeName, id, region };
  try {
    const { ResourceDescription: found } = await reader.call('cloudcontrol', 'GetResource', region, asked);
    const model = asObject(JSON.parse(found?.Properties ?? '{}')) ?? {};
    const createdAt = madeAt(model);
    return makeResource({
      ...common,
      state: 'there',
      live: true,
      ...(createdAt === null ? {} : { createdAt: new Date(createdAt) }),
      // It may hold secrets: kept here only where it is needed to make the thing anew; the evidence has all of it.
      properties: remakes(asked.TypeName) === null ? {} : { model },
    });
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    if (error.code === 'ResourceNotFoundException')
      return makeResource({ ...common, state: 'gone', live: false });
    throw error;
  }
}

/** Fields of a model that say when a thing was made. */
const made = /^(Creat(ion|ed)(Time|Date|At|On|Timestamp|DateTime)?|Create(Time|Date))$/i;

/** When the model says that the thing was made, epoch milliseconds. */
function madeAt(model: JsonObject): number | null {
  for (const [field, value] of Object.entries(model)) {
    if (!made.test(field)) continue;
    // Seconds or milliseconds since 1970, or a date.
    const time =
      typeof value === 'number' ? value * (value < 1e11 ? 1000 : 1) : Date.parse(asText(value) ?? '');
    if (Number.isFinite(time)) return time;
  }
  return null;
}

function remove(finding: Finding): Action {
  const { id, properties } = finding.resource;
  const { TypeName, Identifier } = partsOf(id);
  return makeAction(cloudControl, [finding], {
    ...change('cloudcontrol', 'DeleteResource', { TypeName, Identifier }),
    title: `delete ${TypeName} ${Identifier}`,
    before: properties,
    undo: undoOf(TypeName, properties),
  });
}

/** The properties that only AWS sets, of a type that can be made anew from the rest; else null. */
function remakes(type: string): string[] | null {
  return holdsData(type) ? null : (cloudType(type)?.readOnly ?? null);
}

/** Made anew from all that was read, where that is all there is to it. */
function undoOf(type: string, { model }: JsonObject): Parameters<typeof makeAction>[2]['undo'] {
  const readOnly = remakes(type);
  const properties = asObject(model);
  if (readOnly === null || properties === null)
    return {
      none: `Not all of ${type} can be read and set again (secrets, its own id, data): it has to be made anew; what was read of it is in the evidence.`,
    };
  const wanted = Object.entries(properties).filter(([name]) => !readOnly.includes(name));
  return [
    change('cloudcontrol', 'CreateResource', {
      TypeName: type,
      DesiredState: JSON.stringify(Object.fromEntries(wanted)),
    }),
  ];
}
