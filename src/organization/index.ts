/** The door of this room: what other rooms may take from it. */
export { listAccounts, managementOf, type MemberAccount } from './accounts.js';
export { lookAcross } from './across.js';
export { enter, type Entry, usualRoles } from './enter.js';
export { type AccountLead, blindInWords, canBeFollowed, type Edge, edgesOf, leadsOf } from './leads.js';
export type { AccountRow } from './row.js';
export {
  organizationDocument,
  type OrganizationDocument,
  organizationScanVersion,
  reasonsAcross,
} from './document.js';
export { organizationScreen } from './screen.js';
