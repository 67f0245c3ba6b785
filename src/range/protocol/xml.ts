import { XMLParser } from 'fast-xml-parser';
import { AwsError } from '../aws-error.js';
import { shapeOf, type ServiceModel, type ShapeRef } from '../model.js';
import { isStructure, scalarFromText, textFromScalar, type Structure, type Value } from './values.js';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for XML: markup and control characters escaped, so that an attacker's tag cannot break an answer. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"\u0000-\u001f\u007f]/g,
    (character) => entities[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  );
}

function element(model: ServiceModel, ref: ShapeRef, name: string, value: Value): string {
  if (value === undefined || value === null) return '';
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case 'structure':
      return wrap(
        name,
        ref,
        structureXml(model, ref, value as Structure),
        attributes(model, ref, value as Structure),
      );
    case 'list': {
      const member = shape.member!;
      const items = value as Value[];
      if (shape.flattened || ref.flattened) {
        return items.map((item) => element(model, member, member.locationName ?? name, item)).join('');
      }
      const itemName = member.locationName ?? 'member';
      return wrap(name, ref, items.map((item) => element(model, member, itemName, item)).join(''));
    }
    case 'map': {
      const entries = Object.entries(value as Structure).map(
        ([key, inner]) =>
          element(model, shape.key!, shape.key?.locationName ?? 'key', key) +
          element(model, shape.value!, shape.value?.locationName ?? 'value', inner),
      );
      if (shape.flattened || ref.flattened) return entries.map((entry) => wrap(name, ref, entry)).join('');
      return wrap(name, ref, entries.map((entry) => `<entry>${entry}</entry>`).join(''));
    }
    default:
      return wrap(name, ref, escapeXml(textFromScalar(shape, ref, value, 'iso8601')));
  }
}

function attributes(model: ServiceModel, ref: ShapeRef, value: Structure): string {
  let text = '';
  for (const [name, member] of Object.entries(shapeOf(model, ref).members ?? {})) {
    const inner = value[name];
    if (!member.xmlAttribute || inner === undefined || inner === null) continue;
    text += ` ${member.locationName ?? name}="${escapeXml(textFromScalar(shapeOf(model, member), member, inner, 'iso8601'))}"`;
  }
  return text;
}

function wrap(name: string, ref: ShapeRef, content: string, extra = ''): string {
  const space = ref.xmlNamespace;
  const namespace = space ? ` xmlns${space.prefix ? `:${space.prefix}` : ''}="${space.uri}"` : '';
  return `<${name}${namespace}${extra}>${content}</${name}>`;
}

/** The members of a structure as XML elements, those of the HTTP head left out. */
export function structureXml(model: ServiceModel, ref: ShapeRef, value: Structure): string {
  let text = '';
  for (const [name, member] of Object.entries(shapeOf(model, ref).members ?? {})) {
    const inner = value[name];
    if (inner === undefined || inner === null || member.location || member.xmlAttribute) continue;
    text += element(model, member, member.locationName ?? name, inner);
  }
  return text;
}

/** One member as a whole XML document: the payload of a rest-xml answer. */
export function payloadXml(model: ServiceModel, ref: ShapeRef, name: string, value: Value): string {
  return element(model, ref, ref.locationName ?? shapeOf(model, ref).locationName ?? name, value);
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
