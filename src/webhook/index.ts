/** The door of this room: what other rooms may take from it. */
export type { News } from './message.js';
export { Webhook } from './webhook.js';
