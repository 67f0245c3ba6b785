import table from './endpoints.json' with { type: 'json' };

const missing: Record<string, readonly string[] | undefined> = table.missing;

/** True where AWS publishes no endpoint of the service in this region. The table ages: a name that resolves is an endpoint. */
export function hasNoEndpoint(service: string, region: string): boolean {
  return missing[service]?.includes(region) === true;
}

/** Where the table of endpoints is from, in words. */
export const endpointSource = `AWS’s list of endpoints of ${table.date}`;

/** The domains of AWS's endpoints, of every partition, dual-stack ones too. */
export const awsDomains: readonly string[] = [
  ...new Set(table.suffixes.flatMap(([, ...suffixes]) => suffixes)),
].filter((suffix) => suffix !== undefined);

/** The domain of a partition's endpoints, by IPv4. */
export function dnsSuffixOf(partition: string): string {
  return table.suffixes.find(([id]) => id === partition)?.[1] ?? 'amazonaws.com';
}

/** The name of the endpoint that serves by IPv4 and without FIPS (AWS general reference, "AWS service endpoints"). */
export function plainEndpoint(host: string): string {
  const name = host.replace('-fips.', '.').replace('.dualstack.', '.');
  // Partitions can share a domain, and then the other too.
  for (const [, plain, dual] of table.suffixes)
    if (plain !== undefined && dual !== undefined && name.endsWith(`.${dual}`))
      return name.slice(0, -dual.length) + plain;
  return name;
}
