import { AwsError } from '../aws-error.js';
import { shapeOf, type OperationModel, type ServiceModel } from '../model.js';
import { contentType, operationOf, plainCbor, readCbor, writeCbor } from './cbor.js';
import { fromJson, toJson } from './json.js';
import { readForm } from './query.js';
import { matchRoute, readRest } from './rest.js';
import { isStructure, textFromScalar, type Structure, type Value } from './values.js';
import { escapeXml, payloadXml, structureXml } from './xml.js';

export interface WireRequest {
  method: string;
  /** As received: still percent-encoded, without the query string. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer | string;
  /** Sent byte by byte, or with 100 MB of nothing behind it. */
  sent?: 'drip' | 'huge';
}

export interface Call {
  /** The operation's name; null where the request names none. */
  operation: string | null;
  /** Null where the range does not have the operation. */
  model: OperationModel | null;
  /** Reads the input by the model; throws AwsError where it is malformed. */
  read(): Structure;
}

const cborHeaders = { 'content-type': contentType, 'smithy-protocol': 'rpc-v2-cbor' };

/** Which operation of `model` a request asks for. */
export function recognize(model: ServiceModel, request: WireRequest): Call {
  switch (model.protocol) {
    case 'ec2':
    case 'query': {
      const form = new URLSearchParams(request.body.toString('utf8'));
      for (const [key, value] of request.query) form.append(key, value);
      return call(model, form.get('Action'), (operation) => readForm(model, operation.input, form));
    }
    case 'json': {
      // Clients differ in the prefix (`CloudTrail_20131101.`, `com.amazonaws.….`): the operation stands last.
      const name = request.headers['x-amz-target']?.split('.').at(-1) ?? null;
      return call(model, name, (operation) => {
        const text = request.body.toString('utf8');
        return operation.input === undefined || text === ''
          ? {}
          : (fromJson(model, operation.input, parseJson(text)) as Structure);
      });
    }
    case 'cbor':
      return call(model, operationOf(request.path), (operation) =>
        operation.input === undefined || request.body.length === 0
          ? {}
          : readCbor(model, operation.input, request.body),
      );
    case 'rest-json':
    case 'rest-xml': {
      const match = matchRoute(model, request.method, request.path, request.query);
      return call(model, match?.operation ?? null, (operation) =>
        readRest(model, operation, match!.labels, request.query, request.headers, request.body),
      );
    }
  }
}

function call(
  model: ServiceModel,
  name: string | null,
  read: (operation: OperationModel) => Structure,
): Call {
  const operation = name !== null && Object.hasOwn(model.operations, name) ? model.operations[name]! : null;
  return { operation: name, model: operation, read: () => (operation === null ? {} : read(operation)) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError('SerializationException', 'the body is not JSON', 400);
  }
}

/** The first required member that the input lacks, by path (`Tags.1.Key`), or null. */
export function missingMember(model: ServiceModel, ref: { shape: string }, value: Value): string | null {
  const shape = shapeOf(model, ref);
  if (shape.type === 'list' && Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const missing = missingMember(model, shape.member!, item);
      if (missing !== null) return `${index + 1}.${missing}`;
    }
  }
  if (shape.type !== 'structure' || !isStructure(value)) return null;
  for (const name of shape.required ?? []) {
    if (value[name] === undefined || value[name] === null) return name;
  }
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const missing = missingMember(model, member, value[name]);
    if (missing !== null) return `${name}.${missing}`;
  }
  return null;
}

/** An operation's output as its protocol sends it. */
export function answer(
  model: ServiceModel,
  name: string,
  operation: OperationModel,
  output: Structure,
  requestId: string,
): WireAnswer {
  const status = operation.status ?? 200;
  const ref = operation.output;
  switch (model.protocol) {
    case 'ec2': {
      const before = `${xmlHead}<${name}Response xmlns="${model.xmlNamespace}/"><requestId>${requestId}</requestId>`;
      const after = `</${name}Response>`;
      return xml(
        status,
        ref ? structureXml(model, ref, output, before, after) : `${before}<return>true</return>${after}`,
      );
    }
    case 'query': {
      const [open, close] = ref?.resultWrapper
        ? [`<${ref.resultWrapper}>`, `</${ref.resultWrapper}>`]
        : ['', ''];
      const before = `${xmlHead}<${name}Response xmlns="${model.xmlNamespace}">${open}`;
      const after = `${close}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
      return xml(status, ref ? structureXml(model, ref, output, before, after) : before + after);
    }
    case 'json':
      return {
        status,
        headers: { 'content-type': `application/x-amz-json-${model.jsonVersion ?? '1.1'}` },
        body: ref ? JSON.stringify(toJson(model, ref, output) ?? {}) : '{}',
      };
    case 'cbor':
      return { status, headers: { ...cborHeaders }, body: writeCbor(model, ref, output) };
    case 'rest-json':
    case 'rest-xml':
      return restAnswer(model, operation, output, status);
  }
}

function restAnswer(
  model: ServiceModel,
  operation: OperationModel,
  output: Structure,
  status: number,
): WireAnswer {
  const isXml = model.protocol === 'rest-xml';
  const headers: Record<string, string> = { 'content-type': isXml ? 'text/xml' : 'application/json' };
  const ref = operation.output;
  if (ref === undefined) return { status, headers, body: '' };
  const shape = shapeOf(model, ref);
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const value = output[name];
    if (value === undefined || value === null) continue;
    if (member.location === 'header') {
      headers[member.locationName ?? name] = textFromScalar(shapeOf(model, member), member, value, 'rfc822');
    } else if (member.location === 'headers') {
      for (const [key, text] of Object.entries(value))
        headers[`${member.locationName ?? ''}${key}`] = String(text);
    } else if (member.location === 'statusCode') status = Number(value);
    // A part of an object (HTTP semantics, RFC 9110: 206).
    if (name === 'ContentRange') status = 206;
  }
  if (status === 204) return { status, headers, body: '' };
  if (shape.payload !== undefined) {
    const member = shape.members![shape.payload]!;
    const value = output[shape.payload];
    if (Buffer.isBuffer(value) || typeof value === 'string') return { status, headers, body: value };
    const body = isXml
      ? payloadXml(model, member, shape.payload, value)
      : JSON.stringify(toJson(model, member, value));
    return { status, headers, body };
  }
  if (!isXml) return { status, headers, body: JSON.stringify(toJson(model, ref, output) ?? {}) };
  const root = ref.locationName ?? shape.locationName ?? ref.shape;
  return {
    status,
    headers,
    body: structureXml(model, ref, output, `${xmlHead}<${root}>`, `</${root}>`),
  };
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8"?>\n';

const xml = (status: number, body: Buffer | string): WireAnswer => ({
  status,
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body,
});

/** The HTTP status that AWS gives this error: its own, else the model's, else 400. */
function errorStatus(model: ServiceModel | null, error: AwsError): number {
  if (error.status !== null) return error.status;
  const known =
    model?.errors[error.code] ?? Object.values(model?.errors ?? {}).find(({ code }) => code === error.code);
  return known?.status ?? 400;
}

/** A refusal as the service's protocol sends it. Without a model: as the query protocol does. */
export function refusal(model: ServiceModel | null, error: AwsError, requestId: string): WireAnswer {
  const status = errorStatus(model, error);
  const detail = `<Code>${escapeXml(error.code)}</Code><Message>${escapeXml(error.message)}</Message>`;
  switch (model?.protocol) {
    case 'ec2':
      return xml(
        status,
        `${xmlHead}<Response><Errors><Error>${detail}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
      );
    case 'json':
      return {
        status,
        headers: { 'content-type': `application/x-amz-json-${model.jsonVersion ?? '1.1'}` },
        body: JSON.stringify({ __type: error.code, message: error.message, Message: error.message }),
      };
    case 'cbor':
      return {
        status,
        headers: { ...cborHeaders },
        body: plainCbor({ __type: error.code, message: error.message }),
      };
    case 'rest-json':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code },
        body: JSON.stringify({ message: error.message, Message: error.message }),
      };
    default: {
      if (model?.signingName === 's3')
        return xml(status, `${xmlHead}<Error>${detail}<RequestId>${requestId}</RequestId></Error>`);
      const type = status >= 500 ? 'Receiver' : 'Sender';
      const namespace = model?.xmlNamespace ? ` xmlns="${model.xmlNamespace}"` : '';
      return xml(
        status,
        `${xmlHead}<ErrorResponse${namespace}><Error><Type>${type}</Type>${detail}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      );
    }
  }
}
