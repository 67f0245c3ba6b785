import { AwsFailure, type Reader } from '../aws/index.js';
import { asObject, asText } from '../model/index.js';
import type { KeySource } from './digest-files.js';
import { parsedJson } from './packed-text.js';

/** CloudTrail's public keys, from itself: each region has its own (CloudTrail API reference, ListPublicKeys). */
export function keysFromAws(reader: Reader): KeySource {
  return async (region, from, to) => {
    try {
      const { PublicKeyList: keys = [] } = await reader.call('cloudtrail', 'ListPublicKeys', region, {
        StartTime: new Date(from),
        EndTime: new Date(to),
      });
      return new Map(
        keys.flatMap(({ Fingerprint: id, Value: value }) =>
          id === undefined || value === undefined ? [] : [[id, value] as const],
        ),
      );
    } catch (error) {
      if (!(error instanceof AwsFailure) || error.kind === 'credentials') throw error;
      return `CloudTrail’s public keys in ${region} could not be read: ${error.describe()}`;
    }
  };
}

/** The same, as `aws cloudtrail list-public-keys` wrote them, of one region or several one after the other; null where
 *  the text is nothing of the kind. */
export function keysFromFile(text: string): KeySource | null {
  const keys = new Map<string, Uint8Array>();
  for (const answer of text.split(/(?<=^\})\s*$/m).filter((part) => part.trim() !== '')) {
    const list = asObject(parsedJson(answer))?.['PublicKeyList'];
    if (!Array.isArray(list)) return null;
    for (const one of list) {
      const [id, value] = [asText(asObject(one)?.['Fingerprint']), asText(asObject(one)?.['Value'])];
      if (id !== null && value !== null) keys.set(id, Buffer.from(value, 'base64'));
    }
  }
  return keys.size === 0 ? null : () => Promise.resolve(keys);
}
