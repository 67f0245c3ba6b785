import { textAt } from '../json.js';
import { worked, type TrailEvent } from './event.js';

/**
 * The ids of the credentials that this event minted: `responseElements.credentials.accessKeyId` of AssumeRole*,
 * GetSessionToken and GetFederationToken, `responseElements.accessKey.accessKeyId` of CreateAccessKey
 * (CloudTrail user guide, "CloudTrail record contents").
 */
export function mintedCredentialIds(event: TrailEvent): string[] {
  if (!worked(event)) return [];
  const ids = [
    textAt(event.response, 'credentials', 'accessKeyId'),
    textAt(event.response, 'accessKey', 'accessKeyId'),
  ];
  return ids.filter((id): id is string => id !== null);
}
