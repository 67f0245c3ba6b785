/** The door of this room: what other rooms may take from it. */
export {
  buckets,
  byClass,
  classes,
  classMeaning,
  deedText,
  gaps,
  type Grid,
  groupBy,
  instanceTypeOf,
  launchGrid,
  notExamined,
  regionsOff,
  servicesOff,
  span,
  tally,
} from './facts.js';
export { scanDocument, type ScanDocument, scanVersion } from './scan-document.js';
