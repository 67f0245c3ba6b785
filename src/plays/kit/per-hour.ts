/** `about $2.81 an hour`; less than a cent is told as such. */
export function perHour(usd: number): string {
  return usd < 0.01 ? 'less than $0.01 an hour' : `about $${usd.toFixed(2)} an hour`;
}
