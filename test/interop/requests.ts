/** One request as a server that nobody here wrote saw it. */
export interface RecordedRequest {
  /** As in the signature's credential scope, such as `ec2`; empty where the request was not signed. */
  service: string;
  /** The operation's name; for REST services the method and the path. */
  operation: string;
  region: string | null;
  accessKeyId: string | null;
  /** The HTTP status of the answer, where the server tells it. */
  status: number | null;
  /** What was sent, where the server keeps it: mutations name their targets there. */
  body: string;
}

/** Reads a request off the wire: the credential scope, then the protocol's own place for the operation's name. */
export function requestOf(
  method: string,
  url: string,
  headers: Record<string, string | string[] | undefined>,
  body: string,
): RecordedRequest {
  const header = (name: string): string => {
    const found = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
    return Array.isArray(found) ? (found[0] ?? '') : (found ?? '');
  };
  const scope = /Credential=([^/]+)\/\d+\/([^/]*)\/([^/]+)\/aws4_request/.exec(header('authorization'));
  const target = header('x-amz-target').split('.').at(-1) ?? '';
  const form = header('content-type').startsWith('application/x-www-form-urlencoded');
  const action = form ? new URLSearchParams(body).get('Action') : null;
  const path = new URL(url, 'http://localhost').pathname;
  return {
    service: scope?.[3] ?? '',
    operation: action ?? (target === '' ? `${method} ${path}` : target),
    region: scope?.[2] ?? null,
    accessKeyId: scope?.[1] ?? null,
    status: null,
    body,
  };
}

/** Only a read? By the verb of the name; REST services also read by POST to paths such as `/v1/describejobqueues`. */
export function isRead({ operation }: RecordedRequest): boolean {
  return (
    /^(GET|HEAD) /.test(operation) ||
    /^(Describe|List|Get(?!SessionToken|FederationToken)|Lookup|BatchGet|Search|Simulate)/.test(operation) ||
    /^POST .*\/(describe|list|get|search)[^/]*\/?$/i.test(operation)
  );
}
