import type { OutputOf, Reader } from '../../aws/index.js';

/** Every user, role and group with its policies, page by page. In one look it is asked once for all that need it: all ask
 *  in the same words. */
export function principalPages(
  reader: Reader,
): AsyncIterable<OutputOf<'iam', 'GetAccountAuthorizationDetails'>> {
  const Filter = ['User' as const, 'Role' as const, 'Group' as const];
  return reader.pages('iam', 'GetAccountAuthorizationDetails', 'global', { Filter });
}
