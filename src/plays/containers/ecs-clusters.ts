import type { Reader } from '../../aws/index.js';

/** The ARNs of all ECS clusters of one region. */
export async function* ecsClusters(reader: Reader, region: string): AsyncIterable<string> {
  for await (const page of reader.pages('ecs', 'ListClusters', region, { maxResults: 100 })) {
    yield* page.clusterArns ?? [];
  }
}
