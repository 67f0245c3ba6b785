import { AwsError } from '../aws-error.js';
import { shapeOf, type ServiceModel, type ShapeRef } from '../model.js';
import { scalarFromText, type Structure, type Value } from './values.js';

interface Node {
  text?: string;
  children: Map<string, Node>;
}

const upperFirst = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/** `Filter.1.Value.2=x` as a tree: the form of the ec2 and query protocols. */
function tree(form: URLSearchParams): Node {
  const root: Node = { children: new Map() };
  for (const [key, text] of form) {
    let node = root;
    for (const part of key.split('.')) {
      let child = node.children.get(part);
      if (child === undefined) node.children.set(part, (child = { children: new Map() }));
      node = child;
    }
    node.text = text;
  }
  return root;
}

function memberName(model: ServiceModel, name: string, ref: ShapeRef): string {
  if (model.protocol === 'ec2') return ref.queryName ?? upperFirst(ref.locationName ?? name);
  return ref.locationName ?? name;
}

const inOrder = (node: Node) =>
  [...node.children]
    .filter(([index]) => /^\d+$/.test(index))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);

function read(model: ServiceModel, ref: ShapeRef, node: Node): Value {
  const shape = shapeOf(model, ref);
  const flat = model.protocol === 'ec2' || shape.flattened === true || ref.flattened === true;
  switch (shape.type) {
    case 'structure':
      return readStructure(model, ref, node);
    case 'list': {
      const member = shape.member!;
      const items = flat ? node : node.children.get(member.locationName ?? 'member');
      return items === undefined ? [] : inOrder(items).map((item) => read(model, member, item));
    }
    case 'map': {
      const entries = flat ? node : node.children.get('entry');
      const result: Structure = {};
      for (const entry of entries === undefined ? [] : inOrder(entries)) {
        const key = entry.children.get(shape.key?.locationName ?? 'key')?.text;
        const value = entry.children.get(shape.value?.locationName ?? 'value');
        if (key !== undefined && value !== undefined) result[key] = read(model, shape.value!, value);
      }
      return result;
    }
    default:
      return scalarFromText(shape, ref, node.text ?? '');
  }
}

function readStructure(model: ServiceModel, ref: ShapeRef, node: Node): Structure {
  const result: Structure = {};
  for (const [name, member] of Object.entries(shapeOf(model, ref).members ?? {})) {
    const shape = shapeOf(model, member);
    const flattenedName =
      shape.flattened && model.protocol === 'query' ? shape.member?.locationName : undefined;
    const child = node.children.get(flattenedName ?? memberName(model, name, member));
    if (child !== undefined) result[name] = read(model, member, child);
  }
  return result;
}

/** The input of an ec2 or query operation, from its form. Throws UnknownParameter as EC2 does. */
export function readForm(model: ServiceModel, input: ShapeRef | undefined, form: URLSearchParams): Structure {
  const root = tree(form);
  root.children.delete('Action');
  root.children.delete('Version');
  if (input === undefined) return {};
  if (model.protocol === 'ec2') {
    const known = new Set(
      Object.entries(shapeOf(model, input).members ?? {}).map(([name, ref]) => memberName(model, name, ref)),
    );
    for (const name of root.children.keys()) {
      if (!known.has(name)) throw new AwsError('UnknownParameter', `The parameter ${name} is not recognized`);
    }
  }
  return readStructure(model, input, root);
}
