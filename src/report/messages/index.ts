/** The door of this room: what other rooms may take from it. */
export { clock, count, duration, some, spent, usd, utc, utcSeconds } from './words.js';
