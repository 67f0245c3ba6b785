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

/** One for each character below 128 that stands for itself in XML. */
const plain = Uint8Array.from({ length: 128 }, (_, code) =>
  special.test(String.fromCharCode(code)) ? 0 : 1,
);

/** XML on its way to the wire, as bytes from the start: a page of a thousand instances as text would be a hundred
 *  thousand little strings. */
class Output {
  private buffer = Buffer.allocUnsafe(16_384);
  private length = 0;

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + more));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  /** Text of our own: tags. */
  markup(text: Buffer): void {
    this.reserve(text.length);
    this.buffer.set(text, this.length);
    this.length += text.length;
  }

  /** Anybody's text, escaped. */
  text(text: string): void {
    this.reserve(text.length);
    const { buffer } = this;
    let at = this.length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 128 || plain[code] === 0) {
        this.length = at;
        this.markup(Buffer.from(escapeXml(text.slice(index))));
        return;
      }
      buffer[at++] = code;
    }
    this.length = at;
  }

  bytes(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}

/** A structure that is costly to shape and to write: as long as `mark` of `thing` is the same, so is its XML. */
export class Remembered {
  private static readonly kept = new WeakMap<object, { mark: string; encode: Encoder; bytes: Buffer }>();

  constructor(
    private readonly thing: object,
    private readonly mark: string,
    readonly shape: () => object,
  ) {}

  bytes(encode: Encoder): Buffer {
    const { thing, mark } = this;
    let kept = Remembered.kept.get(thing);
    if (kept?.mark !== mark || kept.encode !== encode) {
      const to = new Output();
      encode(this.shape() as Structure, to);
      Remembered.kept.set(thing, (kept = { mark, encode, bytes: Buffer.from(to.bytes()) }));
    }
    return kept.bytes;
  }
}

/** What was only to be shaped once somebody looks: here somebody does. */
export function shaped<T>(value: T): T {
  if (value instanceof Remembered) return shaped(value.shape()) as T;
  if (Array.isArray(value)) return value.map(shaped) as T;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shaped(inner)])) as T;
}

type Encoder = (value: Value, to: Output) => void;

const encoders = new WeakMap<ShapeRef, Map<string, Encoder>>();

/** What writes a value of `ref` as an element called `name`: worked out once, since describes are large. */
function encoder(model: ServiceModel, ref: ShapeRef, name: string): Encoder {
  let named = encoders.get(ref);
  if (named === undefined) encoders.set(ref, (named = new Map<string, Encoder>()));
  let encode = named.get(name);
  if (encode === undefined) named.set(name, (encode = makeEncoder(model, ref, name)));
  return encode;
}

/** The encoder of a member, made when it is first needed: shapes may hold themselves. */
function later(model: ServiceModel, ref: ShapeRef, name: string): Encoder {
  let encode: Encoder | undefined;
  return (value, to) => (encode ??= encoder(model, ref, name))(value, to);
}

function makeEncoder(model: ServiceModel, ref: ShapeRef, name: string): Encoder {
  const shape = shapeOf(model, ref);
  const space = ref.xmlNamespace;
  const namespace = space ? ` xmlns${space.prefix ? `:${space.prefix}` : ''}="${space.uri}"` : '';
  const flat = shape.flattened === true || ref.flattened === true;
  switch (shape.type) {
    case 'structure': {
      const attributes = Object.entries(shape.members ?? {}).filter(([, { xmlAttribute }]) => xmlAttribute);
      return element(name, namespace, membersEncoder(model, ref), (value, to) => {
        for (const [key, member] of attributes) {
          const inner = (value as Structure)[key];
          if (inner === undefined || inner === null) continue;
          to.markup(Buffer.from(` ${member.locationName ?? key}="`));
          scalarEncoder(model, member)(inner, to);
          to.markup(Buffer.from('"'));
        }
      });
    }
    case 'list': {
      const member = shape.member!;
      const item = later(model, member, member.locationName ?? (flat ? name : 'member'));
      const items: Encoder = (value, to) => {
        for (const one of value as (Value | Remembered)[]) {
          if (one instanceof Remembered) to.markup(one.bytes(item));
          else item(one, to);
        }
      };
      return flat ? items : element(name, namespace, items);
    }
    case 'map': {
      const key = later(model, shape.key!, shape.key?.locationName ?? 'key');
      const inner = later(model, shape.value!, shape.value?.locationName ?? 'value');
      const entry = element(flat ? name : 'entry', '', (pair, to) => {
        const [word, one] = pair as [string, Value];
        key(word, to);
        inner(one, to);
      });
      const entries: Encoder = (value, to) => {
        for (const pair of Object.entries(value as Structure)) entry(pair, to);
      };
      return flat ? entries : element(name, namespace, entries);
    }
    default:
      return element(name, namespace, scalarEncoder(model, ref));
  }
}

/** What puts `content` between the tags of an element. */
function element(name: string, namespace: string, content: Encoder, attributes?: Encoder): Encoder {
  const open = Buffer.from(`<${name}${namespace}`);
  const opened = Buffer.from(`<${name}${namespace}>`);
  const end = Buffer.from('>');
  const close = Buffer.from(`</${name}>`);
  return (value, to) => {
    if (attributes === undefined) to.markup(opened);
    else {
      to.markup(open);
      attributes(value, to);
      to.markup(end);
    }
    content(value, to);
    to.markup(close);
  };
}

function scalarEncoder(model: ServiceModel, ref: ShapeRef): Encoder {
  const shape = shapeOf(model, ref);
  if (shape.type !== 'timestamp') return (value, to) => to.text(textFromScalar(shape, ref, value, 'iso8601'));
  // What was made together bears the same time.
  let last: Value;
  let text = '';
  return (value, to) => {
    if (value !== last) [last, text] = [value, textFromScalar(shape, ref, value, 'iso8601')];
    to.text(text);
  };
}

const contents = new WeakMap<ShapeRef, Encoder>();

function membersEncoder(model: ServiceModel, ref: ShapeRef): Encoder {
  let encode = contents.get(ref);
  if (encode !== undefined) return encode;
  const members = Object.entries(shapeOf(model, ref).members ?? {})
    .filter(([, { location, xmlAttribute }]) => !location && !xmlAttribute)
    .map(([key, member]): [string, Encoder] => [key, later(model, member, member.locationName ?? key)]);
  encode = (value, to) => {
    for (const [key, inner] of members) {
      const one = (value as Structure)[key];
      if (one !== undefined && one !== null) inner(one, to);
    }
  };
  contents.set(ref, encode);
  return encode;
}

/** The members of a structure as XML elements between `before` and `after`, those of the HTTP head left out. */
export function structureXml(
  model: ServiceModel,
  ref: ShapeRef,
  value: Structure,
  before: string,
  after: string,
): Buffer {
  const to = new Output();
  to.markup(Buffer.from(before));
  membersEncoder(model, ref)(value, to);
  to.markup(Buffer.from(after));
  return to.bytes();
}

/** One member as a whole XML document: the payload of a rest-xml answer. */
export function payloadXml(model: ServiceModel, ref: ShapeRef, name: string, value: Value): Buffer {
  const to = new Output();
  encoder(model, ref, ref.locationName ?? shapeOf(model, ref).locationName ?? name)(value ?? {}, to);
  return to.bytes();
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
