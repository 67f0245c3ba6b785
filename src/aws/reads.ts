/** Operations that change nothing. A name that only looks like a read is listed among the exceptions. */
const readNames = /^(Describe|Get|List|Lookup|Simulate|Search|BatchGet|Head)/;
const notReads = new Set(['sts:GetSessionToken', 'sts:GetFederationToken']);

/** They run a SELECT, or stop it: what they write is its result, where the workgroup keeps results. */
const areReads = new Set(['athena:StartQueryExecution', 'athena:StopQueryExecution']);

/** True where `operation` reads and changes nothing. */
export function isRead(service: string, operation: string): boolean {
  const name = `${service}:${operation}`;
  return areReads.has(name) || (readNames.test(operation) && !notReads.has(name));
}
