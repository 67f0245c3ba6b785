/** The door of this room: what other rooms may take from it. */
export { clock, count, duration, some, usd, utc, utcSeconds } from './words.js';
