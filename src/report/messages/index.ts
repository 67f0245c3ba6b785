/** The door of this room: what other rooms may take from it. */
export { catalogue, screenWords } from './catalogue.js';
export { type Lang, languages } from './screen-words.js';
export { clock, count, duration, some, spent, usd, utc, utcSeconds } from './words.js';
