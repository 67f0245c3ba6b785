/** The door of this room: what other rooms may take from it. */
export { csvLine, html, Html, type HtmlPart, raw, visible } from './escape.js';
export { fit, padEnd, padStart } from './layout.js';
export { colorOf, createRenderer } from './renderer.js';
export { Screen, type ScreenOptions, sparkline, type Style } from './screen.js';
export { classStyle } from './class-style.js';
