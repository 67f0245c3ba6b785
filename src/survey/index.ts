/** The door of this room: what other rooms may take from it. */
export { takeInventory } from './inventory.js';
export { measured } from './measured.js';
export { type LeadWord, Survey } from './survey.js';
