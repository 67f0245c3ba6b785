/** The door of this room: what other rooms may take from it. */
export { caseText } from './case-text.js';
