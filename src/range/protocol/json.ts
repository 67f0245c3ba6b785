import { AwsError } from '../aws-error.js';
import { shapeOf, type ServiceModel, type ShapeRef } from '../model.js';
import { isStructure, timestampText, type Structure, type Value } from './values.js';

const bad = (message: string) => new AwsError('SerializationException', message, 400);

/** A JSON value as the model says. Throws SerializationException where a container has the wrong type. */
export function fromJson(model: ServiceModel, ref: ShapeRef, raw: unknown): Value {
  if (raw === null || raw === undefined) return undefined;
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case 'structure': {
      if (shape.members === undefined || Object.keys(shape.members).length === 0) return raw as Structure;
      if (!isStructure(raw as Value)) throw bad(`expected an object for ${ref.shape}`);
      const result: Structure = {};
      for (const [name, member] of Object.entries(shape.members)) {
        const inner = fromJson(model, member, (raw as Record<string, unknown>)[member.locationName ?? name]);
        if (inner !== undefined) result[name] = inner;
      }
      return result;
    }
    case 'list':
      if (!Array.isArray(raw)) throw bad(`expected a list for ${ref.shape}`);
      return raw.map((item) => fromJson(model, shape.member!, item));
    case 'map': {
      if (!isStructure(raw as Value)) throw bad(`expected an object for ${ref.shape}`);
      const entries = Object.entries(raw).map(([key, inner]) => [key, fromJson(model, shape.value!, inner)]);
      return Object.fromEntries(entries) as Structure;
    }
    case 'timestamp':
      return typeof raw === 'number' ? raw * 1000 : Date.parse(raw as string);
    case 'blob':
      return Buffer.from(raw as string, 'base64');
    default:
      return raw as Value;
  }
}

/** A value as JSON by the model, those members that travel in the HTTP head left out. */
export function toJson(model: ServiceModel, ref: ShapeRef, value: Value): unknown {
  if (value === undefined || value === null) return undefined;
  const shape = shapeOf(model, ref);
  switch (shape.type) {
    case 'structure': {
      if (shape.members === undefined || Object.keys(shape.members).length === 0) return value;
      const result: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(shape.members)) {
        const inner = (value as Structure)[name];
        if (inner === undefined || inner === null || member.location) continue;
        result[member.locationName ?? name] = toJson(model, member, inner);
      }
      return result;
    }
    case 'list':
      return (value as Value[]).map((item) => toJson(model, shape.member!, item) ?? null);
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Structure).map(([key, inner]) => [key, toJson(model, shape.value!, inner)]),
      );
    case 'timestamp':
      if (model.protocol === 'cbor') return new Date(Number(value));
      return timestampText(shape, ref, Number(value), 'unixTimestamp');
    case 'blob':
      if (model.protocol === 'cbor') return Buffer.from(value as Buffer | string);
      return Buffer.from(value as Buffer | string).toString('base64');
    default:
      return value;
  }
}
