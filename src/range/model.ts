import { existsSync, readFileSync } from 'node:fs';

/** Where and how a member travels: AWS's service model, trimmed (scripts/service-models.mjs). */
export interface ShapeRef {
  shape: string;
  location?: 'uri' | 'querystring' | 'header' | 'headers' | 'statusCode';
  locationName?: string;
  queryName?: string;
  flattened?: boolean;
  xmlAttribute?: boolean;
  xmlNamespace?: { uri: string; prefix?: string };
  timestampFormat?: string;
  jsonvalue?: boolean;
  streaming?: boolean;
}

export interface Shape {
  type: string;
  required?: string[];
  payload?: string;
  flattened?: boolean;
  sensitive?: boolean;
  timestampFormat?: string;
  locationName?: string;
  members?: Record<string, ShapeRef>;
  member?: ShapeRef;
  key?: ShapeRef;
  value?: ShapeRef;
}

export interface OperationModel {
  method: string;
  uri: string;
  status?: number;
  input?: ShapeRef;
  output?: ShapeRef & { resultWrapper?: string };
}

export interface ServiceModel {
  source: string;
  apiVersion: string;
  protocol: 'ec2' | 'query' | 'json' | 'cbor' | 'rest-json' | 'rest-xml';
  targetPrefix?: string;
  jsonVersion?: string;
  xmlNamespace?: string;
  /** The service's name in a signature's credential scope. */
  signingName: string;
  operations: Record<string, OperationModel>;
  /** What the service has and the range does not: name → `METHOD URI`, empty where the URI is the root. */
  others: Record<string, string>;
  errors: Record<string, { code?: string; status: number }>;
  shapes: Record<string, Shape>;
}

const loaded = new Map<string, ServiceModel | null>();

/** The model of the service that signs as `signingName`, read from disk once; null where the range has none. */
export function loadModel(signingName: string): ServiceModel | null {
  let model = loaded.get(signingName);
  if (model === undefined) {
    const file = new URL(`./models/${encodeURIComponent(signingName)}.json`, import.meta.url);
    model = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ServiceModel) : null;
    loaded.set(signingName, model);
  }
  return model;
}

/** The shape that `ref` names. Throws where the model is broken. */
export function shapeOf(model: ServiceModel, ref: ShapeRef): Shape {
  const shape = model.shapes[ref.shape];
  if (shape === undefined) throw new Error(`no shape ${ref.shape} in ${model.source}`);
  return shape;
}
