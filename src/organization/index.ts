/** The door of this room: what other rooms may take from it. */
export { listAccounts, managementOf, type MemberAccount } from './accounts.js';
export { type Across, lookAcross } from './across.js';
export { type Entry, usualRoles } from './enter.js';
export type { AccountLead, Edge } from './leads.js';
export type { AccountRow } from './row.js';
export {
  organizationDocument,
  type OrganizationDocument,
  organizationScanVersion,
  reasonsAcross,
} from './document.js';
export { organizationScreen } from './screen.js';
