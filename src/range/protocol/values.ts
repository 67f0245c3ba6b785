import { AwsError } from '../aws-error.js';
import type { Shape, ShapeRef } from '../model.js';

/** What an operation gets and gives: members by the model's names, timestamps as epoch milliseconds,
 *  blobs as Buffers. */
export type Value =
  | undefined
  | null
  | string
  | number
  | boolean
  | Buffer
  | Value[]
  | { [member: string]: Value };
export type Structure = { [member: string]: Value };

export function isStructure(value: Value): value is Structure {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** Text from the wire as the scalar that `shape` says. */
export function scalarFromText(shape: Shape, ref: ShapeRef, text: string): Value {
  switch (shape.type) {
    case 'boolean':
      return text === 'true' || text === '1';
    case 'integer':
    case 'long':
    case 'float':
    case 'double': {
      const number = Number(text);
      if (text === '' || Number.isNaN(number)) {
        throw new AwsError('InvalidParameterValue', `Value (${text}) is invalid. A number is expected.`);
      }
      return number;
    }
    case 'timestamp': {
      const time = /^[\d.]+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
      if (Number.isNaN(time)) throw new AwsError('InvalidParameterValue', `Invalid timestamp (${text})`);
      return time;
    }
    case 'blob':
      return Buffer.from(text, 'base64');
    default:
      if (ref.jsonvalue) return Buffer.from(text, 'base64').toString('utf8');
      return text;
  }
}

export type TimestampFormat = 'iso8601' | 'unixTimestamp' | 'rfc822';

/** A timestamp as text; `fallback` is the protocol's own format where the model names none. */
export function timestampText(
  shape: Shape,
  ref: ShapeRef,
  value: number,
  fallback: TimestampFormat,
): string | number {
  switch (ref.timestampFormat ?? shape.timestampFormat ?? fallback) {
    case 'unixTimestamp':
      return Math.round(value) / 1000;
    case 'rfc822':
      return new Date(value).toUTCString();
    default:
      return new Date(value).toISOString();
  }
}

/** A scalar as text for XML, headers and query strings. */
export function textFromScalar(
  shape: Shape,
  ref: ShapeRef,
  value: Value,
  timestamps: TimestampFormat,
): string {
  if (shape.type === 'timestamp') return String(timestampText(shape, ref, Number(value), timestamps));
  if (shape.type === 'blob' || Buffer.isBuffer(value)) {
    return Buffer.from(value as Buffer | string).toString('base64');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
