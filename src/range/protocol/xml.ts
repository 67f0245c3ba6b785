import { XMLParser } from 'fast-xml-parser';
import { AwsError } from '../aws-error.js';
import { shapeOf, type ServiceModel, type ShapeRef } from '../model.js';
import { isStructure, scalarFromText, textFromScalar, type Structure, type Value } from './values.js';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const special = /[&<>"\u0000-\u001f\u007f]/;
const specials = /[&<>"\u0000-\u001f\u007f]/g;

/** Text for XML: markup and control characters escaped, so that an attacker's tag cannot break an answer. */
export function escapeXml(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(
    specials,
    (character) => entities[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  );
}

type Encoder = (value: Value) => string;

const encoders = new WeakMap<ShapeRef, Map<string, Encoder>>();

/** What writes a value of `ref` as an element called `name`: worked out once, since describes are large. */
function encoder(model: ServiceModel, ref: ShapeRef, name: string): Encoder {
  let named = encoders.get(ref);
  if (named === undefined) encoders.set(ref, (named = new Map<string, Encoder>()));
  let encode = named.get(name);
  if (encode === undefined) named.set(name, (encode = makeEncoder(model, ref, name)));
  return encode;
}

function makeEncoder(model: ServiceModel, ref: ShapeRef, name: string): Encoder {
  const shape = shapeOf(model, ref);
  const space = ref.xmlNamespace;
  const namespace = space ? ` xmlns${space.prefix ? `:${space.prefix}` : ''}="${space.uri}"` : '';
  const open = `<${name}${namespace}`;
  const close = `</${name}>`;
  const flat = shape.flattened === true || ref.flattened === true;
  switch (shape.type) {
    case 'structure': {
      const content = membersEncoder(model, ref);
      const attributes = Object.entries(shape.members ?? {}).filter(([, { xmlAttribute }]) => xmlAttribute);
      return (value) => {
        let text = open;
        for (const [key, member] of attributes) {
          const inner = (value as Structure)[key];
          if (inner !== undefined && inner !== null)
            text += ` ${member.locationName ?? key}="${scalarXml(model, member, inner)}"`;
        }
        return `${text}>${content(value)}${close}`;
      };
    }
    case 'list': {
      const member = shape.member!;
      const item = (value: Value) =>
        encoder(model, member, member.locationName ?? (flat ? name : 'member'))(value);
      const items = (value: Value) => (value as Value[]).reduce<string>((text, one) => text + item(one), '');
      return flat ? items : (value) => `${open}>${items(value)}${close}`;
    }
    case 'map': {
      const entry = ([key, inner]: [string, Value]) =>
        encoder(model, shape.key!, shape.key?.locationName ?? 'key')(key) +
        encoder(model, shape.value!, shape.value?.locationName ?? 'value')(inner);
      if (flat)
        return (value) =>
          Object.entries(value as Structure)
            .map((one) => `${open}>${entry(one)}${close}`)
            .join('');
      return (value) =>
        `${open}>${Object.entries(value as Structure)
          .map((one) => `<entry>${entry(one)}</entry>`)
          .join('')}${close}`;
    }
    default:
      return (value) => `${open}>${scalarXml(model, ref, value)}${close}`;
  }
}

const scalarXml = (model: ServiceModel, ref: ShapeRef, value: Value) =>
  escapeXml(textFromScalar(shapeOf(model, ref), ref, value, 'iso8601'));

const contents = new WeakMap<ShapeRef, Encoder>();

function membersEncoder(model: ServiceModel, ref: ShapeRef): Encoder {
  let encode = contents.get(ref);
  if (encode !== undefined) return encode;
  const members = Object.entries(shapeOf(model, ref).members ?? {}).filter(
    ([, { location, xmlAttribute }]) => !location && !xmlAttribute,
  );
  // Each member's own encoder is made when it is first needed: shapes may hold themselves.
  const made = members.map(([key, member]): [key: string, member: ShapeRef, name: string] => [
    key,
    member,
    member.locationName ?? key,
  ]);
  encode = (value) => {
    let text = '';
    for (const [key, member, name] of made) {
      const inner = (value as Structure)[key];
      if (inner !== undefined && inner !== null) text += encoder(model, member, name)(inner);
    }
    return text;
  };
  contents.set(ref, encode);
  return encode;
}

/** The members of a structure as XML elements, those of the HTTP head left out. */
export function structureXml(model: ServiceModel, ref: ShapeRef, value: Structure): string {
  return membersEncoder(model, ref)(value);
}

/** One member as a whole XML document: the payload of a rest-xml answer. */
export function payloadXml(model: ServiceModel, ref: ShapeRef, name: string, value: Value): string {
  return encoder(model, ref, ref.locationName ?? shapeOf(model, ref).locationName ?? name)(value ?? {});
}

const parser = new XMLParser({ ignoreAttributes: false, parseTagValue: false, attributeNamePrefix: '@' });
const asList = (value: unknown): unknown[] =>
  value === undefined || value === '' ? [] : Array.isArray(value) ? value : [value];

/** The text of an element, also where it has attributes beside it. */
function textOf(raw: unknown): string {
  const text = isStructure(raw as Value) ? (raw as Structure)['#text'] : raw;
  return typeof text === 'string' ? text : '';
}

function read(model: ServiceModel, ref: ShapeRef, raw: unknown): Value {
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case 'structure': {
      const result: Structure = {};
      if (!isStructure(raw as Value)) return result;
      for (const [name, member] of Object.entries(shape.members ?? {})) {
        const inner = (raw as Record<string, unknown>)[
          (member.xmlAttribute ? '@' : '') + (member.locationName ?? name)
        ];
        if (inner !== undefined) result[name] = read(model, member, inner);
      }
      return result;
    }
    case 'list': {
      const member = shape.member!;
      const items =
        shape.flattened || ref.flattened
          ? raw
          : isStructure(raw as Value)
            ? (raw as Record<string, unknown>)[member.locationName ?? 'member']
            : undefined;
      return asList(items).map((item) => read(model, member, item));
    }
    default:
      return scalarFromText(shape, ref, textOf(raw));
  }
}

/** The value of `ref` from an XML body. Throws MalformedXML. */
export function readXml(model: ServiceModel, ref: ShapeRef, body: string): Value {
  let document: Record<string, unknown>;
  try {
    document = parser.parse(body) as Record<string, unknown>;
  } catch (error) {
    throw new AwsError('MalformedXML', (error as Error).message);
  }
  const root = Object.keys(document).find((name) => !name.startsWith('?'));
  return read(model, ref, root === undefined ? {} : document[root]);
}
