/** The door of this room: what other rooms may take from it. */
export {
  buckets,
  byClass,
  classes,
  classMeaning,
  type ClearanceLimits,
  deedText,
  type Gap,
  gaps,
  type Grid,
  groupBy,
  instanceTypeOf,
  launchGrid,
  limitsOf,
  notExamined,
  onPersonsWord,
  regionsClosed,
  regionsOff,
  servicesOff,
  span,
  tally,
} from './facts.js';
export { type Bill, priceOf, stillBilling } from './billing.js';
export { reportDocument, type ReportDocument } from './report-document.js';
export { scanDocument, type ScanDocument, scanVersion } from './scan-document.js';
export { joined } from './joined.js';
export { ranked, type Ranked, type RankedLine } from './ranked.js';
export { doneGroups } from './what-was-done.js';
