/** The door of this room: what other rooms may take from it. */
export { summarise } from './summary.js';
export { settledFrom, unfinishedActions, verdictOf } from './verdict.js';
