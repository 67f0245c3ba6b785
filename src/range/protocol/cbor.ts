import { decode, encode, Token, Type } from 'cborg';
import { AwsError } from '../aws-error.js';
import type { ServiceModel, ShapeRef } from '../model.js';
import { fromJson, toJson } from './json.js';
import type { Structure, Value } from './values.js';

/** Smithy's RPC v2 CBOR: what boto3 and the AWS CLI speak to CodeBuild and Health, where the SDK speaks JSON. */
export const contentType = 'application/cbor';

const wires = new WeakMap<ServiceModel, ServiceModel>();

/** The model as this request speaks it: JSON services may be spoken to in CBOR. */
export function spoken(model: ServiceModel, headers: Record<string, string | undefined>): ServiceModel {
  if (headers['smithy-protocol'] !== 'rpc-v2-cbor') return model;
  let wire = wires.get(model);
  if (wire === undefined) wires.set(model, (wire = { ...model, protocol: 'cbor' }));
  return wire;
}

/** The operation of `/service/NAME/operation/OPERATION`. */
export const operationOf = (path: string): string | null => /\/operation\/(\w+)$/.exec(path)?.[1] ?? null;

/** The input of an operation. Throws SerializationException. */
export function readCbor(model: ServiceModel, ref: ShapeRef, body: Buffer): Structure {
  let value: unknown;
  try {
    // Tag 1: seconds since the epoch, as in JSON.
    value = decode(body, { tags: { 1: (inner: () => unknown) => inner() } });
  } catch (error) {
    throw new AwsError('SerializationException', (error as Error).message, 400);
  }
  return fromJson(model, ref, value) as Structure;
}

const typeEncoders = {
  Date: (date: Date) => [new Token(Type.tag, 1), new Token(Type.float, date.getTime() / 1000)],
};

export function writeCbor(model: ServiceModel, ref: ShapeRef | undefined, output: Value): Buffer {
  return plainCbor(ref === undefined ? {} : (toJson(model, ref, output) ?? {}));
}

export const plainCbor = (value: unknown): Buffer => Buffer.from(encode(value, { typeEncoders }));
