/** The door of this room: what other rooms may take from it. */
export { exitCodeOfAct, exitCodeOfLook } from './decide.js';
export { reasonsOfEnd, settledFrom, unfinishedActions } from './end-reasons.js';
export { foldReport } from './fold-journal.js';
export { optionsOf } from './options-of.js';
export { reasonsOfClearance, reasonsOfPlan, reasonsOfScan } from './look-reasons.js';
export { summaryOfEarlyEnd, summaryOfEnd } from './summary.js';
