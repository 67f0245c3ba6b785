import { AwsFailure, failureKind } from './errors.js';

interface SdkErrorShape {
  name?: string;
  code?: string;
  Code?: string;
  message?: string;
  cause?: { code?: string };
  $metadata?: { requestId?: string; httpStatusCode?: number };
  $response?: { statusCode?: number; headers?: Record<string, string> };
}

const maxMessage = 2000;

/** The SDK's error, or the network's, as an AwsFailure. Messages are bounded: AWS echoes names that others chose. */
export function toAwsFailure(error: unknown, service: string, operation: string, region: string): AwsFailure {
  if (error instanceof AwsFailure) return error;
  const shape = (
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  ) as SdkErrorShape;
  const status = shape.$metadata?.httpStatusCode ?? shape.$response?.statusCode ?? null;
  const network = shape.code ?? shape.cause?.code;
  const named =
    shape.name !== undefined && shape.name !== 'Error' && shape.name !== 'TypeError' ? shape.name : undefined;
  const code = String(shape.Code ?? named ?? network ?? (status === null ? 'NoAnswer' : `Http${status}`));
  const text = (shape.message ?? '').slice(0, maxMessage);
  // The SDK adds a hint for its own users to answers that it cannot parse.
  const message = text.split('\n')[0] || 'no message';
  let kind = failureKind(code, text, status);
  if (kind === 'other' && (status === null || network !== undefined)) kind = 'unreachable';
  const requestId = shape.$metadata?.requestId ?? shape.$response?.headers?.['x-amzn-requestid'] ?? null;
  return new AwsFailure(kind, code, message, service, operation, region, requestId, status, error);
}
