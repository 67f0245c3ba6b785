/** Operations that change nothing. A name that only looks like a read is listed among the exceptions. */
const readNames = /^(Describe|Get|List|Lookup|Simulate|Search|BatchGet|Head)/;
const notReads = new Set(['sts:GetSessionToken', 'sts:GetFederationToken']);

/** True where `operation` reads and changes nothing. */
export function isRead(service: string, operation: string): boolean {
  return readNames.test(operation) && !notReads.has(`${service}:${operation}`);
}
